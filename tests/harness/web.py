# SPDX-License-Identifier: Apache-2.0
"""A plain HTTP client that hides nothing: one request, one connection unless kept, the answer as it came."""
import base64
import gzip as gzip_module
import http.client
import json as json_module
import re
import socket
import time
import urllib.parse


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=20):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # http.client.HTTPMessage: any case
        self.body = body

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def json(self):
        return json_module.loads(self.body)

    def header(self, name, default=None):
        return self.headers.get(name, default)

    def __repr__(self):
        return f"{self.status} {dict(self.headers)} {self.text[:600]}"


def basic(key, password=""):
    """The Authorization header that Segment's clients send."""
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:{password}".encode()).decode()}


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def gzip(data):
    return gzip_module.compress(data, mtime=0)


def connect(url, timeout=20):
    """A connection to keep for several requests."""
    parts = urllib.parse.urlsplit(url)
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)


def exchange(connection, method, path, body=None, headers=None):
    """One request on an open connection."""
    connection.request(method, path, body=body, headers=headers or {})
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())


def dial(url, timeout, unix):
    """A connection and the path to ask on it."""
    if unix is not None:
        return UnixConnection(str(unix), timeout), url
    parts = urllib.parse.urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout), path


def request(method, url, body=None, headers=None, timeout=20, unix=None):
    connection, path = dial(url, timeout, unix)
    try:
        return exchange(connection, method, path, body, headers)
    finally:
        connection.close()


def status(method, url, body=None, headers=None, timeout=20, unix=None):
    """The status alone: the body, which may be a stream without an end, is not read."""
    connection, path = dial(url, timeout, unix)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        return connection.getresponse().status
    finally:
        connection.close()


def raw(port, data, timeout=20):
    """Sends bytes as they are and returns what comes back until the server closes (or the time is over)."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as s:
        s.sendall(data)
        return read_all(s, timeout)


def read_all(s, timeout):
    """Everything until the peer closes, resets, or the time is over."""
    got = b""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        s.settimeout(max(0.01, end - time.monotonic()))
        try:
            chunk = s.recv(65536)
        except (TimeoutError, ConnectionResetError):
            break
        if not chunk:
            break
        got += chunk
    return got


def statuses(data):
    """The status codes of the answers in a raw byte stream."""
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", data)]
