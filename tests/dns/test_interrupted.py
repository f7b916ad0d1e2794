"""signpost dns publish when the server, the network, the store or the program itself goes away in
the middle: the zone is what it was or what it should be, never half of both, and the next run puts
right what is left.
"""

import os
import queue
import random
import signal
import sqlite3
import subprocess
import threading
import time
import unittest

import dns_case
import relay
import servers
from dns_case import desired, record


class Vanishing(dns_case.DnsCase):
    """The server or the network goes away at one exact point."""

    def setUp(self):
        super().setUp()
        self.zone = self.new_zone()
        self.before = self.server.axfr(self.zone)
        self.front = relay.Relay(self.server)
        self.addCleanup(self.front.close)
        self.site = self.make_site([self.zone], server=self.front, timeout=1)

    def on_update(self, verdict):
        """What happens to the first update; the others pass."""
        self.front.rule = lambda message: (
            (verdict() if callable(verdict) else verdict)
            if relay.opcode(message) == relay.UPDATE and self.front.count(relay.UPDATE) == 1
            else relay.PASS)

    def check_recovers(self):
        self.publish(self.site, self.zone)
        self.assert_zone(self.zone, self.before + desired(self.zone))
        self.undo(self.site, self.zone)
        self.assert_zone(self.zone, self.before)

    def test_update_is_lost(self):
        for verdict in (relay.CUT, relay.DROP):
            self.on_update(verdict)
            self.publish(self.site, self.zone, status=1)
            self.assert_zone(self.zone, self.before)
            self.check_recovers()
            self.front.messages.clear()

    def test_answer_is_lost(self):
        # the change was made, and the zone read back says so
        self.on_update(relay.MUTE)
        self.publish(self.site, self.zone)
        self.assert_zone(self.zone, self.before + desired(self.zone))
        self.undo(self.site, self.zone)
        self.assert_zone(self.zone, self.before)

    def test_answer_is_lost_and_the_server_too(self):
        self.front.rule = relay.lost_after_update(relay.MUTE)
        self.assertIn("not known", self.publish(self.site, self.zone, status=1).complaints)
        self.assert_zone(self.zone, self.before + desired(self.zone))
        self.front.rule = lambda message: relay.PASS
        self.assertIn(": unchanged", self.publish(self.site, self.zone).output)
        self.undo(self.site, self.zone)
        self.assert_zone(self.zone, self.before)

    def test_somebody_changes_the_zone_between_reading_and_update(self):
        def inject():
            self.server.update("update add _imaps._tcp.%s 60 SRV 0 1 993 else.example."
                               % self.zone)
            return relay.PASS

        self.on_update(inject)
        result = self.publish(self.site, self.zone, status=1)
        self.assertIn("meanwhile", result.complaints)
        theirs = record(self.zone, "_imaps._tcp", "SRV", "0 1 993 else.example.", 60)
        self.assert_zone(self.zone, self.before + [theirs])
        self.assertIn("conflict", self.publish(self.site, self.zone, status=1).complaints)
        self.assert_zone(self.zone, self.before + [theirs])

    def test_somebody_changes_the_zone_between_diff_and_publish(self):
        self.expect(self.site, "diff", self.zone)
        self.server.update("update add autoconfig.%s 60 A 192.0.2.99" % self.zone)
        self.assertIn("autoconfig", self.publish(self.site, self.zone, status=1).complaints)
        self.assert_zone(self.zone,
                         self.before + [record(self.zone, "autoconfig", "A", "192.0.2.99", 60)])

    def test_a_string_comes_beside_ours_between_reading_and_update(self):
        def inject():
            self.server.update('update add %s 3600 TXT "new=1"' % self.zone)
            return relay.PASS

        self.on_update(inject)
        self.publish(self.site, self.zone, status=1)
        added = record(self.zone, "@", "TXT", '"new=1"')
        self.assert_zone(self.zone, self.before + [added])
        self.publish(self.site, self.zone)
        self.assert_zone(self.zone, self.before + [added] + desired(self.zone))

    def test_server_is_killed_at_the_update(self):
        server = self.start_server(servers.Bind, key=dns_case.KEY)
        zone = self.new_zone(server=server)
        before = server.axfr(zone)
        front = relay.Relay(server, rule=lambda message: (
            server.kill() if relay.opcode(message) == relay.UPDATE else None) or relay.PASS)
        self.addCleanup(front.close)
        site = self.make_site([zone], server=front, timeout=1)
        self.assertIn(dns_case.address_text(front), self.publish(site, zone, status=1).complaints)
        server.start()
        self.assertIn(server.axfr(zone), (before, sorted(before + desired(zone))))
        front.rule = lambda message: relay.PASS
        self.publish(site, zone)
        self.assert_zone(zone, before + desired(zone), server)

    def test_server_is_stopped(self):
        server = self.start_server(servers.Bind, key=dns_case.KEY)
        zone = self.new_zone(server=server)
        serial = server.serial(zone)
        site = self.make_site([zone], server=server, timeout=1)
        server.pause()
        began = time.monotonic()
        result = self.publish(site, zone, status=1)
        self.assertLess(time.monotonic() - began, 5)
        self.assertIn(dns_case.address_text(server), result.complaints)
        server.resume()
        self.assertEqual(server.serial(zone), serial)
        server.stop()
        began = time.monotonic()
        self.publish(site, zone, status=1)
        self.assertLess(time.monotonic() - began, 5)


