"""Reads single values and whole trees out of answers, for comparison with what a file expects."""

import json
import plistlib
import xml.etree.ElementTree as ElementTree

MICROSOFT = "http://schemas.microsoft.com/exchange/autodiscover/"
NAMESPACES = {
    "auto": MICROSOFT + "responseschema/2006",
    "outlook": MICROSOFT + "outlook/responseschema/2006a",
    "sync": MICROSOFT + "mobilesync/responseschema/2006",
}
NOTHING = "(none)"


def kind(media_type):
    """How an answer of this type is read: "xml", "json", "plist" or "text"."""
    word = (media_type or "").split(";")[0].strip().lower()
    if word in ("text/xml", "application/xml"):
        return "xml"
    if word == "application/json":
        return "json"
    if word == "application/x-apple-aspen-config":
        return "plist"
    return "text"


def find_xml(body, path):
    """Texts of all elements (a/b/c) or attributes (a/b/@id) at a path that begins with the root."""
    root = ElementTree.fromstring(body)
    path, _, attribute = path.partition("/@")
    first, _, rest = path.partition("/")
    if root.tag != full_name(first):
        return NOTHING
    elements = root.findall(rest, NAMESPACES) if rest else [root]
    if attribute:
        found = [element.get(attribute) for element in elements if attribute in element.attrib]
    else:
        found = [element.text or "" for element in elements]
    return " | ".join(found) if found else NOTHING


def full_name(name):
    prefix, colon, local = name.partition(":")
    return "{%s}%s" % (NAMESPACES[prefix], local) if colon else name


def find_value(value, path):
    """The value at a/0/b of dictionaries and lists, written as JSON; a text as it is."""
    for step in path.split("/"):
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return NOTHING
    return value if isinstance(value, str) else json.dumps(value)


def find(answer, path):
    how = kind(answer.header("Content-Type"))
    if how == "xml":
        return find_xml(answer.body, path)
    if how == "json":
        return find_value(json.loads(answer.body), path)
    if how == "plist":
        return find_value(plistlib.loads(answer.body), path)
    return answer.body.decode("utf-8")


def short_name(tag):
    for prefix, namespace in NAMESPACES.items():
        if tag.startswith("{%s}" % namespace):
            return prefix + ":" + tag[len(namespace) + 2:]
    return tag


def xml_lines(element, indentation=""):
    """An element line by line, without what lies between elements; blanks in a value stay."""
    text = element.text or ""
    if len(element) and not text.strip():
        text = ""
    text += "".join((child.tail or "").strip() for child in element)
    attributes = "".join(" %s=%r" % pair for pair in sorted(element.attrib.items()))
    lines = ["%s%s%s %r" % (indentation, short_name(element.tag), attributes, text)]
    for child in element:
        lines += xml_lines(child, indentation + "  ")
    return lines


def lines(media_type, body):
    """The lines of a form that is the same for the same document, whatever its indentation."""
    how = kind(media_type)
    if how == "xml":
        return xml_lines(ElementTree.fromstring(body))
    if how == "json":
        return json.dumps(json.loads(body), indent=1).split("\n")
    if how == "plist":
        return json.dumps(plistlib.loads(body), indent=1).split("\n")
    return body.decode("utf-8").split("\n")
