#!/usr/bin/env python3
"""deltachat.py BUILD_DIR [VARIANT...]: Delta Chat's core configures an account and logs in.

DELTACHAT_RPC_SERVER names the program deltachat-rpc-server. It asks over https alone and trusts
only the roots that are built into it: a copy of it is made in which one of them has the key of the
lab's authority.
"""

import json
import os
import pathlib
import re
import shutil
import sqlite3
import sys

import jsonrpc
import lab
import mailhost

ROOT_CERTIFICATE = "/usr/share/ca-certificates/mozilla/ISRG_Root_X2.crt"
PASSWORD = "so geheim"
CUSTOMER = "kunde.example"
ANNA = "anna.berg@" + CUSTOMER
HOST = "mail.hoster.example"
IMAP, POP3 = ("imap", HOST, 993, "SSL"), ("pop3", HOST, 995, "SSL")
SMTP = ("smtp", HOST, 465, "SSL")
BOTH = lab.document(IMAP, POP3, SMTP)
SECURITY = {"SSL": "Tls", "STARTTLS": "Starttls"}


def program():
    path = os.environ.get("DELTACHAT_RPC_SERVER") or shutil.which("deltachat-rpc-server")
    if not path:
        sys.exit("DELTACHAT_RPC_SERVER is not set: see README.md")
    return path


def configure(laboratory, address):
    """(what it configured or None, the error or None)."""
    home, environment = laboratory.home("deltachat")
    copy = home / "deltachat-rpc-server"
    laboratory.authority.trusting_copy(program(), copy)
    environment["DC_ACCOUNTS_PATH"] = str(home / "accounts")
    environment["RUST_LOG"] = "info"
    with open(home / "log", "wb") as log:
        rpc = jsonrpc.Rpc([str(copy)], environment, log)
        try:
            account = rpc.call("add_account")
            rpc.call("add_or_update_transport", account,
                     {"addr": address, "password": PASSWORD})
        except jsonrpc.RpcError as problem:
            return None, re.sub(r"\s+", " ", str(problem)).strip()
        finally:
            rpc.close()
    database = next(pathlib.Path(home / "accounts").rglob("dc.db"))
    text = sqlite3.connect(database).execute("SELECT configured_param FROM transports").fetchone()
    return json.loads(text[0]), None


def servers(configured, kind):
    return [[kind, entry["connection"]["host"], entry["connection"]["port"],
             entry["connection"]["security"], entry["user"]] for entry in configured[kind]]


def wanted(server, both):
    """both: it does not read <Encryption>, and tries TLS, then STARTTLS, on the given port."""
    kind, host, port, socket_type, user = server
    ways = ["Tls", "Starttls"] if both else [SECURITY[socket_type]]
    return [[kind, host, port, way, user] for way in ways]


def one(build, tally, document, incoming, outgoing, address=ANNA, both=False, **options):
    domain = address.rpartition("@")[2].lower()
    with lab.Lab(build, {"hoster": document}, {domain: "hoster"}, root=ROOT_CERTIFICATE,
                 **options) as laboratory:
        host = mailhost.attach(laboratory, {incoming[4]: PASSWORD, outgoing[4]: PASSWORD})
        configured, problem = configure(laboratory, address)
        tally.equal("error", problem, None)
        if configured:
            tally.equal("incoming", servers(configured, "imap"), wanted(incoming, both))
            tally.equal("outgoing", servers(configured, "smtp"), wanted(outgoing, both))
        tally.equal("logins", sorted(host.logins()),
                    [("imap", incoming[4]), ("smtp:%d" % outgoing[2], outgoing[4])])
        show(laboratory)
        return laboratory


def show(laboratory):
    for exchange in laboratory.front.exchanges:
        print("  asked: %s" % exchange)
    hosts = [name for kind, name in laboratory.names.questions if kind == "A"]
    print("  resolved:", " ".join(dict.fromkeys(hosts)))


def nothing(build, tally, document, domain=CUSTOMER, **options):
    """Nothing may be found and nothing be configured."""
    with lab.Lab(build, {"hoster": document}, {CUSTOMER: "hoster"}, root=ROOT_CERTIFICATE,
                 **options) as laboratory:
        configured, problem = configure(laboratory, "anna@" + domain)
        tally.equal("configured", configured, None)
        print("  it says:", problem)
        show(laboratory)
        return laboratory


def smartermail(build, tally):
    """the sample provider"""
    text = lab.sample("smartermail")
    one(build, tally, text, lab.server(text, "imap") + (ANNA,), lab.server(text, "smtp") + (ANNA,))


