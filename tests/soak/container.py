#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Dockerfile builds, and what it builds lives as docs/operate/install.md says.

usage: container.py [--folder DIR] [--clone] [--mirror URL]
No registry is asked: the images of the FROM lines are made with debootstrap. Builds with buildah from this tree (--clone: from
a clone of the last commit), runs with podman: user, rights, volume, health, stop, a root that is read-only. Images and
containers live in a folder of their own, which is removed (--folder: is kept, and used again). Ends with 77 where it cannot run.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import debian_root
from proof import Checks, need, output, run, skip, wait

NAME, IMAGE, VOLUME, DATA = "container", "localhost/patron-soak", "patron-data", "/var/lib/patron"
DOCKERFILE = debian_root.TREE / "packaging/docker/Dockerfile"
IGNORED = DOCKERFILE.with_name("Dockerfile.dockerignore")
BUILD_S, READY_S, STOP_S, HEALTH_S = 5400, 60, 5, 5
# limits that every machine has to give; no network: the daemon's port is the container's own
RUN = ["--network", "none", "--ulimit", "nofile=16384:16384", "--ulimit", "nproc=16384:16384"]
# one request from inside the container's network: method, path, write key, body
ASK = """
import base64, sys, urllib.error, urllib.request
method, path, key, body = sys.argv[1:]
head = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode(), "Content-Type": "application/json"} if key else {}
try:
    answer = urllib.request.urlopen(urllib.request.Request("http://127.0.0.1:8080" + path, body.encode() or None, head, method=method), timeout=5)
except urllib.error.HTTPError as error:
    answer = error
except OSError:
    sys.exit("0")
print(answer.status)
"""


class Engine:
    """buildah and podman on storage of their own."""

    def __init__(self, folder):
        self.folder = folder
        self.where = ["--root", folder / "storage", "--runroot", folder / "run", "--storage-driver", "overlay"]
        self.log = open(folder / "build.log", "ab")  # pylint: disable=consider-using-with

    def buildah(self, *arguments, **kw):
        return run("buildah", *self.where, *arguments, stdout=self.log, stderr=self.log, **kw)

    def command(self, *arguments):
        return [str(part) for part in ["podman", *self.where, "--runtime", "runc", "--cgroup-manager", "cgroupfs", "--events-backend", "file", *arguments]]

    def podman(self, *arguments, **kw):
        """What it prints. It complains where no systemd runs, which would repeat health checks; their command is run here by hand."""
        return output(*self.command(*arguments), **{"stderr": self.log, **kw})

    def inspect(self, what, name):
        return json.loads(self.podman(what, "inspect", name))[0]

    def images(self):
        return self.podman("images", "--format", "{{.Repository}}:{{.Tag}}").split()

    def wipe(self):
        """Containers first: their mounts hold the storage."""
        for what in (("rm", "--all", "--force", "--time", "0"), ("volume", "rm", "--force", VOLUME)):
            subprocess.run(self.command(*what), check=False, capture_output=True)
        subprocess.run(["umount", self.folder / "storage/overlay"], check=False, capture_output=True)


