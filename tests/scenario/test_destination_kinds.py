# SPDX-License-Identifier: Apache-2.0
"""What each kind of destination sends, before receivers that check it: the npm package standardwebhooks, a second Patron, an S3
server that computes signatures, and fakes of GA4 and Meta that keep their documented limits. How destinations queue, retry and
stop: test_destinations.py."""
import csv
import hashlib
import io
import itertools
import json
import subprocess
import time

import pytest
from fakes.ga4 import FakeGa4
from fakes.meta import FakeMeta, error
from fakes.server import Server
from harness import node, web
from harness.patron import Patron

pytestmark = pytest.mark.sqlite_only("what a kind sends has nothing to do with the SQL engine; test_destinations.py runs on both")

SECRET, OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
made = itertools.count(1)


class Out:
    """The module's daemon, seen from its destinations."""

    def __init__(self, patron):
        self.patron = patron
        self.key = patron.add_source("shop")["write_key"]

    def add(self, kind, settings, **more):
        name = f"{kind} {next(made)}"
        answer = self.patron.api("POST", "/api/v1/destinations", {"name": name, "kind": kind, "settings": settings, "purposes": [], **more})
        assert answer.status == 201, answer
        return answer.json()["id"]

    def get(self, one):
        answer = self.patron.api("GET", f"/api/v1/destinations/{one}")
        assert answer.status == 200, answer
        return answer.json()

    def remove(self, one):
        assert self.patron.api("DELETE", f"/api/v1/destinations/{one}").status == 200

    def send(self, *events):
        self.patron.send_ok(list(events), self.key)

    def settled(self, one, seconds=10, **wanted):
        """The destination once it has reached the log's end, or shows these members."""
        end = time.monotonic() + seconds
        while True:
            shown = self.get(one)
            if all(shown[name] == value for name, value in wanted.items()) if wanted else shown["lag"] == 0:
                return shown
            assert time.monotonic() < end, f"{shown}\n{self.patron.stderr()}"
            time.sleep(0.02)

    def try_one(self, one, **body):
        answer = self.patron.api("POST", f"/api/v1/destinations/{one}/test", body)
        assert answer.status == 200, answer
        return answer.json()


@pytest.fixture(scope="module")
def module_out(tmp_path_factory):
    patron = Patron(tmp_path_factory.mktemp("out"), settings={"connect-networks": "127.0.0.1"}).start()
    try:
        yield Out(patron)
        patron.stop()
    finally:
        patron.discard()


@pytest.fixture
def out(request, module_out):
    request.node.patrons = [module_out.patron]
    return module_out


def track(event, message, user="u1", **more):
    return {"type": "track", "event": event, "messageId": message, "userId": user, "anonymousId": f"{user}-browser", **more}


def reasons(shown):
    return {skip["reason"]: skip["events"] for skip in shown["skipped"]}


# --- webhook ------------------------------------------------------------------------------------------------------


def verified(scratch, cases):
    path = scratch / "cases.json"
    path.write_text(json.dumps(cases))
    return json.loads(node.run("standard_webhooks.mjs", path).stdout)


def signed(request, secret):
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    return {"secret": secret, "headers": {name: request.headers[name] for name in names}, "body": request.body.decode()}


def test_webhooks_are_what_the_standard_webhooks_package_verifies(out, scratch):
    node.install()
    with Server() as receiver:
        one = out.add("webhook", {"url": f"{receiver.base}/one", "secret": SECRET, "previous_secret": OLD, "headers": "X-Shop: north"})
        many = out.add("webhook", {"url": f"{receiver.base}/many", "secret": SECRET, "batch": "100"})
        out.send(*(track("Viewed", f"w{i}", name="J\u00fcrgen \u05d0") for i in range(3)))
        received = receiver.wait(lambda r: r.requests if sum(len(json.loads(x.body)) for x in r.requests if x.path == "/many") == 3
                                 and sum(x.path == "/one" for x in r.requests) == 3 else None)
        for each in (one, many):
            out.remove(each)
    single = next(x for x in received if x.path == "/one")
    batch = next(x for x in received if x.path == "/many")
    flipped = {**signed(single, SECRET), "body": single.body.decode().replace("Viewed", "viewed")}
    other_id = signed(single, SECRET)
    other_id["headers"]["webhook-id"] += "1"
    results = verified(scratch, [signed(single, SECRET), signed(single, OLD), signed(batch, SECRET),
                                 signed(single, "whsec_" + "A" * 32), signed(batch, OLD), flipped, other_id])
    assert [("payload" in result) for result in results] == [True, True, True, False, False, False, False], results
    assert results[0]["payload"]["messageId"] in ("w0", "w1", "w2") and results[0]["payload"]["name"] == "J\u00fcrgen \u05d0"
    assert isinstance(results[2]["payload"], list) and "_patron" not in results[0]["payload"]
    assert single.headers["x-shop"] == "north" and abs(int(single.headers["webhook-timestamp"]) - time.time()) < 60
    assert len({x.headers["webhook-id"] for x in received if x.path == "/one"}) == 3


