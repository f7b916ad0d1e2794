"""Measures signpostd beside nginx in one run, and prints ratios; tools/bench starts it.

Each server is pinned to one core, wrk to another, and the cases are measured in turns: nginx,
signpostd with few domains, signpostd with many, again and again. Machines are noisy, so what
counts is the median of the rounds and the ratio to nginx in the same run. `cpu` is the server's
user and system time per request: with "Connection: close", where wrk is the bottleneck, it is the
only number that says anything about the server.
"""

import argparse
import atexit
import json
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")
DOMAIN = "bench-1.example"
POX = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/'
    'requestschema/2006"><Request><EMailAddress>anna@%s</EMailAddress>'
    "<AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/"
    "responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>" % DOMAIN
)
AUTOCONFIG = "/mail/config-v1.1.xml?emailaddress=anna%%40%s" % DOMAIN
PROFILE = "/mobileconfig?emailaddress=anna%%40%s" % DOMAIN
CASES = [  # name, path, wrk's extra arguments, Lua
    ("autoconfig keep-alive", AUTOCONFIG, [], None),
    ("autoconfig close", AUTOCONFIG, ["-H", "Connection: close"], None),
    ("POX keep-alive", "/autodiscover/autodiscover.xml", [],
     "wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'text/xml'\n"
     "wrk.body = [==[%s]==]\n" % POX),
    ("profile keep-alive", PROFILE, [], None),
]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        with open("/proc/%d/stat" % pid) as f:
            fields = f.read().rsplit(") ", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def resident_mb(pids):
    total = 0
    for pid in pids:
        with open("/proc/%d/status" % pid) as f:
            total += int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))
    return total / 1024


def get(port, path, body=None):
    """One request; (status, bytes) or None if nobody answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as s:
            data = (body or "").encode()
            head = ("%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n"
                    "Content-Length: %d\r\n\r\n")
            method = "POST" if body else "GET"
            s.sendall((head % (method, path, DOMAIN, len(data))).encode() + data)
            answer = b""
            while chunk := s.recv(65536):
                answer += chunk
    except OSError:
        return None
    head, _, content = answer.partition(b"\r\n\r\n")
    return (int(head.split()[1]), content) if head else None


class Server:
    """A started server: its name, port, process ids; stop() ends it. ask is as get()."""

    def __init__(self, name, command, port, path, log=None, core=0, ask=get):
        self.name, self.port = name, port
        started = time.monotonic()
        self.process = subprocess.Popen(["taskset", "-c", str(core)] + command,
                                        stdout=subprocess.DEVNULL,
                                        stderr=log or subprocess.DEVNULL)
        atexit.register(self.stop)
        while True:
            answer = ask(port, path)
            if answer and answer[0] == 200:
                break
            if self.process.poll() is not None or time.monotonic() - started > 60:
                sys.exit("bench: %s does not answer %s" % (name, path))
            time.sleep(0.002)
        self.start_seconds = time.monotonic() - started
        self.pids = [self.process.pid]
        children = "/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)
        with open(children) as f:
            self.pids += [int(p) for p in f.read().split()]
        self.resident_at_start = resident_mb(self.pids)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)


def start_nginx(directory, files):
    port = free_port()
    for name, content in files.items():
        path = os.path.join(directory, "html", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(content)
    with open(os.path.join(directory, "nginx.conf"), "w") as f:
        f.write("""
