"""A certificate authority in a directory, and signed profiles taken apart: all by openssl."""

import os
import subprocess
import time

CONFIGURATION = """
[ca]
default_ca = own
[own]
new_certs_dir = .
database = index
serial = serial
default_md = sha256
policy = any
unique_subject = no
email_in_dn = no
[any]
commonName = supplied
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = keyCertSign
subjectKeyIdentifier = hash
[server]
keyUsage = digitalSignature
extendedKeyUsage = serverAuth
"""
DAY = 86400
KEYS = {"rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        "p256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        "p384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"]}


def openssl(*arguments, given=None, **more):
    """Standard output of openssl; AssertionError with what it complains of."""
    done = subprocess.run(["openssl", *arguments], input=given, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, **more)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode("utf-8", "replace"))
    return done.stdout


def utc(seconds):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(seconds))


class Authority:
    """A root and an intermediate, which issues."""

    def __init__(self, directory):
        self.directory = directory
        os.makedirs(directory)
        for name, text in (("ca.cnf", CONFIGURATION), ("index", ""), ("serial", "01\n")):
            with open(self.path(name), "w", encoding="ascii") as file:
                file.write(text)
        self.make("root", "Test Root", None, "authority")
        self.make("intermediate", "Test Intermediate", "root", "authority")

    def path(self, name):
        return os.path.join(self.directory, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def make(self, name, subject, issuer, extensions, kind="p256", begin=-DAY, end=90 * DAY):
        """NAME.key and NAME.pem; begin and end are seconds from now."""
        now = time.time()
        openssl("genpkey", *KEYS[kind], "-out", self.path(name + ".key"))
        openssl("req", "-new", "-key", self.path(name + ".key"), "-subj", "/CN=" + subject,
                "-out", self.path(name + ".csr"))
        signer = ["-selfsign", "-keyfile", name + ".key"] if issuer is None else \
            ["-cert", issuer + ".pem", "-keyfile", issuer + ".key"]
        openssl("ca", "-batch", "-notext", "-config", "ca.cnf", "-extensions", extensions,
                *signer, "-startdate", utc(now + begin), "-enddate", utc(now + end),
                "-in", name + ".csr", "-out", name + ".pem", cwd=self.directory)

    def issue(self, name, **more):
        """(chain, key) of the settings host: bytes of files as ACME clients write them."""
        self.make(name, "setup.hosting.example", "intermediate", "server", **more)
        return (self.read(name + ".pem") + self.read("intermediate.pem"),
                self.read(name + ".key"))

    def verify(self, signed):
        """The profile in a signature that leads to the root."""
        return openssl("cms", "-verify", "-inform", "DER", "-purpose", "any", "-binary",
                       "-CAfile", self.path("root.pem"), given=signed)


def signers(signed):
    """Subjects of the certificates in a signature, sorted."""
    text = openssl("cms", "-cmsout", "-print", "-inform", "DER", given=signed).decode()
    return sorted(line.split("CN=")[1].strip() for line in text.splitlines()
                  if line.strip().startswith("subject: "))


def serial(signed):
    """Serial number of the signer's certificate."""
    text = openssl("cms", "-cmsout", "-print", "-inform", "DER", given=signed).decode()
    return text.split("signerInfos:")[1].split("serialNumber:")[1].split()[0]


def is_der(signed):
    """One element of a definite length that reaches to the end."""
    return signed[0] == 0x30 and signed[1] == 0x82 \
        and int.from_bytes(signed[2:4], "big") == len(signed) - 4
