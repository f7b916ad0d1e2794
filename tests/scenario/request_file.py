"""Reads tests/scenario/requests/*.request. The format is told in requests/README."""

import os

SEPARATOR = b"\n--- request\n"
ONCE = {"program", "what", "reason", "status", "type", "allow", "answer", "continue", "closes",
        "head", "client", "by"}
MANY = {"header", "absent", "fact", "with", "never", "repeat"}
REQUIRED = ("program", "what", "status")


class FormatError(Exception):
    pass


class RequestFile:
    """What a client sends (data) and what it must get (the other attributes)."""

    def __init__(self, name, fields, data):
        self.name = name
        self.program = fields["program"]
        self.what = fields["what"]
        self.reason = fields.get("reason", "")
        self.statuses = [int(word) for word in fields["status"].split(" or ")]
        self.media_type = fields.get("type")
        self.allow = fields.get("allow")
        self.answer = fields.get("answer")
        self.client = fields.get("client")
        self.waits_for_continue = fields.get("continue") == "yes"
        self.may_close = fields.get("closes") == "maybe"
        self.must_close = fields.get("closes") == "yes"
        self.by_library = fields.get("by") == "libmicrohttpd"
        self.has_head_twin = fields.get("head") != "no" and data.startswith(b"GET ")
        self.headers = [split_pair(name, text, ": ") for text in fields["header"]]
        self.absent = fields["absent"]
        self.facts = [split_pair(name, text, " = ") for text in fields["fact"]]
        self.values = dict(split_pair(name, text, " = ") for text in fields["with"])
        self.never = fields["never"]
        self.data = expand(name, data, fields["repeat"])

    @property
    def method(self):
        return self.data.split(b" ", 1)[0].decode("ascii", "replace")

    def head_and_body(self):
        head, separator, body = self.data.partition(b"\r\n\r\n")
        return head + separator, body

    def header(self, name):
        """The value of a request header, or None."""
        for line in self.head_and_body()[0].split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.lower() == name.lower().encode():
                return value.strip().decode("utf-8", "replace")
        return None


def split_pair(name, text, separator):
    left, found, right = text.partition(separator)
    if not found:
        raise FormatError("%s: no %r in %r" % (name, separator.strip(), text))
    return left.strip(), right.strip()


def expand(name, data, rules):
    """Applies "MARK = COUNT TEXT": huge requests are not worth a huge file."""
    for rule in rules:
        mark, text = split_pair(name, rule, " = ")
        count, _, piece = text.partition(" ")
        if data.count(mark.encode()) != 1:
            raise FormatError("%s: %s must stand in the request once" % (name, mark))
        data = data.replace(mark.encode(), piece.encode() * int(count))
    return data


def parse_fields(name, text):
    fields = {key: [] for key in MANY}
    last = None
    for line in text.split("\n"):
        if not line.strip() or line.startswith("#"):
            continue
        if line[0] in " \t" and last:
            if last in MANY:
                fields[last][-1] += " " + line.strip()
            else:
                fields[last] += " " + line.strip()
            continue
        last, value = split_pair(name, line, ":")
        if last in MANY:
            fields[last].append(value)
        elif last not in ONCE or last in fields:
            raise FormatError("%s: %r is unknown or there twice" % (name, last))
        else:
            fields[last] = value
    for key in REQUIRED:
        if not fields.get(key):
            raise FormatError("%s: %s is missing" % (name, key))
    return fields


def parse(name, content):
    head, found, data = content.partition(SEPARATOR)
    if not found:
        raise FormatError("%s: no line %r" % (name, SEPARATOR.decode().strip()))
    return RequestFile(name, parse_fields(name, head.decode("utf-8")), data)


def load(directory):
    """All request files of a directory, sorted by name."""
    files = []
    for entry in sorted(os.listdir(directory)):
        if entry.endswith(".request"):
            with open(os.path.join(directory, entry), "rb") as file:
                files.append(parse(entry[:-len(".request")], file.read()))
    return files
