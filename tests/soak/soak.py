"""Faults and load that the service has to survive, one scenario after the other; tools/soak
starts it. Prints a line for each, and at the end "N passed, N failed"."""

import argparse
import os
import sys
import time
import traceback

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                             "scenario"))

import faults  # noqa: E402
import lab  # noqa: E402
import many  # noqa: E402
import memory  # noqa: E402
import strangers  # noqa: E402

SCENARIOS = {  # name: what, seconds unless --seconds says otherwise, what it is
    "idle": (many.idle, 60, "10,000 idle connections and one busy client"),
    "idle-tls": (many.idle_tls, 60, "the same over TLS, as many as there are descriptors for"),
    "come-and-go": (many.come_and_go, 600, "256 clients without keep-alive"),
    "slow-header": (strangers.slow_header, 60, "256 clients that send a header byte by byte"),
    "slow-body": (strangers.slow_body, 60, "256 clients that send a body byte by byte"),
    "slow-reading": (strangers.slow_reading, 60, "256 clients that do not read"),
    "half-open": (strangers.half_open, 60, "256 TLS handshakes that stop"),
    "tls-garbage": (strangers.tls_garbage, 60, "500 handshakes of garbage a second"),
    "malformed": (strangers.malformed, 60, "1,000 malformed requests a second"),
    "descriptors": (strangers.descriptors, 60, "file descriptors are used up"),
    "memory": (memory.memory, 60, "memory is used up (ulimit -v)"),
    "disk-full": (faults.disk_full, 60, "no room for the store and the seen-log"),
    "store-locked": (faults.store_locked, 60, "the store is locked"),
    "store-lost": (faults.store_lost, 60, "the store is deleted, cut, replaced by garbage"),
    "certificates": (faults.certificates, 60, "certificates are replaced and broken"),
    "reloads": (faults.reloads, 60, "SIGHUP ten times a second"),
    "clock": (faults.clock, 60, "the clock is stepped"),
    "day": (many.day, 300, "a day's requests, extrapolated: memory stays flat"),
}


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tools/soak", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="the scenarios; all without any")
    parser.add_argument("--seconds", type=float, help="how long each takes, about")
    parser.add_argument("--list", action="store_true", help="print the scenarios, and run none")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(SCENARIOS)
    if unknown:
        parser.error("no scenario %s; there are: %s" % (
            ", ".join(sorted(unknown)), " ".join(SCENARIOS)))
    return arguments


def run(name, seconds):
    """Returns what became of it: "passed", "failed" or "skipped"."""
    scenario, usual, _ = SCENARIOS[name]
    began = time.monotonic()
    try:
        figure = scenario(seconds or usual)
        result = "passed"
    except lab.Skip as reason:
        result, figure = "skipped", str(reason)
    except Exception as error:  # pylint: disable=broad-except # the next one is run all the same
        result, figure = "failed", str(error) or repr(error)
        if not isinstance(error, AssertionError):
            traceback.print_exc()
    print("%-12s  %-7s  %5.1f s  %s" % (name, result, time.monotonic() - began, figure),
          flush=True)
    return result


def main():
    arguments = parse_arguments()
    if arguments.list:
        for name, (_, seconds, what) in SCENARIOS.items():
            print("%-12s  %4d s  %s" % (name, seconds, what))
        return 0
    results = [run(name, arguments.seconds) for name in arguments.names or SCENARIOS]
    skipped = results.count("skipped")
    print("%d passed, %d failed%s" % (results.count("passed"), results.count("failed"),
                                      ", %d skipped" % skipped if skipped else ""))
    if results and skipped == len(results):
        return 77  # meson: skipped
    return 1 if "failed" in results else 0


if __name__ == "__main__":
    sys.exit(main())
