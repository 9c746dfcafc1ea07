#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds landed migrations to the bytes they landed with.

usage: check_migrations.py DB_MIGRATIONS RELEASED_TEST

`landed.sha256` lists what has been released, in the form of sha256sum. A file on the list must not
change nor go, and what is not yet on it must come behind what is. Each set's newest release must be
a starting point of the test of upgrades (RELEASED_TEST), so that rows of that schema are carried on.
To land a migration: sha256sum core/NNNN_name.sql >> landed.sha256, in the commit of the release.
"""
import hashlib
import pathlib
import sys


def faults(folder, test):
    landed = {}
    for line in (folder / "landed.sha256").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ")
        landed[name] = digest
    for name, digest in landed.items():
        path = folder / name
        if not path.exists():
            yield f"{name} has landed and is gone"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            yield f"{name} has landed and was edited: put it back and add a new migration"
    for path in sorted(folder.glob("*/*.sql")):
        newest = max((name for name in landed if name.startswith(f"{path.parent.name}/")), default="")
        name = f"{path.parent.name}/{path.name}"
        if name not in landed and name < newest:
            yield f"{name} comes before {newest}, which has landed"
    for kind in ("core", "views"):
        newest = max((name for name in landed if name.startswith(f"{kind}/")), default=None)
        if newest and f'"{kind} {newest.split("/")[1][:4]}"' not in test:
            yield f"no upgrade is tested from {kind} {newest.split('/')[1][:4]}"


def main(folder, test):
    found = list(faults(pathlib.Path(folder), pathlib.Path(test).read_text(encoding="utf-8")))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
