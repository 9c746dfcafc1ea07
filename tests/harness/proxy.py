# SPDX-License-Identifier: Apache-2.0
"""A proxy between a client and Patron that misbehaves on command, and a recorder of what clients really send.

`plan` is worked off one entry a request (of the methods in `methods`); when it is empty requests pass through.
Without an upstream everything is answered by 200: then it is a recorder.
"""
import gzip
import http.client
import http.server
import json
import socket
import socketserver
import struct
import threading
import time


class Fault:
    """What happens to one request."""

    def __init__(self, kind, status=0, headers=None, seconds=0.0):
        self.kind, self.status, self.headers, self.seconds = kind, status, headers or {}, seconds

    def __repr__(self):
        return f"{self.kind} {self.status or ''} {self.headers or ''}"


def answer(status, retry_after=None):
    """The server says no."""
    return Fault("answer", status, {"Retry-After": str(retry_after)} if retry_after is not None else {})


def cut():
    """The connection breaks before the request reaches Patron."""
    return Fault("cut")


def lose_answer():
    """Patron gets the request and answers; the client never hears it."""
    return Fault("lose_answer")


class Seen:
    """One request as it came, and what it was answered (0: connection broken)."""

    def __init__(self, method, path, headers, body):
        self.time = time.monotonic()
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.status = None

    def json(self):
        """The body, decompressed whatever its headers claim."""
        data = self.body
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        return json.loads(data)

    def __repr__(self):
        return f"{self.method} {self.path} -> {self.status}"


class Proxy:
    def __init__(self, upstream_port=None, plan=(), methods=("POST",)):
        self.upstream_port = upstream_port
        self.plan = list(plan)
        self.methods = methods
        self.seen = []
        self.lock = threading.Lock()
        self.server = _Server(("127.0.0.1", 0), _handler(self))
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def take(self, seen):
        with self.lock:
            self.seen.append(seen)
            return self.plan.pop(0) if self.plan and seen.method in self.methods else None

    def requests(self, *methods):
        """What came, by default only what the plan applies to."""
        return [seen for seen in self.seen if seen.method in (methods or self.methods)]

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


def _handler(proxy):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def handle_any(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = self.read_chunked() if "chunked" in self.headers.get("Transfer-Encoding", "") else \
                self.rfile.read(length)
            seen = Seen(self.command, self.path, self.headers, body)
            fault = proxy.take(seen)
            if fault is None:
                seen.status = self.forward(body, tell=True)
            elif fault.kind == "answer":
                self.say(fault.status, fault.headers, b'{"title":"fault"}')
                seen.status = fault.status
            else:
                if fault.kind == "lose_answer":
                    self.forward(body, tell=False)
                seen.status = 0
                self.reset()

        do_GET = do_POST = do_OPTIONS = do_PUT = do_HEAD = handle_any

        def read_chunked(self):
            data = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                data += self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    return data

        def forward(self, body, tell):
            if proxy.upstream_port is None:
                if tell:
                    self.say(200, {}, b'{"success":true}')
                return 200
            upstream = http.client.HTTPConnection("127.0.0.1", proxy.upstream_port, timeout=30)
            try:
                skip = {"connection", "transfer-encoding", "content-length", "host"}
                headers = {k: v for k, v in self.headers.items() if k.lower() not in skip}
                upstream.request(self.command, self.path, body or None, headers)
                response = upstream.getresponse()
                data = response.read()
                if tell:
                    kept = {k: v for k, v in response.getheaders()
                            if k.lower() not in {"connection", "transfer-encoding", "content-length", "date"}}
                    self.say(response.status, kept, data, cors=False)
                return response.status
            except (OSError, http.client.HTTPException):
                self.reset()
                return 0
            finally:
                upstream.close()

        def say(self, status, headers, body, cors=True):
            self.send_response(status)
            if cors:  # a browser must see the fault itself, not a CORS failure
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Access-Control-Allow-Headers", "*, Authorization")
                self.send_header("Access-Control-Expose-Headers", "Retry-After")
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def reset(self):
            """RST instead of FIN: what a killed server or a broken line looks like."""
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

        def handle(self):
            try:
                super().handle()
            except (OSError, ValueError):
                pass  # the client went away, or we cut it

        def finish(self):
            try:
                super().finish()
            except (OSError, ValueError):
                pass

        def log_message(self, format, *args):  # pylint: disable=redefined-builtin
            pass

    return Handler
