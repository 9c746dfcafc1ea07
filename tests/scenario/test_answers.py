# SPDX-License-Identifier: Apache-2.0
"""The input-and-answer table of the intake (docs/decisions.md), from outside, both sides of every bound."""
import json
import random
import socket
import time

import pytest
from harness import web
from harness.load import retry_after, track

JSON = {"Content-Type": "application/json"}
MAX_BODY = 4 << 20
MAX_EVENT = 32768
MAX_MESSAGE_ID = 255
MAX_DEPTH = 32


def post(shared, source, body, path="/v1/batch", headers=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return shared.patron.post(path, data, headers={**JSON, **web.basic(source["write_key"]), **(headers or {})})


def batch(*events):
    return {"batch": list(events)}


def event(**fields):
    return {"type": "track", "event": "Probe", "userId": "u1", **fields}


def batch_of_size(size, event_count=200):
    """A valid batch of exactly `size` bytes: events with text that does not compress, and blanks at the end."""
    rows = [event(messageId=f"m{i}", properties={"n": i}) for i in range(event_count)]
    body = json.dumps(batch(*rows)).encode()
    return body + b" " * (size - len(body))


def event_of_size(size, **fields):
    """JSON text of a track event of exactly `size` bytes."""
    text = json.dumps(event(properties={"pad": ""}, **fields))
    return text.replace('"pad": ""', '"pad": "' + "x" * (size - len(text)) + '"').encode()


def nested(depth):
    """An event of `depth` levels, itself the first."""
    inner = 1
    for _ in range(depth - 1):
        inner = {"a": inner}
    return event(properties=inner if isinstance(inner, dict) else {})


# --- 413 -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size,status", [(MAX_BODY, 200), (MAX_BODY + 1, 413)])
def test_body_bound_plain(shared, size, status):
    source = shared.source()
    answer = post(shared, source, batch_of_size(size))
    assert answer.status == status, answer
    assert len(shared.rows(source, "all")) == (200 if status == 200 else 0)


@pytest.mark.parametrize("size,status", [(MAX_BODY, 200), (MAX_BODY + 1, 413)])
def test_body_bound_after_decompression(shared, size, status):
    source = shared.source()
    chance = random.Random(1)
    rows = [event(messageId=f"m{i}", properties={"text": chance.randbytes(8100).hex()}) for i in range(250)]  # 2:1, no bomb
    body = json.dumps(batch(*rows)).encode()
    assert size - 200_000 < len(body) < size
    body += b" " * (size - len(body))
    answer = post(shared, source, web.gzip(body), headers={"Content-Encoding": "gzip"})
    assert answer.status == status, answer
    assert len(shared.rows(source, "all")) == (250 if status == 200 else 0)


def test_bomb_is_413_though_it_stays_under_the_body_bound(shared):
    source = shared.source()
    bomb = web.gzip(batch_of_size(3 << 20))
    assert len(bomb) * 100 < 3 << 20
    assert post(shared, source, bomb, headers={"Content-Encoding": "gzip"}).status == 413
    assert shared.rows(source, "all") == []


def test_well_compressible_small_body_is_no_bomb(shared):
    source = shared.source()
    body = web.gzip(batch_of_size(60 << 10))
    assert post(shared, source, body, headers={"Content-Encoding": "gzip"}).status == 200


# --- 400 -------------------------------------------------------------------------------------------------------------

NOT_JSON = {
    "nothing": b"", "blank": b" ", "open object": b'{"batch":[', "text": b"hello", "number": b"1", "null": b"null",
    "string": b'"a"', "array": b"[]", "array of events": b'[{"type":"track","event":"E","userId":"u"}]',
    "rubbish behind": b'{"batch":[]}x', "two objects": b'{"batch":[]}{"batch":[]}', "NaN": b'{"batch":[NaN]}',
    "single quotes": b"{'batch':[]}", "comment": b'{"batch":[]}//', "trailing comma": b'{"batch":[],}',
    "bare control character": b'{"batch":[{"type":"track","event":"a\nb","userId":"u"}]}',
    "not UTF-8": b'{"batch":[{"type":"track","event":"a\xff","userId":"u"}]}',
    "overlong UTF-8": b'{"batch":[{"type":"track","event":"a\xc0\x80","userId":"u"}]}',
    "bad escape": b'{"batch":[{"type":"track","event":"\\x","userId":"u"}]}',
    "leading zero": b'{"batch":[{"type":"track","event":"e","userId":01}]}',
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
@pytest.mark.parametrize("path", ["/v1/batch", "/v1/track"])
def test_not_json_is_400(shared, path, body):
    answer = post(shared, shared.source(), body, path)
    assert answer.status == 400, answer
    assert answer.header("Content-Type").startswith("application/problem+json")


def test_bad_json_behind_good_events_stores_none_of_them(shared):
    source = shared.source()
    good = json.dumps(event(messageId="m1")).encode()
    assert post(shared, source, b'{"batch":[' + good + b"," + good[:-1] + b"]}").status == 400
    assert shared.rows(source, "all") == []


def test_damaged_gzip_is_400(shared):
    source = shared.source()
    whole = web.gzip(json.dumps(batch(event())).encode())
    for broken in (whole[:-9], whole[:10] + b"\xff\xff\xff" + whole[13:], b"not gzip at all", whole + b"rubbish"):
        assert post(shared, source, broken, headers={"Content-Encoding": "gzip"}).status == 400
    assert shared.rows(source, "all") == []


FRAMING = {
    "length and chunked": b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
    "length not a number": b"Content-Length: 2x\r\n\r\n{}",
    "negative length": b"Content-Length: -1\r\n\r\n{}",
    "unknown coding": b"Transfer-Encoding: gzip\r\n\r\n{}",
    "chunk size not hex": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "chunk too long": b"Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
    "folded header": b"X-A: 1\r\n 2\r\nContent-Length: 2\r\n\r\n{}",
    "space before colon": b"X-A : 1\r\nContent-Length: 2\r\n\r\n{}",
}


@pytest.mark.parametrize("rest", FRAMING.values(), ids=FRAMING.keys())
def test_wrong_framing_is_400_and_closes(shared, rest):
    head = b"POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    got = web.raw(shared.patron.port, head + rest, timeout=5)
    assert web.statuses(got) == [400], got


# --- keys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers,body_key", [
    ({}, None), (web.basic("nosuchkey"), None), ({}, "nosuchkey"), (web.basic(""), None),
    ({"Authorization": "Bearer sometoken"}, None)],
    ids=["none", "unknown in header", "unknown in body", "empty", "bearer alone"])
