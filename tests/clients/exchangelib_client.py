#!/usr/bin/env python3
"""exchangelib_client.py BUILD_DIR [VARIANT...]: exchangelib looks for Exchange Web Services.

It posts to https://DOMAIN, then https://autodiscover.DOMAIN, follows a redirection over http, then
SRV records. The daemon gives it settings of the mail server's own autodiscover where the provider
hands Exchange over, and else an answer without an Exchange part.
"""

import json
import subprocess
import sys

import lab

PASSWORD = "so geheim"
CUSTOMER = "kunde.example"
ANNA = "anna.berg@" + CUSTOMER
HOST = "mail.hoster.example"
SERVERS = (("imap", HOST, 993, "SSL"), ("smtp", HOST, 465, "SSL"))
TARGET = "https://mail.hoster.example/autodiscover/autodiscover.xml"
HANDOVER = "    <sp:autodiscover>%s</sp:autodiscover>\n" % TARGET
NOT_FOLLOWED = "ValueError: No EWS URL found in any of the available protocols: []"
EWS = "https://mail.hoster.example/EWS/Exchange.asmx"

# What a mail server with Exchange answers to the same question.
EXCHANGE = """<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">
<User><DisplayName>Anna Berg</DisplayName>
<AutoDiscoverSMTPAddress>%s</AutoDiscoverSMTPAddress></User>
<Account><AccountType>email</AccountType><Action>settings</Action>
<Protocol><Type>EXPR</Type><Server>%s</Server><EwsUrl>%s</EwsUrl><AuthPackage>basic</AuthPackage>
</Protocol></Account></Response></Autodiscover>
""" % (ANNA, HOST, EWS)

# Runs in Debian's Python, which has the package.
PROGRAM = """
import json, sys
from exchangelib import Credentials
from exchangelib.autodiscover.discovery.pox import PoxAutodiscovery
from exchangelib.autodiscover.discovery.soap import SoapAutodiscovery
if sys.argv[4] == "corrected":
    from exchangelib.autodiscover.properties import Account
    Account.get_field_by_fieldname("redirect_url").field_uri_postfix = "RedirectUrl"
kind = {"pox": PoxAutodiscovery, "soap": SoapAutodiscovery}[sys.argv[1]]
try:
    answer, protocol = kind(email=sys.argv[2], credentials=Credentials(*sys.argv[2:4])).discover()
    print(json.dumps([protocol.service_endpoint, None]))
except Exception as problem:
    print(json.dumps([None, "%s: %s" % (type(problem).__name__, problem)]))
"""


def discover(laboratory, address, how="pox", spelling="own"):
    """(EWS URL or None, error or None)."""
    _, environment = laboratory.home("exchangelib")
    environment["REQUESTS_CA_BUNDLE"] = str(laboratory.authority.certificate)
    done = subprocess.run(["/usr/bin/python3", "-c", PROGRAM, how, address, PASSWORD, spelling],
                          env=environment, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise lab.LabError(done.stderr)
    return json.loads(done.stdout)


def show(laboratory, problem):
    print("  it says:", problem)
    for exchange in laboratory.front.exchanges:
        secret = ", with a password" if exchange.header("Authorization") else ""
        print("  asked: %s%s" % (exchange, secret))
    srv = [name for kind, name in laboratory.names.questions if kind == "SRV"]
    print("  asked of DNS:", " ".join(dict.fromkeys(srv)))


def handed_over(build, tally, spelling="own", wanted=NOT_FOLLOWED, **options):
    with lab.Lab(build, {"hoster": lab.document(*SERVERS, more=HANDOVER)}, {CUSTOMER: "hoster"},
                 **options) as laboratory:
        laboratory.front.routes[HOST] = (200, "text/xml; charset=utf-8", EXCHANGE.encode("utf-8"))
        url, problem = discover(laboratory, ANNA, spelling=spelling)
        posts = [e for e in laboratory.front.exchanges if e.method == "POST"]
        tally.equal("the answer to its first POST", posts[0].status, 200)
        tally.true("names " + TARGET, "<RedirectUrl>%s</RedirectUrl>" % TARGET in
                   posts[0].answer.decode("utf-8"))
        tally.equal("EWS or error", url or problem, wanted)
        show(laboratory, problem)


def handover(build, tally):
    """redirectUrl to the provider's own autodiscover: version 4.9 wants <RedirectURL> instead"""
    handed_over(build, tally)


def handover_corrected(build, tally):
    """the same with that name put right in its table: it follows and finds EWS"""
    handed_over(build, tally, "corrected", EWS)


def handover_autodiscover(build, tally):
    """the same with a certificate for autodiscover. alone"""
    handed_over(build, tally, "corrected", EWS, certified=["autodiscover." + CUSTOMER, HOST])


def handover_srv(build, tally):
    """no certificate for the customer's names: an SRV record leads to the service"""
    records = {("SRV", "_autodiscover._tcp." + CUSTOMER): ["0 0 443 service.hoster.example"]}
    handed_over(build, tally, "corrected", EWS, certified=["service.hoster.example", HOST],
                records=records, names=["hoster.example"])


def nothing(build, tally, address, error, how="pox"):
    with lab.Lab(build, {"hoster": lab.document(*SERVERS)}, {CUSTOMER: "hoster"},
                 names=["unbekannt.example"]) as laboratory:
        url, problem = discover(laboratory, address, how)
        tally.equal("EWS", url, None)
        tally.true("error %s" % error, (problem or "").startswith(error))
        tally.equal("passwords sent", [e for e in laboratory.front.exchanges
                                       if e.header("Authorization")], [])
        show(laboratory, problem)


def mail_only(build, tally):
    """IMAP and SMTP alone: it reads them, and misses EWS"""
    nothing(build, tally, ANNA, "ValueError: No EWS URL found in any of the available protocols: "
            "[\"Protocol(type='IMAP', ")


def unknown(build, tally):
    """a domain that the daemon does not know: error 500 ends its search"""
    nothing(build, tally, "anna@unbekannt.example", "ErrorNonExistentMailbox")


def soap(build, tally):
    """the SOAP way, which the daemon does not have: version 4.9 gives up at the first 404"""
    nothing(build, tally, ANNA, "UnauthorizedError", "soap")


VARIANTS = {function.__name__: function for function in (
    handover, handover_corrected, handover_autodiscover, handover_srv, mail_only, unknown, soap)}

if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__ + "\nVariants: " + " ".join(VARIANTS))
    lab.enter()
    lab.variants(VARIANTS, sys.argv[2:], sys.argv[1], lab.Tally())
