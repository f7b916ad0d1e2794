"""page_texts.py ROOT: texts, program labels and stylesheets of the settings pages fit together.

Every language says all that English says, with the same values and labels in it; no text and no
label is missing, none is there that nobody uses. A text is used where a stylesheet or a source of
src/render names its key.
"""

import datetime
import re
import xml.etree.ElementTree as ElementTree

import tree

PAGE = tree.ROOT / "xml" / "page"
PROGRAMS = PAGE / "programs.xml"
STYLESHEETS = tree.files("xml/page/*.xsl")
SOURCES = tree.files("src/render/page*.c")
NS = "{urn:signpost:page}"
XSL = "{http://www.w3.org/1999/XSL/Transform}"

# What the languages that we send are called by those who speak them.
NAMES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}

# What an expression of a stylesheet can be where it is a part of a key; README.md of the folder
# lists these values.
KINDS = ["form", "expired", "invalid", "elsewhere", "no-address", "unreadable", "limited",
         "nothing", "failed"]
DEVICES = ["iphone", "mac", "android", "windows", "linux"]
SECURITY = ["SSL", "STARTTLS", "plain"]
AUTHENTICATION = ["password-cleartext", "password-encrypted", "NTLM", "GSSAPI", "OAuth2", "none"]
PARTS = {
    "@kind": KINDS, "$page/@kind": KINDS,
    "$device": DEVICES, "substring-after(@key, '.')": DEVICES + ["web"],
    "@type": ["imap", "pop3", "smtp"], "../@type": ["imap", "pop3", "smtp"],
    "name()": ["hostname", "port"],
    "@security": SECURITY, "$server/@security": SECURITY,
    "@authentication": AUTHENTICATION, "$server/@authentication": AUTHENTICATION,
    "@content": ["all", "activesync"],
    "@value": ["name", "address", "password", "on", "off"],
    "number(substring(@date, 6, 2))": [str(month) for month in range(1, 13)],
}

# A narrow no-break space stands before these in French, except within an address.
FRENCH = re.compile(r"[^\u202f][;:!?](?!/)|«[^\u202f]|[^\u202f]»")
STRAIGHT = re.compile(r"[\"']")


def place(path, needle):
    """The number of the first line with needle in it."""
    return next((number for number, line in tree.lines(path) if needle in line), None)


def fault(path, needle, text):
    tree.fault(path, place(path, needle), text)


def check_schema(schema, paths):
    names = [tree.name(path) for path in paths]
    return (tree.run("xmllint", "--noout", "--nonet", "--relaxng", schema, *names)
            and tree.run("jing", schema, *names))


# Texts


class Texts:
    def __init__(self, path):
        self.path = path
        self.root = ElementTree.parse(path).getroot()
        self.by_key = {}
        for text in self.root.iter(NS + "text"):
            if text.get("key") in self.by_key:
                self.fault(text.get("key"), "there twice")
            self.by_key[text.get("key")] = text

    def fault(self, key, text):
        fault(self.path, f'key="{key}"', f"{key}: {text}")


def values(text):
    return {element.get("name") for element in text.iter(NS + "v")}


def labels(text):
    """Pairs of program and label; without a program it is the one with which the key begins."""
    own = text.get("key").split(".")[0]
    return {(element.get("program", own), element.get("name")) for element in text.iter(NS + "l")}


def check_head(texts):
    language = texts.path.name.split(".")[1]
    head = texts.root.attrib
    if head["language"] != language:
        fault(texts.path, "<texts", f"language {head['language']}, but the file is for {language}")
    if language not in NAMES:
        fault(texts.path, "<texts", f"which name has {language}? The check has to know it")
    elif head["name"] != NAMES[language]:
        fault(texts.path, "<texts", f"name {head['name']}, but it is called {NAMES[language]}")


def check_like_english(texts, english):
    for key in sorted(english.by_key.keys() - texts.by_key.keys()):
        fault(texts.path, "<texts", f"{key}: missing, texts.en.xml has it")
    for key in sorted(texts.by_key.keys() - english.by_key.keys()):
        texts.fault(key, "texts.en.xml has no such text")
    for key in sorted(texts.by_key.keys() & english.by_key.keys()):
        for what, found in (("values", values), ("labels", labels)):
            ours, theirs = found(texts.by_key[key]), found(english.by_key[key])
            if ours != theirs:
                texts.fault(key, f"{what} {sorted(ours)}, in English {sorted(theirs)}")


