# SPDX-License-Identifier: Apache-2.0
"""What the console offers to paste works as it stands: each snippet is read off the page, run unchanged, and its event lands."""
import contextlib
import http.server
import pathlib
import subprocess
import sys
import threading
import time

import pytest
from harness import node
from harness.patron import ROOT

JAVA = ROOT / "tests/clients/java/target"


@contextlib.contextmanager
def website(body):
    """A page on an origin of its own."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # pylint: disable=invalid-name
            data = (f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Shop</title>"
                    f"<link rel='icon' href='data:,'>{body}</head><body><h1>Shop</h1></body></html>").encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format, *args):  # pylint: disable=redefined-builtin
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def landed(shop, source, name, seconds=15):
    """The events of a source with that name, once there is one."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = [e for e in shop.export() if e["_patron"].get("source_id") == source["id"] and name in (e.get("event"), e.get("type"))]
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"no {name} of {source['name']}: {[e.get('event') for e in shop.export()][-5:]}")


def run(command, **kw):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False, **kw)
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"


def in_node(code, folder):
    (folder / "node_modules").symlink_to(node.FOLDER / "node_modules")
    (folder / "main.mjs").write_text(code)
    run([node.node(), "main.mjs"], cwd=folder, env=node.environment())


def in_python(code, folder):
    (folder / "main.py").write_text(code)
    run([sys.executable, "main.py"], cwd=folder)


def in_java(code, folder):
    if not (JAVA / "lib").is_dir():
        sys.path.insert(0, str(ROOT / "tests/clients"))
        import runners  # pylint: disable=import-outside-toplevel
        runners.SEGMENT_JAVA.prepare()
    (folder / "Example.java").write_text(code)
    jars = f"{JAVA}/lib/*"
    run(["javac", "-cp", jars, "Example.java"], cwd=folder)
    run(["java", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}:.", "Example"], cwd=folder)


def in_shell(code, folder):
    run(["bash", "-ec", code], cwd=folder)


RUNNERS = {"node": in_node, "python": in_python, "java": in_java, "rudderstack": in_node, "curl": in_shell}


def pasted(page, source, client):
    """The snippet as the page shows it."""
    page("open", path=f"/sources/{source['id']}" + ("" if client == "browser" else f"?client={client}"))
    page("wait", selector=".pt-code pre")
    return page("texts", selector=".pt-code pre")[-1]


@pytest.fixture
def source(shop):
    return shop.add_source(f"snippet-{time.monotonic_ns()}")


@pytest.mark.limit(150)
@pytest.mark.parametrize("client", RUNNERS)
def test_a_snippet_works_as_pasted(page, shop, source, client, tmp_path):
    code = pasted(page, source, client)
    assert page("text", selector=".so-first").startswith("Waiting for the first event")
    RUNNERS[client](code, pathlib.Path(tmp_path))
    assert landed(shop, source, "Order Completed")
    page("waitText", selector=".so-first", text="The first event has landed")


@pytest.mark.limit(90)
def test_the_browser_snippet_works_as_pasted(page, open_browser, shop, source):
    """The standard snippet on another origin: the library comes from the daemon, finds it by itself, and its page call lands."""
    code = pasted(page, source, "browser")
    with website(code) as url:
        visitor = open_browser(shop)
        visitor("open", path=url)
        event = landed(shop, source, "page")[0]
        assert event["context"]["library"]["name"] == "analytics.js"
        visitor("evaluate", script="analytics.track('Order Completed', {total: 64})")
        assert landed(shop, source, "Order Completed")
        assert visitor("complaints") == []


def test_the_pixel_works_as_pasted(page, open_browser, shop, source):
    code = pasted(page, source, "pixel")
    with website("") as url:
        visitor = open_browser(shop)
        visitor("open", path=url)
        visitor("evaluate", script=f"document.body.insertAdjacentHTML('beforeend', {code!r})")
        assert landed(shop, source, "Mail Opened")[0]["userId"] == "user-1"


def test_the_loader_is_for_known_keys_and_any_origin(shop, source):
    answer = shop.get(f"/analytics.js/v1/{source['write_key']}/analytics.min.js")
    assert answer.status == 200 and answer.header("Access-Control-Allow-Origin") == "*"
    assert answer.header("Cross-Origin-Resource-Policy") == "cross-origin"
    assert answer.header("Content-Type").startswith("text/javascript")
    again = shop.get(f"/analytics.js/v1/{source['write_key']}/analytics.min.js", headers={"If-None-Match": answer.header("ETag")})
    assert again.status == 304 and again.body == b""
    assert shop.get("/analytics.js/v1/nosuchkey/analytics.min.js").status == 404
    assert shop.get(f"/analytics.js/v1/{source['write_key']}/other.js").status == 404
