#!/usr/bin/env python3
"""evolution.py BUILD_DIR [VARIANT...]: Evolution's own look-up of mail settings.

Calls the functions of its account assistant (libevolution-mail, EMailAutoconfig) and reads the
settings that they fill in; only the windows are left out.
"""

import json
import re
import subprocess
import sys

import lab

CUSTOMER = "kunde.example"
ANNA = "anna.berg@" + CUSTOMER
HOST = "mail.hoster.example"
IMAP, POP3 = ("imap", HOST, 993, "SSL"), ("pop3", HOST, 995, "SSL")
SMTP = ("smtp", HOST, 465, "SSL")
BOTH = lab.document(IMAP, POP3, SMTP)
SECURITY = {"SSL": "SSL_ON_ALTERNATE_PORT", "STARTTLS": "STARTTLS_ON_STANDARD_PORT"}

# Runs in Debian's Python, which has the bindings. What the assistant finds is private to the
# library but for two functions: one fills in an account, the other prints all.
PROGRAM = """
import ctypes, json, sys, gi
gi.require_version("EDataServer", "1.2")
gi.require_version("Camel", "1.2")
from gi.repository import EDataServer, Camel

class Error(ctypes.Structure):
    _fields_ = [("domain", ctypes.c_uint32), ("code", ctypes.c_int), ("message", ctypes.c_char_p)]

Camel.init(sys.argv[2], False)
EDataServer.SourceCamel.register_types()
registry = EDataServer.SourceRegistry.new_sync(None)
ctypes.CDLL("/usr/lib/evolution/libevolution-util.so.0", ctypes.RTLD_GLOBAL)
library = ctypes.CDLL("/usr/lib/evolution/libevolution-mail.so.0")
look_up = library.e_mail_autoconfig_new_sync
look_up.restype = ctypes.c_void_p
look_up.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p,
                    ctypes.c_void_p]
problem = ctypes.c_void_p()
found = look_up(hash(registry), sys.argv[1].encode(), None, None, ctypes.byref(problem))
if not found:
    print("RESULT", json.dumps({"error": Error.from_address(problem.value).message.decode()}))
    sys.exit()
library.e_mail_autoconfig_dump_results.argtypes = [ctypes.c_void_p]
library.e_mail_autoconfig_dump_results(found)
result = {}
for kind, backend, part in (
        ("imap", "imapx", EDataServer.SOURCE_EXTENSION_MAIL_ACCOUNT),
        ("smtp", "smtp", EDataServer.SOURCE_EXTENSION_MAIL_TRANSPORT)):
    source = EDataServer.Source.new(None, None)
    source.get_extension(part)
    fill = getattr(library, "e_mail_autoconfig_set_%s_details" % kind)
    fill.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    if not fill(found, hash(source)):
        continue
    name = EDataServer.SourceCamel.get_extension_name(backend)
    settings = source.get_extension(name).get_settings()
    result[kind] = [settings.get_property("host"), settings.get_property("port"),
                    settings.get_property("security-method").value_name,
                    settings.get_property("user")]
print("RESULT", json.dumps(result))
"""


def look_up(laboratory, address):
    """{"imap": [host, port, security, user], "smtp": ..., "pop3": [host, port, user]} or error."""
    home, environment = laboratory.home("evolution")
    environment["GSETTINGS_BACKEND"] = "memory"
    done = subprocess.run(["dbus-run-session", "--", "/usr/bin/python3", "-c", PROGRAM, address,
                           str(home)], env=environment, capture_output=True, text=True,
                          timeout=120, check=False)
    answer = re.search("^RESULT (.*)$", done.stdout, re.MULTILINE)
    if done.returncode or not answer:
        raise lab.LabError(done.stderr)
    result = json.loads(answer.group(1))
    pop3 = re.search(r"^POP3: (\S+)@(\S+):(\d+)$", done.stdout, re.MULTILINE)
    if pop3:
        result["pop3"] = [pop3.group(2), int(pop3.group(3)), pop3.group(1)]
    return result


def wanted(server):
    _, host, port, socket_type, user = server
    return [host, port, "CAMEL_NETWORK_SECURITY_METHOD_" + SECURITY[socket_type], user]


def show(laboratory):
    for exchange in laboratory.front.exchanges:
        print("  asked: %s" % exchange)
    print("  refused:", len(laboratory.front.refused))


def one(build, tally, document, servers, address=ANNA, **options):
    """servers: what must be found, (type, host, port, socketType, user) each."""
    domain = address.rpartition("@")[2].lower()
    with lab.Lab(build, {"hoster": document}, {domain: "hoster"}, **options) as laboratory:
        found = look_up(laboratory, address)
        expected = {server[0]: wanted(server) for server in servers}
        if "pop3" in expected:  # its encryption is not to be seen from outside
            expected["pop3"] = [expected["pop3"][i] for i in (0, 1, 3)]
        tally.equal("found", dict(sorted(found.items())), dict(sorted(expected.items())))
        show(laboratory)
        return laboratory


def sample(build, tally, name):
    text = lab.sample(name)
    one(build, tally, text, [lab.server(text, kind) + (ANNA,) for kind in ("imap", "pop3", "smtp")])


def smartermail(build, tally):
    """the sample provider: of its two IMAP servers the one with TLS"""
    sample(build, tally, "smartermail")


def enterprise(build, tally):
    """the enterprise sample"""
    sample(build, tally, "smartermail-enterprise")


def oldserver(build, tally):
    """the sample of the server that is moved away from"""
    sample(build, tally, "oldserver")


def starttls(build, tally):
    """STARTTLS, hosts below the customer's domain, user name without domain"""
    imap = ("imap", "imap.%EMAILDOMAIN%", 143, "STARTTLS", "%EMAILLOCALPART%")
    smtp = ("smtp", "smtp.%EMAILDOMAIN%", 587, "STARTTLS", "%EMAILLOCALPART%")
    one(build, tally, lab.document(imap, smtp),
        [("imap", "imap." + CUSTOMER, 143, "STARTTLS", "anna.berg"),
         ("smtp", "smtp." + CUSTOMER, 587, "STARTTLS", "anna.berg")])


def pop3_only(build, tally):
    """a provider without IMAP"""
    one(build, tally, lab.document(POP3, SMTP), [POP3 + (ANNA,), SMTP + (ANNA,)])


def plus(build, tally):
    """an address with +"""
    address = "anna+shop@" + CUSTOMER
    one(build, tally, BOTH, [server + (address,) for server in (IMAP, POP3, SMTP)], address)


def upper_case(build, tally):
    """an address typed in upper case"""
    address = "Anna.Berg@KUNDE.EXAMPLE"
    one(build, tally, BOTH, [server + (address,) for server in (IMAP, POP3, SMTP)], address)


def http_only(build, tally):
    """no certificate at all, port 443 is closed"""
    laboratory = one(build, tally, BOTH, [server + (ANNA,) for server in (IMAP, POP3, SMTP)],
                     certified=[])
    tally.equal("schemes", {exchange.scheme for exchange in laboratory.front.exchanges}, {"http"})


def wrong_certificate(build, tally):
    """port 443 has a certificate, for another name"""
    one(build, tally, BOTH, [server + (ANNA,) for server in (IMAP, POP3, SMTP)],
        certified=["autoconfig.hoster.example"])


def unknown(build, tally):
    """a domain that the daemon does not know"""
    with lab.Lab(build, {"hoster": BOTH}, {CUSTOMER: "hoster"},
                 names=["unbekannt.example"]) as laboratory:
        found = look_up(laboratory, "anna@unbekannt.example")
        tally.equal("found", list(found), ["error"])
        print("  it says:", found.get("error"))
        show(laboratory)
        tally.equal("statuses", {exchange.status for exchange in laboratory.front.exchanges}, {404})


VARIANTS = {function.__name__: function for function in (
    smartermail, enterprise, oldserver, starttls, pop3_only, plus, upper_case, http_only,
    wrong_certificate, unknown)}

if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__ + "\nVariants: " + " ".join(VARIANTS))
    lab.enter()
    lab.variants(VARIANTS, sys.argv[2:], sys.argv[1], lab.Tally())
