# SPDX-License-Identifier: Apache-2.0
"""HTTPS as clients of other makers see it: Python's ssl and curl, certificates of our own authority."""
import gzip
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import threading
import time
import uuid
import warnings

import pytest
from harness import web
from harness.ca import Ca
from harness.load import track as track_with_id
from harness.patron import free_port

OLD = "DEFAULT:@SECLEVEL=0"


def track(**properties):
    return track_with_id(str(uuid.uuid4()), **properties)


class Tls:
    """A daemon with a TLS port beside its plain one."""

    def __init__(self, ca, make_patron, rsa=False, **settings):
        self.ca = ca
        self.certificate, self.key = ca.issue(rsa=rsa)
        self.port = free_port()
        self.patron = make_patron(settings={"tls-listen": f"127.0.0.1:{self.port}", "tls-certificate": self.certificate,
                                            "tls-key": self.key, **settings})
        self.context = ca.context()

    def start(self):
        self.patron.start()
        return self

    def connect(self, timeout=20):
        return http.client.HTTPSConnection("localhost", self.port, timeout=timeout, context=self.context)

    def call(self, method, path, body=None, headers=None):
        connection = self.connect()
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def serial(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as raw:
            with self.context.wrap_socket(raw, server_hostname="localhost") as s:
                return int(s.getpeercert()["serialNumber"], 16)

    def reload(self, want):
        """SIGHUP, then until the log says `want` once more."""
        before = self.patron.stderr(1 << 20).count(want)
        os.kill(self.patron.pid, signal.SIGHUP)
        end = time.monotonic() + 10
        while self.patron.stderr(1 << 20).count(want) == before:
            assert time.monotonic() < end, f"no \"{want}\"\n{self.patron.stderr()}"
            time.sleep(0.01)

    def curl(self, *args, url=None):
        return subprocess.run(["curl", "-sS", "--cacert", str(self.ca.root), "-w", "\n%{http_code} %{http_version}", *args,
                               url or f"https://localhost:{self.port}/readyz"],
                              capture_output=True, text=True, timeout=30, check=False)


def stored(tls, source):
    """The messageIds of a source's events, in log order."""
    return [row["messageId"] for row in tls.patron.rows(source)]


@pytest.fixture
def make_tls(scratch, make_patron):
    return lambda **kw: Tls(Ca(scratch / "ca"), make_patron, **kw)


@pytest.fixture
def tls(make_tls):
    return make_tls().start()


def try_version(tls, version):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the old versions are what is tested
        context = tls.ca.context(version, version)
    context.set_ciphers(OLD)
    with socket.create_connection(("127.0.0.1", tls.port), timeout=10) as raw:
        with context.wrap_socket(raw, server_hostname="localhost") as s:
            return s.version(), s.cipher()[0], s.compression()


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
def test_old_versions_are_refused(tls, version):
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION|protocol version|UNSUPPORTED"):
        try_version(tls, ssl.TLSVersion[version])


@pytest.mark.parametrize("rsa", [False, True], ids=["ec", "rsa"])
def test_versions_and_ciphers(make_tls, rsa):
    tls = make_tls(rsa=rsa).start()
    version, cipher, compression = try_version(tls, ssl.TLSVersion.TLSv1_2)
    assert version == "TLSv1.2" and cipher.startswith("ECDHE-") and compression is None
    version, _cipher, compression = try_version(tls, ssl.TLSVersion.TLSv1_3)
    assert version == "TLSv1.3" and compression is None


def test_curl(tls):
    assert tls.curl().stdout.endswith("\n200 1.1")
    assert tls.curl("--tls-max", "1.2").stdout.endswith("\n200 1.1")
    assert tls.curl("--http2").stdout.endswith("\n200 1.1")
    assert tls.curl("--tlsv1.0", "--tls-max", "1.1", "--ciphers", OLD).returncode == 35
    assert tls.curl("--cacert", "/etc/ssl/certs/ca-certificates.crt").returncode == 60
    plain = tls.curl(url=f"http://localhost:{tls.port}/readyz")
    assert plain.stdout.endswith("\n400 1.1") and "use https" in plain.stdout


def test_events_arrive_over_tls_and_in_the_clear(tls):
    source = tls.patron.add_source()
    events = [track() for _ in range(2000)]
    headers = {"Content-Type": "application/json", **web.basic(source["write_key"])}
    status, _body = tls.call("POST", "/v1/batch", json.dumps({"batch": events[:1000]}), headers)
    assert status == 200
    packed = gzip.compress(json.dumps({"batch": events[1000:1999]}).encode())
    status, _body = tls.call("POST", "/v1/batch", packed, {**headers, "Content-Encoding": "gzip"})
    assert status == 200
    tls.patron.send_ok(events[1999:], source["write_key"])
    assert stored(tls, source) == [event["messageId"] for event in events]


def test_large_bodies_both_ways(tls):
    """4 MiB in one request, chunked and with a length; many MiB back."""
    source, token = tls.patron.add_source(), tls.patron.add_token()
    headers = {"Content-Type": "application/json", **web.basic(source["write_key"])}
    sent = []
    for chunked in (False, True):
        events = [track(text="x" * 30000) for _ in range(130)]
        sent += [event["messageId"] for event in events]
        body = json.dumps({"batch": events}).encode()
        assert 3 << 20 < len(body) < 4 << 20
        pieces = (body[at:at + 10007] for at in range(0, len(body), 10007))
        status, answer = tls.call("POST", "/v1/batch", pieces if chunked else body, headers)
        assert status == 200, answer
    status, answer = tls.call("GET", f"/api/v1/events/export?source={source['id']}", headers={"Authorization": f"Bearer {token}"})
    assert status == 200 and len(answer) > 7 << 20
    assert [json.loads(line)["messageId"] for line in answer.decode().split("\n") if line] == sent


def test_live_events_over_tls(tls):
    source, token = tls.patron.add_source(), tls.patron.add_token()
    connection = tls.connect()
    connection.request("GET", "/api/v1/events/live", headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/event-stream")
    for _ in range(3):
        event = track()
        tls.patron.send_ok([event], source["write_key"])
        while event["messageId"].encode() not in (line := answer.readline()):
            assert line, "the stream ended"
    connection.close()
    assert tls.patron.get("/readyz").status == 200


def test_a_reload_under_load_loses_no_request(tls):
    """Connections that stay and new ones, while the certificate changes twenty times."""
    source = tls.patron.add_source()
    headers = {"Content-Type": "application/json", **web.basic(source["write_key"])}
    stop, lock = threading.Event(), threading.Lock()
    sent, failed = [], []

    def client(keep):
        connection = tls.connect()
        while not stop.is_set():
            events = [track() for _ in range(5)]
            try:
                connection.request("POST", "/v1/batch", json.dumps({"batch": events}), headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    raise OSError(f"answered {answer.status}")
                with lock:
                    sent.extend(event["messageId"] for event in events)
            except (OSError, http.client.HTTPException) as problem:
                failed.append(repr(problem))
            if not keep:
                connection.close()
                connection = tls.connect()
        connection.close()

    threads = [threading.Thread(target=client, args=(keep,)) for keep in (True, True, False, False)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        tls.ca.issue()
        os.kill(tls.patron.pid, signal.SIGHUP)
        end = time.monotonic() + 10  # not by the log, which sums up what it says too often
        while tls.serial() != tls.ca.serial:
            assert time.monotonic() < end
    stop.set()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(sent) > 100
    assert sorted(stored(tls, source)) == sorted(sent)


def test_a_session_is_resumed_also_over_a_reload(tls):
    """In TLS 1.2: there Python has the session as soon as the handshake is over."""
    tls.context.maximum_version = ssl.TLSVersion.TLSv1_2
    session = None
    for number in range(3):
        with socket.create_connection(("127.0.0.1", tls.port), timeout=10) as raw:
            with tls.context.wrap_socket(raw, server_hostname="localhost", session=session) as s:
                assert s.session_reused == (number > 0)
                session = s.session
        tls.ca.issue()
        tls.reload("certificate reloaded")


BROKEN = {
    "key of another": (lambda tls: tls.ca.issue("other")[1].rename(tls.key), "does not fit the certificate"),
    "key readable by others": (lambda tls: tls.key.chmod(0o644), "has mode 0644"),
    "no key": (lambda tls: tls.key.unlink(), "No such file"),
    "empty certificate": (lambda tls: tls.certificate.write_text(""), "no usable certificate"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_bad_pair_leaves_the_old_one_in_use(tls, name):
    damage, message = BROKEN[name]
    serial = tls.serial()
    damage(tls)
    tls.reload("certificate not reloaded, the old one stays in use")
    assert message in tls.patron.stderr()
    assert tls.serial() == serial
    tls.certificate, tls.key = tls.ca.issue()
    tls.reload("certificate reloaded")
    assert tls.serial() > serial


@pytest.mark.parametrize("name", BROKEN)
def test_a_bad_pair_is_refused_at_start(make_tls, name):
    damage, message = BROKEN[name]
    tls = make_tls()
    damage(tls)
    tls.patron.spawn()
    assert tls.patron.process.wait(10) == 1
    assert message in tls.patron.stderr()


@pytest.mark.parametrize("missing", ["tls-certificate", "tls-key"])
def test_half_a_setting_is_refused(make_tls, missing):
    tls = make_tls()
    del tls.patron.settings[missing]
    tls.patron.spawn()
    assert tls.patron.process.wait(10) == 1
    assert f"{missing.replace('-', '.')} is not" in tls.patron.stderr()


def test_slow_handshakes_are_cut_and_harm_nobody(make_tls):
    """200 clients that send the start of a hello, then a byte now and then."""
    tls = make_tls(**{"http-header-ms": "1000"}).start()
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
    slow = []
    for _ in range(200):
        s = socket.create_connection(("127.0.0.1", tls.port), timeout=5)
        s.sendall(hello)
        slow.append(s)
    begin = time.monotonic()
    worst = 0
    for byte in range(3):
        for s in slow:
            s.sendall(bytes([byte]))
        start = time.monotonic()
        assert tls.call("GET", "/readyz")[0] == 200
        worst = max(worst, time.monotonic() - start)
        time.sleep(0.2)
    assert worst < 0.5
    for s in slow:
        try:
            assert s.recv(100) == b""
        except ConnectionResetError:
            pass
        s.close()
    assert 0.5 < time.monotonic() - begin < 4
    metrics = tls.patron.metrics()
    assert metrics["patron_http_tls_failed_handshakes_total"] == 200
    assert metrics["patron_http_timeouts_total"] >= 200


def test_metrics_tell_of_handshakes_and_expiry(tls):
    before = tls.patron.metrics()
    for _ in range(3):
        assert tls.call("GET", "/readyz")[0] == 200
    with pytest.raises(ssl.SSLError):
        try_version(tls, ssl.TLSVersion.TLSv1_1)
    after = tls.patron.metrics()
    assert after["patron_http_tls_handshakes_total"] - before["patron_http_tls_handshakes_total"] == 3
    assert after["patron_http_tls_failed_handshakes_total"] - before["patron_http_tls_failed_handshakes_total"] == 1
    days = (after["patron_http_tls_certificate_expires_seconds"] - time.time()) / 86400
    assert 9.9 < days < 10.1


def test_a_stop_says_the_end_to_idle_clients(tls):
    with socket.create_connection(("127.0.0.1", tls.port), timeout=10) as raw:
        with tls.context.wrap_socket(raw, server_hostname="localhost", suppress_ragged_eofs=False) as s:
            s.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert s.recv(4096).startswith(b"HTTP/1.1 200")
            tls.patron.terminate()
            assert s.recv(4096) == b""  # close_notify: a bare end would raise


def test_sighup_without_tls_is_harmless(patron):
    for _ in range(3):
        os.kill(patron.pid, signal.SIGHUP)
        time.sleep(0.05)
    assert patron.get("/readyz").status == 200


def test_the_log_file_is_rotated_without_losing_a_line(make_patron, scratch):
    log, old = scratch / "patrond.log", scratch / "patrond.log.1"
    patron = make_patron(settings={"diag-file": log}).start()
    assert "ready" in log.read_text()
    log.rename(old)
    os.kill(patron.pid, signal.SIGHUP)
    end = time.monotonic() + 10
    while not log.exists() or "reloaded" not in log.read_text():
        assert time.monotonic() < end
        time.sleep(0.01)
    patron.stop()
    assert "stopped" in log.read_text() and "stopped" not in old.read_text()
    assert all(re.match(r"20\d\d-", line) for line in (old.read_text() + log.read_text()).splitlines())


def test_a_log_file_that_cannot_be_opened_is_an_error(make_patron, scratch):
    patron = make_patron(settings={"diag-file": scratch / "nosuch" / "log"})
    patron.spawn()
    assert patron.process.wait(10) == 1
    assert "nosuch/log" in patron.stderr()


@pytest.mark.parametrize("abstract", [False, True], ids=["path", "abstract"])
def test_the_service_manager_is_told(make_patron, scratch, abstract):
    """systemd's notify protocol: ready, reloading, ready, stopping."""
    name = f"@patron-test-{os.getpid()}" if abstract else str(scratch / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name[1:] if abstract else name)
        manager.settimeout(10)
        patron = make_patron(env={"NOTIFY_SOCKET": name}).start()
        assert manager.recv(1000).startswith(b"READY=1")
        os.kill(patron.pid, signal.SIGHUP)
        assert re.match(rb"RELOADING=1\nMONOTONIC_USEC=\d+$", manager.recv(1000))
        assert manager.recv(1000).startswith(b"READY=1")
        patron.stop()
        assert manager.recv(1000).startswith(b"STOPPING=1")
