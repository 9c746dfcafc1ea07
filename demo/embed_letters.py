#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes letters.txt as a C table.

usage: embed_letters.py LETTERS.txt OUT.c
"""
import pathlib
import sys


def c_text(text: str) -> str:
    return '"' + "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}" for b in text.encode()) + '"'


def main() -> None:
    letters: list[tuple[str, str, list[str]]] = []
    for line in pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            _, language, kind = line.split()
            letters.append((language, kind, []))
        elif line and not line.startswith("#"):
            letters[-1][2].append(line)
    out = ["/* Generated from letters.txt by embed_letters.py. */", '#include "letters.h"', "", "const Letter letters[] = {"]
    for language, kind, lines in letters:
        subject, text = (lines[0], lines[1:]) if len(lines) > 1 else ("", lines)
        if not text:
            sys.exit(f"letters.txt: nothing is said in {language} {kind}")
        out.append("    {" + ", ".join(map(c_text, (language, kind, subject, "\n".join(text)))) + "},")
    pathlib.Path(sys.argv[2]).write_text("\n".join([*out, "};", "const size_t letter_count = sizeof letters / sizeof *letters;", ""]), encoding="ascii")


if __name__ == "__main__":
    main()
