# SPDX-License-Identifier: Apache-2.0
"""A Server-Sent Events reader on its own thread."""
import http.client
import json
import queue
import socket
import threading
import time
import urllib.parse

from . import web


class Message:
    def __init__(self, event_id, kind, data):
        self.id, self.kind, self.data = event_id, kind, data
        self.time = time.monotonic()

    def json(self):
        return json.loads(self.data)

    def __repr__(self):
        return f"id={self.id} event={self.kind} {self.data[:200]}"


class Stream:
    """`with Stream(url, headers) as s: s.next(timeout)`; over a Unix socket with unix=PATH and url = path."""

    def __init__(self, url, headers=None, last_id=None, unix=None):
        parts = urllib.parse.urlsplit(url)
        self.path = parts.path + (f"?{parts.query}" if parts.query else "")
        self.connection = web.UnixConnection(str(unix), 30) if unix else \
            http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        self.headers = {"Accept": "text/event-stream", **(headers or {})}
        if last_id is not None:
            self.headers["Last-Event-ID"] = last_id
        self.messages = queue.Queue()
        self.socket = self.response = None
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.closed = threading.Event()

    def open(self):
        self.connection.request("GET", self.path, headers=self.headers)
        self.socket = self.connection.sock  # http.client lets go of it where the answer ends with the connection
        self.response = self.connection.getresponse()
        if self.response.status == 200:
            self.thread.start()
        return self

    @property
    def status(self):
        return self.response.status

    def read(self):
        event_id, kind, data = None, None, []
        try:
            for line in self.response:
                text = line.decode().rstrip("\r\n")
                if text == "":
                    if data:
                        self.messages.put(Message(event_id, kind, "\n".join(data)))
                    kind, data = None, []
                elif not text.startswith(":"):
                    field, _, value = text.partition(":")
                    value = value.removeprefix(" ")
                    if field == "id":
                        event_id = value
                    elif field == "event":
                        kind = value
                    elif field == "data":
                        data.append(value)
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass  # the server stopped or was killed, or we closed
        finally:
            self.closed.set()

    def next(self, timeout=5, kinds=("event", "rejected", "skipped")):
        """The next message of these kinds."""
        end = time.monotonic() + timeout
        while True:
            try:
                message = self.messages.get(timeout=max(0.001, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no event within {timeout} s") from None
            if message.kind in kinds:
                return message

    def wait_caught_up(self):
        """Everything older has been sent: what comes from now on is live."""
        self.next(kinds=("caught_up",))
        return self

    def quiet(self, seconds):
        """Asserts that nothing comes for a while."""
        try:
            message = self.next(seconds)
        except AssertionError:
            return
        raise AssertionError(f"unexpected event: {message}")

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.connection.close()

    def __enter__(self):
        return self.open()

    def __exit__(self, *_):
        self.close()
