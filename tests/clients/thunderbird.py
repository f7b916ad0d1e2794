#!/usr/bin/env python3
"""thunderbird.py BUILD_DIR [VARIANT...]: Thunderbird sets up accounts from the daemon's answers.

Each variant starts Thunderbird (headless) with a profile of its own, types name and address into
its "new account" dialog, continues, types the password, and reads back what it configured, whether
it logged in with that at a real IMAP, POP3 and SMTP server, and what it had asked for.
"""

import contextlib
import sys

import davhost
import lab
import mailhost
from thunderbird_program import PASSWORD, PASSWORD_CLEARTEXT, STARTTLS, TLS, Thunderbird

CUSTOMER = "kunde.example"
ANNA = "anna.berg@" + CUSTOMER
HOST = "mail.hoster.example"
IMAP = ("imap", HOST, 993, "SSL")
POP3 = ("pop3", HOST, 995, "SSL")
SMTP = ("smtp", HOST, 465, "SSL")
BOTH = lab.document(IMAP, POP3, SMTP)
SOCKETS = {"SSL": TLS, "STARTTLS": STARTTLS}


def expect_account(tally, account, incoming, outgoing):
    """incoming and outgoing: (type, host, port, socketType, user)."""
    pairs = ("incoming", account, incoming), ("outgoing", account["smtp"], outgoing)
    for what, seen, wanted in pairs:
        kind, host, port, socket_type, user = wanted
        tally.equal(what, [seen[key] for key in ("type", "host", "port", "socket", "auth", "user")],
                    [kind, host, port, SOCKETS[socket_type], PASSWORD_CLEARTEXT, user])


def show(laboratory, state=None):
    if state:
        print("  dialog:", {key: value for key, value in state.items() if key != "forward"})
    for exchange in laboratory.front.exchanges:
        print("  asked: %s" % exchange)
    kinds = [q for q in laboratory.names.questions if q[0] in ("MX", "SRV", "TXT")]
    print("  asked of DNS:", " ".join("%s %s" % q for q in dict.fromkeys(kinds)))


def set_up(laboratory, tally, address, incoming, outgoing, choice=None, preferences=None,
           choices=None, exceptions=()):
    """The whole way, from the address to a mailbox that can be read."""
    users = {incoming[4]: PASSWORD, outgoing[4]: PASSWORD}
    host = mailhost.attach(laboratory, users)
    program = Thunderbird(laboratory, preferences)
    found = program.find(address)
    print("  the search for settings took %.2f s" % program.seconds)
    tally.equal("page", found["id"], "emailConfigFoundSubview")
    if found["id"] != "emailConfigFoundSubview":
        show(laboratory, found)
        return found
    if choices:
        tally.equal("choices, recommended first",
                    [found["recommended"]] + [c for c in found["choices"]
                                              if c != found["recommended"]], choices)
    end = program.create(choice)
    tally.equal("end", end["id"], "emailAddedSuccessSubview")
    tally.equal("questions about certificates", sorted(set(program.exceptions)),
                sorted(exceptions))
    accounts = program.accounts()
    if accounts:
        expect_account(tally, accounts[0], incoming, outgoing)
        tally.equal("name and address", [accounts[0]["name"], accounts[0]["email"]],
                    ["Anna Berg", address])
        wanted = {"imap": ["Drafts", "Inbox", "Rechnungen"], "pop3": ["Inbox"]}[incoming[0]]
        tally.true("folders %s" % program.folders(wanted), True)
        program.try_smtp()
    wanted = {(incoming[0], incoming[4]), ("smtp:%d" % outgoing[2], outgoing[4])}
    with contextlib.suppress(lab.LabError):
        lab.wait_for(lambda: wanted <= host.logins(), "logins")
    tally.equal("logins", sorted(host.logins()), sorted(wanted))
    show(laboratory, found)
    saved = program.saved()
    print("  saved:", {key: value for key, value in sorted(saved.items()) if key.endswith(
        (".type", ".hostname", ".port", ".socketType", ".authMethod", ".userName", ".try_ssl",
         ".username"))})
    return found


def one(build, tally, document, incoming, outgoing, address=ANNA, lab_options=None, **options):
    domain = address.rpartition("@")[2].lower()
    with lab.Lab(build, {"hoster": document}, {domain: "hoster"},
                 **(lab_options or {})) as laboratory:
        set_up(laboratory, tally, address, incoming, outgoing, **options)
        return laboratory


def asked(laboratory, scheme=None):
    return [str(e) for e in laboratory.front.exchanges if scheme in (None, e.scheme)]


def smartermail(build, tally):
    """the sample provider: IMAP is recommended, POP3 offered"""
    text = lab.sample("smartermail")
    imap, smtp = lab.server(text, "imap"), lab.server(text, "smtp")
    one(build, tally, text, imap + (ANNA,), smtp + (ANNA,), choices=["imap", "pop3"])