def test_unknown_key_is_401(shared, headers, body_key):
    body = batch(event())
    if body_key:
        body["writeKey"] = body_key
    before = len(shared.patron.export("all"))
    answer = shared.patron.post("/v1/batch", json.dumps(body).encode(), headers={**JSON, **headers})
    assert answer.status == 401, answer
    assert len(shared.patron.export("all")) == before


def test_key_is_not_a_prefix_match(shared):
    source = shared.source()
    for key in (source["write_key"][:-1], source["write_key"] + "a", source["write_key"].swapcase()):
        assert shared.patron.send([event()], key).status == 401


def test_disabled_source_is_200_counted_and_discarded(shared):
    source = shared.source()
    changed = shared.patron.api("PATCH", f"/api/v1/sources/{source['id']}", {"enabled": False})
    assert changed.status == 200, changed
    before = discarded(shared.patron)
    assert post(shared, source, batch(event(), event())).status == 200
    assert shared.rows(source, "all") == []
    assert discarded(shared.patron) == before + 2
    assert shared.patron.api("PATCH", f"/api/v1/sources/{source['id']}", {"enabled": True}).status == 200
    assert post(shared, source, batch(event(messageId="after"))).status == 200
    assert [row["messageId"] for row in shared.rows(source)] == ["after"]


def discarded(patron):
    """Whatever the metric is called, it says that it counts discarded events."""
    values = [value for name, value in patron.metrics().items() if "discarded" in name]
    assert values, "no metric counts discarded events"
    return sum(values)


# --- quarantined: 200, the event with its reason, the others land ------------------------------------------------------

