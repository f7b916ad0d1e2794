"""A calendar and address book server for the lab: Radicale, below /WebDAV/ like SmarterMail's."""

import json
import pathlib
import subprocess

import lab

PORT, PREFIX = 5232, "/WebDAV"
COLLECTIONS = {"VCALENDAR": "Termine", "VADDRESSBOOK": "Kontakte"}


class DavHost:
    """Serves one calendar and one address book of each user {name: password}."""

    def __init__(self, directory, users):
        base = pathlib.Path(directory)
        base.mkdir()
        (base / "users").write_text("".join("%s:%s\n" % pair for pair in users.items()))
        for user in users:
            for tag, name in COLLECTIONS.items():
                collection = base / "data" / "collection-root" / user / name.lower()
                collection.mkdir(parents=True)
                (collection / ".Radicale.props").write_text(
                    json.dumps({"tag": tag, "D:displayname": name}))
        (base / "config").write_text(
            "[server]\nhosts = 127.0.0.1:%d\n[auth]\ntype = htpasswd\nhtpasswd_filename = %s\n"
            "htpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = %s\n"
            "[logging]\nlevel = info\n" % (PORT, base / "users", base / "data"))
        self.log = open(base / "log", "wb")
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-m", "radicale", "--config", str(base / "config")],
            stdout=self.log, stderr=self.log)
        lab.wait_for(lambda: lab.answers(PORT, "127.0.0.1"), "Radicale")

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


def attach(laboratory, host, users):
    """Lets the front hand requests for the host below /WebDAV to it."""
    server = DavHost(laboratory.directory / "dav", users)
    laboratory.stack.callback(server.close)
    laboratory.front.proxies[host] = (PORT, PREFIX)
    return server
