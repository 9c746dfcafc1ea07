# SPDX-License-Identifier: Apache-2.0
"""What the scripts of this folder share: leaving out what a machine cannot do, and a list of checks with their figures."""
import os
import shutil
import signal
import subprocess
import sys
import time

SKIPPED = 77


def skip(name, why):
    print(f"{name}: skipped, {why}")
    sys.exit(SKIPPED)


def need(name, *tools):
    if os.geteuid() != 0:
        skip(name, "it needs root")
    for tool in tools:
        if shutil.which(tool) is None:
            skip(name, f"there is no {tool}")


def run(*command, **kw):
    return subprocess.run([str(part) for part in command], check=True, stdin=subprocess.DEVNULL, **kw)


def output(*command, **kw):
    return run(*command, stdout=subprocess.PIPE, text=True, **kw).stdout.strip()


def wait(true, seconds, step_s=0.1):
    """Seconds until true() was; None when it never was."""
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        if true():
            return time.monotonic() - begin
        time.sleep(step_s)
    return None


class Checks:
    """A line for each thing that was looked at; the script ends with 1 when one of them was not so."""

    def __init__(self, name):
        self.name, self.passed, self.failed = name, 0, 0
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended and removed

    def __call__(self, what, true, found=""):
        self.passed, self.failed = self.passed + bool(true), self.failed + (not true)
        text = "" if found in ("", None) else f": {found}"
        print(f"{'ok  ' if true else 'FAIL'} {what}{text}", flush=True)
        return true

    def equal(self, what, found, want):
        return self(what, found == want, found if found == want else f"{found!r}, not {want!r}")

    def end(self):
        print(f"{self.name}: {self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)
