# SPDX-License-Identifier: Apache-2.0
"""A web shop's page on an origin of its own, with Segment's browser client from the npm package's standalone build."""
import http.server
import json
import threading
import urllib.parse

from .node import FOLDER

BUILD = FOLDER / "node_modules/@segment/analytics-next/dist/umd"

# What Segment's snippet does: queue calls on window.analytics until the script has loaded and takes them over.
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>
<link rel="icon" href="data:,">
<script>
const analytics = window.analytics = []
analytics.initialize = false
for (const name of ['identify', 'track', 'page', 'screen', 'group', 'alias', 'ready', 'on']) {
  analytics[name] = (...args) => { analytics.push([name, ...args]); return analytics }
}
analytics._writeKey = %(key)s
analytics._cdn = %(cdn)s
analytics._loadOptions = %(options)s
analytics.SNIPPET_VERSION = '5.2.0'
</script>
<script src="/standalone.js"></script>
<h1>Shop</h1></html>
"""


class Shop:
    """Serves the page; `url(key, cdn, options)` is the address of a page with these settings in it."""

    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def url(self, key, cdn, options=None):
        query = urllib.parse.urlencode({"key": key, "cdn": cdn, "options": json.dumps(options or {})})
        return f"http://127.0.0.1:{self.server.server_address[1]}/?{query}"

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = urllib.parse.urlsplit(self.path)
        if parts.path == "/":
            query = dict(urllib.parse.parse_qsl(parts.query))
            body = PAGE % {"key": json.dumps(query["key"]), "cdn": json.dumps(query["cdn"]),
                           "options": query["options"]}
            self.say("text/html; charset=utf-8", body.encode())
        else:
            file = BUILD / parts.path.lstrip("/")
            if file.parent == BUILD and file.is_file():
                self.say("text/javascript", file.read_bytes())
            else:
                self.send_error(404)

    def say(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass
