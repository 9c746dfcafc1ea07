# SPDX-License-Identifier: Apache-2.0
"""Records at their largest: larger than a small hot segment, in bulk, and still durable, exported and shown."""
import json

import pytest
from harness import web
from harness.load import track
from harness.sse import Stream

MAX_BODY = 4 << 20


def huge_event(message_id, size):
    head = json.dumps({"type": "track", "event": "Huge", "userId": "u", "messageId": message_id})[:-1] + ', "pad": "'
    return head.encode() + b"x" * (size - len(head) - 2) + b'"}'


@pytest.mark.parametrize("segment_mib", [1, 64])
def test_quarantined_event_as_large_as_a_body(make_patron, segment_mib):
    patron = make_patron(settings={"log-segment-mib": segment_mib}).start()
    key = patron.add_source()["write_key"]
    sent = []
    for i in range(5):
        body = huge_event(f"huge-{i}", MAX_BODY - i)
        answer = patron.post("/v1/track", body, headers=web.basic(key))
        assert answer.status == 200, f"{answer}\n{patron.stderr()}"
        sent.append(body)
        patron.send_ok([track(f"small-{i}")], key)
    patron.kill9()
    patron.start()
    raw = patron.cli("export", "events", "--raw", "--class", "quarantine", text=False).stdout
    assert raw == b"".join(body + b"\n" for body in sent)
    assert [row["_patron"]["reason"] for row in patron.quarantine()] == ["too_large"] * 5
    assert [row["messageId"] for row in patron.export()] == [f"small-{i}" for i in range(5)]
    assert len(patron.wait_views().cli_json("quarantine", "list")["data"]) == 5


def test_live_stream_shows_a_huge_event(patron):
    key = patron.add_source()["write_key"]
    with Stream("/api/v1/events/live", unix=patron.socket_path) as stream:
        stream.wait_caught_up()
        patron.post("/v1/track", huge_event("huge", MAX_BODY), headers=web.basic(key))
        patron.send_ok([track("after")], key)
        assert stream.next().json()["_patron"]["reason"] == "too_large"
        assert stream.next().json()["messageId"] == "after"


def test_full_bodies_one_after_another(patron):
    """100 MiB in bodies of 4 MiB with segments of 1 MiB: each body spans several."""
    key = patron.add_source()["write_key"]
    names = []
    for body_number in range(25):
        events = [track(f"{body_number}-{i}", pad="y" * 30000) for i in range(130)]
        patron.send_ok(events, key)
        names += [event["messageId"] for event in events]
    patron.restart()
    assert [row["messageId"] for row in patron.export(timeout=60)] == names


def test_texts_as_long_as_an_event_allows(shared):
    source = shared.source()
    long = "ż" * 2500  # six bytes each as json.dumps writes it
    events = [{"type": "track", "event": long, "userId": long},
              {"type": "identify", "anonymousId": long, "traits": {long[:900]: long[:900]}},
              {"type": "page", "userId": "u", "name": long}]
    shared.patron.send_ok(events, source["write_key"])
    rows = shared.rows(source)
    assert rows[0]["event"] == long and rows[0]["userId"] == long and rows[1]["anonymousId"] == long and rows[2]["name"] == long


def test_many_members_and_wide_arrays(shared):
    source = shared.source()
    properties = {f"k{i}": i for i in range(2000)}
    shared.patron.send_ok([track("members", **properties), track("array", a=list(range(5000)))], source["write_key"])
    members, array = shared.rows(source)
    assert members["properties"] == properties and array["properties"]["a"] == list(range(5000))


def test_empty_keys_and_odd_names(shared):
    source = shared.source()
    properties = {"": 1, " ": 2, "a.b": 3, "__proto__": 4, "\u2028": 5, "😀": 6, '"\\': 7}
    shared.patron.send_ok([track("odd", **properties)], source["write_key"])
    assert shared.rows(source)[0]["properties"] == properties
