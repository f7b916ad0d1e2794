"""A site with certificates: a folder for each name, as ACME clients leave them."""

import os

import certificates
import crowd
import service

EXTENSIONS = """
[%(section)s]
keyUsage = digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = %(names)s
"""


class TlsAuthority(certificates.Authority):
    """Issues certificates with names in them. begin: of its own, seconds from now."""

    def __init__(self, directory, begin=-certificates.DAY):
        self.begin = begin
        super().__init__(directory)

    def make(self, name, subject, issuer, extensions, kind="p256", begin=None, end=None):
        super().make(name, subject, issuer, extensions, kind,
                     self.begin if begin is None else begin,
                     90 * certificates.DAY if end is None else end)

    def issue_names(self, name, *names, **more):
        """(chain, key) with these DNS names: bytes of files as ACME clients write them."""
        section = "names_" + name
        with open(self.path("ca.cnf"), "a", encoding="ascii") as file:
            file.write(EXTENSIONS % {
                "section": section,
                "names": ",".join("DNS:" + each for each in names),
            })
        self.make(name, names[0], "intermediate", section, **more)
        return (self.read(name + ".pem") + self.read("intermediate.pem"),
                self.read(name + ".key"))


class TlsSite(service.Site):
    """autoconfig. and autodiscover. of every domain in one certificate for each domain."""

    def __init__(self, domains, provider="hosting", begin=-90 * certificates.DAY, **keys):
        self.port_tls = service.free_port()
        super().__init__([(domain, provider) for domain in domains], **keys)
        self.certificates = os.path.join(self.directory, "certificates")
        os.mkdir(self.certificates)
        self.authority = TlsAuthority(os.path.join(self.root, "authority"), begin)
        self.issued = 0
        for domain in domains:
            self.put_certificate(domain)
        self.set("listen", "https", "127.0.0.1:%d" % self.port_tls)
        self.set("tls", "certificates", self.certificates)

    def put_certificate(self, domain, **more):
        """A new one, each file put into its place at once."""
        self.issued += 1
        names = [domain, "autoconfig." + domain, "autodiscover." + domain]
        pair = self.authority.issue_names("c%d" % self.issued, *names, **more)
        folder = os.path.join(self.certificates, domain)
        os.makedirs(folder, exist_ok=True)
        for name, data in zip(("fullchain.pem", "privkey.pem"), pair):
            path = os.path.join(folder, name)
            with open(path + ".new", "wb") as file:
                file.write(data)
            os.rename(path + ".new", path)

    def tls_context(self):
        return crowd.tls_context(self.authority.path("root.pem"))
