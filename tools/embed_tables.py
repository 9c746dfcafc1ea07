#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists the tables of a set of migrations as a C table, with the statements that a backup reads them by.

usage: embed_tables.py OUT.h NAME MIGRATION.sql...

The migrations are run on an empty SQLite in memory, so that the list is what they make. Tables come in an order in which each
stands behind those that it refers to; one that refers to itself, or has no primary key, is refused.
"""
import pathlib
import sqlite3
import sys

KINDS = {"BIGINT": "i", "TEXT": "t", "DOUBLE PRECISION": "d", "BLOB": "b"}


def tables(paths):
    db = sqlite3.connect(":memory:")
    for path in paths:
        db.executescript(pathlib.Path(path).read_text())
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    found = {}
    for name in names:
        columns = db.execute("SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid", [name]).fetchall()
        above = {row[0] for row in db.execute('SELECT "table" FROM pragma_foreign_key_list(?)', [name])}
        key = [column for column, _, place in sorted(columns, key=lambda c: c[2]) if place > 0]
        wrong = [f"{column} is {kind}" for column, kind, _ in columns if kind not in KINDS]
        if not key or name in above or wrong:
            sys.exit(f"table {name}: no primary key, a reference to itself, or a type a backup does not know: {wrong}")
        found[name] = (columns, key, above)
    return found


def ordered(found):
    done = []
    while len(done) < len(found):
        ready = [name for name in found if name not in done and found[name][2] <= set(done)]
        if not ready:
            sys.exit("tables refer to each other in a circle")
        done += ready
    return done


def header(name, paths):
    found = tables(paths)
    out = ["/* Generated from the migrations by tools/embed_tables.py. */", "#pragma once", "",
           f"static const CoreTable {name}[] = {{"]
    for table in ordered(found):
        columns, key, _ = found[table]
        kinds = "".join(KINDS[kind] for _, kind, _ in columns)
        listed = ", ".join(column for column, _, _ in columns)
        out.append(f'    {{"{table}", "{kinds}", "{listed}",\n'
                   f'     "SELECT {listed} FROM {table} ORDER BY {", ".join(key)}"}},')
    return "\n".join([*out, "};", ""])


if __name__ == "__main__":
    pathlib.Path(sys.argv[1]).write_text(header(sys.argv[2], sys.argv[3:]))
