# SPDX-License-Identifier: Apache-2.0
"""What strangers may try on the port: oversized, endless, slow, malformed. Each has a bound, and others are not slowed."""
import socket
import statistics
import time

import pytest
from harness import web
from harness.load import track

HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
FAST = {"http-header-ms": "400", "http-body-idle-ms": "400", "http-body-total-ms": "1500", "http-keepalive-ms": "800"}


def status(port, data, timeout=5):
    got = web.statuses(web.raw(port, data, timeout))
    return got[0] if got else None


@pytest.mark.parametrize("pad,want", [(31 << 10, 200), (33 << 10, 431), (1 << 20, 431)])
def test_header_section(shared, pad, want):
    lines = b"".join(b"X-%d: %s\r\n" % (i, b"a" * 1000) for i in range(pad // 1008))
    lines += b"X-Rest: " + b"a" * (pad % 1008) + b"\r\n"
    assert status(shared.patron.port, HEAD + lines + b"\r\n") == want


@pytest.mark.parametrize("count,want", [(90, 200), (101, 431), (5000, 431)])
def test_header_count(shared, count, want):
    assert status(shared.patron.port, HEAD + b"".join(b"X-%d: 1\r\n" % i for i in range(count)) + b"\r\n") == want


@pytest.mark.parametrize("size,want", [(8 << 10, 200), ((8 << 10) + 1, 414), (1 << 20, 414)])
def test_target(shared, size, want):
    target = b"/" + b"a" * (size - 1)
    assert status(shared.patron.port, b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") == want


def test_body_that_only_claims_to_be_large_is_refused_before_it_is_sent(shared):
    head = b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"
    assert status(shared.patron.port, head) == 413


def test_length_beyond_64_bits(shared):
    head = b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999999\r\n\r\n"
    assert status(shared.patron.port, head) in (400, 413)


def test_endless_chunked_body(shared):
    """Told 413 while it still sends; what comes behind is thrown away, not kept, and not for ever."""
    with socket.create_connection(("127.0.0.1", shared.patron.port), timeout=10) as s:
        s.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(100):  # 6.4 MiB
            s.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
        assert web.statuses(s.recv(4096)) == [413]
        assert shared.patron.metrics()["patron_http_buffered_bytes"] < 1 << 20
        s.settimeout(2.5)
        while s.recv(4096):
            pass  # the server has closed its side


REQUEST_LINES = {
    "HTTP/1.1 without a host": (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    "two hosts": (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "HTTP/3.0": (b"GET /healthz HTTP/3.0\r\nHost: x\r\n\r\n", 505),
    "no version": (b"GET /healthz\r\n\r\n", 400),
    "TLS hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 60, 400),
    "NUL in a header": (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n", 400),
    "bare CR": (b"GET /healthz HTTP/1.1\r\nHost: x\rX: y\r\n\r\n", 400),
    "unknown expectation": (b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nContent-Length: 2\r\n\r\n{}", 417),
    "HTTP/1.0": (b"GET /healthz HTTP/1.0\r\n\r\n", 200),
}


@pytest.mark.parametrize("data,want", REQUEST_LINES.values(), ids=REQUEST_LINES.keys())
def test_request_lines(shared, data, want):
    assert status(shared.patron.port, data, 3) == want


def test_smuggled_second_request_is_never_served(shared):
    """The framing in doubt closes the connection: what follows is not a request."""
    source = shared.source()
    inner = b"POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: 26\r\n\r\n{\"event\":\"E\",\"userId\":\"u\"}" % \
        web.basic(source["write_key"])["Authorization"].encode()
    for framing in (b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n",
                    b"Content-Length: 0\r\nContent-Length: 5\r\n", b"Transfer-Encoding : chunked\r\n"):
        got = web.raw(shared.patron.port, b"POST /v1/batch HTTP/1.1\r\nHost: x\r\n" + framing + b"\r\n0\r\n\r\n" + inner, 3)
        assert web.statuses(got) == [400], got
    assert shared.rows(source, "all") == []


def test_expect_100_continue(shared):
    source = shared.source()
    body = b'{"event":"E","userId":"u"}'
    with socket.create_connection(("127.0.0.1", shared.patron.port), timeout=5) as s:
        s.sendall(b"POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nExpect: 100-continue\r\nContent-Length: %d\r\n"
                  b"Connection: close\r\n\r\n" % (web.basic(source["write_key"])["Authorization"].encode(), len(body)))
        assert s.recv(100).startswith(b"HTTP/1.1 100 ")
        s.sendall(body)
        assert web.statuses(web.read_all(s, 5)) == [200]


# --- slow clients ----------------------------------------------------------------------------------------------------------


def test_slow_header_ends(make_patron):
    """A byte now and then does not hold a connection: the time counts for the whole header."""
    patron = make_patron(settings=FAST).start()
    with socket.create_connection(("127.0.0.1", patron.port), timeout=5) as s:
        begin = time.monotonic()
        s.settimeout(0.05)
        got = b""
        for byte in HEAD * 50:
            try:
                s.sendall(bytes([byte]))
                got = s.recv(1000)
                break
            except TimeoutError:
                continue
            except OSError:
                break
        assert time.monotonic() - begin < 2
        assert got == b"" or web.statuses(got) == [408]


@pytest.mark.parametrize("pause_s", [0.1, 10], ids=["drips", "stops"])
def test_slow_body_ends(make_patron, pause_s):
    patron = make_patron(settings=FAST).start()
    with socket.create_connection(("127.0.0.1", patron.port), timeout=5) as s:
        s.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        begin = time.monotonic()
        s.settimeout(pause_s)
        got = None
        while got is None and time.monotonic() - begin < 8:
            try:
                s.sendall(b" ")
                got = s.recv(1000)
            except TimeoutError:
                continue
            except OSError:
                got = b""
        assert time.monotonic() - begin < 3
        assert got == b"" or web.statuses(got) == [408]


def test_idle_connection_ends(make_patron):
    patron = make_patron(settings=FAST).start()
    connection = web.connect(patron.base)
    assert web.exchange(connection, "GET", "/healthz").status == 200
    begin = time.monotonic()
    assert connection.sock.recv(10) == b""
    assert 0.5 < time.monotonic() - begin < 3
    connection.close()


@pytest.mark.limit(90)
def test_slow_loris_does_not_slow_others(make_patron):
    """A thousand connections that never finish their header; calls beside them stay fast and they all end by themselves."""
    import resource  # pylint: disable=import-outside-toplevel
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    patron = make_patron(settings={"http-header-ms": "4000"}).start()
    key = patron.add_source()["write_key"]
    slow = []
    try:
        quiet = [timed(patron, key, f"q{i}") for i in range(100)]
        for _ in range(1000):
            s = socket.create_connection(("127.0.0.1", patron.port), timeout=5)
            s.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nX-A: ")
            slow.append(s)
        beside = [timed(patron, key, f"b{i}") for i in range(100)]
        assert patron.metrics()["patron_http_connections"] >= 1000
        assert statistics.median(beside) < max(5 * statistics.median(quiet), 0.02)
        end = time.monotonic() + 15
        while patron.metrics()["patron_http_connections"] > 50:
            assert time.monotonic() < end, "slow connections stay"
            time.sleep(0.2)
    finally:
        for s in slow:
            s.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def timed(patron, key, message_id):
    begin = time.monotonic()
    patron.send_ok([track(message_id)], key)
    return time.monotonic() - begin


def test_connections_are_bounded(make_patron):
    """Over the bound an idle one makes room, or the new one hears 503; the server stays up."""
    patron = make_patron(settings={"http-connections": "50"}).start()
    held = []
    for _ in range(120):
        try:
            held.append(socket.create_connection(("127.0.0.1", patron.port), timeout=2))
        except OSError:
            break
    try:
        answer = patron.get("/healthz", timeout=2)
        assert answer.status in (200, 503), answer
    except OSError:
        pass  # closed at once
    for s in held:
        s.close()
    end = time.monotonic() + 5
    while True:
        try:
            if patron.get("/healthz", timeout=2).status == 200:
                break
        except OSError:
            pass
        assert time.monotonic() < end
        time.sleep(0.1)


def test_client_that_resets_in_the_middle(shared):
    """Nothing is stored of half a request, and the server goes on."""
    import struct  # pylint: disable=import-outside-toplevel
    source = shared.source()
    for cut in (10, 60, 200, 400):
        body = b'{"batch":[' + b",".join(b'{"type":"track","event":"E","userId":"u"}' for _ in range(20)) + b"]}"
        data = b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n" % (
            web.basic(source["write_key"])["Authorization"].encode(), len(body)) + body
        s = socket.create_connection(("127.0.0.1", shared.patron.port))
        s.sendall(data[:cut])
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()
    time.sleep(0.2)
    assert shared.rows(source, "all") == []
    assert shared.patron.get("/healthz").status == 200