# --- Segment-compatible -------------------------------------------------------------------------------------------


def test_a_second_patron_gets_the_same_events_once(out, make_patron):
    second = make_patron().start()
    theirs = second.add_source("from the first")
    one = out.add("segment", {"url": f"{second.base}/v1/batch", "write_key": theirs["write_key"]}, historical=True)
    mine = out.patron.add_source("all types", "--historical")
    body = {"batch": [
        {"type": "track", "event": "Completed Order", "messageId": "s1", "userId": "u", "timestamp": "2026-01-02T03:04:05.678Z",
         "properties": {"total": "9.90", "n": 1.50, "text": "\u00e9\u05d0\n", "deep": {"a": [1, None, {}]}}, "integrations": {"All": False}},
        {"type": "identify", "messageId": "s2", "userId": "u", "traits": {"email": "u@example.com"}, "context": {"ip": "192.0.2.7"}},
        {"type": "page", "messageId": "s3", "anonymousId": "a", "name": "Home", "category": "c", "properties": {"url": "https://s/"}},
        {"type": "screen", "messageId": "s4", "anonymousId": "a", "name": "Start"},
        {"type": "group", "messageId": "s5", "userId": "u", "groupId": 17},
        {"type": "alias", "messageId": "s6", "userId": "u", "previousId": "a"},
        {"type": "track", "event": "No id", "anonymousId": "a", "timestamp": "2026-01-02T03:04:06Z"}],
        "context": {"library": {"name": "test"}}, "sentAt": "2026-01-02T03:04:07Z"}
    answer = out.patron.post("/v1/batch", json.dumps(body).encode(), headers={"Content-Type": "application/json", **web.basic(mine["write_key"])})
    assert answer.status == 200
    shown = out.settled(one)
    assert shown["delivered"] >= 7 and shown["dead"] == 0, shown
    assert out.patron.api("POST", f"/api/v1/destinations/{one}/replay", {"from_position": 0}).status == 200
    wait_replayed(out, one)
    out.remove(one)

    left, right = out.patron.rows(mine), second.rows(theirs)
    names = ("messageId", "type", "event", "name", "userId", "anonymousId", "timestamp", "properties", "traits", "context",
             "integrations", "groupId", "previousId", "category")
    got = {row["messageId"]: {name: row.get(name) for name in names} for row in right}
    for row in left:
        assert got[row["messageId"]] == {name: row.get(name) for name in names}
    assert len(got) == len(right), "an event came twice"
    alias = next(row for row in right if row["messageId"] == "s1")
    assert alias["_patron"]["received_name"] == "Completed Order"  # as it came, not as the first one calls it


def wait_replayed(out, one, seconds=10):
    end = time.monotonic() + seconds
    while out.get(one)["replay"]["state"] == "running":
        assert time.monotonic() < end, out.get(one)
        time.sleep(0.02)


# --- files ----------------------------------------------------------------------------------------------------------


