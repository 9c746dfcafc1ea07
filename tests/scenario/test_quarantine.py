# SPDX-License-Identifier: Apache-2.0
"""One bad event of a hundred: it is kept with its bytes and its reason, and can be redriven exactly once."""
import json

import pytest
from harness import web
from harness.load import Load, assert_once, track

BAD = b'{"type":"track","userId":"u1","messageId":"bad-1","event":"","properties":{"kept":"\\u00e9 \xc5\xbc"}}'


def send_hundred(patron, key):
    """99 good events and the bad one at place 37."""
    rows = [json.dumps(track(f"good-{i}")).encode() for i in range(99)]
    rows.insert(37, BAD)
    answer = patron.post("/v1/batch", b'{"batch":[' + b",".join(rows) + b"]}", headers=web.basic(key))
    assert answer.status == 200, answer


def redrive(patron, **body):
    answer = patron.api("POST", "/api/v1/quarantine/redrive", body)
    assert answer.status == 200, answer
    return answer.json()


def one_quarantined(patron):
    key = patron.add_source()["write_key"]
    patron.wait_own(1)  # at position 0
    send_hundred(patron, key)
    [row] = patron.wait_views().quarantine()
    return row


FIXED = '{"type":"track","userId":"u1","event":"Fixed","messageId":"bad-1"}'


def test_one_bad_of_a_hundred(patron):
    row = one_quarantined(patron)
    assert [event["messageId"] for event in patron.export()] == [f"good-{i}" for i in range(99)]
    assert row["_patron"]["reason"] == "no_event_name"
    assert row["_patron"]["position"] == 38
    assert row["_patron"]["detail"]
    [listed] = patron.cli_json("quarantine", "list")["data"]
    assert listed["position"] == 38 and listed["reason"] == "no_event_name" and listed["bytes"] == len(BAD)
    assert listed["redriven_as"] is None


def test_raw_bytes_of_a_quarantined_event_are_kept(patron):
    one_quarantined(patron)
    raw = patron.cli("export", "events", "--raw", "--class", "quarantine", text=False).stdout
    assert raw == BAD + b"\n"


def test_the_quarantined_is_durable_before_the_answer(patron):
    one_quarantined(patron)
    patron.kill9()
    patron.start()
    assert len(patron.quarantine()) == 1 and len(patron.export()) == 99


def test_redrive_of_what_is_still_wrong_is_refused(patron):
    row = one_quarantined(patron)
    result = redrive(patron, positions=[row["_patron"]["position"]])
    assert result["redriven"] == 0 and len(result["failed"]) == 1
    assert len(patron.export()) == 99


def test_redrive_of_a_corrected_event_exactly_once(patron):
    row = one_quarantined(patron)
    position = row["_patron"]["position"]
    assert redrive(patron, positions=[position], patch=FIXED)["redriven"] == 1
    event = patron.export()[-1]
    assert event["event"] == "Fixed" and event["messageId"] == "bad-1"
    assert "redriven" in event["_patron"]["flags"]
    assert event["receivedAt"] == row["receivedAt"]
    again = redrive(patron, positions=[position], patch=FIXED)
    assert again["redriven"] == 0 and again["failed"][0]["position"] == position
    assert len(patron.export()) == 100


@pytest.mark.parametrize("stop", ["stop", "kill9"])
def test_redrive_stays_exactly_once_over_a_restart(patron, stop):
    position = one_quarantined(patron)["_patron"]["position"]
    assert redrive(patron, positions=[position], patch=FIXED)["redriven"] == 1
    getattr(patron, stop)()
    patron.start()
    assert redrive(patron, positions=[position], patch=FIXED)["redriven"] == 0
    redrive(patron, all=True)
    assert len(patron.export()) == 100


def test_two_redrives_at_once_are_one(patron):
    import concurrent.futures  # pylint: disable=import-outside-toplevel
    position = one_quarantined(patron)["_patron"]["position"]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: redrive(patron, positions=[position], patch=FIXED)["redriven"], range(8)))
    assert sum(done) == 1
    assert len(patron.export()) == 100


def test_redrive_at_the_command_line(patron):
    position = one_quarantined(patron)["_patron"]["position"]
    patron.cli("quarantine", "redrive", "--all")
    assert len(patron.export()) == 99  # still wrong
    assert patron.cli("quarantine", "redrive", "--position", position, check=False).returncode == 1


def test_the_id_of_a_quarantined_event_is_remembered(patron):
    """A client that retries its batch does not fill the quarantine."""
    key = patron.add_source()["write_key"]
    for _ in range(3):
        send_hundred(patron, key)
    assert len(patron.quarantine()) == 1 and len(patron.export()) == 99


def test_list_filters_and_pages(patron):
    key = patron.add_source()["write_key"]
    other = patron.add_source("other")
    patron.wait_own(2)
    patron.send_ok([{"type": "track", "userId": "u"} for _ in range(5)] + [{"type": "nosuch", "userId": "u"}], key)
    patron.send_ok([{"type": "track", "event": "E"}], other["write_key"])
    page = patron.wait_views().api("GET", "/api/v1/quarantine?limit=3").json()
    rest = patron.api("GET", f"/api/v1/quarantine?limit=100&cursor={page['next_cursor']}").json()
    positions = [row["position"] for row in page["data"] + rest["data"]]
    assert sorted(positions) == list(range(2, 9)) and rest["next_cursor"] is None
    assert len(patron.api("GET", "/api/v1/quarantine?reason=no_event_name").json()["data"]) == 5
    assert len(patron.api("GET", f"/api/v1/quarantine?source={other['id']}").json()["data"]) == 1
    assert patron.api("GET", "/api/v1/quarantine?reason=nosuch").status == 400
    assert patron.api("GET", "/api/v1/quarantine?limit=0").status == 400


def test_redrive_while_clients_write(patron):
    key = patron.add_source()["write_key"]
    patron.send_ok([{"type": "track", "userId": "u", "messageId": f"q{i}"} for i in range(50)], key)
    positions = [row["_patron"]["position"] for row in patron.quarantine()]
    with Load(patron.base, key, clients=2) as load:
        load.wait_acknowledged(200)
        for i, position in enumerate(positions):
            patch = json.dumps(track(f"q{i}", "Fixed"))
            assert redrive(patron, positions=[position], patch=patch)["redriven"] == 1
    assert_once(load.acknowledged + [f"q{i}" for i in range(50)], patron.export())
