# SPDX-License-Identifier: Apache-2.0
"""Every path, every way of giving the key and every content type that client libraries use (docs/wire-facts.md)."""
import base64
import json
import urllib.parse
import zlib

import pytest
from harness import web

TYPED = {
    "track": {"event": "Probe", "properties": {"a": 1}}, "identify": {"traits": {"a": 1}},
    "page": {"name": "Home", "properties": {"a": 1}}, "screen": {"name": "Home", "properties": {"a": 1}},
    "group": {"groupId": "g", "traits": {"a": 1}}, "alias": {"previousId": "p"},
}
PATHS = {f"/v1/{name}": name for name in TYPED}
PATHS |= {f"/v1/{name[0]}": name for name in TYPED}
BATCHES = ["/v1/batch", "/v1/import", "/v1/import/", "/v1/b", "/v1/batch/b", "/batch", "/b"]


def rows_of(shared, source, answer):
    assert answer.status == 200, answer
    return shared.rows(source)


@pytest.mark.parametrize("path,kind", PATHS.items())
def test_typed_call(shared, path, kind):
    source = shared.source()
    body = {"userId": "u", "messageId": "m", **TYPED[kind]}
    answer = shared.patron.post(path, json.dumps(body).encode(), headers=web.basic(source["write_key"]))
    [row] = rows_of(shared, source, answer)
    assert row["type"] == kind and row["messageId"] == "m" and row["userId"] == "u"
    for name, value in TYPED[kind].items():
        assert row[name] == value
    assert "writeKey" not in row


@pytest.mark.parametrize("path", BATCHES)
def test_batch_call(shared, path):
    source = shared.source()
    events = [{"type": kind, "userId": "u", "messageId": kind, **body} for kind, body in TYPED.items()]
    answer = shared.patron.send(events, source["write_key"], path=path)
    assert [row["type"] for row in rows_of(shared, source, answer)] == list(TYPED)


def test_the_path_says_the_type_of_a_typed_call(shared):
    source = shared.source()
    body = {"type": "identify", "userId": "u", "event": "E"}
    answer = shared.patron.post("/v1/track", json.dumps(body).encode(), headers=web.basic(source["write_key"]))
    assert [row["type"] for row in rows_of(shared, source, answer)] == ["track"]


@pytest.mark.parametrize("path", ["/v1/nosuch", "/v2/track", "/v1", "/track/v1", "/v1/track/x", "//v1/track"])
def test_unknown_path_is_404(shared, path):
    answer = shared.patron.post(path, b"{}", headers=web.basic(shared.source()["write_key"]))
    assert answer.status == 404, answer


@pytest.mark.parametrize("method,path", [("GET", "/v1/track"), ("PUT", "/v1/batch"), ("DELETE", "/v1/batch"),
                                         ("POST", "/pixel/v1/track")])
def test_wrong_method_is_405(shared, method, path):
    assert web.request(method, shared.patron.base + path).status == 405


# --- keys ----------------------------------------------------------------------------------------------------------


def key_ways(key):
    return {
        "basic": (web.basic(key), {}),
        "basic with a password": (web.basic(key, "x"), {}),
        "basic in small letters": ({"authorization": web.basic(key)["Authorization"].replace("Basic", "basic")}, {}),
        "body": ({}, {"writeKey": key}),
        "bearer and body": (web.bearer("token"), {"writeKey": key}),
        "basic and body": (web.basic(key), {"writeKey": key}),
    }


@pytest.mark.parametrize("way", key_ways("").keys())
@pytest.mark.parametrize("path", ["/v1/track", "/v1/batch"])
def test_ways_of_giving_the_key(shared, path, way):
    source = shared.source()
    headers, extra = key_ways(source["write_key"])[way]
    event = {"type": "track", "userId": "u", "event": "E"}
    body = {**({"batch": [event]} if path == "/v1/batch" else event), **extra}
    answer = shared.patron.post(path, json.dumps(body).encode(), headers=headers)
    [row] = rows_of(shared, source, answer)
    assert "writeKey" not in row


def test_key_in_the_body_behind_the_events(shared):
    """Libraries write members in any order."""
    source = shared.source()
    body = b'{"batch":[{"type":"track","event":"E","userId":"u"}],"sentAt":"2026-01-01T00:00:00Z","writeKey":"%s"}' \
        % source["write_key"].encode()
    assert len(rows_of(shared, source, shared.patron.post("/v1/import/", body))) == 1


# --- content types ----------------------------------------------------------------------------------------------------

