#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes starter.txt as a C table of texts with their labels.

usage: embed_starter.py STARTER.txt OUT.h

Of each line up to 24 of its forms, evenly spread; those of every fifth line of a category validate.
"""
import itertools
import pathlib
import re
import sys

FORMS = 24
VALID_OF = 5


def forms(line: str) -> list[str]:
    """All ways to read the line, or FORMS of them."""
    parts = [part.split("|") if i % 2 else [part] for i, part in enumerate(re.split(r"\{([^{}]*)\}", line))]
    found = list(dict.fromkeys(" ".join("".join(words).split()) for words in itertools.product(*parts)))
    step = max(1, len(found) / FORMS)
    return [found[int(i * step)] for i in range(min(FORMS, len(found)))]


def c_text(text: str) -> str:
    return '"' + "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}" for b in text.encode()) + '"'


def main() -> None:
    label, number, out = None, 0, ["/* Generated from starter.txt by embed_starter.py. */", "#pragma once", "",
                                   "static const struct {", "    const char *label, *text;", "    bool valid;", "} starter_texts[] = {"]
    for line in pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            label, number = line[2:].strip(), 0
        elif line and not line.startswith("#"):
            if label is None or line.count("{") != line.count("}"):
                sys.exit(f"starter.txt: no category, or a brace too many: {line}")
            valid = "true" if number % VALID_OF == VALID_OF - 1 else "false"
            out += [f"    {{{c_text(label)}, {c_text(text)}, {valid}}}," for text in forms(line)]
            number += 1
    pathlib.Path(sys.argv[2]).write_text("\n".join([*out, "};", ""]), encoding="ascii")


if __name__ == "__main__":
    main()