def like_the_published_image(root):
    """What Docker's Debian has that debootstrap has not: no package lists, no services started, nothing kept."""
    shutil.rmtree(root / "var/lib/apt/lists", ignore_errors=True)
    for path in (root / "var/cache/apt/archives").glob("*.deb"):
        path.unlink()
    (root / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
    (root / "usr/sbin/policy-rc.d").chmod(0o755)


def make_bases(engine, mirror):
    """One root under the names of all FROM lines; the first name."""
    names = [f"docker.io/library/{name}" for name in re.findall(r"^FROM (\S+)", DOCKERFILE.read_text(), re.MULTILINE)]
    if set(names) <= set(engine.images()):
        return names[0]
    root = engine.folder / "debian"
    debian_root.make(root, mirror, ("ca-certificates",))
    like_the_published_image(root)
    settings = [part for name, value in debian_root.network_env().items() for part in ("--change", f"ENV {name}={value}")]
    archive = engine.folder / "debian.tar"
    run("tar", "--numeric-owner", "--xattrs", "-C", root, "-cf", archive, ".")
    for name in names:
        engine.podman("import", "--quiet", *settings, archive, name)
    archive.unlink()
    shutil.rmtree(root)
    return names[0]


def build(engine, context):
    begin = time.monotonic()
    engine.buildah("bud", "--isolation", "chroot", "--layers", "--format", "docker", "--pull-never", "--ignorefile", IGNORED,
                   "--file", DOCKERFILE, "--tag", IMAGE, context, timeout=BUILD_S)
    return time.monotonic() - begin


class Running:
    """A container without a network: what asks it must enter its namespace."""

    def __init__(self, engine, *flags):
        self.engine = engine
        self.id = engine.podman("run", "--detach", *RUN, "--volume", f"{VOLUME}:{DATA}", *flags, IMAGE)
        self.pid = engine.inspect("container", self.id)["State"]["Pid"]

    def state(self):
        return self.engine.inspect("container", self.id)["State"]

    def ask(self, method, path, key="", body=""):
        done = subprocess.run(["nsenter", "--net", f"--target={self.pid}", sys.executable, "-c", ASK, method, path, key, body],
                              capture_output=True, text=True, check=False)
        return int(done.stdout or 0)

    def inside(self, *command, timeout_s=30):
        """(exit code, output); None for the code when it took longer."""
        try:
            done = subprocess.run(self.engine.command("exec", self.id, *command), capture_output=True, text=True, check=False, timeout=timeout_s)
            return done.returncode, done.stdout
        except subprocess.TimeoutExpired:
            return None, ""

    def patron(self, *command):
        code, text = self.inside("patron", "--data", DATA, *command)
        if code != 0:
            raise subprocess.CalledProcessError(code, ["patron", *command])
        return text

    def ready(self):
        return wait(lambda: self.ask("GET", "/readyz") == 200, READY_S)

    def stop(self):
        begin = time.monotonic()
        self.engine.podman("stop", "--time", "30", self.id)
        return time.monotonic() - begin

    def events(self):
        return [json.loads(line)["messageId"] for line in self.patron("export", "events", "--json").splitlines()]


def look_at_image(engine, check):
    image = engine.inspect("image", IMAGE)
    config = image["Config"]
    check.equal("user", config["User"], "patron")
    check.equal("volumes", sorted(config["Volumes"]), [DATA])
    check.equal("stop signal", config["StopSignal"], "SIGTERM")
    check.equal("ports", sorted(config["ExposedPorts"]), ["8080/tcp", "8443/tcp"])
    listed = engine.podman("run", "--rm", *RUN, "--entrypoint", "/bin/sh", IMAGE, "-c", "dpkg-query -W -f '${Package}\\n'; ls /src 2>&1; :")
    check("no compiler and no source", not {"gcc", "python3", "ninja-build"} & set(listed.split()) and "No such file" in listed,
          f"{len(listed.splitlines())} packages, {image['Size'] / 1e6:.0f} MB")
    return image["Healthcheck"]["Test"]


def look_at_process(one, check):
    status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{one.pid}/status").read_text().splitlines())
    uids = set(status["Uid"].split())
    check("process 1 is patrond and no user of it is root", status["Name"] == "patrond" and len(uids) == 1 and "0" not in uids, f"uid {uids}")
    check.equal("capabilities in force", int(status["CapEff"], 16) | int(status["CapPrm"], 16), 0)
    code, text = one.inside("stat", "-c", "%a %U:%G", DATA)
    check.equal("data folder", (code, text.strip()), (0, "700 patron:patron"))


def look_at_health(one, test, check):
    """The command of HEALTHCHECK as the engine gives it, on a server that answers and on one that hangs."""
    command = test[1:] if test[0] == "CMD" else ["sh", "-c", test[1]]
    check.equal("health command", one.inside(*command, timeout_s=HEALTH_S)[0], 0)
    done = subprocess.run(one.engine.command("healthcheck", "run", one.id), capture_output=True, text=True, check=False)
    check.equal("the engine's own health check", done.returncode, 0)
    os.kill(one.pid, signal.SIGSTOP)
    hung = one.inside(*command, timeout_s=HEALTH_S)[0]
    os.kill(one.pid, signal.SIGCONT)
    check("health command while the server hangs", hung != 0, "no answer in time" if hung is None else f"ended with {hung}")


def live(engine, test, check):
    one = Running(engine)
    ready = one.ready()
    if not check("/readyz says 200", ready is not None, ready and f"after {ready:.1f} s"):
        print(engine.podman("logs", one.id, stderr=subprocess.STDOUT)[-3000:])
        return
    look_at_process(one, check)
    key = json.loads(one.patron("source", "add", "web", "--json"))["write_key"]
    event = {"type": "track", "event": "Order Completed", "userId": "u", "messageId": "before-the-stop"}
    check.equal("intake takes an event", one.ask("POST", "/v1/batch", key, json.dumps({"batch": [event]})), 200)
    look_at_health(one, test, check)
    taken = one.stop()
    check(f"SIGTERM ends it within {STOP_S} s", taken <= STOP_S, f"{taken:.1f} s")
    check.equal("exit code", one.state()["ExitCode"], 0)

    again = Running(engine, "--read-only", "--cap-drop=all", "--security-opt=no-new-privileges")
    if check("a read-only root without capabilities, on the same volume", again.ready() is not None):
        check.equal("its events", again.events(), ["before-the-stop"])
        check.equal("its write key", again.ask("POST", "/v1/batch", key, json.dumps({"batch": [{**event, "messageId": "after"}]})), 200)
        os.kill(again.pid, signal.SIGKILL)
        wait(lambda: not again.state()["Running"], 10)
    last = Running(engine)
    if check("after SIGKILL it is ready once more", last.ready() is not None):
        check.equal("what was acknowledged is there", last.events(), ["before-the-stop", "after"])
    last.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--clone", action="store_true")
    parser.add_argument("--mirror", default=debian_root.MIRROR)
    args = parser.parse_args()
    need(NAME, "buildah", "podman", "runc", "debootstrap", "nsenter")
    folder = args.folder or pathlib.Path(tempfile.mkdtemp(prefix="patron-container-"))
    folder.mkdir(parents=True, exist_ok=True)
    engine, check, context = Engine(folder), Checks(NAME), debian_root.TREE
    try:
        if subprocess.run(["buildah", *map(str, engine.where), "from", "scratch"], capture_output=True, check=False).returncode != 0:
            skip(NAME, "buildah cannot work on this machine")
        base = make_bases(engine, args.mirror)
        if subprocess.run(engine.command("run", "--rm", *RUN, base, "true"), capture_output=True, check=False).returncode != 0:
            skip(NAME, "podman cannot run a container on this machine")
        if args.clone:
            context = folder / "tree"
            debian_root.clone(context)
        check("the Dockerfile builds", True, f"{build(engine, context):.0f} s")
        test = look_at_image(engine, check)
        live(engine, test, check)
    except subprocess.CalledProcessError as error:
        check(f"{' '.join(error.cmd[:9])} …", False, f"ended with {error.returncode}")
        print((folder / "build.log").read_text(errors="replace")[-6000:])
    finally:
        engine.wipe()
        if args.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    check.end()


if __name__ == "__main__":
    main()