def enterprise(build, tally):
    """the enterprise sample"""
    text = lab.sample("smartermail-enterprise")
    one(build, tally, text, lab.server(text, "imap") + (ANNA,), lab.server(text, "smtp") + (ANNA,))


def oldserver(build, tally):
    """the sample of the server that is moved away from"""
    text = lab.sample("oldserver")
    user = {"%EMAILADDRESS%": ANNA, "%EMAILLOCALPART%": "anna.berg"}
    one(build, tally, text, *(lab.server(text, kind) + (user[lab.server_user(text, kind)],)
                              for kind in ("imap", "smtp")))


def autoconfig(build, tally):
    """a certificate for autoconfig. alone; the first question is in absolute form"""
    laboratory = one(build, tally, BOTH, IMAP + (ANNA,), SMTP + (ANNA,),
                     certified=["autoconfig." + CUSTOMER])
    tally.equal("target", laboratory.front.exchanges[0].target, "https://autoconfig.kunde.example/"
                "mail/config-v1.1.xml?emailaddress=anna.berg%40kunde.example")


def well_known(build, tally):
    """a certificate for the domain alone: asked without an address"""
    laboratory = one(build, tally, BOTH, IMAP + (ANNA,), SMTP + (ANNA,), certified=[CUSTOMER])
    tally.true("by .well-known", "/.well-known/autoconfig/" in laboratory.front.exchanges[0].target)


def autodiscover(build, tally):
    """a certificate for autodiscover. alone: GET without an address"""
    laboratory = one(build, tally, BOTH, IMAP + (ANNA,), SMTP + (ANNA,), both=True,
                     certified=["autodiscover." + CUSTOMER])
    tally.equal("method", laboratory.front.exchanges[0].method, "GET")


def starttls(build, tally):
    """STARTTLS, hosts below the customer's domain, user name without domain"""
    imap = ("imap", "imap.%EMAILDOMAIN%", 143, "STARTTLS", "%EMAILLOCALPART%")
    smtp = ("smtp", "smtp.%EMAILDOMAIN%", 587, "STARTTLS", "%EMAILLOCALPART%")
    one(build, tally, lab.document(imap, smtp),
        ("imap", "imap." + CUSTOMER, 143, "STARTTLS", "anna.berg"),
        ("smtp", "smtp." + CUSTOMER, 587, "STARTTLS", "anna.berg"))


def autodiscover_starttls(build, tally):
    """the same servers by autodiscover; it always takes the whole address as user name"""
    imap, smtp = ("imap", HOST, 143, "STARTTLS"), ("smtp", HOST, 587, "STARTTLS")
    one(build, tally, lab.document(imap, smtp), imap + (ANNA,), smtp + (ANNA,), both=True,
        certified=["autodiscover." + CUSTOMER])


def plus(build, tally):
    """an address with +"""
    address = "anna+shop@" + CUSTOMER
    one(build, tally, BOTH, IMAP + (address,), SMTP + (address,), address=address)


def upper_case(build, tally):
    """an address in upper case, which it makes lower case"""
    one(build, tally, BOTH, IMAP + (ANNA,), SMTP + (ANNA,), address="Anna.Berg@KUNDE.EXAMPLE")


def unknown(build, tally):
    """a domain that the daemon does not know"""
    other = "unbekannt.example"
    records = {("A", prefix + other): [lab.ADDRESS] for prefix in ("", "autoconfig.",
                                                                   "autodiscover.")}
    laboratory = nothing(build, tally, BOTH, other, records=records,
                         certified=[name for _, name in records])
    tally.equal("statuses", {exchange.status for exchange in laboratory.front.exchanges}, {404})


def no_certificate(build, tally):
    """without https it finds nothing: it asks nowhere else"""
    laboratory = nothing(build, tally, BOTH, certified=[])
    tally.equal("requests", len(laboratory.front.exchanges), 0)


def pop3_only(build, tally):
    """a provider without IMAP, which it cannot use"""
    nothing(build, tally, lab.document(POP3, SMTP))


VARIANTS = {function.__name__: function for function in (
    smartermail, enterprise, oldserver, autoconfig, well_known, autodiscover, starttls,
    autodiscover_starttls, plus, upper_case, unknown, no_certificate, pop3_only)}

if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__ + "\nVariants: " + " ".join(VARIANTS))
    program()
    lab.enter()
    lab.variants(VARIANTS, sys.argv[2:], sys.argv[1], lab.Tally())
