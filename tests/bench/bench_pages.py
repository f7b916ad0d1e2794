"""Measures settings pages, links and Apple profiles; tools/bench pages starts it.

pages     requests a second of one core for each kind of page and file, and what the first request
          for a page costs, for which it is made
bulk      profiles and links for 10,000 addresses: seconds, processor time, most memory
weight    bytes of a page and of all that belongs to it, for each language
before    with --before: this build and an earlier one in turns: start, memory, what programs ask

The server is pinned to one core, wrk to another; what is printed is the median of the rounds.
"""

import argparse
import gzip
import http.client
import os
import platform
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import bench
from bench_dns import report, resident_peak

PAGE_DIRECTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../xml/page")
ADDRESS = "anna@" + bench.DOMAIN
LANGUAGES = ("en", "de", "fr", "es")
BROWSERS = {  # what a page depends on: other devices come in another order
    "iphone": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
              "like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
    "mac": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like "
           "Gecko) Version/26.0 Safari/605.1.15",
    "android": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
               "Chrome/142.0.0.0 Mobile Safari/537.36",
    "windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
               "Chrome/142.0.0.0 Safari/537.36",
    "linux": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
}
VIEWS = {"": list(BROWSERS.values()), "/print": [BROWSERS["windows"]]}  # paper is for all
SITE = {
    "site": {"name": "Example Hosting", "url": "https://setup.hosting.example",
             "phone": "+44 20 7946 0000", "hours": "Monday to Friday, 9 am to 5 pm",
             "email": "support@hosting.example", "help": "https://hosting.example/help/mail",
             "welcome": "You have reached the new mail server", "logo": "logo.svg"},
    "profile": {"identifier": "example.hosting"},
    "http": {"forms_per_network": "100000"},
}
KEYS = {"RSA-2048": ["-newkey", "rsa:2048"],
        "P-256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]}

POST = ("wrk.method = 'POST'\nwrk.body = 'address=%s'\n"
        "wrk.headers['Content-Type'] = 'application/x-www-form-urlencoded'\n"
        % ADDRESS.replace("@", "%40"))
POST_SECONDS = 1  # of a service just started: longer, and the limit of 100,000 a minute is reached
# Everything that a browser fetches for one page.
VISIT = """
local paths, requests, at = {%s}, {}, 0
function init() for i, path in ipairs(paths) do requests[i] = wrk.format("GET", path) end end
function request() at = at %% #requests + 1 return requests[at] end
"""


def set_keys(path, sections):
    """Keys of a configuration, whether they are in a comment yet or not."""
    with open(path) as file:
        parts = re.split(r"(?m)^(?=\[)", file.read())
    for section, keys in sections.items():
        at = next(i for i, part in enumerate(parts) if part.startswith("[%s]" % section))
        for key, value in keys.items():
            parts[at], count = re.subn(r"(?m)^[#;]?[ \t]*%s[ \t]*=.*$" % key,
                                       "%s = %s" % (key, value), parts[at], count=1)
            if count != 1:
                sys.exit("bench: %s has no %s in [%s]" % (path, key, section))
    with open(path, "w") as file:
        file.write("".join(parts))


def make_certificate(directory, kind):
    """A certificate and the one above it; the keys of [profile] for them."""
    def run(*words):
        subprocess.run(["openssl", "req", "-x509", "-nodes", "-days", "30", *words], check=True,
                       cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    run(*KEYS[kind], "-subj", "/CN=Bench CA", "-keyout", "ca.key", "-out", "ca.pem")
    run(*KEYS[kind], "-subj", "/CN=setup.hosting.example", "-CA", "ca.pem", "-CAkey", "ca.key",
        "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", "profile.key", "-out",
        "leaf.pem")
    with open(os.path.join(directory, "profile.pem"), "wb") as chain:
        for name in ("leaf.pem", "ca.pem"):
            with open(os.path.join(directory, name), "rb") as file:
                chain.write(file.read())
    return {"certificate": "profile.pem", "key": "profile.key"}


def make_site(build, directory, key=None):
    """A site with pages; the path of its configuration and its port."""
    path, port, _ = bench.make_site(build, directory, 10)
    shutil.copy(os.path.join(PAGE_DIRECTORY, "example-logo.svg"),
                os.path.join(directory, "logo.svg"))
    set_keys(path, SITE)
    if key:
        set_keys(path, {"profile": make_certificate(directory, key)})
    return path, port


def start(build, directory, path, port, name):
    log = open(os.path.join(directory, "log"), "ab")
    return bench.Server(name, [os.path.join(build, "signpostd"), "--config", path], port,
                        bench.AUTOCONFIG, log)


def make_link(build, path):
    """The link's path alone."""
    text = subprocess.run([os.path.join(build, "signpost"), "--config", path, "link", ADDRESS],
                          check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    return text[len(SITE["site"]["url"]):]


def ask(connection, path, language="en", agent=BROWSERS["windows"]):
    """The answer's bytes, and milliseconds until the last of them."""
    begin = time.monotonic()
    connection.request("GET", path, headers={"Accept-Language": language, "User-Agent": agent})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        sys.exit("bench: %s answers %d" % (path, answer.status))
    return body, (time.monotonic() - begin) * 1000


def connect(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def belongings(page):
    """References of a page to this server, as a browser fetches them."""
    found = re.findall(r'<(?:link|script|img) [^>]*?(?:href|src)="(/[^"]+)"', page.decode())
    return sorted(set(found))


# Pages

def page_cases(link, servers, page):
    """(what, server, path, Lua or None)"""
    plain = servers["unsigned"]
    profile = link + "/mail.mobileconfig"
    parts = [link] + belongings(page)
    visit = VISIT % ", ".join('"%s"' % path for path in parts)
    return [
        ("settings page, /s/TOKEN", plain, link, None),
        ("page of a domain, /d/DOMAIN", plain, "/d/" + bench.DOMAIN, None),
        ("print view", plain, link + "/print", None),
        ("plain text, ?format=text", plain, link + "?format=text", None),
        ("the form, GET /", plain, "/setup", None),
        ("the form sent, POST / to 303", None, "/", POST),
        ("QR code of the page", plain, link + "/qr.svg", None),
        ("QR code for Thunderbird", plain, link + "/thunderbird.svg", None),
        ("all %d requests of a page" % len(parts), plain, link, visit),
        ("profile, unsigned", plain, profile, None),
        ("profile, P-256", servers["P-256"], profile, None),
        ("profile, RSA-2048", servers["RSA-2048"], profile, None),
    ]


def check_post(server):
    """wrk takes a 303 for as good as a 200, and a refusal too if it is told with one."""
    connection = connect(server)
    connection.request("POST", "/", "address=" + ADDRESS.replace("@", "%40"),
                       {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    place = answer.getheader("Location") or ""
    if answer.status != 303 or not place.startswith("/s/"):
        sys.exit("bench: the form answers %d %s" % (answer.status, place))


def first_requests(server, link):
    """Milliseconds of first and of later requests, for each page that differs in what it is of."""
    connection = connect(server)
    first, later = {}, {}
    for view, agents in VIEWS.items():
        for language in LANGUAGES:
            for agent in agents:
                first.setdefault(view, []).append(ask(connection, link + view, language, agent)[1])
                later.setdefault(view, []).append(statistics.median(
                    ask(connection, link + view, language, agent)[1] for _ in range(5)))
    return first, later


def bench_first_requests(build, directory, path, port, link, rounds):
    first, later, memory = {}, {}, []
    for _ in range(rounds):
        server = start(build, directory, path, port, "signpostd")
        once, again = first_requests(server, link)
        memory.append((server.resident_at_start, bench.resident_mb(server.pids)))
        server.stop()
        for view in once:
            first.setdefault(view, []).extend(once[view])
            later.setdefault(view, []).extend(again[view])
    report("first request for a page", "ms, the first", "ms, later ones")
    report("---", "---:", "---:")
    for view, name in (("", "settings page"), ("/print", "print view")):
        report(name, "%.1f" % statistics.median(first[view]),
               "%.2f" % statistics.median(later[view]))
    print("\nIn %d languages, the settings page for %d devices, %d rounds. Resident: %.1f MB after "
          "the start, %.1f MB when all %d pages had been made.\n" % (
              len(LANGUAGES), len(BROWSERS), rounds,
              statistics.median(before for before, _ in memory),
              statistics.median(after for _, after in memory),
              len(LANGUAGES) * sum(len(agents) for agents in VIEWS.values())))


def bench_pages(options, root):
    servers, sites = {}, {}
    for name in ("unsigned", "P-256", "RSA-2048"):
        directory = os.path.join(root, name)
        key = None if name == "unsigned" else name
        sites[name] = make_site(options.build, directory, key)
        # one file of keys, so that a link opens at all of them
        if key:
            shutil.copy(os.path.join(root, "unsigned", "links.keys"), directory)
    directory = os.path.join(root, "unsigned")
    form = make_site(options.build, os.path.join(root, "form"))
    link = make_link(options.build, sites["unsigned"][0])
    bench_first_requests(options.build, directory, *sites["unsigned"], link, options.rounds)
    for name, (path, port) in sites.items():
        servers[name] = start(options.build, os.path.join(root, name), path, port, name)
    page, _ = ask(connect(servers["unsigned"]), link)
    check_post(servers["unsigned"])
    cases = page_cases(link, servers, page)
    results = measure_cases(
        cases, options, root,
        lambda: start(options.build, os.path.join(root, "form"), *form, "signpostd"))
    report("request, one core", "bytes", "requests/s", "cpu us/request", "p99 ms")
    report("---", "---:", "---:", "---:", "---:")
    for name, server, path, lua in cases:
        size = "" if lua else format(len(ask(connect(server), path)[0]), ",")
        rows = results[name]
        report(name, size, format(int(bench.median(rows, "rate")), ","),
               "%.1f" % bench.median(rows, "cpu"), "%.1f" % bench.median(rows, "p99"))
    print("\nResident at the end: %s.\n" % ", ".join(
        "%s %.1f MB" % (name, bench.resident_mb(server.pids)) for name, server in servers.items()))
    for server in servers.values():
        server.stop()


def measure_cases(cases, options, root, start_own):
    """A case without a server gets one of its own each time."""
    results = {}
    for number in range(options.rounds):
        for name, server, path, lua in cases:
            bench.progress("round %d of %d: %s" % (number + 1, options.rounds, name))
            script = None
            if lua:
                script = os.path.join(root, "requests.lua")
                with open(script, "w") as file:
                    file.write(lua)
            arguments = ["-H", "Accept-Language: en", "-H", "User-Agent: " + BROWSERS["windows"]]
            if lua == POST:
                arguments.append("-d%ds" % POST_SECONDS)
            own = server or start_own()
            results.setdefault(name, []).append(
                bench.measure(own, path, arguments, script, options))
            if own is not server:
                own.stop()
    bench.progress("")
    return results


# Bulk

def run_bulk(build, path, words, out):
    """(seconds, seconds of the processor, most memory in MB)"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin, most = time.monotonic(), 0
    process = subprocess.Popen(["taskset", "-c", "0", os.path.join(build, "signpost"), "--config",
                                path, *words], stdout=out, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        most = max(most, resident_peak(process.pid))
        time.sleep(0.01)
    seconds = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode != 0:
        sys.exit("bench: signpost %s: status %d" % (" ".join(words), process.returncode))
    return (seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, most)


def bench_bulk(options, root):
    csv, out = os.path.join(root, "addresses.csv"), os.path.join(root, "out")
    os.mkdir(out)
    sites, results = {}, {}
    with open(csv, "w") as file:
        for i in range(options.addresses):
            file.write("person-%d@bench-%d.example,Person Number %d\n" % (i, i % 10, i))
    plain_csv = os.path.join(root, "plain.csv")
    with open(plain_csv, "w") as file:
        for i in range(options.addresses):
            file.write("person-%d@bench-%d.example\n" % (i, i % 10))
    for name in ("unsigned", "P-256", "RSA-2048"):
        sites[name], _ = make_site(options.build, os.path.join(root, "bulk-" + name),
                                   None if name == "unsigned" else name)
    for number in range(options.rounds):
        for name, path in sites.items():
            bench.progress("round %d of %d: profiles, %s" % (number + 1, options.rounds, name))
            # ext4 takes three times as long where so many files have just been deleted
            files = os.path.join(out, "%s-%d" % (name, number))
            os.sync()
            results.setdefault("profiles, " + name, []).append(
                run_bulk(options.build, path, ["profile", "--from", csv, "--out", files],
                         subprocess.DEVNULL))
            made = len(os.listdir(files))
            if made != options.addresses:
                sys.exit("bench: %d profiles of %d" % (made, options.addresses))
        with open(os.path.join(root, "links.csv"), "wb") as links:
            results.setdefault("links with texts, --csv", []).append(
                run_bulk(options.build, sites["unsigned"], ["link", "--from", plain_csv, "--csv"],
                         links))
    bench.progress("")
    report("%s addresses, one core" % format(options.addresses, ","), "seconds",
           "of the processor", "most memory, MB")
    report("---", "---:", "---:", "---:")
    for name, runs in results.items():
        report(name, *("%.2f" % statistics.median(run[i] for run in runs) for i in (0, 1)),
               "%.1f" % statistics.median(run[2] for run in runs))
    print()


# Weight

def bench_weight(options, root):
    directory = os.path.join(root, "weight")
    path, port = make_site(options.build, directory)
    server = start(options.build, directory, path, port, "weight")
    connection = connect(server)
    link = make_link(options.build, path)
    report("a page's bytes, plain / gzip -6", *LANGUAGES)
    report("---", *["---:"] * len(LANGUAGES))
    rows, sums = {}, {}
    for language in LANGUAGES:
        page, _ = ask(connection, link, language)
        parts = [("HTML", page)] + [
            (re.sub(r"\?.*", "", name.rsplit("/", 1)[1]), ask(connection, name, language)[0])
            for name in belongings(page)]
        for name, body in parts + [("in all", None)]:
            sizes = sums[language] if body is None else (len(body), len(gzip.compress(body, 6)))
            rows.setdefault(name, []).append("%s / %s" % tuple(format(n, ",") for n in sizes))
            total = sums.get(language, (0, 0))
            sums[language] = tuple(a + b for a, b in zip(total, sizes))
    for name, cells in rows.items():
        report(name, *cells)
    print()
    server.stop()


# Before

def private_mb(pids):
    total = 0
    for pid in pids:
        with open("/proc/%d/status" % pid) as file:
            total += int(re.search(r"RssAnon:\s+(\d+)", file.read()).group(1))
    return total / 1024


def bench_before(options, root):
    builds = {"before": options.before, "now": options.build}
    sites, starts, rows, servers = {}, {}, {}, {}
    for name, build in builds.items():
        sites[name] = bench.make_site(build, os.path.join(root, name), 10)
    for _ in range(5 * options.rounds):
        for name, build in builds.items():
            server = start(build, os.path.join(root, name), *sites[name][:2], name)
            starts.setdefault(name, []).append({
                "ms": server.start_seconds * 1000, "mb": server.resident_at_start,
                "own": private_mb(server.pids), "cpu": bench.cpu_seconds(server.pids) * 1000})
            server.stop()
    for name, build in builds.items():
        servers[name] = start(build, os.path.join(root, name), *sites[name][:2], name)
    for number in range(options.rounds):
        for case, path, arguments, lua in bench.CASES:
            script = None
            if lua:
                script = os.path.join(root, "post.lua")
                with open(script, "w") as file:
                    file.write(lua)
            for name, server in servers.items():
                bench.progress("round %d of %d: %s, %s" % (number + 1, options.rounds, case, name))
                rows.setdefault((case, name), []).append(
                    bench.measure(server, path, arguments, script, options))
    bench.progress("")
    report("case", "build", "requests/s", "cpu us/request", "p99 ms", "rate : before",
           "cpu : before")
    report("---", "---", "---:", "---:", "---:", "---:", "---:")
    for (case, name), results in rows.items():
        base = rows[case, "before"]
        report(case, name, format(int(bench.median(results, "rate")), ","),
               "%.1f" % bench.median(results, "cpu"), "%.1f" % bench.median(results, "p99"),
               *("%.2f" % (bench.median(results, key) / bench.median(base, key))
                 for key in ("rate", "cpu")))
    print()
    report("start, 10 domains", "answers after ms", "of the processor, ms", "resident MB",
           "of them its own", "resident MB at the end")
    report("---", "---:", "---:", "---:", "---:", "---:")
    for name in builds:
        report(name, *("%.1f" % bench.median(starts[name], key)
                       for key in ("ms", "cpu", "mb", "own")),
               "%.1f" % bench.resident_mb(servers[name].pids))
        servers[name].stop()
    print()


PARTS = {"pages": bench_pages, "bulk": bench_bulk, "weight": bench_weight, "before": bench_before}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("build", help="folder with signpost and signpostd")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--addresses", type=int, default=10000)
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--before", metavar="DIR",
                        help="signpost and signpostd of an earlier build, to compare with")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    options.before = options.before and os.path.abspath(options.before)
    if options.only == "before" and not options.before:
        parser.error("--only before needs --before")
    for program in ("wrk", "taskset", "openssl"):
        if not shutil.which(program):
            sys.exit("bench: %s is missing; tools/deps bench installs it" % program)
    print("Machine: %s, Linux %s, %s\nServer on core 0, wrk on core 1, %d connections, %d s a "
          "measurement, median of %d rounds.\n" % (
              bench.processor(), platform.release(), time.strftime("%Y-%m-%d"),
              options.connections, options.seconds, options.rounds))
    with tempfile.TemporaryDirectory(prefix="signpost-bench-") as root:
        os.chmod(root, 0o755)
        for name, part in PARTS.items():
            if options.only in (None, name) and (name != "before" or options.before):
                part(options, root)


if __name__ == "__main__":
    main()
