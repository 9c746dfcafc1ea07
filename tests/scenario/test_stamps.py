# SPDX-License-Identifier: Apache-2.0
"""The four stamps: timestamp = receivedAt - (sentAt - originalTimestamp), clocks that are wrong, stamps that are missing."""
import time

import pytest
from harness.match import millis, text

SECOND, HOUR, DAY = 1000, 3_600_000, 86_400_000
CLAMP = 5 * 60 * SECOND


def now():
    return int(time.time() * 1000)


def store(shared, source, items, **batch):
    """Sends one batch and returns its rows as milliseconds, with their flags."""
    events = [{"type": "track", "event": "E", "userId": "u", "messageId": f"{i}", **item} for i, item in enumerate(items)]
    shared.patron.send_ok(events, source["write_key"], **batch)
    return shared.rows(source)


def flags(row):
    return set(row["_patron"]["flags"])


@pytest.mark.parametrize("skew", [3 * DAY, -2 * HOUR, 0, -400 * DAY], ids=["3 days ahead", "2 hours behind", "right", "years behind"])
def test_a_wrong_clock_is_corrected(shared, skew):
    """An event 10 s before it was sent happened 10 s before it was received, whatever the client's clock says."""
    source = shared.source()
    client_now = now() + skew
    [row] = store(shared, source, [{"timestamp": text(client_now - 10 * SECOND)}], sentAt=text(client_now))
    assert millis(row["timestamp"]) == millis(row["receivedAt"]) - 10 * SECOND
    assert millis(row["originalTimestamp"]) == client_now - 10 * SECOND
    assert millis(row["sentAt"]) == client_now
    assert abs(millis(row["receivedAt"]) - now()) < 10 * SECOND
    assert not flags(row) & {"no_sent_at", "clamped_timestamp"}


def test_stale_sent_at_of_a_retry_moves_the_event_by_the_delay_and_never_into_the_future(shared):
    """A client that keeps its first sentAt while it retries for an hour."""
    source = shared.source()
    then = now() - HOUR
    [row] = store(shared, source, [{"timestamp": text(then - SECOND)}], sentAt=text(then))
    assert millis(row["timestamp"]) == millis(row["receivedAt"]) - SECOND
    assert millis(row["timestamp"]) <= millis(row["receivedAt"])


@pytest.mark.parametrize("ahead,clamped", [(CLAMP, False), (CLAMP + 1, True), (3 * DAY, True)])
def test_clamp_in_the_future_both_sides(shared, ahead, clamped):
    """originalTimestamp later than sentAt gives a timestamp later than receivedAt."""
    source = shared.source()
    sent = now()
    [row] = store(shared, source, [{"timestamp": text(sent + ahead)}], sentAt=text(sent))
    assert millis(row["timestamp"]) == millis(row["receivedAt"]) + (0 if clamped else ahead)
    assert ("clamped_timestamp" in flags(row)) == clamped


def test_the_past_is_never_clamped(shared):
    source = shared.source()
    sent = now()
    [row] = store(shared, source, [{"timestamp": text(sent - 3650 * DAY)}], sentAt=text(sent))
    assert millis(row["timestamp"]) == millis(row["receivedAt"]) - 3650 * DAY
    assert "clamped_timestamp" not in flags(row)


@pytest.mark.parametrize("sent_at", [{}, {"sentAt": None}, {"sentAt": ""}, {"sentAt": "yesterday"}, {"sentAt": 5}],
                         ids=["missing", "null", "empty", "no time", "number"])
def test_without_a_readable_sent_at_nothing_is_corrected(shared, sent_at):
    source = shared.source()
    given = now() - 2 * HOUR
    [row] = store(shared, source, [{"timestamp": text(given)}], **sent_at)
    assert millis(row["timestamp"]) == given and millis(row["originalTimestamp"]) == given
    assert "no_sent_at" in flags(row)


def test_without_any_stamp_the_receipt_counts(shared):
    source = shared.source()
    [row] = store(shared, source, [{}])
    assert row["timestamp"] == row["receivedAt"]


def test_unreadable_timestamp_the_receipt_counts_and_the_event_lands(shared):
    source = shared.source()
    [row] = store(shared, source, [{"timestamp": "last Tuesday"}], sentAt=text(now()))
    assert row["timestamp"] == row["receivedAt"]


def test_the_batch_sent_at_beats_the_item_sent_at(shared):
    source = shared.source()
    client_now = now() + 3 * DAY
    [row] = store(shared, source, [{"timestamp": text(client_now - SECOND), "sentAt": text(client_now - HOUR)}],
                  sentAt=text(client_now))
    assert millis(row["timestamp"]) == millis(row["receivedAt"]) - SECOND
    assert millis(row["sentAt"]) == client_now


def test_the_item_sent_at_counts_where_the_batch_has_none(shared):
    source = shared.source()
    client_now = now() - 2 * HOUR
    [row] = store(shared, source, [{"originalTimestamp": text(client_now - SECOND), "sentAt": text(client_now)}])
    assert millis(row["timestamp"]) == millis(row["receivedAt"]) - SECOND


@pytest.mark.parametrize("written,ms", [
    ("2026-01-02T03:04:05Z", 0), ("2026-01-02T03:04:05.999Z", 999), ("2026-01-02T03:04:05.999999Z", 999),
    ("2026-01-02T03:04:05.123456789Z", 123), ("2026-01-02T05:04:05+02:00", 0), ("2026-01-01T22:34:05.5-04:30", 500)])
def test_forms_of_instants_round_down_to_milliseconds(shared, written, ms):
    source = shared.source()
    [row] = store(shared, source, [{"timestamp": written}])
    assert millis(row["timestamp"]) == millis("2026-01-02T03:04:05.000Z") + ms


def test_all_items_of_a_batch_are_received_at_once(shared):
    source = shared.source()
    rows = store(shared, source, [{} for _ in range(200)])
    assert len({row["receivedAt"] for row in rows}) == 1


def test_a_historical_source_is_exempt_from_correction_and_clamp(shared):
    source = shared.source()
    assert shared.patron.api("PATCH", f"/api/v1/sources/{source['id']}", {"historical": True}).status == 200
    stamps = [now() - 3650 * DAY, now() + 30 * DAY]
    rows = store(shared, source, [{"timestamp": text(ms)} for ms in stamps], sentAt=text(now() - DAY))
    assert [millis(row["timestamp"]) for row in rows] == stamps
    assert all("historical" in flags(row) for row in rows)


def test_a_source_may_keep_the_given_timestamp(shared):
    """RudderStack's way: a given timestamp stands; originalTimestamp is corrected."""
    source = shared.source()
    assert shared.patron.api("PATCH", f"/api/v1/sources/{source['id']}", {"skew": "keep"}).status == 200
    client_now = now() - 2 * HOUR
    rows = store(shared, source, [{"timestamp": text(client_now)}, {"originalTimestamp": text(client_now - SECOND)}],
                 sentAt=text(client_now))
    assert millis(rows[0]["timestamp"]) == client_now
    assert millis(rows[1]["timestamp"]) == millis(rows[1]["receivedAt"]) - SECOND
