# SPDX-License-Identifier: Apache-2.0
"""How each client is installed and run: `run` for a script that ends by itself, `spawn` for one that is talked to.

A spawned client prints "sent NAME" when it is done with an event, and waits for a line before the next one.
"""
import fcntl
import json
import os
import shutil
import subprocess
import sys

import expected
from harness import node

FOLDER = expected.FOLDER
RUN_S = 100


class Client:
    name = ""

    def prepare(self):
        """Installs what the client needs, once."""

    def command(self, base, key, mode, *names):
        raise NotImplementedError

    def expected(self, source):
        raise NotImplementedError

    def environment(self):
        return None

    def run(self, base, key, mode, *names, check=True):
        done = subprocess.run(self.command(base, key, mode, *names), capture_output=True, text=True, timeout=RUN_S,
                              env=self.environment(), stdin=subprocess.DEVNULL, cwd=FOLDER, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{self.name} ended with {done.returncode}\n{done.stdout}\n{done.stderr[-4000:]}")
        return done

    def spawn(self, base, key, *names):
        return subprocess.Popen(self.command(base, key, "one", *names), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, env=self.environment(), cwd=FOLDER)

    def assert_all_delivered(self, done, count):
        outcome = json.loads(done.stdout)
        assert outcome["delivered"] == count and outcome["failed"] == 0, outcome


class NodeClient(Client):
    def __init__(self, name, script, table):
        self.name, self.script, self.expected = name, script, table

    def prepare(self):
        node.install()

    def command(self, base, key, mode, *names):
        return [node.node(), str(node.FOLDER / self.script), base, key, mode, *names]

    def environment(self):
        return node.environment()


class PythonClient(Client):
    def __init__(self, name, gzip):
        self.name, self.gzip = name, gzip

    def command(self, base, key, mode, *names):
        return [sys.executable, str(FOLDER / "segment_python.py"), base, key, self.gzip, mode, *names]

    def expected(self, source):
        return expected.segment_python(source)

    def assert_all_delivered(self, done, count):
        assert json.loads(done.stdout) == {"errors": []}


class JavaClient(Client):
    name = "segment-java"

    def prepare(self):
        """Maven builds offline from its cache; the first time it must ask the registry. One at a time: test files run beside each other."""
        with open(FOLDER / "java/pom.xml", "rb") as pom:
            fcntl.flock(pom, fcntl.LOCK_EX)
            self.build()

    def build(self):
        jar, lib = FOLDER / "java/target/java-client-1.jar", FOLDER / "java/target/lib"
        newest = max((FOLDER / "java" / name).stat().st_mtime for name in ("pom.xml", "src/main/java/patron/Main.java"))
        if jar.exists() and lib.exists() and jar.stat().st_mtime > newest:
            return
        assert shutil.which("mvn"), "no mvn: install maven and a JDK"
        for offline in (["-o"], []):
            done = subprocess.run(["mvn", "-q", "-B", *offline, "package"], cwd=FOLDER / "java", capture_output=True,
                                  text=True, timeout=400, check=False)
            if done.returncode == 0:
                return
        raise AssertionError(f"mvn package failed\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")

    def command(self, base, key, mode, *names):
        path = os.pathsep.join([str(FOLDER / "java/target/java-client-1.jar"), str(FOLDER / "java/target/lib/*")])
        arguments = [str(FOLDER / "node/calls.json")] if mode == "six" else list(names)
        return ["java", "-XX:TieredStopAtLevel=1", "-cp", path, "patron.Main", base, key, mode, *arguments]

    def expected(self, source):
        return expected.segment_java(source)


SEGMENT_NODE = NodeClient("segment-node", "segment_node.mjs", expected.segment_node)
RUDDER_NODE = NodeClient("rudder-node", "rudder_node.mjs", expected.rudder_node)
SEGMENT_PYTHON = PythonClient("segment-python", "0")
SEGMENT_PYTHON_GZIP = PythonClient("segment-python-gzip", "1")
SEGMENT_JAVA = JavaClient()
CLIENTS = [SEGMENT_NODE, RUDDER_NODE, SEGMENT_PYTHON, SEGMENT_PYTHON_GZIP, SEGMENT_JAVA]