def check_profile(texts):
    for key, text in texts.by_key.items():
        if not key.startswith("profile."):
            continue
        if "\n" in "".join(text.itertext()):
            texts.fault(key, "more than one line; it becomes part of a profile")
        if list(text) != text.findall(NS + "v") or values(text) - {"address", "domain"}:
            texts.fault(key, "holds more than text, v address and v domain")


def letters(element):
    """The text of an element, with a box in place of each value and label."""
    inner = "".join(letters(child) + (child.tail or "") for child in element)
    return "\u25a1" if element.tag in (NS + "v", NS + "l") else (element.text or "") + inner


def check_letters(texts):
    for key, text in texts.by_key.items():
        if match := STRAIGHT.search(letters(text)):
            texts.fault(key, f"a quotation mark of a typewriter: {match.group(0)}")
        if texts.root.get("language") == "fr":
            if match := FRENCH.search(letters(text)):
                texts.fault(key, f"no narrow no-break space: {match.group(0)}")


# Keys that are used


def arguments(text):
    """'a', concat(b, 'c')  ->  ["'a'", "concat(b, 'c')"]"""
    found, depth, quoted, start = [], 0, False, 0
    for i, letter in enumerate(text):
        if letter == "'":
            quoted = not quoted
        elif not quoted:
            depth += (letter == "(") - (letter == ")")
            if letter == "," and depth == 0:
                found.append(text[start:i].strip())
                start = i + 1
    return found + [text[start:].strip()]


def calls(name, expression):
    """The arguments of each call of a function in an expression."""
    for match in re.finditer(rf"(?<![\w-]){name}\(", expression):
        depth, end = 1, match.end()
        while depth and end < len(expression):
            depth += (expression[end] == "(") - (expression[end] == ")")
            end += 1
        yield arguments(expression[match.end():end - 1])


class Sheet:
    """A stylesheet, with what the variables and parameters of each of its templates are given."""

    def __init__(self, path):
        self.path = path
        self.given = {}
        self.expressions = []
        for template in ElementTree.parse(path).getroot():
            self.take(template, template.get("name"), None)

    def take(self, element, template, called):
        """Notes the expressions of an element; called is the template that it calls."""
        called = element.get("name") if element.tag == XSL + "call-template" else called
        if "select" in element.attrib and element.get("name"):
            owner = called if element.tag == XSL + "with-param" else template
            given = (" ".join(element.get("select").split()), template)
            self.given.setdefault((owner, "$" + element.get("name")), []).append(given)
        for name, value in element.attrib.items():
            parts = [value] if name in ("select", "test") else re.findall(r"\{([^}]*)\}", value)
            self.expressions += [(" ".join(part.split()), template) for part in parts]
        for child in element:
            self.take(child, template, called)

    def strings(self, expression, template, programs):
        """Everything that an expression in a template can be as a string."""
        if expression.startswith("'"):
            return {expression.strip("'")}
        if expression in PARTS:
            return set(PARTS[expression])
        if expression in ("@id", "../../@id"):
            return set(programs)
        if expression.startswith("concat("):
            found = {""}
            for part in next(calls("concat", expression)):
                ends = self.strings(part, template, programs)
                found = {begin + end for begin in found for end in ends}
            return found
        given = self.given.get((template, expression), [])
        if not given:
            tree.fault(self.path, None, f"key of {expression}: the check has to know what that is")
        # What a template gives to itself adds nothing.
        return set().union(*(self.strings(*one, programs) for one in given
                             if one != (expression, template)))

    def keys(self, programs):
        """The keys of texts that it uses."""
        found = set()
        for expression, template in self.expressions:
            for call in calls("key", expression):
                if call[0] == "'t'":
                    found |= self.strings(call[1], template, programs)
        return found


