#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the numbered migrations of one folder into a C header with an array of them.

usage: embed_migrations.py OUT.h NAME NNNN_name.sql...

The array is `static const PtSqlMigration NAME[]`; the text is byte for byte the file, since its
SHA-256 is kept in the database. Numbers rise by one from 1, and every .sql file of the folder must
be given: a migration that was forgotten in meson.build would otherwise just not run.
"""
import pathlib
import re
import sys


def c_string(text: str) -> str:
    lines = text.splitlines(keepends=True)
    escaped = (x.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for x in lines)
    return "\n".join(f'     "{x}"' for x in escaped)


def header(name: str, paths: list[pathlib.Path]) -> str:
    forgotten = set(paths[0].parent.glob("*.sql")) - set(paths)
    if forgotten:
        sys.exit(f"not listed: {' '.join(sorted(p.name for p in forgotten))}")
    out = ["/* Generated from db/migrations: edit those files. */", "#pragma once", "",
           '#include "platform/sql.h"', "", "/* C99 promises 4,095 characters; gcc and clang have no bound. */",
           '#pragma GCC diagnostic ignored "-Woverlength-strings"', f"static const PtSqlMigration {name}[] = {{"]
    for want, path in enumerate(paths, start=1):
        hit = re.fullmatch(r"(\d{4})_([a-z][a-z0-9_]*)\.sql", path.name)
        if hit is None or int(hit[1]) != want:
            sys.exit(f"{path.name}: want a name like {want:04}_what_it_adds.sql")
        text = path.read_text(encoding="ascii")
        out.append(f'    {{{want}, "{hit[2]}",\n{c_string(text)}}},')
    return "\n".join(out + ["};", ""])


if __name__ == "__main__":
    files = [pathlib.Path(p).resolve() for p in sys.argv[3:]]
    pathlib.Path(sys.argv[1]).write_text(header(sys.argv[2], files), encoding="ascii")
