"""Drives a real Thunderbird: its own "new account" dialog, filled in as a person would."""

import re
import subprocess
import time

import lab
import marionette

NAME, PASSWORD = "Anna Berg", "so geheim"
PLAIN_TEXT, STARTTLS, TLS = 0, 2, 3  # nsMsgSocketType
PASSWORD_CLEARTEXT = 3  # nsMsgAuthMethod

PREFERENCES = {
    "marionette.port": 2828,
    "network.manage-offline-status": False,
    "offline.autoDetect": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.trr.mode": 5,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "browser.search.update": False,
    "extensions.update.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "services.settings.server": "data:,",
    "mail.rights.version": 1,
    "mailnews.start_page.enabled": False,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "app.donation.eoy.version.viewed": 999,
    "mail.inappnotifications.enabled": False,
    "mail.setup.loglevel": "All",
    "signon.rememberSignons": True,
}

# The dialog as the user sees it: it lives in a shadow tree of the main window.
HUB = """
const win = Services.wm.getMostRecentWindow("mail:3pane");
const hub = () => win.document.querySelector("account-hub-container")?.shadowRoot
  ?.querySelector("account-hub-email");
const footer = name => hub().querySelector("account-hub-footer #" + name);
const step = () => [...hub().querySelectorAll(".account-hub-step")].find(s => !s.hidden);
const type = (id, text) => {
  const input = step().querySelector(id) || step().shadowRoot?.querySelector(id);
  input.value = text;
  input.dispatchEvent(new win.Event("input", {bubbles: true}));
};
"""

OPEN = HUB + """
if (!win || !win.openAccountHub) return false;
if (!hub()) await win.openAccountHub("MAIL");
return !!(hub() && footer("forward") && step()?.querySelector("#email"));
"""

TYPE_ADDRESS = HUB + """
type("#realName", given[0]);
type("#email", given[1]);
return !footer("forward").disabled;
"""

TYPE_PASSWORD = HUB + """
type("#password", given[0]);
return !footer("forward").disabled;
"""

FORWARD = HUB + """footer("forward").click();"""

CHOOSE = HUB + """step().querySelector("#" + given[0] + " input").click();"""

STATE = HUB + """
if (!hub()) return null;
const now = step();
const shown = {id: now?.id, busy: hub().classList.contains("busy"),
               forward: !footer("forward").disabled};
const header = now?.shadowRoot?.querySelector("account-hub-header") ||
  now?.querySelector("account-hub-header");
const notice = header?.shadowRoot?.querySelector("#emailFormNotification");
shown.problem = notice && !notice.hidden && /error|warning/.test(notice.className)
  ? notice.textContent.replace(/\\s+/g, " ").trim() : "";
if (now?.id == "emailConfigFoundSubview") {
  shown.choices = [...now.querySelectorAll("label.config-option")].filter(l => !l.hidden)
    .map(l => l.id);
  shown.recommended = now.querySelector(".recommended-protocol")?.id;
  shown.incoming = ["Type", "Host", "Port", "Username"].map(n =>
    now.querySelector("#incoming" + n)?.textContent);
  shown.outgoing = ["Host", "Port"].map(n => now.querySelector("#outgoing" + n)?.textContent);
}
return shown;
"""

# "Add Security Exception": it asks for a certificate that it does not trust. A careful person
# closes the window.
CLOSE_EXCEPTIONS = """
const asking = [...Services.wm.getEnumerator(null)].filter(
  w => w.location.href.endsWith("/exceptionDialog.xhtml") && w.document.readyState == "complete");
const hosts = asking.map(w => w.arguments?.[0]?.location || w.document.title);
asking.forEach(w => w.close());
return hosts;
"""

ACCOUNTS = """
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const list = [];
for (const account of MailServices.accounts.accounts) {
  const server = account.incomingServer;
  if (!server || ["none", "rss"].includes(server.type)) continue;
  const identity = account.defaultIdentity;
  const smtp = identity && MailServices.outgoingServer.getServerByIdentity(identity);
  const uri = smtp?.serverURI;
  list.push({
    type: server.type, host: server.hostname, port: server.port,
    socket: server.socketType, auth: server.authMethod, user: server.username,
    email: identity?.email, name: identity?.fullName,
    url: server.getStringValue("ews_url"),
    smtp: smtp && {type: smtp.type, host: uri.host, port: uri.port,
                   socket: smtp.socketType, auth: smtp.authMethod, user: smtp.username},
    folders: server.rootFolder.subFolders.map(f => f.name).sort(),
  });
}
return list;
"""

# Calendars and address books that live on a server: [kind, name, URL].
COLLECTIONS = """
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
return [
  ...cal.manager.getCalendars().filter(c => c.type == "caldav")
    .map(c => ["calendar", c.name, c.uri.spec]),
  ...[...MailServices.ab.directories].filter(d => d.dirType == 102)
    .map(d => ["address book", d.dirName, d.getStringValue("carddav.url", "")])].sort();
"""

