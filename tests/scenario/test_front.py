# SPDX-License-Identifier: Apache-2.0
"""Behind a proxy that ends TLS: whom a request is from, and how they came, by the word of a proxy that is believed."""
import http.client
import json

import pytest
from harness import web
from harness.ca import Ca
from harness.patron import free_port
from harness.person import PASSWORD

HSTS = "Strict-Transport-Security"
FRONT = {"Host": "patron.example.com", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
PAGE = {"Origin": "https://patron.example.com", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}


def call(patron, method, path, body=None, headers=None, **kw):
    data = json.dumps(body).encode() if body is not None else b""
    return web.request(method, patron.base + path, body=data, headers=headers or {}, **kw)


def set_up(patron, headers):
    """The first owner, through the proxy: the answer."""
    code = patron.cli_json("setup-code")["code"]
    body = {"code": code, "email": "owner@example.com", "name": "Olga", "password": PASSWORD}
    return call(patron, "POST", "/api/v1/setup", body, {**PAGE, **headers})


def peers(entries):
    return {entry["actor"]["peer"] for entry in entries if entry["actor"].get("peer")}


def test_a_session_through_a_proxy(make_patron):
    patron = make_patron(settings={"access-proxies": "10.0.0.0/8,127.0.0.1"}).start()
    begun = set_up(patron, {**FRONT, "X-Forwarded-For": "unknown, 203.0.113.7, 10.1.2.3"})
    assert begun.status == 201, begun
    cookie = begun.header("Set-Cookie")
    assert cookie.startswith("__Host-patron_session=") and "; Secure" in cookie
    assert begun.header(HSTS) == "max-age=31536000"
    session = {"Cookie": cookie.split(";")[0], **FRONT}
    own = call(patron, "GET", "/api/v1/me/sessions", headers=session)
    assert own.status == 200 and own.json()["data"][0]["peer"] == "203.0.113.7"
    entries = patron.api("GET", "/api/v1/audit").json()["data"]
    assert peers(entries) == {"203.0.113.7"}
    plain = call(patron, "GET", "/api/v1/me", headers={**session, "X-Forwarded-Proto": "http"})
    assert plain.status == 403 and plain.header(HSTS) is None
    for path, status in (("/", 200), ("/api/v1/nothing", 404), ("/api/v1/me", 401)):
        answer = call(patron, "GET", path, headers=FRONT)
        assert (answer.status, answer.header(HSTS)) == (status, "max-age=31536000"), path


def test_nobody_else_is_believed(make_patron):
    patron = make_patron(settings={"access-proxies": "10.0.0.0/8"}).start()
    begun = set_up(patron, {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", "Origin": patron.base})
    assert begun.status == 201, begun
    assert begun.header("Set-Cookie").startswith("patron_session=") and begun.header(HSTS) is None
    entries = patron.api("GET", "/api/v1/audit").json()["data"]
    assert peers(entries) == {"127.0.0.1"}
    token = patron.add_token()
    assert call(patron, "GET", "/api/v1/sources", headers={**FRONT, **web.bearer(token)}).status == 403
    assert call(patron, "GET", "/api/v1/sources", headers={**web.bearer(token), "X-Forwarded-For": "rubbish"}).status == 200


def test_guesses_are_counted_by_the_clients_address(make_patron):
    patron = make_patron(settings={"access-proxies": "127.0.0.1"}).start()
    assert set_up(patron, FRONT).status == 201

    def guess(number, client):
        body = {"email": f"nobody{number}@example.com", "password": "wrong wrong wrong"}
        return call(patron, "POST", "/api/v1/session", body, {**PAGE, **FRONT, "X-Forwarded-For": client}).status

    assert [guess(i, "198.51.100.9") for i in range(5)] == [401] * 5
    assert guess(5, "1.2.3.4, 198.51.100.9") == 429
    assert guess(6, "198.51.100.10") == 401


def test_intake_keeps_the_clients_address(make_patron):
    patron = make_patron(settings={"access-proxies": "127.0.0.1"}).start()
    key = patron.add_source()["write_key"]
    event = {"type": "track", "event": "E", "userId": "u", "messageId": "m", "context": {"direct": True}}
    sent = call(patron, "POST", "/v1/track", event, {"Content-Type": "application/json", **web.basic(key), **FRONT})
    assert sent.status == 200 and sent.header(HSTS) is None
    assert patron.export()[0]["context"]["ip"] == "203.0.113.7"


@pytest.mark.parametrize("headers", [
    {"X-Forwarded-For": "1.2.3.4:80"}, {"X-Forwarded-For": ",".join(["1.2.3.4"] * 21)}, {"X-Forwarded-Proto": "ftp"}])
def test_a_proxys_rubbish_is_refused(module_proxied, headers):
    answer = call(module_proxied, "GET", "/healthz", headers=headers)
    assert answer.status == 400 and "x-forwarded-" in answer.json()["detail"]


def test_two_lists_are_refused(module_proxied):
    connection = http.client.HTTPConnection("127.0.0.1", module_proxied.port, timeout=10)
    connection.putrequest("GET", "/healthz")
    connection.putheader("X-Forwarded-For", "1.2.3.4")
    connection.putheader("X-Forwarded-For", "1.2.3.4")
    connection.endheaders()
    assert connection.getresponse().status == 400
    connection.close()


@pytest.fixture
def module_proxied(make_patron):
    return make_patron(settings={"access-proxies": "127.0.0.1"}).start()


def test_a_wrong_setting_stops_the_start(make_patron):
    patron = make_patron(settings={"access-proxies": "10.0.0.1/8"}).spawn()
    assert patron.process.wait(15) == 1
    assert 'access.proxies: "10.0.0.1/8" is no address and no network' in patron.stderr().replace("\\", "")
    patron.process = None


def test_hsts_over_tls(make_patron, scratch):
    ca = Ca(scratch / "ca")
    certificate, key = ca.issue()
    for days, want in ((None, "max-age=31536000"), ("1", "max-age=86400"), ("0", None)):
        port = free_port()
        settings = {"tls-listen": f"127.0.0.1:{port}", "tls-certificate": certificate, "tls-key": key}
        patron = make_patron(settings={**settings, **({"tls-hsts-days": days} if days else {})}).start()
        token = patron.add_token()
        connection = http.client.HTTPSConnection("localhost", port, timeout=10, context=ca.context())
        for path in ("/", "/api/v1/sources", "/api/v1/nothing", "/api/v1/events/export"):
            connection.request("GET", path, headers=web.bearer(token))
            answer = connection.getresponse()
            answer.read()
            assert answer.getheader(HSTS) == want, path
        connection.close()
        assert patron.get("/").header(HSTS) is None
        patron.stop()
