"""Measures HTTPS beside nginx with the same certificates; tools/bench tls starts it.

handshakes    processor time of the server for a connection with one request: a full handshake, a
              resumed one, and for a request on connections that stay open; ECDSA P-256, RSA-2048
certificates  full handshakes with 1 and with 100,000 certificates in the folder, for names drawn
              from all of them and from 500; what so many cost at the start and in memory
idle          memory of 10,000 idle connections, plain and TLS, and how fast 64 busy ones are beside

The server is pinned to one core, tls_load to another. nginx and signpostd are measured in turns;
what is printed is the median of the rounds, and the median of each round's ratio. The clients'
hello is OpenSSL's own, with all its versions, groups and ciphers.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

import bench
from bench_dns import report
from bench_pages import set_keys

NAME = "autoconfig.bench-#.example"
PATH = "/mail/config-v1.1.xml?emailaddress=anna%40bench-#.example"
STATIC = "/autoconfig"  # at nginx
HOT = 500
CLIENTS = 16
KEPT = 64
SPARE = 400  # descriptors for all else than clients
CASES = [  # name, tls_load's arguments, aim: cpu at most so many times nginx's
    ("full handshake, GET, close", [], 1.2),
    ("resumed, GET, close", ["--resume"], 1.2),
    ("kept open, GET", ["--keep", "--clients", str(KEPT)], 1.3),
]
LIMITS = {"connections": "100000", "connections_per_address": "1000000", "timeout": "600",
          "requests_per_connection": "1000000"}
NGINX = """
daemon off; worker_processes 1; pid %(d)s/nginx.pid; error_log %(d)s/nginx.err; %(user)s
worker_rlimit_nofile %(files)d;
events { worker_connections %(files)d; }
http {
  access_log %(d)s/access.log combined buffer=64k flush=1s;
  keepalive_requests 100000000; keepalive_timeout 600; sendfile on; open_file_cache max=100;
  default_type text/xml; server_tokens off;
  server {
    listen 127.0.0.1:%(port)d %(ssl)s reuseport backlog=4096;
    root %(d)s/html;
    %(tls)s
  }
}
"""
NGINX_TLS = """
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate %(certificates)s/%(folder)s/fullchain.pem;
    ssl_certificate_key %(certificates)s/%(folder)s/privkey.pem;
"""

failures = []


def numbered(pattern, number):
    return pattern.replace("#", str(number))


def get_tls(port, path):
    """As bench.get(), with TLS, for the first name."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    name = numbered(NAME, 0)
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as plain:
            with context.wrap_socket(plain, server_hostname=name) as s:
                s.sendall(("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (
                    path, name)).encode())
                answer = b""
                while chunk := s.recv(65536):
                    answer += chunk
    except OSError:
        return None
    head, _, content = answer.partition(b"\r\n\r\n")
    return (int(head.split()[1]), content) if head else None


class LoadedServer(bench.Server):
    """A server that tls_load asks for path, in which # is a number, over TLS unless it is plain."""

    def __init__(self, name, command, port, path, plain=False, log=None):
        super().__init__(name, command, port, numbered(path, 0), log,
                         ask=bench.get if plain else get_tls)
        self.path, self.plain = path, plain


def make_certificates(build, directory, key, count):
    os.mkdir(directory)
    subprocess.run([os.path.join(build, "tls_folders"), key, directory, NAME, str(count)],
                   check=True)
    return directory


def start_signpostd(build, directory, certificates, domains, name="signpostd"):
    """Without certificates it listens for plain HTTP alone."""
    path, port, _ = bench.make_site(build, directory, domains)
    set_keys(path, {"http": LIMITS})
    if certificates:
        port = bench.free_port()
        set_keys(path, {"listen": {"https": "127.0.0.1:%d" % port},
                        "tls": {"certificates": certificates}})
    log = open(os.path.join(directory, "log"), "wb")  # the access log is on
    return LoadedServer(name, [os.path.join(build, "signpostd"), "--config", path], port, PATH,
                        not certificates, log)


