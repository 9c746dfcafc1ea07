# SPDX-License-Identifier: Apache-2.0
"""An HTTP server on loopback that keeps what it gets and answers as it is told."""
import collections
import http.server
import json
import threading
import time
import urllib.parse

Request = collections.namedtuple("Request", "method path query headers body at")
Answer = collections.namedtuple("Answer", "status body headers", defaults=({},))


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A client that hangs up is no finding."""


class Server:
    """`answer(request)` gives an Answer; what it got stands in `requests`. Use it as a context."""

    def __init__(self):
        self.requests = []
        self.changed = threading.Condition()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                url = urllib.parse.urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, url.path, dict(urllib.parse.parse_qsl(url.query)), headers, body, time.time())
                answer = outer.take(request)
                text = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.status != 204:
                    self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text if answer.status != 204 else b"")

            do_PUT = do_GET = do_POST

            def log_message(self, format, *args):  # pylint: disable=redefined-builtin # the base class's name
                """Requests are kept, not printed."""

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def base(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def take(self, request):
        with self.changed:
            answer = self.answer(request)
            self.requests.append(request)
            self.changed.notify_all()
        return answer

    def answer(self, request):  # pylint: disable=unused-argument # for those that derive
        return Answer(204, b"")

    def wait(self, ready, seconds=10):
        """What `ready(self)` gives once it is true; fails after so long."""
        with self.changed:
            assert self.changed.wait_for(lambda: ready(self), seconds), f"after {seconds} s: {len(self.requests)} requests"
            return ready(self)