CONTENT_TYPES = ["application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8", "text/plain",
                 "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "application/octet-stream", None]


@pytest.mark.parametrize("gzip", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_content_types(shared, content_type, gzip):
    source = shared.source()
    body = json.dumps({"batch": [{"type": "track", "event": "Zażółć", "userId": "u"}]}).encode()
    headers = web.basic(source["write_key"])
    if content_type:
        headers["Content-Type"] = content_type
    if gzip:
        headers["Content-Encoding"] = "gzip"
        body = web.gzip(body)
    [row] = rows_of(shared, source, shared.patron.post("/v1/batch", body, headers=headers))
    assert row["event"] == "Zażółć"


def test_gzip_that_no_header_names(shared):
    source = shared.source()
    body = web.gzip(json.dumps({"batch": [{"type": "track", "event": "E", "userId": "u"}]}).encode())
    headers = {**web.basic(source["write_key"]), "Content-Type": "application/x-www-form-urlencoded"}
    assert len(rows_of(shared, source, shared.patron.post("/v1/batch", body, headers=headers))) == 1


@pytest.mark.parametrize("coding,status", [("identity", 200), ("x-gzip", 200), ("deflate", 200), ("br", 400), ("gzip, gzip", 400)])
def test_content_codings(shared, coding, status):
    source = shared.source()
    body = json.dumps({"batch": [{"type": "track", "event": "E", "userId": "u"}]}).encode()
    packed = {"x-gzip": web.gzip, "deflate": zlib.compress}.get(coding, lambda data: data)(body)
    answer = shared.patron.post("/v1/batch", packed, headers={**web.basic(source["write_key"]), "Content-Encoding": coding})
    assert answer.status == status, answer
    assert len(shared.rows(source)) == (status == 200)


@pytest.mark.parametrize("header", ["Basic !!!", "Basic", "Basic " + "A" * 9000, "Digest x",
                                    "Basic " + base64.b64encode(b"\xff\xfe:").decode()])
def test_malformed_authorization(shared, header):
    answer = shared.patron.post("/v1/track", b'{"event":"E","userId":"u"}', headers={"Authorization": header})
    assert answer.status in (400, 401), answer


def test_chunked_body(shared):
    source = shared.source()
    body = json.dumps({"batch": [{"type": "track", "event": "E", "userId": "u"}]}).encode()
    connection = web.connect(shared.patron.base)
    answer = web.exchange(connection, "POST", "/v1/batch", iter([body[:10], body[10:]]), web.basic(source["write_key"]))
    connection.close()
    assert len(rows_of(shared, source, answer)) == 1


def test_batch_context_and_integrations_merge_under_the_items(shared):
    source = shared.source()
    items = [{"type": "track", "event": "E", "userId": "u", "context": {"locale": "pl", "app": {"name": "mine"}}},
             {"type": "track", "event": "E", "userId": "u"}]
    shared.patron.send_ok(items, source["write_key"], context={"locale": "en", "library": {"name": "lib"}, "app": {"build": 7}},
                          integrations={"All": True})
    mine, plain = shared.rows(source)
    assert mine["context"]["locale"] == "pl" and mine["context"]["library"] == {"name": "lib"}
    assert mine["context"]["app"]["name"] == "mine"
    assert plain["context"] == {"locale": "en", "library": {"name": "lib"}, "app": {"build": 7}}
    assert plain["integrations"] == {"All": True}


@pytest.mark.parametrize("direct,kept", [(True, True), (False, False), (None, False)])
def test_connection_address_is_kept_only_when_asked(shared, direct, kept):
    source = shared.source()
    context = {} if direct is None else {"direct": direct}
    shared.patron.send_ok([{"type": "track", "event": "E", "userId": "u", "context": context}], source["write_key"])
    [row] = shared.rows(source)
    assert (row["context"].get("ip") == "127.0.0.1") == kept


def test_v1_commerce_names_are_aliases(shared):
    source = shared.source()
    names = {"Viewed Product": "Product Viewed", "Completed Order": "Order Completed", "Added Product": "Product Added",
             "Something Else": "Something Else"}
    shared.patron.send_ok([{"type": "track", "event": name, "userId": "u"} for name in names], source["write_key"])
    for row, (given, canonical) in zip(shared.rows(source), names.items()):
        flagged = "aliased_name" in row["_patron"]["flags"]
        assert flagged == (given != canonical)
        assert row["event"] == canonical


# --- browsers ----------------------------------------------------------------------------------------------------------

CORS_PATHS = ["/v1/track", "/v1/t", "/v1/b", "/v1/batch", "/v1/import/", "/beacon/v1/batch", "/v1/projects/KEY/settings"]


@pytest.mark.parametrize("path", CORS_PATHS)
def test_preflight_allows_what_clients_send(shared, path):
    wanted = "authorization,content-type,x-retry-count"
    answer = web.request("OPTIONS", shared.patron.base + path, headers={
        "Origin": "https://shop.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": wanted})
    assert answer.status in (200, 204), answer
    assert answer.header("Access-Control-Allow-Origin") in ("*", "https://shop.example")
    allowed = {name.strip().lower() for name in answer.header("Access-Control-Allow-Headers").split(",")}
    assert set(wanted.split(",")) <= allowed  # by name: "*" does not cover authorization
    assert "POST" in answer.header("Access-Control-Allow-Methods")


def test_cors_headers_stand_on_every_answer_of_the_intake(shared):
    key = shared.source()["write_key"]
    event = b'{"event":"E","userId":"u"}'
    origin = {"Origin": "https://shop.example"}
    answers = {
        200: shared.patron.post("/v1/track", event, headers={**origin, **web.basic(key)}),
        400: shared.patron.post("/v1/track", b"{", headers={**origin, **web.basic(key)}),
        401: shared.patron.post("/v1/track", event, headers={**origin, **web.basic("nosuch")}),
        405: web.request("PUT", shared.patron.base + "/v1/track", headers=origin),
        413: shared.patron.post("/v1/track", b" " * ((4 << 20) + 1), headers={**origin, **web.basic(key)}),
    }
    for status, answer in answers.items():
        assert answer.status == status, answer
        assert answer.header("Access-Control-Allow-Origin") in ("*", "https://shop.example"), answer


@pytest.mark.parametrize("path", ["/v1/projects/{}/settings", "/projects/{}/settings"])
def test_settings(shared, path):
    key = shared.source()["write_key"]
    answer = shared.patron.get(path.format(key), headers={"Origin": "https://shop.example"})
    assert answer.status == 200, answer
    assert answer.header("Access-Control-Allow-Origin") in ("*", "https://shop.example")
    segment = answer.json()["integrations"]["Segment.io"]
    assert segment["apiKey"] == key
    assert segment["apiHost"] == f"127.0.0.1:{shared.patron.port}/v1"
    assert segment["protocol"] == "http"
    assert "plan" in answer.json()


def test_settings_of_an_unknown_key(shared):
    assert shared.patron.get("/v1/projects/nosuchkey/settings").status in (401, 404)


@pytest.mark.parametrize("kind", ["track", "page"])
def test_pixel(shared, kind):
    source = shared.source()
    data = {"writeKey": source["write_key"], "userId": "u", "messageId": "pixel", "event": "Opened", "name": "Mail",
            "properties": {"a": 1}}
    query = urllib.parse.urlencode({"data": base64.b64encode(json.dumps(data).encode()).decode()})
    answer = shared.patron.get(f"/pixel/v1/{kind}?{query}")
    assert answer.status == 200 and answer.header("Content-Type") == "image/gif"
    assert answer.body[:6] == b"GIF89a"
    [row] = shared.rows(source)
    assert row["type"] == kind and row["messageId"] == "pixel" and row["properties"]["a"] == 1
    assert row["context"]["ip"] == "127.0.0.1"


@pytest.mark.parametrize("kind", ["track", "page"])
def test_pixel_by_plain_parameters(shared, kind):
    source = shared.source()
    query = urllib.parse.urlencode({"writeKey": source["write_key"], "anonymousId": "a", "event": "Opened", "name": "Mail",
                                    "properties.sku": "S 1/ó"})
    assert shared.patron.get(f"/pixel/v1/{kind}?{query}").status == 200
    [row] = shared.rows(source)
    assert row["anonymousId"] == "a" and row["properties"]["sku"] == "S 1/ó"


def test_pixel_without_a_known_key(shared):
    assert shared.patron.get("/pixel/v1/track?userId=u&event=E&writeKey=nosuch").status == 401


@pytest.mark.parametrize("content_type", ["text/plain;charset=UTF-8", None])
def test_beacon(shared, content_type):
    """navigator.sendBeacon sets no headers: the key stands in the query."""
    source = shared.source()
    body = json.dumps({"batch": [{"type": "track", "event": "Left", "anonymousId": "a", "messageId": "b1"}]}).encode()
    headers = {"Content-Type": content_type} if content_type else {}
    answer = shared.patron.post(f"/beacon/v1/batch?writeKey={source['write_key']}", body, headers=headers)
    [row] = rows_of(shared, source, answer)
    assert row["messageId"] == "b1" and row["context"]["ip"] == "127.0.0.1"


def test_client_library_counters_are_taken_and_dropped(shared):
    """analytics.js posts counters about itself to /v1/m: an error there would fill the page's console."""
    before = len(shared.patron.export("all"))
    answer = shared.patron.post("/v1/m", b'{"series":[]}', headers={"Content-Type": "text/plain", "Origin": "https://shop.example"})
    assert answer.status == 200
    assert len(shared.patron.export("all")) == before


def test_keep_alive_serves_many_calls_on_one_connection(shared):
    source = shared.source()
    connection = web.connect(shared.patron.base)
    first = None
    for i in range(50):
        body = json.dumps({"event": "E", "userId": "u", "messageId": f"k{i}"}).encode()
        assert web.exchange(connection, "POST", "/v1/track", body, web.basic(source["write_key"])).status == 200
        first = first or connection.sock
        assert connection.sock is first
    connection.close()
    assert [row["messageId"] for row in shared.rows(source)] == [f"k{i}" for i in range(50)]


def test_pipelined_calls_are_answered_in_order(shared):
    source = shared.source()
    auth = web.basic(source["write_key"])["Authorization"].encode()
    good, bad = b'{"event":"E","userId":"u"}', b"{"
    stream = b""
    for i in range(20):
        body = bad if i % 5 == 3 else good
        stream += b"POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: %d\r\n%s\r\n%s" % (
            auth, len(body), b"Connection: close\r\n" if i == 19 else b"", body)
    got = web.statuses(web.raw(shared.patron.port, stream))
    assert got == [400 if i % 5 == 3 else 200 for i in range(20)]
    assert len(shared.rows(source)) == 16