def test_files_are_whole_and_a_kill_repeats_none(scratch, make_patron):
    patron = make_patron(settings={"connect-networks": "127.0.0.1"}).start()
    mapping = [{"to": "order", "from": "properties.order_id"}, {"to": "note", "from": "properties.note"}, {"to": "kind", "value": "sale"}]
    out = Out(patron)
    table = out.add("files", {"format": "csv", "folder": "sales/csv", "minutes": "0"}, mapping=mapping)
    lines = out.add("files", {"folder": "raw", "minutes": "0"})
    out.send(track("Sold", "f1", properties={"order_id": "o1", "note": "=HYPERLINK(\"http://evil\")"}),
             track("Sold", "f2", properties={"order_id": 2, "note": "two\nlines, \"quoted\""}))
    for each in (table, lines):
        out.settled(each)
    patron.kill9()
    patron.start()
    out.send(track("Sold", "f3", properties={"order_id": "-3", "note": "-1+1"}))
    for each in (table, lines):
        out.settled(each)
    folder = patron.data / "destinations"
    assert not list(folder.rglob("*.tmp"))
    rows = [row for path in sorted((folder / "sales/csv").iterdir()) for row in csv.DictReader(io.StringIO(path.read_text(), newline=""))]
    assert rows == [{"order": "o1", "note": "'=HYPERLINK(\"http://evil\")", "kind": "sale"},
                    {"order": "2", "note": "two\nlines, \"quoted\"", "kind": "sale"}, {"order": "-3", "note": "'-1+1", "kind": "sale"}]
    events = [json.loads(line) for path in sorted((folder / "raw").iterdir()) for line in path.read_text().splitlines()]
    assert [event["messageId"] for event in events] == ["f1", "f2", "f3"]
    assert all(path.name.startswith(f"{lines}_20") and path.suffix == ".jsonl" for path in (folder / "raw").iterdir())