# What a click on the account's name does.
EXPAND = """
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
for (const account of MailServices.accounts.accounts) account.incomingServer?.performExpand(null);
"""

# The dialog itself never tries the outgoing server. Its listener is not always told of the end, so
# the result is read at the server.
TRY_SMTP = """
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const smtp = MailServices.outgoingServer.getServerByIdentity(
  MailServices.accounts.accounts.find(a => a.defaultIdentity).defaultIdentity);
smtp.password = given[0];
smtp.verifyLogon({
  QueryInterface: ChromeUtils.generateQI(["nsIUrlListener"]),
  OnStartRunningUrl() {},
  OnStopRunningUrl() {},
}, null);
"""


class Thunderbird:
    """A running Thunderbird with a new profile that trusts the lab's authority."""

    def __init__(self, laboratory, preferences=None):
        self.lab = laboratory
        self.seconds = 0.0  # that the last search for settings took
        self.exceptions = []  # hosts that it wanted to trust against its judgement
        home, environment = laboratory.home("thunderbird")
        self.profile = home / "profile"
        self.profile.mkdir()
        everything = dict(PREFERENCES, **(preferences or {}))
        (self.profile / "user.js").write_text(
            "".join('user_pref("%s", %s);\n' % (key, literal(value))
                    for key, value in everything.items()))
        self.certutil("-N", "--empty-password")
        self.certutil("-A", "-n", "lab", "-t", "CT,,", "-i", str(laboratory.authority.certificate))
        self.log = open(home / "log", "wb")
        self.process = subprocess.Popen(
            ["thunderbird", "--headless", "--marionette", "--remote-allow-system-access",
             "--no-remote", "--profile", str(self.profile)],
            env=environment, stdout=self.log, stderr=self.log)
        laboratory.stack.callback(self.close)
        lab.wait_for(lambda: lab.answers(2828, "127.0.0.1"), "Thunderbird", 60)
        self.control = marionette.Marionette()
        lab.wait_for(lambda: self.control.run(OPEN), "the account dialog", 30)

    def certutil(self, *words):
        subprocess.run(["certutil", "-d", "sql:%s" % self.profile, *words], check=True)

    def state(self):
        return self.control.run(STATE)

    def settle(self, old, seconds=60):
        """The state after the dialog has left the step, or shows why not."""
        def left():
            self.exceptions += self.control.run(CLOSE_EXCEPTIONS)
            state = self.state()
            if not state or state["busy"] or not state["id"]:
                return None
            return state if state["id"] != old or state["problem"] else None
        return lab.wait_for(left, "leaving " + old, seconds)

    def find(self, address):
        """Types the address; the state in which the search for settings ends."""
        if not self.control.run(TYPE_ADDRESS, NAME, address):
            raise lab.LabError("the dialog does not take %s" % address)
        begin = time.monotonic()
        self.control.run(FORWARD)
        found = self.settle("emailAutoConfigSubview")
        self.seconds = time.monotonic() - begin
        return found

    def create(self, choice=None):
        """Continues with the found settings and the password; the state at the end."""
        if choice:
            self.control.run(CHOOSE, choice)
        self.control.run(FORWARD)
        lab.wait_for(lambda: self.state()["id"] == "emailPasswordSubview", "password page")
        self.control.run(TYPE_PASSWORD, PASSWORD)
        self.control.run(FORWARD)
        return self.settle("emailPasswordSubview")

    def add_collections(self):
        """Takes all calendars and address books that the dialog offers."""
        self.control.run(FORWARD)
        self.settle("emailSyncAccountsSubview")
        return self.control.run(COLLECTIONS)

    def accounts(self):
        return self.control.run(ACCOUNTS)

    def folders(self, wanted):
        """The folders of the account, when the wanted ones have come."""
        def come():
            found = self.accounts()[0]["folders"]
            found = [name.replace("INBOX", "Inbox") for name in found]
            return found if set(wanted) <= set(found) else None
        self.control.run(EXPAND)
        return lab.wait_for(come, "folders %s" % wanted, 20)

    def try_smtp(self):
        self.control.run(TRY_SMTP, PASSWORD)

    def saved(self):
        """mail.server.* and mail.smtpserver.* of the profile, after the program has ended."""
        self.control.quit()
        self.process.wait(30)
        text = (self.profile / "prefs.js").read_text("utf-8")
        pattern = r'user_pref\("(mail\.(?:server|smtpserver)\.\w+\.[\w.]+)", (.*)\);'
        return dict(re.findall(pattern, text))

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


def literal(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else '"%s"' % value
