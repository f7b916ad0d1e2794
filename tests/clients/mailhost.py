"""A mail server for the lab: dovecot for IMAP and POP3, a small submission server beside it."""

import base64
import contextlib
import pathlib
import re
import shutil
import socketserver
import ssl
import subprocess
import threading

import lab

DOVECOT = """
base_dir = {base}/run
state_dir = {base}/run
log_path = {base}/dovecot.log
protocols = imap pop3
listen = {address}
ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_username_format = %u
auth_username_chars =
auth_verbose = yes
mail_location = maildir:{base}/mail/%u
mail_uid = {uid}
mail_gid = {uid}
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {base}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={uid} home={base}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    special_use = \\Drafts
    auto = subscribe
  }}
  mailbox Rechnungen {{
    auto = subscribe
  }}
}}
"""
MAIL_UID = 8  # "mail", which every Debian has; dovecot refuses root's mail


class Submission(socketserver.StreamRequestHandler):
    """SMTP as far as a mail program's test of its settings goes, and one message."""

    def handle(self):
        with contextlib.suppress(OSError):
            if self.server.implicit:
                self.secure()
            self.say("220 lab ESMTP")
            for line in iter(lambda: self.rfile.readline(4096), b""):
                if not self.command(line.decode("latin-1").strip()):
                    return

    def say(self, text):
        self.wfile.write(text.encode("ascii") + b"\r\n")
        self.wfile.flush()

    def secure(self):
        self.connection = self.server.context.wrap_socket(self.request, server_side=True)
        self.setup_files()

    def setup_files(self):
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", 0)

    def is_secure(self):
        return isinstance(self.connection, ssl.SSLSocket)

    def command(self, line):
        word = line.split(" ")[0].upper()
        if word == "EHLO":
            self.say("250-lab")
            self.say("250 AUTH PLAIN LOGIN" if self.is_secure() else "250 STARTTLS")
        elif word == "STARTTLS" and not self.is_secure():
            self.say("220 go ahead")
            self.secure()
        elif word == "AUTH":
            self.authenticate(line.split(" ")[1:])
        elif word == "DATA":
            self.say("354 go ahead")
            message = b"".join(iter(self.rfile.readline, b".\r\n"))
            self.server.messages.append(message)
            self.say("250 kept")
        elif word == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 ok")
        return True

    def authenticate(self, words):
        def ask(prompt):
            self.say("334 " + prompt)
            return self.rfile.readline(4096).decode("ascii").strip()

        if not self.is_secure():
            return self.say("538 not in the clear")
        if words[0].upper() == "PLAIN":
            text = words[1] if len(words) > 1 else ask("")
            _, user, password = base64.b64decode(text).decode("utf-8").split("\0")
        else:
            user = base64.b64decode(words[1] if len(words) > 1 else ask("VXNlcm5hbWU6")).decode()
            password = base64.b64decode(ask("UGFzc3dvcmQ6")).decode()
        good = self.server.users.get(user) == password
        self.server.logins.append((self.server.server_address[1], user, good))
        return self.say("235 welcome" if good else "535 no")


class SubmissionServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port, implicit, certificate, users):
        super().__init__((lab.ADDRESS, port), Submission)
        self.implicit = implicit
        self.users = users
        self.logins, self.messages = [], []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*map(str, certificate))
        threading.Thread(target=self.serve_forever, daemon=True).start()


class MailHost:
    """Serves users {name: password} at the lab's address with a certificate for the names."""

    def __init__(self, authority, directory, names, users):
        self.base = pathlib.Path(directory)
        self.base.mkdir()
        (self.base / "mail").mkdir()
        shutil.chown(self.base / "mail", MAIL_UID, MAIL_UID)
        certificate = authority.issue(names)
        (self.base / "users").write_text(
            "".join("%s:%s::::::\n" % (user, word) for user, word in users.items()))
        configuration = self.base / "dovecot.conf"
        configuration.write_text(DOVECOT.format(
            base=self.base, address=lab.ADDRESS, uid=MAIL_UID, certificate=certificate[0],
            key=certificate[1]))
        self.dovecot = subprocess.Popen(["dovecot", "-F", "-c", str(configuration)])
        self.submission = [SubmissionServer(465, True, certificate, users),
                           SubmissionServer(587, False, certificate, users)]
        lab.wait_for(lambda: lab.answers(993), "dovecot")

    def logins(self):
        """{(protocol, user)} that dovecot let in; SMTP as ("smtp:PORT", user)."""
        log = (self.base / "dovecot.log").read_text("utf-8", "replace")
        found = set(re.findall(r"(imap|pop3)-login: Info: Login: user=<([^>]*)>", log))
        for server in self.submission:
            found |= {("smtp:%d" % port, user) for port, user, good in server.logins if good}
        return found

    def log_text(self):
        return (self.base / "dovecot.log").read_text("utf-8", "replace")

    def close(self):
        self.dovecot.terminate()
        self.dovecot.wait(10)
        for server in self.submission:
            server.shutdown()
            server.server_close()


def attach(laboratory, users):
    """A mail host for all server names of the lab's providers."""
    host = MailHost(laboratory.authority, laboratory.directory / "mail",
                    laboratory.mail_hosts, users)
    laboratory.stack.callback(host.close)
    return host