# --- S3 -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(scratch):
    """An S3 server that computes Signature Version 4 and compares; moto's does so only by its IAM side door."""
    node.install()
    (scratch / "s3").mkdir()
    process = subprocess.Popen([node.node(), str(node.FOLDER / "s3_server.mjs"), str(scratch / "s3"), "shop"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, env=node.environment())
    try:
        yield int(process.stdout.readline()), scratch / "s3" / "shop"
    finally:
        process.stdin.close()
        process.wait(10)


def test_objects_land_in_a_store_that_checks_signatures(out, store):
    port, bucket = store
    settings = {"endpoint": f"http://127.0.0.1:{port}", "bucket": "shop", "prefix": "a/b", "access_key": "S3RVER", "minutes": "0"}
    good = out.add("s3", {**settings, "secret_key": "S3RVER"})
    bad = out.add("s3", {**settings, "secret_key": "wrong"})
    out.send(track("Sold", "o1"), track("Sold", "o2"))
    out.settled(good)
    stopped = out.settled(bad, state="stopped")
    assert "403" in stopped["state_reason"] and "wrong" not in json.dumps(stopped)
    paths = sorted(path for path in (bucket / "a/b").iterdir() if path.name.endswith("_S3rver_object"))
    events = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
    assert [event["messageId"] for event in events if event["messageId"][0] == "o"] == ["o1", "o2"]
    assert all(good in path.name and bad not in path.name for path in paths)
    tried = out.try_one(good)
    assert tried["verdict"] == "delivered" and "S3RVER" not in tried["request"].replace(settings["access_key"], "")
    for each in (good, bad):
        out.remove(each)


# --- GA4 ------------------------------------------------------------------------------------------------------------


def test_ga4_drops_nothing_of_what_it_is_sent(out):
    with FakeGa4() as ga4:
        settings = {"measurement_id": ga4.measurement_id, "api_secret": ga4.api_secret, "endpoint": ga4.base, "currency": "EUR"}
        one = out.add("ga4", settings, historical=True)
        order = {"order_id": "o1", "total": "12.30", "tax": 2, "products": [{"product_id": f"p{i}", "price": 1, "quantity": 2} for i in range(210)]}
        out.send(track("Order Completed", "g1", properties=order),
                 track("Product Added", "g2", properties={"sku": "s", "price": "0.10", "quantity": 3, "currency": "usd"}),
                 track("A Long Story", "g3", properties={**{f"p{i}": i for i in range(40)}, "text": "x" * 500, "ga_x": 1, "list": [1]}),
                 track("Session Start", "g4"), track("x" * 50, "g5"), track("Order Completed", "g6", properties={"total": 1}),
                 {"type": "identify", "messageId": "g7", "anonymousId": "u1-browser"}, track("Old", "g8", timestamp="2020-01-01T00:00:00Z"),
                 *(track("Seen", f"g-{i}", user=f"v{i % 3}") for i in range(90)))
        shown = out.settled(one)
        tried = out.try_one(one)
        out.remove(one)
    assert ga4.dropped == []
    assert len(ga4.events) == 93 and max(len(json.loads(r.body)["events"]) for r in ga4.requests) <= 25
    purchase = next(event for event in ga4.events if event["name"] == "purchase")
    assert purchase["params"]["value"] == 12.3 and purchase["params"]["currency"] == "EUR" and len(purchase["params"]["items"]) == 200
    assert purchase["user_id"] == "u1" and purchase["client_id"] == "u1-browser"
    assert next(event for event in ga4.events if event["name"] == "add_to_cart")["params"]["value"] == 0.3
    got = reasons(shown)
    for reason in ("event name that GA4 reserves", "event name over 40 characters", "an order without an order id",
                   "not a track, page or screen call"):
        assert got[reason] == 1, got
    assert tried["verdict"] == "delivered" and "/debug/mp/collect" in tried["request"] and ga4.api_secret not in tried["request"]


# --- Meta -----------------------------------------------------------------------------------------------------------


def test_meta_takes_every_batch(out):
    web = {"context": {"userAgent": "Mozilla/5.0", "ip": "192.0.2.1", "page": {"url": "https://s.example/?fbclid=abc"},
                       "traits": {"email": " John_Smith@gmail.com ", "phone": "0176 1234567"}}}
    with FakeMeta() as meta:
        settings = {"pixel_id": meta.pixel, "access_token": meta.token, "endpoint": meta.base, "calling_code": "49", "test_event_code": "TEST1"}
        one = out.add("meta", settings, historical=True)
        out.send(track("Order Completed", "m1", properties={"order_id": "o", "revenue": 9.9, "currency": "eur"}, **web),
                 track("Order Completed", "m2", properties={"total": 1, "currency": "EUR", "store_id": "s"}),
                 track("Order Completed", "m3", properties={"total": 1}), track("Old", "m4", timestamp="2020-01-01T00:00:00Z"),
                 {"type": "page", "messageId": "m5", "anonymousId": "a", "context": {"page": {"url": "https://s/"}}},
                 {"type": "identify", "messageId": "m6", "userId": "u"})
        shown = out.settled(one)
        tried = out.try_one(one)
        assert tried["verdict"] == "delivered" and len(meta.tests) == 1 and meta.token not in tried["request"]
        assert {key[1] for key in meta.events} >= {"m1", "m2"} and {"m3", "m4", "m5", "m6"}.isdisjoint(key[1] for key in meta.events)
        bought = meta.events["Purchase", "m1"]
        assert bought["user_data"]["em"] == ["62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"]
        assert bought["user_data"]["ph"] == [hashlib.sha256(b"491761234567").hexdigest()]
        assert bought["custom_data"] == {"value": 9.9, "currency": "EUR", "order_id": "o"} and bought["action_source"] == "website"
        assert meta.events["Purchase", "m2"]["action_source"] == "physical_store"
        got = reasons(shown)
        assert got["a purchase without value or currency"] >= 1 and got["Meta takes track and page calls only"] >= 1, got
        meta.token = "another"
        out.send(track("Signed Up", "m7"))
        stopped = out.settled(one, state="stopped")
        assert "code 190" in stopped["state_reason"], stopped
        meta.token = settings["access_token"]
        assert out.patron.api("POST", f"/api/v1/destinations/{one}/resume").status == 200
        meta.wait(lambda m: ("CompleteRegistration", "m7") in m.events)
        meta.failing = error(2, "Service temporarily unavailable", transient=True, status=500)
        out.send(track("Signed Up", "m8"))
        meta.wait(lambda m: m.requests[-1].body.count(b"m8"))
        meta.failing = None
        meta.wait(lambda m: ("CompleteRegistration", "m8") in m.events)
        out.remove(one)
