# SPDX-License-Identifier: Apache-2.0
"""`patron eval NAME FILES`: needs no daemon."""
import json
import subprocess

from .patron import CLEAN_ENV, PATRON


class Eval:
    def __init__(self, name):
        self.name = name

    def run(self, *args, code=0):
        done = subprocess.run([str(PATRON), "eval", self.name, *map(str, args)], capture_output=True, text=True, timeout=50, env=CLEAN_ENV,
                              check=False)
        assert done.returncode == code, done.stderr
        return done

    def summary(self, *args):
        return json.loads(self.run(*args).stdout)

    def values(self, *args):
        return [json.loads(line) for line in self.run("--values", *args).stdout.splitlines()]
