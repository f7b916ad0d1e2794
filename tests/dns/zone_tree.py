"""A tree of zones as small as it can be: one server for the root and for example., which delegates
customers' zones with glue, and a resolver that knows this root and no other.

All name servers of a tree answer at one port, each at an address of its own.
"""

import servers
from servers import zone_text

PARENT_ADDRESS = "127.0.0.9"
PARENT_NAME = "ns.parent.example."
PARENT_TTL = 172800


class ZoneTree:
    """delegations: {zone: {server's name: [addresses]}}, all below example."""

    def __init__(self, port):
        self.parent = servers.Knot(address=PARENT_ADDRESS, port=port)
        self.resolver = servers.Bind(resolver=True)
        self.delegations = {}

    def start(self):
        self.write()
        self.parent.start()
        self.resolver.keep_zone(".", None, forward=self.parent)
        self.resolver.start()
        return self

    def write(self):
        glue = "%s %d A %s" % (PARENT_NAME, PARENT_TTL, PARENT_ADDRESS)
        self.parent.keep_zone(".", zone_text(".", "example. %d NS %s" % (PARENT_TTL, PARENT_NAME),
                                             glue, servers=[PARENT_NAME]), static=True)
        self.parent.keep_zone("example", zone_text("example", glue, *self.records(),
                                                   servers=[PARENT_NAME]), static=True)

    def records(self):
        """Of the delegations, and the glue of servers below example., each once."""
        records = {}
        for zone, names in self.delegations.items():
            for name, addresses in names.items():
                records["%s. %d NS %s." % (zone, PARENT_TTL, name)] = True
                for address in addresses if name.endswith(".example") else []:
                    kind = "AAAA" if ":" in address else "A"
                    records["%s. %d %s %s" % (name, PARENT_TTL, kind, address)] = True
        return list(records)

    def delegate(self, delegations, primary=None):
        """Delegates zones; the resolver asks primary about them."""
        self.delegations.update(delegations)
        self.write()
        self.parent.run(*self.parent.knotc_words(), "-b", "zone-reload", "example")
        for zone in delegations if primary else ():
            self.resolver.keep_zone(zone, None, forward=primary)
        self.resolver.configure()
        self.resolver.reconfigure()
        return self
