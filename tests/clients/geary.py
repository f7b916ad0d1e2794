#!/usr/bin/env python3
"""geary.py BUILD_DIR [VARIANT...]: Geary sets up accounts, its window is driven by xdotool.

Nothing but address and password is typed. What it configured is in its account file, which it
writes after it has logged in at the IMAP server; the SMTP server it leaves for the first message.
"""

import configparser
import contextlib
import os
import subprocess
import sys
import time

import lab
import mailhost

PASSWORD = "sogeheim"  # letters alone, which every keyboard layout has
CUSTOMER = "kunde.example"
ANNA = "anna.berg@" + CUSTOMER
HOST = "mail.hoster.example"
IMAP, POP3 = ("imap", HOST, 993, "SSL"), ("pop3", HOST, 995, "SSL")
SMTP = ("smtp", HOST, 465, "SSL")
BOTH = lab.document(IMAP, POP3, SMTP)
SECURITY = {"SSL": "transport", "STARTTLS": "start-tls"}

# Places in its dialog, from the upper left corner. Its widgets have no names to be found by.
ADD, FORWARD, PASSWORD_FIELD = (39, 26), (330, 26), (230, 209)


class Screen:
    """An X server with a window manager, without which the dialog does not show."""

    def __init__(self, laboratory, environment):
        self.environment = environment
        reader, writer = os.pipe()
        self.start(laboratory, ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1200x900x24"],
                   pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as file:
            environment["DISPLAY"] = ":" + file.readline().strip()
        self.start(laboratory, ["matchbox-window-manager", "-use_titlebar", "no"],
                   env=environment)

    @staticmethod
    def start(laboratory, command, **options):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   **options)
        laboratory.stack.callback(process.wait)
        laboratory.stack.callback(process.terminate)
        return process

    def tool(self, *words):
        done = subprocess.run(["xdotool", *map(str, words)], env=self.environment,
                              capture_output=True, text=True, check=False)
        return done.stdout.split()

    def window(self, title):
        """Waits for a visible window with the title."""
        return lab.wait_for(lambda: self.tool("search", "--onlyvisible", "--name", title),
                            "window " + title, 30)[0]

    def click(self, title, place):
        window = self.window(title)
        time.sleep(1)  # the page slides in; there is nothing to ask whether it has arrived
        self.tool("mousemove", "--window", window, 180, 450)  # a button wants to be entered anew
        self.tool("mousemove", "--window", window, *place)
        self.tool("click", 1)
        time.sleep(1)

    def click_away(self, title, place, next_title):
        """Clicks, unless the window has the other title by now; a click may come too early."""
        if self.tool("search", "--onlyvisible", "--name", title):
            self.click(title, place)
        return self.tool("search", "--onlyvisible", "--name", next_title)

    def type(self, text):
        self.tool("type", "--delay", 20, text)


def forward_until(screen, truth):
    """Clicks on the button until it has had its effect; it may not be ready for the first click."""
    for _ in range(15):
        if truth() or not screen.tool("search", "--onlyvisible", "--name", "Add an account"):
            break
        screen.click("Add an account", FORWARD)
        with contextlib.suppress(lab.LabError):
            lab.wait_for(truth, "", 2)


def set_up(laboratory, address):
    """Types address and password; the groups of the account file, or None if there is none."""
    home, environment = laboratory.home("geary")
    environment.update(GSETTINGS_BACKEND="memory", NO_AT_BRIDGE="1")
    screen = Screen(laboratory, environment)
    # It keeps the password in a keyring, which has to be open.
    program = "echo -n x | gnome-keyring-daemon --unlock --components=secrets; exec geary"
    screen.start(laboratory, ["dbus-run-session", "--", "sh", "-c", program], env=environment)
    screen.window("Accounts")
    lab.wait_for(lambda: screen.click_away("Accounts", ADD, "Add an account"), "its page", 60)
    screen.tool("key", "Tab")
    screen.type(address)
    forward_until(screen, lambda: laboratory.front.exchanges or laboratory.front.refused)
    screen.click("Add an account", PASSWORD_FIELD)
    screen.type(PASSWORD)
    path = home / "config" / "geary" / "account_01" / "geary.ini"
    forward_until(screen, path.exists)
    if not path.exists():
        return None
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(path)
    return parser


def one(build, tally, document, incoming, outgoing, address=ANNA, **options):
    domain = address.rpartition("@")[2].lower()
    with lab.Lab(build, {"hoster": document}, {domain: "hoster"}, **options) as laboratory:
        host = mailhost.attach(laboratory, {incoming[4]: PASSWORD})
        found = set_up(laboratory, address)
        tally.true("an account", found)
        for group, server in (("Incoming", incoming), ("Outgoing", outgoing)):
            if found:
                print(" ", group, dict(found[group]))
                tally.equal(group, [found[group][key] for key in ("host", "port",
                                                                  "transport_security")],
                            [server[1], str(server[2]), SECURITY[server[3]]])
        tally.equal("logins", sorted(host.logins()), [("imap", incoming[4])])
        for exchange in laboratory.front.exchanges:
            print("  asked: %s" % exchange)


def smartermail(build, tally):
    """the sample provider"""
    text = lab.sample("smartermail")
    one(build, tally, text, lab.server(text, "imap") + (ANNA,), lab.server(text, "smtp") + (ANNA,))


def enterprise(build, tally):
    """the enterprise sample"""
    text = lab.sample("smartermail-enterprise")
    one(build, tally, text, lab.server(text, "imap") + (ANNA,), lab.server(text, "smtp") + (ANNA,))


def starttls(build, tally):
    """STARTTLS, hosts below the customer's domain"""
    imap = ("imap", "imap.%EMAILDOMAIN%", 143, "STARTTLS")
    smtp = ("smtp", "smtp.%EMAILDOMAIN%", 587, "STARTTLS")
    one(build, tally, lab.document(imap, smtp),
        ("imap", "imap." + CUSTOMER, 143, "STARTTLS", ANNA),
        ("smtp", "smtp." + CUSTOMER, 587, "STARTTLS", ANNA))


VARIANTS = {function.__name__: function for function in (smartermail, enterprise, starttls)}

if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__ + "\nVariants: " + " ".join(VARIANTS))
    lab.enter()
    lab.variants(VARIANTS, sys.argv[2:], sys.argv[1], lab.Tally())
