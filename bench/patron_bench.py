# SPDX-License-Identifier: Apache-2.0
"""What bench/run and bench/state.py share: starting servers, asking them, tidying up."""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def build_dir() -> pathlib.Path:
    return pathlib.Path(os.environ.get("BUILD", ROOT / "build"))


def program(variable: str, default: str) -> str:
    path = os.environ.get(variable, str(build_dir() / default))
    if not os.access(path, os.X_OK):
        raise SystemExit(f"{path} is not there: build it, or set {variable} (or BUILD)")
    return path


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


class Patrond:
    """A daemon on a folder. The folder stays until drop()."""

    def __init__(self, folder: pathlib.Path, *flags: str):
        self.folder = folder
        self.flags = flags
        self.port = free_port()
        self.process = None
        self.key = None

    def start(self) -> float:
        """Seconds from exec until /readyz answers 200."""
        self.log = open(self.folder.with_suffix(".log"), "ab")
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [program("PATROND", "src/app/patrond"), "--data", str(self.folder),
             "--listen", f"127.0.0.1:{self.port}", *self.flags], stdout=self.log, stderr=self.log)
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() - begun > 300:
                raise SystemExit(f"patrond did not become ready: see {self.folder}.log")
            time.sleep(0.002)
        return time.monotonic() - begun

    def is_ready(self) -> bool:
        try:
            c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            c.request("GET", "/readyz")
            return c.getresponse().status == 200
        except OSError:
            return False

    def add_source(self, name: str = "bench") -> str:
        out = subprocess.run(
            [program("PATRON", "src/app/patron"), "--data", str(self.folder), "source", "add", name,
             "--json"], check=True, capture_output=True, text=True).stdout
        self.key = json.loads(out)["write_key"]
        return self.key

    def status(self) -> dict:
        c = UnixConnection(str(self.folder / "patron.sock"))
        c.request("GET", "/api/v1/status")
        answer = c.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"/api/v1/status answered {answer.status}: {body[:200]!r}")
        return json.loads(body)

    def wait_for_views(self, most_s: float = 1800) -> float:
        """Seconds until every view has caught up with the log."""
        begun = time.monotonic()
        while any(v["lag"] > 0 for v in self.status()["views"]):
            if time.monotonic() - begun > most_s:
                raise SystemExit(f"views did not catch up: {self.status()['views']}")
            time.sleep(0.05)
        return time.monotonic() - begun

    def wait_for_archive(self, most_s: float = 1800) -> float:
        """Seconds until only the hot segment in use is not archived: before that the server is not idle."""
        begun = time.monotonic()
        while self.status()["log"]["hot_segments"] > 1:
            if time.monotonic() - begun > most_s:
                raise SystemExit(f"the archive did not catch up: {self.status()['log']}")
            time.sleep(0.2)
        return time.monotonic() - begun

    def memory_mib(self) -> float:
        """RssAnon + RssShmem: pages of files are the kernel's to take back."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return sum(int(n) for n in re.findall(r"^Rss(?:Anon|Shmem):\s+(\d+)", text, re.M)) / 1024

    def cpu_s(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def disk_bytes(self) -> int:
        return sum(p.stat().st_blocks * 512 for p in self.folder.rglob("*") if p.is_file())

    def stop(self, how=signal.SIGTERM) -> float:
        begun = time.monotonic()
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=300)
            self.process = None
        return time.monotonic() - begun

    def drop(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def machine() -> dict:
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return {"cpu": cpu[1] if cpu else "unknown", "cores": os.cpu_count(),
            "kernel": os.uname().release, "load_before": os.getloadavg()[0]}
