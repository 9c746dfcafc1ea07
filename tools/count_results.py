#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sums what a run of the tests wrote and prints its one closing line.

usage: count_results.py FOLDER      reads FOLDER/*.json  (meson's testlog, one object a line)
                                          FOLDER/*.xml   (pytest's junit report)
                                          FOLDER/steps   (lines "pass NAME", "fail NAME")
Exit 0 when nothing failed and something passed. With PATRON_SHARED set (the shared data sets are
there) a test that was skipped for want of data has failed: its reason says "shared data" or names the variable.
"""
import json
import os
import pathlib
import sys
import xml.etree.ElementTree

MESON_PASS = {"OK", "EXPECTEDFAIL"}
MESON_SKIP = {"SKIP"}


def meson_results(path: pathlib.Path):
    for line in path.read_text().splitlines():
        row = json.loads(line)
        result = row["result"]
        verdict = "passed" if result in MESON_PASS else "skipped" if result in MESON_SKIP else "failed"
        text = f"{row.get('stdout', '')} {row.get('stderr', '')}" if verdict == "skipped" else ""
        yield verdict, f"{path.stem}: {row['name']}", text


def pytest_results(path: pathlib.Path):
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            yield "failed", name, ""
        elif skipped is not None and skipped.get("type") != "pytest.xfail":
            yield "skipped", name, f"{skipped.get('message', '')} {skipped.text or ''}"
        else:
            yield "passed", name, ""


def step_results(path: pathlib.Path):
    for line in path.read_text().splitlines():
        verdict, _, name = line.partition(" ")
        yield "passed" if verdict == "pass" else "failed", name, ""


def main(folder: pathlib.Path) -> int:
    counts, shared = {"passed": 0, "failed": 0, "skipped": 0}, bool(os.environ.get("PATRON_SHARED"))
    readers = [("*.json", meson_results), ("*.xml", pytest_results), ("steps", step_results)]
    for pattern, reader in readers:
        for path in sorted(folder.glob(pattern)):
            for verdict, name, reason in reader(path):
                if verdict == "skipped" and shared and ("shared data" in reason or "PATRON_SHARED" in reason):
                    verdict = "failed"
                counts[verdict] += 1
                if verdict != "passed":
                    print(f"{verdict}: {name} {' '.join(reason.split())[:200]}".rstrip())
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{skipped}")
    return 0 if counts["failed"] == 0 and counts["passed"] > 0 else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
