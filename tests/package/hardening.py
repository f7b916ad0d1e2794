"""Which of the compiler's and linker's protections a program has, as readelf and objdump see it."""

import re
import subprocess

X86_64 = "Advanced Micro Devices X86-64"


def _output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def faults(path):
    """What a program lacks, a sentence each; it may be stripped."""
    header = _output("readelf", "--wide", "--file-header", path)
    segments = _output("readelf", "--wide", "--program-headers", path)
    dynamic = _output("readelf", "--wide", "--dynamic", path)
    symbols = _output("readelf", "--wide", "--dyn-syms", path)
    checks = [
        (re.search(r"Type:\s+DYN ", header) and re.search(r"FLAGS_1.*\bPIE\b", dynamic),
         "is not position-independent (PIE)"),
        (re.search(r"GNU_RELRO", segments), "has no segment that is read-only after relocation"),
        (re.search(r"FLAGS.*\bBIND_NOW\b", dynamic), "binds late, so its table stays writable"),
        (re.search(r"GNU_STACK(?:\s+0x[0-9a-f]+){5}\s+RW\s", segments), "has an executable stack"),
        (not re.search(r"LOAD.*\sRWE\s", segments), "has memory to write and to execute"),
        (not re.search(r"\((?:RPATH|RUNPATH|TEXTREL)\)", dynamic),
         "looks for libraries where it was built, or is relocated in its code"),
        ("__stack_chk_fail" in symbols, "has no stack protector"),
        (re.search(r"__\w+_chk(?!_fail)\b", symbols), "has no function of fortify"),
    ]
    if X86_64 in header:
        code = _output("objdump", "--disassemble", "--no-show-raw-insn", path)
        checks += [
            # the start files have a few
            (code.count("endbr64") > 50, "marks no target of jumps (-fcf-protection)"),
            (re.search(r"or[ql]\s+\$0x0,\(%rsp\)", code),
             "touches no page of a large frame (-fstack-clash-protection)"),
        ]
    return [sentence for good, sentence in checks if not good]
