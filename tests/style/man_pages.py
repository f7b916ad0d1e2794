"""man_pages.py ROOT SIGNPOST SIGNPOSTD: what the programs say of themselves is what the pages say.

Compared both ways: the commands with their operands and options, the options of signpostd, and the
keys of the configuration with type, range and default.
"""

import json
import re
import subprocess
import sys

import tree

SIGNPOST, SIGNPOSTD = sys.argv[2:4]
PAGES = {name: tree.ROOT / "docs" / "man" / name
         for name in ("signpost.1", "signpost-dns.1", "signpostd.8", "signpost.conf.5")}


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout


def options_in_help(text):
    """{name: argument or ""} of the lines "  --name ARGUMENT  description"."""
    found = re.findall(r"(?m)^  --([a-z-]+)(?: ([A-Z]+))? +\S", text)
    return {name: argument.lower() for name, argument in found}


def words(text):
    """What is left of operands without brackets, dots and markup."""
    return [word.lower() for word in re.findall(r"[A-Za-z]+", text)]


def commands_in_help():
    """{"domain add": (operands, options)} of signpost."""
    listing = output(SIGNPOST, "--help")
    names = re.findall(r"(?m)^  ([a-z]+(?: [a-z]+)?) {2,}\S", listing)
    general = options_in_help(listing)
    commands = {}
    for name in names:
        text = output(SIGNPOST, *name.split(), "--help")
        usage = re.match(r"usage: signpost %s((?: [^-\s]*[A-Z][^\s]*)*)" % name, text)
        own = options_in_help(text)
        for option, argument in general.items():
            if own.pop(option, None) != argument:
                tree.fault(PAGES["signpost.1"], None, f"{name} --help lacks --{option}")
        commands[name] = (words(usage.group(1)), own)
    return general, commands


def commands_in_page():
    """The same of the manual pages, with places: every ".It Ic" is a command."""
    general, commands, places = {}, {}, {}
    for page in (PAGES["signpost.1"], PAGES["signpost-dns.1"]):
        options, section = general, None
        for number, line in tree.lines(page):
            heading = re.match(r"\.Sh (.*)", line)
            command = re.match(r"\.It Ic ([a-z ]*[a-z])(.*)", line)
            option = re.match(r"\.It Fl -([a-z-]+)(?: Ar (\S+))?$", line)
            if heading:
                section = heading.group(1)
            elif command and section == "COMMANDS":
                operands = re.sub(r"\b(Ar|Op|Oo|Oc|Ns)\b", " ", command.group(2))
                options = {}
                commands[command.group(1)] = (words(operands), options)
                places[command.group(1)] = (page, number)
            elif option and section in ("DESCRIPTION", "COMMANDS"):
                options[option.group(1)] = option.group(2) or ""
    return general, commands, places


def compare(page, line, what, said, written):
    if said != written:
        tree.fault(page, line, f"{what}: the program has {said}, the page {written}")


def check_commands():
    page = PAGES["signpost.1"]
    general, commands = commands_in_help()
    page_general, page_commands, places = commands_in_page()
    compare(page, None, "options of all commands", general, page_general)
    compare(page, None, "commands", sorted(commands), sorted(page_commands))
    for name in commands.keys() & page_commands.keys():
        compare(*places[name], f"operands of {name}", commands[name][0], page_commands[name][0])
        compare(*places[name], f"options of {name}", commands[name][1], page_commands[name][1])
    return len(commands)


def check_service():
    page = PAGES["signpostd.8"]
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"(?m)^\.It Fl -([a-z-]+)(?: Ar (\S+))?$", text)
    compare(page, None, "options", options_in_help(output(SIGNPOSTD, "--help")), dict(found))


def keys_of_program():
    """{"section.key": what the page has to say of it}"""
    keys = {}
    for line in output(SIGNPOST, "check", "--settings", "--json").splitlines():
        row = json.loads(line)
        limits = choices = None
        if "minimum" in row:
            limits = f"{row['minimum']} to {row['maximum']} {row.get('unit', '')}".strip()
        if "choices" in row:
            choices = row["choices"].split()
        keys[f"{row['section']}.{row['key']}"] = {
            "type": row["type"], "default": row["default"] or None, "limits": limits,
            "choices": choices,
        }
    return keys


def keys_of_page():
    text = PAGES["signpost.conf.5"].read_text(encoding="utf-8")
    keys = {}
    for section in re.split(r"(?m)^\.Ss \[", text.split(".Sh KEYS\n")[1].split("\n.Sh ")[0])[1:]:
        name = section.split("]")[0]
        for item in section.split("\n.It Cm ")[1:]:
            heading, body = item.split("\n", 1)
            key, kind = re.fullmatch(r"(\S+) No = Ar (.+)", heading).groups()
            default = re.search(r"(?m)^The default is\n\.Ql (.+) \.$", body)
            if bool(default) == bool(re.search(r"(?m)^Not set by default\.$", body)):
                tree.fault(PAGES["signpost.conf.5"], None, f"{name}.{key}: which default?")
            limits = re.search(r"\b(\d+ to\s\d+(?: per)?(?: [a-z]+)?)\b", body)
            choices = re.findall(r"(?m)^\.Cm (\S+)", body)
            keys[f"{name}.{key}"] = {
                "type": kind, "default": default and default.group(1),
                "limits": limits and " ".join(limits.group(1).split()), "choices": choices or None,
            }
    return keys


def check_keys():
    page = PAGES["signpost.conf.5"]
    program, written = keys_of_program(), keys_of_page()
    compare(page, None, "keys", list(program), list(written))
    for name in program.keys() & written.keys():
        compare(page, None, name, program[name], written[name])
    return len(program)


looked_at = check_commands() and check_keys()
check_service()
tree.finish(looked_at)