def start_nginx(directory, certificates, content, name="nginx", by_name=False):
    """With by_name it reads the certificate for each handshake, from the folder of that name."""
    os.makedirs(os.path.join(directory, "html"))
    with open(directory + "/html" + STATIC, "wb") as file:
        file.write(content)
    port = bench.free_port()
    configuration = os.path.join(directory, "nginx.conf")
    with open(configuration, "w") as file:
        file.write(NGINX % {
            "d": directory, "port": port, "ssl": "ssl" if certificates else "",
            "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
            "user": "user root;" if os.geteuid() == 0 else "",
            "tls": NGINX_TLS % {
                "certificates": certificates,
                "folder": "$ssl_server_name" if by_name else numbered(NAME, 0),
            } if certificates else ""})
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    return LoadedServer(name, [program, "-p", directory, "-c", configuration], port, STATIC,
                        not certificates)


def load_command(options, server, arguments):
    return ["taskset", "-c", "1", os.path.join(options.build, "tls_load"), "--port",
            str(server.port), "--name", NAME, "--path", server.path,
            *(["--plain"] if server.plain else []), *arguments]


def measure(options, server, arguments):
    """Answers a second, milliseconds, and microseconds of the server's processor for each."""
    command = load_command(options, server, ["--clients", str(CLIENTS), "--seconds",
                                             str(options.seconds), *arguments])
    before = bench.cpu_seconds(server.pids)
    result = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    result["cpu"] = (bench.cpu_seconds(server.pids) - before) / max(result["count"], 1) * 1e6
    result["rate"] = result["count"] / result["seconds"]
    if result["failed"]:
        failures.append("%s %s: %d of %d" % (server.name, " ".join(arguments), result["failed"],
                                             result["failed"] + result["count"]))
    if "--resume" in arguments and result["resumed"] + CLIENTS < 0.9 * result["count"]:
        failures.append("%s: only %d of %d resumed" % (server.name, result["resumed"],
                                                       result["count"]))
    return result


def ratio(results, base, key="cpu"):
    """The median of the ratios in each round."""
    return statistics.median(r[key] / max(b[key], 1e-9) for r, b in zip(results, base))


def verdict(value, aim, least=False):
    return "%s %.4g: %s" % ("at least" if least else "at most", aim,
                            "met" if (value >= aim if least else value <= aim) else "**missed**")


# Handshakes

def bench_handshakes(options, root):
    results, servers = {}, {}
    for key in ("P-256", "RSA-2048"):
        directory = os.path.join(root, key)
        os.mkdir(directory)
        certificates = make_certificates(options.build, directory + "/certificates", key, 1)
        ours = start_signpostd(options.build, directory + "/site", certificates, 10)
        answer = get_tls(ours.port, numbered(PATH, 0))[1]
        servers[key] = (start_nginx(directory + "/nginx", certificates, answer), ours)
    for number in range(options.rounds):
        for key, pair in servers.items():
            for case, arguments, _ in CASES:
                for server in pair:
                    bench.progress("round %d of %d: %s, %s, %s" % (
                        number + 1, options.rounds, key, case, server.name))
                    results.setdefault((key, case, server.name), []).append(
                        measure(options, server, arguments))
    bench.progress("")
    report("case", "key", "server", "answers/s", "cpu us", "p99 ms", "cpu : nginx", "aim")
    report("---", "---", "---", "---:", "---:", "---:", "---:", "---")
    for case, _, aim in CASES:
        for key, pair in servers.items():
            for server in pair:
                rows = results[key, case, server.name]
                value = ratio(rows, results[key, case, "nginx"])
                report(case, key, server.name, format(int(bench.median(rows, "rate")), ","),
                       "%.1f" % bench.median(rows, "cpu"), "%.1f" % bench.median(rows, "p99"),
                       "%.2f" % value, "" if server.name == "nginx" else verdict(value, aim))
    print("\nAn answer has %d bytes; %d clients at once, kept open %d.\n" % (
        len(answer), CLIENTS, KEPT))
    for pair in servers.values():
        for server in pair:
            server.stop()


