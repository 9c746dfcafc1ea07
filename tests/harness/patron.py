# SPDX-License-Identifier: Apache-2.0
"""Patron: one daemon on one data folder, and the command line beside it.

Nothing here knows the daemon's insides: it is started, killed and asked over HTTP, its socket and its command line.
Every wait has an end; what the daemon wrote to stderr is part of every failure.
"""
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import time

from . import web

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATROND = pathlib.Path(os.environ.get("PATROND", ROOT / "build/src/app/patrond"))
PATRON = pathlib.Path(os.environ.get("PATRON", PATROND.with_name("patron")))

READY_S = 15
STOP_S = 20
# Small segments: a test sees several of them, archiving included, without writing much.
SMALL = {"log-segment-mib": "1"}
# The daemon refuses PATRON_... names that are no settings: those that steer the tests are not for it.
CLEAN_ENV = {name: value for name, value in os.environ.items() if not name.startswith("PATRON")}
SANITIZER = re.compile(r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:")


class DaemonFailed(AssertionError):
    """The daemon did not do what a daemon does: start, stay, stop."""




def ports_of_this_run():
    """PATRON_PORTS; of test files that run beside each other (pytest-xdist) a part of them each."""
    first, end = map(int, os.environ.get("PATRON_PORTS", "20000-32000").split("-"))
    each = (end - first) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    first += each * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return range(first, first + each)


PORTS = ports_of_this_run()
given = set()


def free_port():
    """A free port outside the range the kernel hands to outgoing connections. None is given twice, since a daemon that was
    killed comes back to its own; test runs beside each other have ranges of their own (PATRON_PORTS)."""
    for _ in range(2000):
        port = random.choice(PORTS)
        if port in given and len(given) < len(PORTS) // 2:
            continue
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
            given.add(port)
            return port
    raise RuntimeError(f"no free port in {PORTS}")


class Patron:
    """A daemon. `settings` are flags without dashes; `wrapper` is put before the command (strace, setpriv, ...);
    `databases` says where a data folder's SQL is (conftest.py), by default in the folder."""

    def __init__(self, folder, settings=None, wrapper=(), port=None, data=None, env=None, databases=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = pathlib.Path(data) if data else self.folder / "data"
        self.settings = {**SMALL, **(settings or {})}
        self.wrapper = list(wrapper)
        self.databases = databases
        self.sql_url = databases.of(self.data) if databases else ""
        where = {"PATRON_SQL_URL": self.sql_url} if self.sql_url else {}  # for commands without a daemon too
        self.env = {**CLEAN_ENV, **where, **(env or {})}
        self.port = port or free_port()
        self.process = None
        self.stderr_path = self.folder / "patrond.stderr"
        self.starts = 0

    # --- life -------------------------------------------------------------------------------------------------

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_path(self):
        return self.data / "patron.sock"

    @property
    def pid(self):
        """The daemon's own pid, also behind a wrapper."""
        if not self.wrapper:
            return self.process.pid
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0]) if children else self.process.pid

    def command(self):
        flags = [f"--{name}={value}" for name, value in self.settings.items()]
        return [*self.wrapper, str(PATROND), "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}", *flags]

    def spawn(self):
        """Starts without waiting for readiness."""
        assert self.process is None or self.process.poll() is not None, "already running"
        self.starts += 1
        with open(self.stderr_path, "ab") as err:
            err.write(f"--- start {self.starts}\n".encode())
            err.flush()
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=err, stderr=err, env=self.env, cwd=self.folder)
        return self

    def start(self, ready_s=READY_S):
        self.spawn()
        self.wait_ready(ready_s)
        return self

    def wait_ready(self, ready_s=READY_S):
        """Seconds until /readyz said 200."""
        begin = time.monotonic()
        while time.monotonic() - begin < ready_s:
            if self.process.poll() is not None:
                raise DaemonFailed(f"patrond ended with {self.process.returncode} before it was ready\n{self.stderr()}")
            try:
                if web.request("GET", self.base + "/readyz", timeout=2).status == 200:
                    return time.monotonic() - begin
            except OSError:
                pass
            time.sleep(0.01)
        raise DaemonFailed(f"patrond not ready after {ready_s} s\n{self.stderr()}")

    def kill9(self):
        os.kill(self.pid, signal.SIGKILL)
        self.process.wait(STOP_S)

    def terminate(self):
        os.kill(self.pid, signal.SIGTERM)

    def stop(self, stop_s=STOP_S):
        """SIGTERM; the daemon must end by itself with 0 and without a sanitizer's complaint."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.terminate()
            try:
                self.process.wait(stop_s)
            except subprocess.TimeoutExpired:
                self.kill9()
                raise DaemonFailed(f"patrond still ran {stop_s} s after SIGTERM\n{self.stderr()}") from None
            if self.process.returncode != 0:
                raise DaemonFailed(f"patrond ended with {self.process.returncode} on SIGTERM\n{self.stderr()}")
        self.check_stderr()

    def restart(self):
        self.stop()
        return self.start()

    def discard(self):
        """Ends it in whatever state it is, for teardown after a failure."""
        if self.process is not None and self.process.poll() is None:
            self.kill9()

    def running(self):
        return self.process is not None and self.process.poll() is None

    def stderr(self, tail=8000):
        text = self.stderr_path.read_text(errors="replace") if self.stderr_path.exists() else ""
        return f"--- patrond stderr ({self.stderr_path})\n{text[-tail:]}"

    def check_stderr(self):
        text = self.stderr_path.read_text(errors="replace")
        if SANITIZER.search(text):
            raise DaemonFailed(self.stderr(40000))

    # --- public door: TCP ---------------------------------------------------------------------------------------

    def get(self, path, **kw):
        return web.request("GET", self.base + path, **kw)

    def post(self, path, body=b"", **kw):
        return web.request("POST", self.base + path, body=body, **kw)

    def send(self, events, key, path="/v1/batch", **extra):
        """A batch as most clients send it. Returns the answer."""
        body = json.dumps({"batch": events, **extra}).encode()
        return self.post(path, body, headers={"Content-Type": "application/json", **web.basic(key)})

    def send_ok(self, events, key, **kw):
        answer = self.send(events, key, **kw)
        assert answer.status == 200, f"{answer}\n{self.stderr()}"
        return answer

    def metrics(self):
        """{'name{labels}': value}; the text itself is checked by the metrics scenario."""
        answer = self.api("GET", "/metrics")
        assert answer.status == 200, answer
        values = {}
        for line in answer.text.splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                values[name] = float(value)
        return values

    # --- management: the data folder's socket, or TCP with a token --------------------------------------------------

    def api(self, method, path, body=None, token=None, tcp=False, headers=None, timeout=20):
        """Calls /api/v1/... over the socket, or over TCP (tcp=True, with a token or without)."""
        extra = dict(headers or {})
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            extra.setdefault("Content-Type", "application/json")
        if token:
            extra["Authorization"] = f"Bearer {token}"
        if tcp or token:
            return web.request(method, self.base + path, body=data, headers=extra, timeout=timeout)
        return web.request(method, path, body=data, headers=extra, timeout=timeout, unix=self.socket_path)

    def wait_views(self, timeout_s=10):
        """Until every view has seen everything that was acknowledged: lists and statistics follow the log a moment later."""
        end = time.monotonic() + timeout_s
        while True:
            views = self.api("GET", "/api/v1/status").json()["views"]
            if not any(view["lag"] for view in views):
                return self
            assert time.monotonic() < end, f"views lag behind: {views}"
            time.sleep(0.02)

    # --- command line -----------------------------------------------------------------------------------------------

    def cli(self, *args, check=True, timeout=120, text=True, **kw):
        done = subprocess.run([str(PATRON), "--data", str(self.data), *map(str, args)], capture_output=True,
                              timeout=timeout, text=text, stdin=subprocess.DEVNULL, **{"env": self.env, **kw})
        if SANITIZER.search(str(done.stderr)):
            raise DaemonFailed(f"patron {' '.join(map(str, args))}\n{done.stderr}")
        if check and done.returncode != 0:
            raise AssertionError(f"patron {' '.join(map(str, args))} ended with {done.returncode}\n"
                                 f"{str(done.stdout)[-2000:]}\n{str(done.stderr)[-4000:]}\n{self.stderr()}")
        return done

    def cli_json(self, *args, **kw):
        return json.loads(self.cli(*args, "--json", **kw).stdout)

    def add_source(self, name="shop", *flags):
        return self.cli_json("source", "add", name, *flags)

    def add_token(self, role="admin"):
        return self.cli_json("token", "add", "--role", role)["token"]

    def export(self, klass="event", own=False, parse_float=None, **kw):
        """Every stored record of a class, in log order; with own=True also what the server itself has put (the feed)."""
        done = self.cli("export", "events", "--json", "--class", klass, *(["--own"] if own else []), **kw)
        return [json.loads(line, parse_float=parse_float) for line in done.stdout.split("\n") if line]

    def rows(self, source, klass="event"):
        """Every stored record of one source, over the management API."""
        answer = self.api("GET", f"/api/v1/events/export?class={klass}&source={source['id']}", timeout=60)
        assert answer.status == 200, answer
        return [json.loads(line) for line in answer.text.split("\n") if line]

    def wait_own(self, count, timeout_s=20, event=None):
        """What the server itself has put into the log (of that name), once there are so many: the feed follows a moment later."""
        end = time.monotonic() + timeout_s
        while True:
            rows = self.export(own=True)
            found = [row for row in rows if row["_patron"]["source"] == "patron" and not row["_patron"]["source_id"] and event in (None, row.get("event"))]
            if len(found) >= count:
                return found
            assert time.monotonic() < end, f"{len(found)} of {count} events of the feed in the log\n{self.stderr()}"
            time.sleep(0.05)

    def quarantine(self):
        return self.export("quarantine")


def ids(events):
    return [event["messageId"] for event in events]
