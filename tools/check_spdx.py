#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a file of the tree does not name its license in its first line (second after "#!").

usage: check_spdx.py [ROOT]      exit 0: clean, 1: findings, one per line
"""
import pathlib
import subprocess
import sys

WANT = "SPDX-License-Identifier: Apache-2.0"
# What can carry the line, by suffix or name; formats without comments and prose are left out.
KINDS = {".c", ".h", ".py", ".sql", ".sh", ".toml", ".build", ".mjs", ".js", ".ts", ".tsx", ".css", ".html", ".yaml",
         ".yml", ".java", ".xml", ".map", ".ini"}
NAMES = {"dev", "meson.build", "meson_options.txt", "requirements-dev.txt", ".ci/run", "bench/run"}
# Bytes that are data.
DATA = ("fuzz/corpus/", "tests/data/", "docs/")


def listed(root: pathlib.Path) -> list[str]:
    out = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=root, check=True,
                         capture_output=True).stdout
    return sorted(set(filter(None, out.decode().split("\0"))))


def lacks(path: pathlib.Path) -> bool:
    with open(path, encoding="utf-8", errors="replace") as f:
        lines = [f.readline() for _ in range(3)]
    while lines[0].startswith(("#!", "<?xml", "<!doctype", "<!DOCTYPE")):
        lines.pop(0)
    return WANT not in lines[0]


def main(root: pathlib.Path) -> int:
    wanted = [n for n in listed(root) if not n.startswith(DATA) and (root / n).is_file()
              and (n in NAMES or pathlib.PurePosixPath(n).name in NAMES or pathlib.PurePosixPath(n).suffix in KINDS)]
    bad = [n for n in wanted if lacks(root / n)]
    for name in bad:
        print(f"{name}: the first line does not say {WANT}")
    print(f"spdx: {len(wanted)} files, {len(bad)} without the line")
    return bool(bad) or not wanted


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