# Certificates

def settled(server):
    """Waits until the server has nothing to do; seconds of its processor since its start."""
    before = -1.0
    while (now := bench.cpu_seconds(server.pids)) > before + 0.05:
        before = now
        time.sleep(1)
    return now


def certificate_cases(options, root):
    """(server, what its clients ask for, how many names), nginx before each of ours."""
    one = make_certificates(options.build, root + "/one", "P-256", 1)
    bench.progress("making %d certificates" % options.certificates)
    many = make_certificates(options.build, root + "/many", "P-256", options.certificates)
    few = start_signpostd(options.build, root + "/few", one, 10, "signpostd, 1")
    lots = start_signpostd(options.build, root + "/lots", many, options.certificates,
                           "signpostd, " + format(options.certificates, ","))
    answer = get_tls(few.port, numbered(PATH, 0))[1]
    nginx = start_nginx(root + "/nginx", one, answer, "nginx, 1")
    files = start_nginx(root + "/nginx-many", many, answer, "nginx, a file for each", True)
    return [(server, what, count)
            for what, count, servers in (("the one", 1, (nginx, few)),
                                         ("%d of them" % HOT, HOT, (files, lots)),
                                         ("all of them", options.certificates, (files, lots)))
            for server in servers]


def report_certificates(cases, results):
    base = results["nginx, 1", "the one"]
    beside = {what: results[server.name, what] for server, what, _ in reversed(cases)}
    report("server, certificates", "names asked for", "answers/s", "cpu us", "p99 ms",
           "cpu : nginx with 1", "cpu : nginx with as many")
    report("---", "---", "---:", "---:", "---:", "---:", "---:")
    for server, what, _ in cases:
        rows = results[server.name, what]
        report(server.name, what, format(int(bench.median(rows, "rate")), ","),
               "%.1f" % bench.median(rows, "cpu"), "%.1f" % bench.median(rows, "p99"),
               "%.2f" % ratio(rows, base), "%.2f" % ratio(rows, beside[what]))
    print()


def bench_certificates(options, root):
    root = os.path.join(root, "certificates")
    os.mkdir(root)
    cases = certificate_cases(options, root)
    servers = {server.name: server for server, _, _ in cases}
    results, before = {}, {}
    for name, server in servers.items():
        bench.progress("waiting for %s" % name)
        before[name] = (settled(server), bench.resident_mb(server.pids))
    for number in range(options.rounds):
        for server, what, count in cases:
            bench.progress("round %d of %d: %s, %s" % (number + 1, options.rounds, server.name,
                                                       what))
            if count == HOT and server.path == PATH:  # what can be in memory, is there
                measure(options, server, ["--names", str(count), "--count", str(5 * HOT)])
            results.setdefault((server.name, what), []).append(
                measure(options, server, ["--names", str(count)]))
    bench.progress("")
    report_certificates(cases, results)
    report("server, certificates", "answers after s", "resident then, MB",
           "cpu s until it rests", "resident then, MB", "at the end, MB")
    report("---", "---:", "---:", "---:", "---:", "---:")
    for name, server in servers.items():
        cpu, rested = before[name]
        report(name, "%.2f" % server.start_seconds, "%.1f" % server.resident_at_start,
               "%.2f" % cpu, "%.1f" % rested, "%.1f" % bench.resident_mb(server.pids))
        server.stop()
    print()


# Idle