QUARANTINED = {
    "event of 32769 bytes": (event_of_size(MAX_EVENT + 1), "too_large"),
    "messageId of 256 bytes": (event(messageId="m" * 256), "message_id_too_long"),
    "messageId of 256 bytes in 86 letters": (event(messageId="€" * 85 + "m"), "message_id_too_long"),
    "33 levels": (nested(MAX_DEPTH + 1), "too_deep"),
    "thousand levels": (b'{"type":"track","event":"E","userId":"u","properties":{"a":' + b"[" * 1000 + b"]" * 1000 +
                        b"}}", "too_deep"),
    "no id": ({"type": "track", "event": "E"}, "no_id"),
    "empty ids": ({"type": "track", "event": "E", "userId": "", "anonymousId": ""}, "no_id"),
    "null ids": ({"type": "track", "event": "E", "userId": None, "anonymousId": None}, "no_id"),
    "identify without id": ({"type": "identify", "traits": {}}, "no_id"),
    "alias without userId": ({"type": "alias", "anonymousId": "a", "previousId": "p"}, "no_id"),
    "alias without previousId": ({"type": "alias", "userId": "u"}, "no_id"),
    "group without groupId": ({"type": "group", "userId": "u"}, "no_id"),
    "group without anybody": ({"type": "group", "groupId": "g"}, "no_id"),
    "no event name": ({"type": "track", "userId": "u"}, "no_event_name"),
    "empty event name": ({"type": "track", "userId": "u", "event": ""}, "no_event_name"),
    "null event name": ({"type": "track", "userId": "u", "event": None}, "no_event_name"),
    "no type": ({"event": "E", "userId": "u"}, "no_type"),
    "unknown type": ({"type": "click", "event": "E", "userId": "u"}, "no_type"),
    "number": (5, "not_an_object"), "null": (None, "not_an_object"), "text": ("e", "not_an_object"),
    "array": ([event()], "not_an_object"),
    "properties a text": (event(properties="x"), "wrong_type"),
    "properties an array": (event(properties=[1]), "wrong_type"),
    "properties a number": (event(properties=1), "wrong_type"),
    "traits a text": ({"type": "identify", "userId": "u", "traits": "x"}, "wrong_type"),
    "context a text": (event(context="x"), "wrong_type"),
    "userId an object": (event(userId={"id": 1}), "wrong_type"),
    "userId an array": (event(userId=[1]), "wrong_type"),
    "userId true": (event(userId=True), "wrong_type"),
    "anonymousId an object": (event(anonymousId={}), "wrong_type"),
    "event name a number": ({"type": "track", "userId": "u", "event": 5}, "wrong_type"),
    "event name an object": ({"type": "track", "userId": "u", "event": {}}, "wrong_type"),
    "messageId an object": (event(messageId={}), "wrong_type"),
}


def as_bytes(value):
    return value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()


@pytest.mark.parametrize("bad,reason", QUARANTINED.values(), ids=QUARANTINED.keys())
def test_bad_event_is_quarantined_and_its_neighbours_land(shared, bad, reason):
    source = shared.source()
    good = [as_bytes(event(messageId=f"good-{i}")) for i in range(2)]
    body = b'{"batch":[' + b",".join([good[0], as_bytes(bad), good[1]]) + b"]}"
    answer = post(shared, source, body)
    assert answer.status == 200, answer
    assert [row["messageId"] for row in shared.rows(source)] == ["good-0", "good-1"]
    [row] = shared.rows(source, "quarantine")
    assert row["_patron"]["class"] == "quarantine"
    assert row["_patron"]["reason"] == reason, row


ACCEPTED = {
    "event of 32768 bytes": event_of_size(MAX_EVENT),
    "messageId of 255 bytes": event(messageId="m" * MAX_MESSAGE_ID),
    "messageId of 255 bytes in 85 letters": event(messageId="€" * 85),
    "32 levels": nested(MAX_DEPTH),
    "anonymousId alone": {"type": "track", "event": "E", "anonymousId": "a"},
    "alias": {"type": "alias", "userId": "u", "previousId": "a"},
    "group of an anonymous visitor": {"type": "group", "anonymousId": "a", "groupId": "g"},
    "page without a name": {"type": "page", "userId": "u"},
    "userId a number": event(userId=42),
    "properties null": event(properties=None),
    "no properties": event(),
}


