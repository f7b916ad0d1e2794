"""purity.py ROOT LIBRARY...: static libraries of the pure layers, judged by their objects.

Their functions may run in any thread at any time and give the same answer for the same bytes. So
they hold no writable variable, and call nothing that reads or changes the world.
"""

import pathlib
import re
import subprocess
import sys

import tree

# relro: written by the loader only, then sealed; a constant table of pointers lies there
WRITABLE = re.compile(r"^(\.t?(data|bss)(\.(?!rel\.ro).*)?|\*COM\*)$")

OUTSIDE = set(
    """
    open open64 openat openat64 creat creat64 fopen fopen64 freopen freopen64 fdopen tmpfile
    mkstemp read write pread pread64 pwrite pwrite64 stat stat64 lstat fstat access unlink rename
    mkdir opendir
    socket connect bind listen accept accept4 send sendto sendmsg recv recvfrom recvmsg getaddrinfo
    gethostbyname poll select epoll_wait res_query
    time gettimeofday clock_gettime clock localtime localtime_r ftime sleep usleep nanosleep
    getenv secure_getenv setenv putenv environ setlocale uselocale
    stdin stdout stderr printf vprintf puts putchar perror syslog vsyslog __printf_chk __vprintf_chk
    rand random srand srandom drand48 getrandom getentropy arc4random RAND_bytes
    fork vfork execve execvp posix_spawn system popen kill signal sigaction exit _exit
    pthread_create getpid gethostname
    xmlReadFile xmlCtxtReadFile xmlParseFile xmlReadFd xmlCtxtReadFd xmlSaveFile xmlSaveFormatFile
    xmlNewTextWriterFilename xmlSetGenericErrorFunc xmlSetStructuredErrorFunc
    json_load_file json_loadf json_loadfd json_dump_file json_dumpf json_dumpfd json_object_seed
    plist_read_from_file plist_write_to_file ini_parse ini_parse_file strtok
    """.split()
)

SYMBOL = re.compile(r"^[0-9a-f]+ .{7} (\S+)\t[0-9a-f]+\s+(?:\.hidden )?(\S+)$")
MEMBER = re.compile(r"^(\S+\.o):\s+file format")


def symbols(library):
    """Triples of object file, section and name."""
    text = subprocess.run(
        ["objdump", "--syms", library], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    member = ""
    for line in text.split("\n"):
        if match := MEMBER.match(line):
            member = match.group(1)
        elif match := SYMBOL.match(line):
            yield member, match.group(1), match.group(2)


def place(layer, member, symbol):
    """The source of an object, and the first line that has the symbol's name."""
    source = tree.ROOT / "src" / layer / (pathlib.Path(member).name.removesuffix(".o"))
    if not source.is_file():
        return tree.ROOT / "src" / layer, None
    word = re.compile(r"\b" + re.escape(symbol.split(".")[0]) + r"\b")
    return source, next((n for n, line in tree.lines(source) if word.search(line)), None)


seen = 0
for library in sys.argv[2:]:
    layer = pathlib.Path(library).stem.removeprefix("lib")
    for member, section, symbol in symbols(library):
        seen += 1
        if section == "*UND*" and symbol in OUTSIDE:
            tree.fault(*place(layer, member, symbol), f"{symbol} in the pure layer {layer}")
        elif WRITABLE.match(section) and not symbol.startswith("."):
            where = place(layer, member, symbol)
            tree.fault(*where, f"writable variable {symbol} in the pure layer {layer}")
tree.finish(seen)
