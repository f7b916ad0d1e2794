"""What goes wrong on the machine: files, disks, clocks, and people who reload too often."""

import contextlib
import os
import shutil
import sqlite3
import ssl
import struct
import subprocess
import tempfile
import time

import crowd
import service
import wire
from lab import HERE, Lab, Skip, check

DAY = 86400


# Disks

@contextlib.contextmanager
def tiny_disk(directory, size="2m"):
    """A file system of its own, which is soon full."""
    os.makedirs(directory, exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + size, "none", directory],
                             stderr=subprocess.PIPE, text=True, check=False)
    if mounted.returncode != 0:
        raise Skip("needs root for a tiny file system: " + mounted.stderr.strip())
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", directory], check=True)


def fill(path):
    """A file of all that the file system has left."""
    with open(path, "wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * size)


def disk_full(seconds):
    """The file system of the store and of the seen-log has no room left."""
    disk = tempfile.mkdtemp(prefix="signpost-disk-")
    try:
        with tiny_disk(disk):
            return on_full_disk(disk, seconds)
    finally:
        os.rmdir(disk)


def on_full_disk(disk, seconds):
    lab = Lab(seen_file=os.path.join(disk, "seen.db"))
    shutil.copy(lab.site.store(), disk)
    lab.site.set("store", "url", "sqlite:" + os.path.join(disk, os.path.basename(lab.site.store())))
    with lab:
        lab.crowd.wait_answered(50)
        fill(os.path.join(disk, "fill"))
        refused = lab.site.signpost("domain", "import", many_rows(lab.site.root), check=False)
        check(refused.returncode != 0 and refused.stderr, "an import onto a full disk succeeded")
        time.sleep(seconds)
        lab.crowd.wait_answered(50)
        check(lab.ready_text().startswith("ready\n"), "/-/ready: %s", lab.ready_text())
        os.unlink(os.path.join(disk, "fill"))
        lab.site.signpost("domain", "add", "late.example", "--provider", "hosting")
        began = time.monotonic()
        service.wait_until(lambda: lab.daemon.get(crowd.TARGET, "late.example").status == 200, 5,
                           "what is added when there is room again is served")
        text = "%.2f s; %s" % (time.monotonic() - began, lab.good_text())
    return "a domain that is added when there is room again is served after " + text


def many_rows(directory):
    path = os.path.join(directory, "many.csv")
    with open(path, "w", encoding="ascii") as file:
        file.writelines("full%d.example,hosting\n" % number for number in range(100000))
    return path


# The store

def store_locked(seconds):
    """Somebody holds the lock, and has changed something: it cannot be read."""
    with Lab() as lab:
        other = sqlite3.connect(lab.site.store(), isolation_level=None)
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("CREATE TABLE lock (x)")
        other.execute("COMMIT")
        wait_store_told(lab, False)
        time.sleep(seconds)
        lab.crowd.wait_answered(50)
        other.execute("DROP TABLE lock")
        other.close()
        took = follow_again(lab, "after-lock.example")
        text = lab.good_text()
    return "locked for %d s, followed again after %.2f s; %s" % (seconds, took, text)


def wait_store_told(lab, sound):
    service.wait_until(lambda: ("store: ok\n" in lab.ready_text()) == sound, 5,
                       "/-/ready tells of the store")


def follow_again(lab, domain):
    """Seconds until the store is read again; then a domain that is added is served."""
    began = time.monotonic()
    wait_store_told(lab, True)
    took = time.monotonic() - began
    lab.site.signpost("domain", "add", domain, "--provider", "hosting")
    service.wait_until(lambda: lab.daemon.get(crowd.TARGET, domain).status == 200, 5,
                       domain + " is served")
    return took


def store_lost(seconds):
    """Deleted, replaced by garbage, overwritten, cut off; each time put back from a copy."""
    with Lab() as lab:
        path = lab.site.store()
        copy = path + ".copy"
        with contextlib.closing(sqlite3.connect(path)) as source, \
                contextlib.closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        until = time.monotonic() + seconds
        rounds, longest = 0, 0.0
        while rounds == 0 or time.monotonic() < until:
            for harm in (remove_store, replace_store, overwrite_store, cut_store):
                harm(path)
                wait_store_told(lab, False)
                lab.crowd.wait_answered(20)
                put_back(path, copy)
                longest = max(longest, follow_again(lab, "again%d.example" % rounds))
                rounds += 1
        text = lab.good_text()
    return "%d times, followed again after %.2f s at most; %s" % (rounds, longest, text)


def remove_store(path):
    for end in ("", "-wal", "-shm"):
        if os.path.exists(path + end):
            os.unlink(path + end)


def replace_store(path):
    with open(path + ".new", "wb") as file:
        file.write(b"this is no database\n" * 1000)
    os.rename(path + ".new", path)


def overwrite_store(path):
    with open(path, "r+b") as file:
        file.write(os.urandom(os.path.getsize(path)))


def cut_store(path):
    for end in ("-wal", "-shm"):
        if os.path.exists(path + end):
            os.unlink(path + end)
    os.truncate(path, 5000)


def put_back(path, copy):
    remove_store(path)
    shutil.copy(copy, path + ".new")
    os.rename(path + ".new", path)


# Certificates

def serial_of(lab, domain):
    """Serial number of the certificate that the service has for the domain."""
    with crowd.Connection(lab.site.port_tls, 10, lab.tls, "autoconfig." + domain) as connection:
        return connection.socket.getpeercert()["serialNumber"]


def certificates(seconds):
    """Replaced over and over, one file after the other; then broken, expired and taken away."""
    with Lab() as lab:
        rounds, until = 0, time.monotonic() + seconds / 2
        while time.monotonic() < until:
            lab.site.put_certificate(lab.domains[rounds % len(lab.domains)])
            rounds += 1
            time.sleep(0.05)
        broken = break_certificates(lab)
        old = serial_of(lab, lab.domains[0])
        lab.site.put_certificate(lab.domains[0])
        began = time.monotonic()
        service.wait_until(lambda: serial_of(lab, lab.domains[0]) != old, 60,
                           "the renewed certificate is used")
        took = time.monotonic() - began
        lab.crowd.wait_answered(50)
        text = lab.good_text()
    return "replaced %d times, the last used after %.1f s; a name without one is told so in " \
        "%.2f s; %s" % (rounds, took, broken, text)


def break_certificates(lab):
    """Folders that are of no use harm nobody; seconds until a client for such a name knows."""
    site = lab.site
    for name in ("expired.example", "garbage.example", "empty.example", "other-key.example"):
        site.put_certificate(name, **({"end": -DAY // 2} if name == "expired.example" else {}))
    folder = os.path.join(site.certificates, "%s", "%s")
    with open(folder % ("garbage.example", "fullchain.pem"), "wb") as file:
        file.write(os.urandom(3000))
    os.truncate(folder % ("empty.example", "privkey.pem"), 0)
    shutil.copy(folder % ("expired.example", "privkey.pem"),
                folder % ("other-key.example", "privkey.pem"))
    longest = 0.0
    for name in ("expired", "garbage", "empty", "other-key", "nowhere"):
        began = time.monotonic()
        try:
            crowd.Connection(site.port_tls, 5, lab.tls, "autoconfig.%s.example" % name).close()
            raise AssertionError("a handshake for %s.example succeeded" % name)
        except (ssl.SSLError, ConnectionError):
            longest = max(longest, time.monotonic() - began)
    check(longest < 1 * service.SLOWER, "a client without a certificate waits for %.1f s", longest)
    return longest


# Reloads

def reloads(seconds):
    """SIGHUP ten times a second."""
    with Lab() as lab:
        sent, until = 0, time.monotonic() + seconds
        while time.monotonic() < until:
            lab.daemon.reload()
            sent += 1
            time.sleep(0.1)
        position = len(lab.daemon.log())
        lab.daemon.reload()
        lab.daemon.wait_log(r"^signpostd: reloaded", position, 10)
        done = lab.daemon.log().count("signpostd: reloaded")
        check("reload failed" not in lab.daemon.log(), "a reload failed:\n%s", lab.tail())
        text = lab.good_text()
    return "%d signals, %d reloads; %s" % (sent + 1, done, text)


# The clock

class Clock:
    """The service's time of day, by a library that is preloaded: SIGNPOST_CLOCK_STEP, or built."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "clock")
        self.step(0)
        self.library = os.environ.get("SIGNPOST_CLOCK_STEP")
        if not self.library:
            self.library = os.path.join(directory, "clock_step.so")
            subprocess.run(["cc", "-std=c17", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o",
                            self.library, os.path.join(HERE, "clock_step.c")], check=True)

    def step(self, seconds):
        with open(self.path, "r+b" if os.path.exists(self.path) else "wb") as file:
            file.write(struct.pack("q", seconds))

    def wrap(self):
        return ["env", "LD_PRELOAD=" + self.library, "CLOCK_STEP=" + self.path]


def clock(seconds):
    """Back and forth by seconds, days and years; links and certificates follow, nothing stops."""
    directory = tempfile.mkdtemp(prefix="signpost-clock-")
    try:
        return with_clock(Clock(directory), seconds)
    finally:
        shutil.rmtree(directory)


def with_clock(own, seconds):
    steps = (1, -1, 3600, -3600, DAY, -DAY, 30 * DAY, -30 * DAY, 0)
    with Lab(wrap=own.wrap(), http_timeout="3", seen_file="seen.db") as lab:
        link = "/s/" + lab.site.signpost("link", "anna@" + lab.domains[0]).stdout.strip() \
            .rsplit("/s/", 1)[1]
        pause = max(0.3, (seconds - 2) / len(steps))
        for step in steps:
            own.step(step)
            time.sleep(pause / 2)
            check_date(lab, step)
            idle_is_kept(lab)
            time.sleep(pause / 2)
        check_far(lab, own, link)
        text = lab.good_text()
    return "%d steps of 1 s to 200 days; %s" % (len(steps) + 2, text)


def tls_get(lab, target):
    with crowd.Connection(lab.site.port_tls, 10, lab.tls,
                          "autoconfig." + lab.domains[0]) as connection:
        connection.send(b"GET %s HTTP/1.1\r\nHost: autoconfig.%s\r\nConnection: close\r\n\r\n" % (
            target.encode(), lab.domains[0].encode()))
        return connection.answer()


def check_date(lab, step):
    date = lab.daemon.get("/-/health").header("Date")
    told = time.mktime(time.strptime(date, "%a, %d %b %Y %H:%M:%S GMT")) - time.timezone
    check(abs(told - time.time() - step) < 5, "%s is the date after a step of %d s", date, step)


def idle_is_kept(lab):
    """How long a connection may be silent hangs on no clock."""
    with crowd.Connection(lab.site.port, 5) as connection:
        for _ in range(2):
            connection.send(lab.questions[0].kept)
            answer = connection.answer()
            check(answer is not None and not lab.questions[0].fault(answer), "%s", answer)
            time.sleep(0.05)


def check_far(lab, own, link):
    """Beyond the end of links (30 days) and of certificates (90), and back. TLS clients are
    refused there, so the good ones, who know of no certificate's end, pause."""
    before = tls_get(lab, link).status
    lab.crowd.stop()
    lab.check_good()
    own.step(35 * DAY)
    time.sleep(1.5)
    late = tls_get(lab, link).status
    check((before, late) == (200, 410), "a link is answered with %d, with %d after its end",
          before, late)
    own.step(200 * DAY)
    time.sleep(1.5)
    lab.ask("plain")
    try:
        lab.ask("tls")
        raise AssertionError("a certificate that has expired was shown")
    except (ssl.SSLError, ConnectionError, wire.WireError):
        pass
    own.step(0)
    service.wait_until(lambda: tls_works(lab), 5, "certificates are good again")
    check(tls_get(lab, link).status == 200, "the link is good no more")


def tls_works(lab):
    try:
        lab.ask("tls")
        return True
    except (OSError, wire.WireError):
        return False