@pytest.mark.parametrize("good", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_event_at_its_bound_lands(shared, good):
    source = shared.source()
    assert post(shared, source, b'{"batch":[' + as_bytes(good) + b"]}").status == 200
    assert shared.rows(source, "quarantine") == []
    assert len(shared.rows(source)) == 1


@pytest.mark.parametrize("size,klass", [(MAX_EVENT, "event"), (MAX_EVENT + 1, "quarantine")])
def test_event_bound_of_a_single_call(shared, size, klass):
    source = shared.source()
    assert post(shared, source, event_of_size(size), "/v1/track").status == 200
    assert [row["_patron"]["class"] for row in shared.rows(source, "all")] == [klass]


@pytest.mark.parametrize("depth,klass", [(MAX_DEPTH, "event"), (MAX_DEPTH + 1, "quarantine")])
def test_depth_bound_of_a_single_call(shared, depth, klass):
    source = shared.source()
    assert post(shared, source, nested(depth), "/v1/track").status == 200
    assert [row["_patron"]["class"] for row in shared.rows(source, "all")] == [klass]


def test_numeric_user_id_reads_as_text(shared):
    source = shared.source()
    post(shared, source, batch(event(userId=42), event(userId=9007199254740993)))
    assert [row["userId"] for row in shared.rows(source)] == ["42", "9007199254740993"]


# --- any number of events ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2500, 2501, 20000])
def test_any_number_of_events_lands(shared, count):
    source = shared.source()
    rows = [track(f"n{i}", user="u") for i in range(count)]
    assert post(shared, source, batch(*rows)).status == 200
    assert [row["messageId"] for row in shared.rows(source)] == [row["messageId"] for row in rows]


# --- text that JSON can write but nobody should keep ---------------------------------------------------------------------

TEXTS = {
    "lone high surrogate": (rb"a\ud800b", "a\ufffdb", True), "lone low surrogate": (rb"\udc00", "\ufffd", True),
    "surrogates the wrong way round": (rb"\ude00\ud83d", "\ufffd\ufffd", True),
    "high surrogate at the end": (rb"\ud83d", "\ufffd", True),
    "NUL": (rb"a\u0000b", "a\ufffdb", True), "a true pair": (rb"\ud83d\ude00", "😀", False),
    "U+FFFD itself": (rb"\ufffd", "\ufffd", False), "other control characters": (rb"\u0001\u001f\u007f", "\x01\x1f\x7f", False),
}


@pytest.mark.parametrize("written,read,flagged", TEXTS.values(), ids=TEXTS.keys())
def test_text_is_replaced_and_flagged(shared, written, read, flagged):
    source = shared.source()
    body = b'{"batch":[{"type":"track","event":"E","userId":"u","properties":{"text":"%s","k%s":1}}]}' % (written, written)
    assert post(shared, source, body).status == 200
    [row] = shared.rows(source)
    assert row["properties"] == {"text": read, f"k{read}": 1}
    assert ("replaced_text" in row["_patron"]["flags"]) == flagged


def test_replaced_text_in_ids_and_name(shared):
    source = shared.source()
    assert post(shared, source, rb'{"batch":[{"type":"track","event":"E\u0000","userId":"u\ud800","messageId":"m\u0000"}]}'
                ).status == 200
    [row] = shared.rows(source)
    assert (row["event"], row["userId"], row["messageId"]) == ("E\ufffd", "u\ufffd", "m\ufffd")


def test_duplicate_key_the_last_wins_flagged(shared):
    source = shared.source()
    body = (b'{"batch":[{"type":"track","event":"First","event":"Last","userId":"u","properties":{"a":1,"b":{"c":1,"c":2},"a":3}},'
            b'{"type":"track","event":"Plain","userId":"u","properties":{"a":{"a":1},"b":{"a":2}}}]}')
    assert post(shared, source, body).status == 200
    last, plain = shared.rows(source)
    assert last["event"] == "Last" and last["properties"] == {"a": 3, "b": {"c": 2}}
    assert "duplicate_key" in last["_patron"]["flags"]
    assert "duplicate_key" not in plain["_patron"]["flags"]


def test_duplicate_key_by_escape(shared):
    source = shared.source()
    assert post(shared, source, rb'{"batch":[{"type":"track","event":"E","userId":"u","properties":{"a":1,"\u0061":2}}]}').status == 200
    [row] = shared.rows(source)
    assert row["properties"] == {"a": 2} and "duplicate_key" in row["_patron"]["flags"]


def test_raw_text_is_kept_verbatim(shared):
    """--raw gives back what came, byte by byte: blanks, escapes, number notation, replaced text."""
    source = shared.source()
    raw = rb'{ "type":"track" ,"event":"\u0041","userId":"u\ud800","properties":{"n":1.50e+2,"big":12345678901234567890123}}'
    assert post(shared, source, b'{"batch":[' + raw + b"]}").status == 200
    done = shared.patron.cli("export", "events", "--raw", text=False)
    assert raw in done.stdout


def test_numbers_keep_their_value(shared):
    source = shared.source()
    numbers = "[1.50e+2, 12345678901234567890123, 0.1, -0, 1e400, 5e-324]"
    assert post(shared, source, b'{"batch":[{"type":"track","event":"E","userId":"u","properties":{"n":%s}}]}'
                % numbers.encode()).status == 200
    done = shared.patron.cli("export", "events", "--json")
    line = [line for line in done.stdout.split("\n") if source["id"] in line][0]
    kept = json.loads(line, parse_int=str, parse_float=str)["properties"]["n"]
    assert kept == ["1.50e+2", "12345678901234567890123", "0.1", "-0", "1e400", "5e-324"]


# --- no messageId ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stamp", ["timestamp", "originalTimestamp"])
def test_without_message_id_a_stamped_event_has_a_derived_one(shared, stamp):
    """A retry refreshes sentAt, so that may not tell two apart; anything else does."""
    source = shared.source()
    one = event(**{stamp: "2026-01-02T03:04:05.000Z"}, properties={"a": 1})
    for sent_at in ("2026-01-02T03:04:06.000Z", "2026-01-02T03:04:09.000Z"):
        body = json.dumps({"batch": [{**one, "sentAt": sent_at}], "sentAt": sent_at}).encode()
        assert post(shared, source, body).status == 200
    other = {**one, "properties": {"a": 2}}
    assert post(shared, source, batch(other)).status == 200
    first, second = shared.rows(source)
    assert (first["properties"], second["properties"]) == ({"a": 1}, {"a": 2})
    assert first["messageId"] != second["messageId"]
    assert "derived_message_id" in first["_patron"]["flags"]


def test_without_message_id_and_stamp_two_equal_clicks_are_two(shared):
    source = shared.source()
    for _ in range(2):
        assert post(shared, source, batch(event(properties={"a": 1}))).status == 200
    first, second = shared.rows(source)
    assert first["messageId"] != second["messageId"]
    assert first["messageId"][14] == "7"  # UUIDv7


def test_derived_ids_are_per_source(shared):
    one, other = shared.source(), shared.source()
    stamped = event(timestamp="2026-01-02T03:04:05.000Z")
    post(shared, one, batch(stamped))
    post(shared, other, batch(stamped))
    assert len(shared.rows(one)) == 1 and len(shared.rows(other)) == 1


# --- overload ------------------------------------------------------------------------------------------------------------


def test_too_many_bytes_in_flight_is_503_with_whole_retry_after(make_patron):
    """Bodies being received fill the bound on buffered bytes; one more is told to come back, and later it is taken."""
    patron = make_patron(settings={"http-buffered-mib": "8"}).start()
    key = patron.add_source()["write_key"]
    held = []
    head = (f"POST /v1/batch HTTP/1.1\r\nHost: x\r\nAuthorization: {web.basic(key)['Authorization']}\r\n"
            f"Content-Length: {MAX_BODY}\r\n\r\n").encode()
    for _ in range(3):
        s = socket.create_connection(("127.0.0.1", patron.port), timeout=10)
        s.settimeout(2)
        held.append(s)
        try:
            s.sendall(head + b'{"batch":[' + b" " * (MAX_BODY - 1000))
        except OSError:
            pass  # refused early
    time.sleep(0.3)
    answer = patron.send([event()] * 20, key)
    refused = [s for s in held if peek_status(s) == 503]
    assert answer.status == 503 or refused, "the bound on buffered bytes was not felt"
    if answer.status == 503:
        assert retry_after(answer) >= 1
    for s in held:
        s.close()
    end = time.monotonic() + 5
    while patron.send([event(messageId="later")], key).status != 200:
        assert time.monotonic() < end, "still refused after the load had gone"
        time.sleep(0.1)


def peek_status(s):
    try:
        data = s.recv(4096)
    except OSError:
        return None
    if not data.startswith(b"HTTP/1.1 "):
        return None
    if data[9:12] == b"503":
        assert b"retry-after: " in data.lower()
    return int(data[9:12])