class Running(dns_case.DnsCase):
    """The store and other runs."""

    def test_read_only_store(self):
        zone = self.new_zone()
        site = self.make_site([zone])
        serial = self.server.serial(zone)
        somebody = site.unprivileged()
        os.chmod(site.directory, 0o550)
        self.addCleanup(os.chmod, site.directory, 0o750)
        for name in os.listdir(site.directory):
            if name.startswith("signpost.db"):
                os.chmod(os.path.join(site.directory, name), 0o440)
        result = self.publish(site, zone, status=74, **somebody)
        self.assertIn(site.store, result.complaints)
        self.assertEqual(self.server.serial(zone), serial)
        self.expect(site, "diff", zone, **somebody)

    def test_two_at_once(self):
        zone = self.new_zone()
        before = self.server.axfr(zone)
        entered, leave = threading.Event(), threading.Event()

        def rule(message):
            if relay.opcode(message) == relay.UPDATE:
                entered.set()
                leave.wait(30)
            return relay.PASS

        front = relay.Relay(self.server, rule=rule)
        self.addCleanup(front.close)
        site = self.make_site([zone], server=front, timeout=30)
        first = site.start_dns("publish", zone)
        self.assertTrue(entered.wait(30))
        result = site.dns("publish", zone)
        leave.set()
        output, complaints = first.communicate(timeout=60)
        self.assertEqual(first.returncode, 0, output + complaints)
        self.assertNotEqual(result.status, 0)
        self.assertIn("process %d" % first.pid, result.complaints)
        self.assertEqual(front.count(relay.UPDATE), 1)
        self.assert_zone(zone, before + desired(zone))

    def test_locked_store(self):
        zone = self.new_zone()
        site = self.make_site([zone])
        serial = self.server.serial(zone)
        holder = sqlite3.connect(site.store, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        result = site.dns("publish", zone)
        holder.execute("ROLLBACK")
        holder.close()
        self.assertNotIn(result.status, (0, 1), result)
        self.assertEqual(self.server.serial(zone), serial)
        self.publish(site, zone)

    def zone_for_killing(self):
        """A zone, a site, and the zone's records before and after publishing."""
        zone = self.new_zone("autoconfig 300 A 192.0.2.80")
        site = self.make_site([zone], withdraw="autoconfig A 192.0.2.80\n")
        before = self.server.axfr(zone)
        return zone, site, before, sorted([line for line in before
                                           if not line.startswith("autoconfig.")] + desired(zone))

    def check_after_kill(self, site, zone, command, before, after):
        """The zone is old or new, and the next run of the command makes it new. Whether it was."""
        state = self.server.axfr(zone)
        self.assertIn(state, (before, after))
        if command == "publish":
            self.publish(site, zone)
            self.assert_zone(zone, after)
            return state == after
        site.dns("undo", zone)  # 1, if the killed one had done it
        self.assert_zone(zone, before)
        return state == before

    def test_killed_at_a_message(self):
        zone, site, before, after = self.zone_for_killing()
        front = relay.Relay(self.server)
        self.addCleanup(front.close)
        site.set(primary=dns_case.address_text(front))
        self.publish(site, zone)
        kinds = [relay.opcode(message) for message in front.messages]
        update = kinds.index(relay.UPDATE)
        self.undo(site, zone)
        done = set()
        for point in {0, update // 2, update - 1, update, update + 1, len(kinds) - 1}:
            for command in ("publish", "undo"):
                front.messages.clear()
                started = queue.Queue()
                front.rule = lambda message, point=point, started=started: self.kill_at(
                    front, point, started)
                with site.start_dns(command, zone) as run:
                    started.put(run)
                    run.communicate(timeout=60)
                front.rule = lambda message: relay.PASS
                done.add(self.check_after_kill(site, zone, command, before, after))
        self.assertEqual(done, {True, False})

    @staticmethod
    def kill_at(front, point, started):
        if len(front.messages) == point + 1:
            started.get(timeout=30).kill()
        return relay.PASS

    def test_killed_at_any_time(self):
        chance = random.Random(os.environ.get("SIGNPOST_SEED", "1"))
        zone, site, before, after = self.zone_for_killing()
        seconds = []
        for command in ("publish", "undo", "publish", "undo"):
            began = time.monotonic()
            self.expect(site, command, zone)
            seconds.append(time.monotonic() - began)
        killed = 0
        for number in range(30):
            command = "undo" if number % 2 else "publish"
            run = site.start_dns(command, zone)
            try:
                run.wait(chance.uniform(0, min(seconds)))
            except subprocess.TimeoutExpired:
                run.kill()
                killed += 1
            run.communicate()
            self.check_after_kill(site, zone, command, before, after)
        self.assertGreater(killed, 0)

    def test_ended_by_signals(self):
        zone = self.new_zone()
        before = self.server.axfr(zone)
        for number in (signal.SIGINT, signal.SIGTERM):
            entered = threading.Event()

            def rule(message, entered=entered):
                if relay.opcode(message) == relay.UPDATE:
                    entered.set()
                    return relay.DROP
                return relay.PASS

            front = relay.Relay(self.server, rule=rule)
            self.addCleanup(front.close)
            site = self.make_site([zone], server=front, timeout=20)
            run = site.start_dns("publish", zone)
            self.assertTrue(entered.wait(30))
            run.send_signal(number)
            run.communicate(timeout=10)
            self.assertNotEqual(run.returncode, 0)
            front.rule = lambda message: relay.PASS
            self.publish(site, zone)
            self.assert_zone(zone, before + desired(zone))
            self.undo(site, zone)


if __name__ == "__main__":
    unittest.main()