def allow_files(count):
    """Raises the limit of descriptors as far as that; returns what it is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, max(count, hard)))
    except (ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))
    return max(soft, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


class Idle:
    """Connections that have asked once and stay open; stop() ends them."""

    def __init__(self, options, server, count):
        command = load_command(options, server, ["--idle", "--clients", str(count),
                                                 "--addresses", "100"])
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        result = json.loads(self.process.stdout.readline())
        if result["failed"] or result["count"] != count:
            failures.append("%s: only %d of %d idle connections" % (server.name, result["count"],
                                                                  count))

    def stop(self):
        self.process.communicate()


def measure_idle(options, server, count):
    """kB of each; the busy ones beside them and alone, in each round. The server is new."""
    busy = CASES[-1][1]
    measure(options, server, busy)
    before, size, alone, beside = bench.resident_mb(server.pids), None, [], []
    for number in range(options.rounds):
        bench.progress("round %d of %d: %s, %d idle" % (number + 1, options.rounds, server.name,
                                                       count))
        idle = Idle(options, server, count)
        size = size or (bench.resident_mb(server.pids) - before) * 1024 / count
        beside.append(measure(options, server, busy))
        idle.stop()
        settled(server)
        alone.append(measure(options, server, busy))
    bench.progress("")
    return size, alone, beside


def bench_idle(options, root):
    root = os.path.join(root, "idle")
    os.mkdir(root)
    files = allow_files(3 * options.idle + SPARE)
    pair = make_certificates(options.build, root + "/certificates", "P-256", 1)
    report("server", "idle connections", "kB each", "aim", "busy alone, answers/s", "beside them",
           "rate : alone", "aim", "cpu : alone", "p99 alone, ms", "beside them")
    report("---", "---:", "---:", "---", "---:", "---:", "---:", "---", "---:", "---:", "---:")
    for kind, certificates, each, aim in (("plain", None, 1, 10), ("TLS", pair, 3, 24)):
        count = min(options.idle, (files - SPARE) // each)
        ours = start_signpostd(options.build, "%s/site-%s" % (root, kind), certificates, 10)
        answer = (get_tls if certificates else bench.get)(ours.port, numbered(PATH, 0))[1]
        for server in (start_nginx("%s/nginx-%s" % (root, kind), certificates, answer), ours):
            size, alone, beside = measure_idle(options, server, count)
            speed = ratio(beside, alone, "rate")
            is_ours = server is ours
            report(server.name, "%s %s" % (format(count, ","), kind), "%.1f" % size,
                   verdict(size, aim) if is_ours else "",
                   *(format(int(bench.median(rows, "rate")), ",") for rows in (alone, beside)),
                   "%.2f" % speed, verdict(speed, 0.8, True) if is_ours else "",
                   "%.2f" % ratio(beside, alone),
                   *("%.1f" % bench.median(rows, "p99") for rows in (alone, beside)))
            server.stop()
    print("\nThe %d busy connections are kept open, and TLS where the idle ones are. A TLS "
          "connection takes three descriptors; a process may have %s here.\n" % (
              KEPT, format(files, ",")))


def quick_directory():
    """Memory, if it has room: files that are read often are in it anyway, but made faster there."""
    if "TMPDIR" not in os.environ and os.path.isdir("/dev/shm"):
        if shutil.disk_usage("/dev/shm").free > 4 << 30:
            return "/dev/shm"
    return None


PARTS = {"handshakes": bench_handshakes, "certificates": bench_certificates, "idle": bench_idle}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("build", help="folder with signpost, signpostd, tls_load, tls_folders")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--certificates", type=int, default=100000)
    parser.add_argument("--idle", type=int, default=10000, help="connections")
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    if not shutil.which("taskset"):
        sys.exit("bench: taskset is missing; tools/deps bench installs it")
    print("Machine: %s, Linux %s, %s\nServer on core 0, clients on core 1, %g s a measurement, "
          "median of %d rounds; load average before them %.1f.\n" % (
              bench.processor(), platform.release(), time.strftime("%Y-%m-%d"), options.seconds,
              options.rounds, os.getloadavg()[0]))
    with tempfile.TemporaryDirectory(prefix="signpost-bench-", dir=quick_directory()) as root:
        os.chmod(root, 0o755)
        for name, part in PARTS.items():
            if options.only in (None, name):
                part(options, root)
    for failure in failures:
        print("Failed: " + failure)
    if failures:
        sys.exit(1)


if __name__ == "__main__":
    main()
