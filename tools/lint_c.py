#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy or gcc -fanalyzer over the C files of a build and remembers which were clean.

usage: lint_c.py tidy|analyze BUILD_DIR [FOLDER...]      exit 0: no finding, 1: findings, 2: cannot run

FOLDERs are relative to the tree; without any, src. A file is checked again when the tool, its
settings, its compile command or any file that it includes from this tree has changed. Unit tests
and fuzz targets are left to the sanitizers and to the compiler's own warnings under `analyze`:
gcc 12 does not know that a failed assertion of the test library leaves the function.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "lint"
KNOWN = ROOT / "tools" / "analyzer_known.toml"
GCC = "gcc"


def run(command: list[str], cwd: str) -> subprocess.CompletedProcess:
    return subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          stdin=subprocess.DEVNULL, check=False)


def compile_flags(entry: dict) -> list[str]:
    """The compile command without compiler, input and output."""
    words, flags = shlex.split(entry["command"]), []
    del words[:2 if os.path.basename(words[0]) == "ccache" else 1]
    while words:
        word = words.pop(0)
        if word in ("-o", "-MQ", "-MF", "-MT"):
            words.pop(0)
        elif word not in ("-c", "-MD", entry["file"]):
            flags.append(word)
    return flags


class Tidy:
    name = "tidy"
    settings = (ROOT / ".clang-tidy").read_bytes()
    # the flags are gcc's, and the log macro takes no field as well as many
    extra = ["--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Wno-variadic-macro-arguments-omitted",
             "--extra-arg=-Wno-gnu-zero-variadic-macro-arguments"]
    # how many states of a function its analyzer looks into: a third of what is its default, which halves the time. With PATRON_SOAK all of them.
    nodes = 225000 if os.environ.get("PATRON_SOAK") else 75000

    def __init__(self, build: pathlib.Path):
        self.build = build

    def version(self) -> str:
        return run(["clang-tidy", "--version"], ".").stdout

    def wants(self, path: pathlib.Path) -> bool:
        return True

    def command(self, entry: dict) -> list[str]:
        path = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
        # it does not know either that a failed assertion of a test or its rig leaves the function; and tests build raw bytes
        # and tidy up with system()
        tests = "--checks=-clang-analyzer-*,-bugprone-command-processor,-bugprone-not-null-terminated-result"
        checks = [tests] if path.endswith(("_test.c", "_rig.c")) else []
        depth = [f"--extra-arg={word}" for word in ("-Xclang", "-analyzer-config", "-Xclang", f"max-nodes={self.nodes}")]
        return ["clang-tidy", "-p", str(self.build), "--quiet", *self.extra, *depth, *checks, path]

    def finding(self, _entry: dict, done: subprocess.CompletedProcess) -> str:
        return done.stdout if done.returncode != 0 or "warning:" in done.stdout else ""


class Analyze:
    name = "analyze"
    settings = KNOWN.read_bytes()
    # without optimisation, so that it sees the functions as they are written, not split and inlined
    extra = ["-O0", "-U_FORTIFY_SOURCE", "-fanalyzer", "-fdiagnostics-plain-output", "-Wno-error"]

    def __init__(self, build: pathlib.Path):
        self.build = build

    def version(self) -> str:
        return run([GCC, "--version"], ".").stdout

    def wants(self, path: pathlib.Path) -> bool:
        return not path.stem.endswith(("_test", "_fuzz"))

    def command(self, entry: dict) -> list[str]:
        return [GCC, *compile_flags(entry), *self.extra, "-S", "-o", "/dev/null", entry["file"]]

    def finding(self, entry: dict, done: subprocess.CompletedProcess) -> str:
        """The output, unless all that it tells was looked at before and is listed as false."""
        if done.returncode != 0:
            return done.stdout
        known = {(k["function"], k["finding"]) for k in tomllib.loads(self.settings.decode()).get("known", [])
                 if entry["file"].endswith(k["file"])}
        seen, function = set(), ""
        for line in done.stdout.splitlines():
            if hit := re.search(r": In function .(\w+).:$", line):
                function = hit[1]
            elif hit := re.search(r": warning: .*\[(-W[a-z0-9=-]+)\]$", line):
                seen.add((function, hit[1]))
        stale = "".join(f"{entry['file']}: {KNOWN.name} lists {f} {w}, which is gone\n" for f, w in sorted(known - seen))
        fresh = "".join(f"{entry['file']}: {f} {w}\n" for f, w in sorted(seen - known))
        return stale + (fresh + done.stdout if fresh else "")


def digest(linter, version: str, entry: dict) -> str:
    """Names everything that the verdict on a file depends on."""
    listed = run([GCC, *compile_flags(entry), "-MM", entry["file"]], entry["directory"])
    key = hashlib.sha256(linter.settings)
    key.update(pathlib.Path(__file__).read_bytes())
    key.update(repr((linter.name, version, linter.command(entry), entry["command"])).encode())
    if listed.returncode != 0:
        return ""  # does not compile: let the linter say so
    for name in listed.stdout.replace("\\\n", " ").split()[1:]:
        path = pathlib.Path(entry["directory"], name)
        key.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return key.hexdigest()


def check(linter, version: str, entry: dict) -> tuple[str, str, float]:
    """(verdict, output, seconds); the verdict is clean, cached or found."""
    begin = time.monotonic()
    key = digest(linter, version, entry)
    stamp = CACHE / linter.name / key
    if key and stamp.exists():
        return "cached", "", time.monotonic() - begin
    done = run(linter.command(entry), entry["directory"])
    output = linter.finding(entry, done)
    if output:
        return "found", output, time.monotonic() - begin
    if key:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.touch()
    return "clean", "", time.monotonic() - begin


def chosen(linter, folders: list[str]) -> list[dict]:
    """One entry a file, even where several targets compile it."""
    roots = [ROOT / folder for folder in folders]
    entries = {}
    for entry in json.loads((linter.build / "compile_commands.json").read_text()):
        path = pathlib.Path(os.path.normpath(os.path.join(entry["directory"], entry["file"])))
        if path.suffix == ".c" and any(path.is_relative_to(r) for r in roots) and linter.wants(path):
            entries.setdefault(path, entry)
    return [entries[path] for path in sorted(entries)]


def main(kind: str, build: str, *folders: str) -> int:
    linter = {"tidy": Tidy, "analyze": Analyze}[kind](pathlib.Path(build).resolve())
    begin, counts, slowest = time.monotonic(), {"clean": 0, "cached": 0, "found": 0}, (0.0, "")
    try:
        version, entries = linter.version(), chosen(linter, list(folders) or ["src"])
    except OSError as why:
        print(f"{kind}: {why}")
        return 2
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(check, linter, version, entry) for entry in entries]
        for entry, job in zip(entries, jobs):
            verdict, output, seconds = job.result()
            counts[verdict] += 1
            slowest = max(slowest, (seconds, os.path.basename(entry["file"])))
            if output:
                print(output.rstrip(), flush=True)
    print(f"{kind}: {len(entries)} files, {counts['found']} with findings, {counts['cached']} unchanged, "
          f"{time.monotonic() - begin:.0f} s (slowest {slowest[1]} {slowest[0]:.1f} s)")
    return 0 if counts["found"] == 0 and entries else 1


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in ("tidy", "analyze"):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