def smartermail_pop3(build, tally):
    """the sample provider, POP3 chosen in the dialog"""
    text = lab.sample("smartermail")
    pop3, smtp = lab.server(text, "pop3"), lab.server(text, "smtp")
    one(build, tally, text, pop3 + (ANNA,), smtp + (ANNA,), choice="pop3")


def enterprise(build, tally):
    """the enterprise sample: EWS is offered, IMAP recommended"""
    text = lab.sample("smartermail-enterprise")
    imap, smtp = lab.server(text, "imap"), lab.server(text, "smtp")
    with lab.Lab(build, {"hoster": text}, {CUSTOMER: "hoster"}) as laboratory:
        found = set_up(laboratory, tally, ANNA, imap + (ANNA,), smtp + (ANNA,))
        tally.equal("recommended", found.get("recommended"), "imap")
        tally.true("ews is among %s" % found.get("choices"), "ews" in found.get("choices", []))


def collections(build, tally, with_records):
    """Sets the account up and takes what calendars and address books are offered."""
    text = lab.sample("smartermail-enterprise")
    host = lab.server(text, "imap")[1]
    with lab.Lab(build, {"hoster": text}, {CUSTOMER: "hoster"}) as laboratory:
        if with_records:
            laboratory.names.records.update(laboratory.daemon.records(CUSTOMER))
        davhost.attach(laboratory, host, {ANNA: PASSWORD})
        mailhost.attach(laboratory, {ANNA: PASSWORD})
        program = Thunderbird(laboratory)
        program.find(ANNA)
        end = program.create()["id"]
        if with_records:
            tally.equal("end", end, "emailSyncAccountsSubview")
            base = "https://%s/WebDAV/%s/" % (host, ANNA.replace("@", "%40"))
            tally.equal("added", program.add_collections(),
                        [["address book", "Kontakte", base + "kontakte/"],
                         ["calendar", "Termine", base + "termine/"]])
        else:
            tally.equal("end", end, "emailAddedSuccessSubview")
        show(laboratory)


def dav_records(build, tally):
    """calendars and contacts by the records that signpost prints for the domain"""
    collections(build, tally, True)


def dav_redirected(build, tally):
    """calendars by /.well-known alone: it follows, but does not take another host's answer"""
    # Opaque response blocking: with browser.opaqueResponseBlocking off it would.
    collections(build, tally, False)


def oldserver(build, tally):
    """the sample of the server that is moved away from"""
    text = lab.sample("oldserver")
    imap, smtp = lab.server(text, "imap"), lab.server(text, "smtp")
    user = {"%EMAILADDRESS%": ANNA, "%EMAILLOCALPART%": "anna.berg"}
    users = [user[lab.server_user(text, kind)] for kind in ("imap", "smtp")]
    one(build, tally, text, imap + (users[0],), smtp + (users[1],))


def pop3_only(build, tally):
    """a provider without IMAP"""
    one(build, tally, lab.document(POP3, SMTP), POP3 + (ANNA,), SMTP + (ANNA,), choices=["pop3"])


def starttls(build, tally):
    """STARTTLS on 143 and 587, hosts below the customer's domain, user name without domain"""
    imap = ("imap", "imap.%EMAILDOMAIN%", 143, "STARTTLS", "%EMAILLOCALPART%")
    smtp = ("smtp", "smtp.%EMAILDOMAIN%", 587, "STARTTLS", "%EMAILLOCALPART%")
    one(build, tally, lab.document(imap, smtp),
        ("imap", "imap." + CUSTOMER, 143, "STARTTLS", "anna.berg"),
        ("smtp", "smtp." + CUSTOMER, 587, "STARTTLS", "anna.berg"))


def plus(build, tally):
    """an address with +"""
    address = "anna+shop@" + CUSTOMER
    one(build, tally, BOTH, IMAP + (address,), SMTP + (address,), address=address)


def upper_case(build, tally):
    """an address typed in upper case"""
    address = "Anna.Berg@KUNDE.EXAMPLE"
    one(build, tally, BOTH, IMAP + (address,), SMTP + (address,), address=address)


def idn(build, tally):
    """a domain with an umlaut, in the form that Thunderbird takes"""
    address = "anna@xn--mller-kva.example"
    one(build, tally, BOTH, IMAP + (address,), SMTP + (address,), address=address)


def http_only(build, tally):
    """no certificate, port 443 is closed; alone: it refuses the customer's names"""
    laboratory = one(build, tally, BOTH, IMAP + (ANNA,), SMTP + (ANNA,),
                     lab_options={"certified": []})
    led = 1 if laboratory.alone else 0  # over http, autodiscover is led to the setup host's https
    tally.true("nothing else came over https", laboratory.front.handshakes <= led)


