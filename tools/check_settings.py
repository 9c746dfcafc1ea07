#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds docs/settings.md equal to what `patrond --help` prints.

usage: check_settings.py PATROND DOC [--write]      exit 0: equal, 1: differs
"""
import pathlib
import re
import subprocess
import sys

BLOCK = re.compile(r"(```text\n)(.*?)(```)", re.S)

if __name__ == "__main__":
    doc = pathlib.Path(sys.argv[2])
    told = subprocess.run([sys.argv[1], "--help"], check=True, capture_output=True, text=True).stdout
    text = doc.read_text()
    fresh = BLOCK.sub(lambda m: m[1] + told + m[3], text, count=1)
    if "--write" in sys.argv:
        doc.write_text(fresh)
    elif fresh != text:
        sys.exit(f"{doc} is not what {sys.argv[1]} --help prints: run tools/check_settings.py PATROND {doc} --write")
