"""Other people's programs that judge our answers: xmllint, jing, plistutil, BIND, Knot."""

import os
import re
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("SIGNPOST_SOURCE", os.path.dirname(os.path.dirname(HERE)))
SCHEMAS = os.path.join(SOURCE, "xml", "schema")

# -i local: or it asks the network for every name outside the zone
NAMED_CHECKZONE = ["named-checkzone", "-i", "local", "-k", "fail", "-m", "fail", "-n", "fail",
                   "-M", "fail", "-S", "fail", "-r", "fail"]
STRIPPED = ".stripped"
DOCTYPE = re.compile(rb"<!DOCTYPE[^>]*>\n")


def missing(*programs):
    """Those of the programs that are not installed."""
    return [program for program in programs if not find(program)]


def find(program):
    # where Debian puts what administrators use
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def run(command, data=None):
    """Complaints of a command that failed, "" if it did not."""
    result = subprocess.run([find(command[0])] + command[1:], input=data, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, check=False)
    return "" if result.returncode == 0 else result.stdout.decode("utf-8", "replace") or "failed"


def xmllint(schema, paths):
    return run(["xmllint", "--nonet", "--noout", "--relaxng", os.path.join(SCHEMAS, schema)]
               + list(paths))


def jing(schema, paths):
    """It would fetch a document type from its URL: files with one are judged without."""
    stripped = []
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        if DOCTYPE.search(data):
            path += STRIPPED
            with open(path, "wb") as file:
                file.write(DOCTYPE.sub(b"", data))
        stripped.append(path)
    return run(["jing", os.path.join(SCHEMAS, schema)] + stripped)


def plistutil(path):
    return run(["plistutil", "-i", path, "-o", os.devnull])


def whole_zone(fragment, records, domain):
    """A zone that the fragment could stand in: with its own authority, and the hosts it names."""
    hosts = {record.rdata.split(" ")[-1] for record in records if record.type in ("SRV", "CNAME")}
    aliases = {record.owner for record in records if record.type == "CNAME"}
    lines = ["%s. 3600 IN SOA ns.%s. hostmaster.%s. 1 7200 3600 1209600 3600" % ((domain,) * 3),
             "%s. 3600 IN NS ns.%s." % (domain, domain), "ns.%s. 3600 IN A 192.0.2.53" % domain]
    for host in sorted(hosts - aliases):
        if host == domain + "." or host.endswith("." + domain + "."):
            lines.append("%s 3600 IN A 192.0.2.1" % host)
    return ("\n".join(lines) + "\n").encode("ascii") + fragment


def named_checkzone(domain, path):
    return run(NAMED_CHECKZONE + [domain, path])


def kzonecheck(domain, path):
    return run(["kzonecheck", "-o", domain + ".", path])