def wrong_certificate(build, tally):
    """the names that lead to the daemon have a certificate for another name"""
    records = {("A", prefix + CUSTOMER): [lab.ADDRESS] for prefix in ("autoconfig.",
                                                                      "autodiscover.")}
    laboratory = one(build, tally, BOTH, IMAP + (ANNA,), SMTP + (ANNA,),
                     lab_options={"certified": ["autoconfig.hoster.example"], "records": records,
                                  "unresolved": [CUSTOMER]})
    tally.true("TLS was tried and refused", laboratory.front.refused)
    tally.true("nothing came over https", not asked(laboratory, "https"))


def wrong_certificate_at_domain(build, tally):
    """the customer's web site has it, too: looking for calendars there, it asks the user"""
    one(build, tally, BOTH, IMAP + (ANNA,), SMTP + (ANNA,), exceptions=[CUSTOMER],
        lab_options={"certified": ["autoconfig.hoster.example"]})


def mx(build, tally):
    """the customer's domain has nothing in DNS but an MX record"""
    records = {("MX", CUSTOMER): ["10 in1.mx.hoster.example"]}
    laboratory = one(build, tally, BOTH, IMAP + (ANNA,), SMTP + (ANNA,),
                     lab_options={"names": ["hoster.example"], "unresolved": [CUSTOMER],
                                  "certified": ["autoconfig.hoster.example"],
                                  "records": records})
    tally.equal("the one way", asked(laboratory)[0], "GET https://autoconfig.hoster.example/mail/"
                "config-v1.1.xml?emailaddress=anna.berg%40kunde.example -> 200")


def ispdb(build, tally):
    """the daemon in the place of Thunderbird's own data base"""
    preferences = {"mailnews.auto_config.fetchFromISP.enabled": False,
                   "mailnews.auto_config_url": "https://autoconfig.hoster.example/v1.1/"}
    laboratory = one(build, tally, BOTH, IMAP + (ANNA,), SMTP + (ANNA,), preferences=preferences,
                     lab_options={"names": ["hoster.example"]})
    tally.true("asked as a data base", "GET https://autoconfig.hoster.example/v1.1/kunde.example"
               " -> 200" in asked(laboratory))


NO_AUTOCONFIG = {"mailnews.auto_config.fetchFromISP.enabled": False}


def pox(build, tally):
    """autodiscover alone, autoconfig is off"""
    one(build, tally, BOTH, IMAP + (ANNA,), SMTP + (ANNA,), preferences=NO_AUTOCONFIG)


def pox_http(build, tally):
    """autodiscover alone and without https"""
    one(build, tally, BOTH, IMAP + (ANNA,), SMTP + (ANNA,), preferences=NO_AUTOCONFIG,
        lab_options={"certified": []})


def pox_starttls(build, tally):
    """autodiscover alone, with STARTTLS ports"""
    imap = ("imap", HOST, 143, "STARTTLS")
    smtp = ("smtp", HOST, 587, "STARTTLS")
    one(build, tally, lab.document(imap, smtp), imap + (ANNA,), smtp + (ANNA,),
        preferences=NO_AUTOCONFIG)


def handover(build, tally):
    """Exchange questions are handed to another host: autoconfig decides, nothing is asked"""
    more = ("    <sp:autodiscover>https://mail.hoster.example/autodiscover/autodiscover.xml"
            "</sp:autodiscover>\n")
    one(build, tally, lab.document(IMAP, POP3, SMTP, more=more), IMAP + (ANNA,), SMTP + (ANNA,),
        choices=["imap", "pop3"])


def unknown(build, tally):
    """a domain that the daemon does not know: nothing is found, the manual page comes"""
    other = "unbekannt.example"
    records = {("A", prefix + other): [lab.ADDRESS] for prefix in ("", "autoconfig.",
                                                                   "autodiscover.")}
    certified = [name for _, name in records]
    with lab.Lab(build, {"hoster": BOTH}, {CUSTOMER: "hoster"}, records=records,
                 certified=certified) as laboratory:
        found = Thunderbird(laboratory).find("anna@" + other)
        tally.equal("page", found["id"], "emailIncomingConfigSubview")
        show(laboratory, found)
        for exchange in laboratory.front.exchanges:
            wanted = 404 if exchange.method == "GET" or exchange.status == 404 else 200
            tally.equal("status of %s" % exchange.method, exchange.status, wanted)


VARIANTS = {function.__name__: function for function in (
    smartermail, smartermail_pop3, enterprise, dav_records, dav_redirected, oldserver, pop3_only,
    starttls, plus, upper_case, idn, http_only, wrong_certificate, wrong_certificate_at_domain, mx,
    ispdb, pox, pox_http, pox_starttls, handover, unknown)}

if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__ + "\nVariants: " + " ".join(VARIANTS))
    lab.enter()
    lab.variants(VARIANTS, sys.argv[2:], sys.argv[1], lab.Tally())