daemon off; worker_processes 1; pid %(d)s/nginx.pid; error_log %(d)s/nginx.err;
user root;
worker_rlimit_nofile 20000;
events { worker_connections 16000; }
http {
  access_log %(d)s/access.log combined buffer=64k flush=1s;
  keepalive_requests 100000000; sendfile on; open_file_cache max=100;
  default_type text/xml; server_tokens off;
  server { listen 127.0.0.1:%(p)d reuseport backlog=4096; root %(d)s/html; }
}
""" % {"d": directory, "p": port})
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    command = [nginx, "-p", directory, "-c", os.path.join(directory, "nginx.conf")]
    if os.geteuid() != 0:
        text = open(os.path.join(directory, "nginx.conf")).read().replace("user root;\n", "")
        open(os.path.join(directory, "nginx.conf"), "w").write(text)
    return Server("nginx", command, port, "/autoconfig")


def make_site(build, directory, count):
    port = free_port()
    subprocess.run([build + "/signpost", "init", directory], check=True, stdout=subprocess.DEVNULL)
    shutil.copy(os.path.join(os.path.dirname(__file__), "../../xml/providers/smartermail.xml"),
                os.path.join(directory, "providers"))
    path = os.path.join(directory, "signpost.conf")
    with open(path) as f:
        text = f.read()
    text = re.sub(r"(?m)^#?\s*http = .*$", "http = 127.0.0.1:%d" % port, text, count=1)
    text = re.sub(r"(?m)^#?\s*workers = .*$", "workers = 1", text, count=1)
    with open(path, "w") as f:
        f.write(text)
    started = time.monotonic()
    importer = subprocess.Popen([build + "/signpost", "--config", path, "domain", "import", "-",
                                 "--provider", "smartermail"], stdin=subprocess.PIPE, text=True,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for i in range(count):
        importer.stdin.write("bench-%d.example\n" % i)
    importer.stdin.close()
    if importer.wait() != 0:
        sys.exit("bench: signpost domain import failed")
    return path, port, time.monotonic() - started


def start_signpostd(build, directory, count):
    path, port, seconds = make_site(build, directory, count)
    log = open(os.path.join(directory, "log"), "wb")  # the access log is on
    server = Server("signpostd, %s domains" % format(count, ","),
                    [build + "/signpostd", "--config", path], port, AUTOCONFIG, log)
    server.import_seconds = seconds
    return server


def measure(server, path, arguments, lua, options):
    command = ["taskset", "-c", "1", "wrk", "-t1", "-c%d" % options.connections,
               "-d%ds" % options.seconds, "--latency"] + arguments
    if lua:
        command += ["-s", lua]
    before = cpu_seconds(server.pids)
    text = subprocess.run(command + ["http://127.0.0.1:%d%s" % (server.port, path)], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    cpu = cpu_seconds(server.pids) - before
    requests = int(re.search(r"(\d+) requests in", text).group(1))
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()
    if "Non-2xx" in text or "Socket errors" in text and "read 0" not in text:
        print("bench: %s %s: %s" % (server.name, path, text), file=sys.stderr)
    return {
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)),
        "cpu": cpu / max(requests, 1) * 1e6,
        "p99": float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit],
    }


def progress(text):
    if sys.stderr.isatty():
        print("\r%-78s%s" % (text, "" if text else "\r"), end="", file=sys.stderr)


def median(results, key):
    return statistics.median(r[key] for r in results)


def processor():
    with open("/proc/cpuinfo") as f:
        names = re.findall(r"model name\s*:\s*(.*)", f.read())
    return "%d x %s" % (len(names), names[0]) if names else platform.processor()


def run(options, directory):
    build = os.path.abspath(options.build)
    few = start_signpostd(build, directory + "/few", options.few)
    many = start_signpostd(build, directory + "/many", options.many)
    answers = {"autoconfig": get(few.port, AUTOCONFIG)[1],
               "pox": get(few.port, "/autodiscover/autodiscover.xml", POX)[1],
               "profile": get(few.port, PROFILE)[1]}
    os.makedirs(directory + "/nginx")
    nginx = start_nginx(directory + "/nginx", answers)
    static = {"autoconfig keep-alive": "/autoconfig", "autoconfig close": "/autoconfig",
              "POX keep-alive": "/pox", "profile keep-alive": "/profile"}
    scripts, results = {}, {}
    for name, _, _, lua in CASES:
        if lua:
            scripts[name] = os.path.join(directory, "post.lua")
            with open(scripts[name], "w") as f:
                f.write(lua)
    for number in range(options.rounds):
        for name, path, arguments, _ in CASES:
            for server in (nginx, few, many):
                is_nginx = server is nginx
                progress("round %d of %d: %s, %s" % (number + 1, options.rounds, name,
                                                     server.name))
                results.setdefault((name, server.name), []).append(
                    measure(server, static[name] if is_nginx else path, arguments,
                            None if is_nginx else scripts.get(name), options))
    progress("")
    memory = {s.name: (s.resident_at_start, resident_mb(s.pids)) for s in (nginx, few, many)}
    for server in (nginx, few, many):
        server.stop()
    return results, memory, (nginx, few, many), answers


def table(results, memory, servers, answers, options):
    nginx, few, many = servers
    lines = ["Machine: %s, Linux %s, %s" % (processor(), platform.release(),
                                           time.strftime("%Y-%m-%d")),
             "Server on core 0, wrk on core 1, %d connections, %d s a measurement, median of %d "
             "rounds; answers: autoconfig %d, POX %d, profile %d bytes." % (
                 options.connections, options.seconds, options.rounds, len(answers["autoconfig"]),
                 len(answers["pox"]), len(answers["profile"])),
             "",
             "| case | server | requests/s | cpu us/request | p99 ms | rate : nginx | "
             "cpu : nginx |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    ratios = {}
    for name, _, _, _ in CASES:
        base = results[name, nginx.name]
        for server in servers:
            r = results[name, server.name]
            rate = median(r, "rate") / median(base, "rate")
            cpu = median(r, "cpu") / median(base, "cpu")
            ratios["%s, %s" % (name, server.name)] = {"rate": rate, "cpu": cpu}
            lines.append("| %s | %s%s | %s | %.1f | %.2f | %.2f | %.2f |" % (
                name, server.name, " static" if server is nginx else "",
                format(int(median(r, "rate")), ","), median(r, "cpu"), median(r, "p99"), rate,
                cpu))
    close = "autoconfig close"
    lines += ["", "cpu per request with %s domains : with %s: %.2f (keep-alive), %.2f (close)" % (
        format(options.many, ","), format(options.few, ","),
        *(median(results[c, many.name], "cpu") / median(results[c, few.name], "cpu")
          for c in ("autoconfig keep-alive", close)))]
    for server in servers:
        lines.append("%s: %.1f MB resident after the start, %.1f MB at the end, answers after "
                     "%.2f s" % ((server.name,) + memory[server.name] + (server.start_seconds,)))
    lines.append("import of %s domains: %.1f s" % (format(options.many, ","), many.import_seconds))
    return "\n".join(lines), ratios


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("build", help="folder with signpost and signpostd")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--few", type=int, default=10, help="domains")
    parser.add_argument("--many", type=int, default=1000000, help="domains")
    parser.add_argument("--json", action="store_true", help="the ratios as one object instead")
    options = parser.parse_args()
    for program in ("wrk", "taskset"):
        if not shutil.which(program):
            sys.exit("bench: %s is missing; tools/deps installs it" % program)
    with tempfile.TemporaryDirectory(prefix="signpost-bench-") as directory:
        os.chmod(directory, 0o755)
        text, ratios = table(*run(options, directory), options)
    print(json.dumps(ratios) if options.json else text)


if __name__ == "__main__":
    main()