def keys_of_source(path):
    found = set()
    for key in re.findall(r'"([a-z][a-z-]*(?:\.[a-z%-]+)+)"', path.read_text(encoding="utf-8")):
        if key == "month.%d":
            found |= {f"month.{month}" for month in range(1, 13)}
        elif not re.search(r"\.(c|h|xml|xsl|svg|css|js)$", key):
            found.add(key)
    return found


def check_keys(english, programs):
    used = {}
    for path in STYLESHEETS:
        for key in Sheet(path).keys(programs):
            used.setdefault(key, path)
    for path in SOURCES:
        for key in keys_of_source(path):
            used.setdefault(key, path)
    for key in sorted(used.keys() - english.by_key.keys()):
        tree.fault(used[key], None, f"{key}: texts.en.xml has no such text")
    for key in sorted(english.by_key.keys() - used.keys()):
        english.fault(key, "nobody uses this text")


# Programs


def read_programs():
    """{id: program}"""
    root = ElementTree.parse(PROGRAMS).getroot()
    return {program.get("id"): program for program in root.iter(NS + "program")}


def label_names(program):
    return [label.get("name") for label in program.iter(NS + "label")]


def check_checked(name, program):
    checked = program.find(NS + "checked")
    if "date" in checked.attrib:
        if datetime.date.fromisoformat(checked.get("date")) > datetime.date.today():
            fault(PROGRAMS, f'id="{name}"', f"{name}: checked on {checked.get('date')}, to come")
    there = {text.get("language") for text in program.iter(NS + "in")}
    if set(checked.get("languages").split()) != there:
        fault(PROGRAMS, f'id="{name}"', f"{name}: languages {checked.get('languages')}, but there"
              f" are labels in {' '.join(sorted(there))}")


def check_labels(name, program):
    for label in program.iter(NS + "label"):
        languages = [text.get("language") for text in label]
        what = f"{name}: label {label.get('name')}"
        if "en" not in languages:
            fault(PROGRAMS, f'id="{name}"', f"{what}: not there in English")
        if len(set(languages)) != len(languages):
            fault(PROGRAMS, f'id="{name}"', f"{what}: twice in one language")
        for language in sorted(set(languages) - NAMES.keys()):
            fault(PROGRAMS, f'id="{name}"', f"{what}: we have no page in {language}")
    for label in sorted(set(label_names(program))):
        if label_names(program).count(label) > 1:
            fault(PROGRAMS, f'id="{name}"', f"{name}: label {label}: there twice")


def check_label_use(programs, english):
    used = {}
    for key, text in english.by_key.items():
        for pair in labels(text):
            used.setdefault(pair, (english.path, f'key="{key}"'))
    for name, program in programs.items():
        fields = program.find(NS + "fields")
        for row in [] if fields is None else fields:
            used.setdefault((name, row.get("label")), (PROGRAMS, f'id="{name}"'))
    there = {(name, label) for name, program in programs.items() for label in label_names(program)}
    for name, label in sorted(used.keys() - there):
        fault(*used[name, label], f"program {name} has no label {label}")
    for name, label in sorted(there - used.keys()):
        # A title, and the words for what is chosen in a field, are looked for by the stylesheet.
        if label != "title" and not label.startswith(("security.", "authentication.", "type.")):
            fault(PROGRAMS, f'id="{name}"', f"{name}: nobody uses the label {label}")


def check_programs(english):
    programs = read_programs()
    for name, program in programs.items():
        check_checked(name, program)
        check_labels(name, program)
    check_label_use(programs, english)
    check_keys(english, programs)


def main():
    files = tree.files("xml/page/texts.*.xml")
    if not (check_schema("xml/schema/page-texts.rng", files)
            and check_schema("xml/schema/page-programs.rng", [PROGRAMS])):
        return files
    languages = [Texts(path) for path in files]
    english = next(texts for texts in languages if texts.path.name == "texts.en.xml")
    for texts in languages:
        check_head(texts)
        check_like_english(texts, english)
        check_profile(texts)
        check_letters(texts)
    for tag in NAMES.keys() - {texts.root.get("language") for texts in languages}:
        tree.fault(PAGE, None, f"texts.{tag}.xml is missing")
    check_programs(english)
    return files


tree.finish(main())
