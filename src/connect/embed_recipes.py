#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes mapping files as a C table: name (the file's, without .json) and text.

usage: embed_recipes.py OUT.h RECIPE.json...
"""
import json
import pathlib
import sys


def c_text(text: str) -> str:
    """One C string a line of the file."""
    rows = []
    for line in text.splitlines(keepends=True):
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("?", "\\?")
        rows.append(f'     "{escaped}"')
    return "\n".join(rows)


def main() -> None:
    out = ["// SPDX-License-Identifier: Apache-2.0", "#pragma once", "",
           "static const struct {", "    const char *name, *text;", "} connect_recipes[] = {"]
    for name in sys.argv[2:]:
        path = pathlib.Path(name)
        text = path.read_text(encoding="utf-8")
        json.loads(text)  # a recipe that is not JSON must not build
        out.append(f'    {{"{path.stem}",\n{c_text(text)}}},')
    out.append("};")
    pathlib.Path(sys.argv[1]).write_text("\n".join(out) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
