# SPDX-License-Identifier: Apache-2.0
"""A messageId is stored once per source: in one batch, across calls, restarts and kill -9, past what fits in memory."""
import threading

import pytest
from harness.load import RetryingClient, assert_once, track
from harness.patron import ids


def test_within_one_batch(shared):
    source = shared.source()
    shared.patron.send_ok([track("a"), track("b"), track("a"), track("a", "Other")], source["write_key"])
    assert ids(shared.rows(source)) == ["a", "b"]


def test_across_calls_and_routes(shared):
    source = shared.source()
    shared.patron.send_ok([track("a")], source["write_key"])
    shared.patron.send_ok([track("a"), track("b")], source["write_key"], path="/v1/import/")
    assert ids(shared.rows(source)) == ["a", "b"]


def test_the_same_id_of_two_sources_is_two(shared):
    one, other = shared.source(), shared.source()
    for source in (one, other):
        shared.patron.send_ok([track("same")], source["write_key"])
    assert len(shared.rows(one)) == 1 and len(shared.rows(other)) == 1


def test_ids_differ_by_every_byte(shared):
    source = shared.source()
    names = ["a", "A", "a ", " a", "ä", "a\u0308", "a\t", "aa", "a" * 255]
    shared.patron.send_ok([track(name) for name in names], source["write_key"])
    assert ids(shared.rows(source)) == names


def test_concurrent_copies_are_one(shared):
    source = shared.source()
    answers = []

    def send():
        answers.append(shared.patron.send([track(f"c{i}") for i in range(50)], source["write_key"]).status)

    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 12
    assert_once([f"c{i}" for i in range(50)], shared.rows(source))


@pytest.mark.parametrize("end", ["stop", "kill9"])
def test_across_a_restart(patron, end):
    key = patron.add_source()["write_key"]
    first = [track(f"m{i}") for i in range(3000)]
    patron.send_ok(first, key)
    getattr(patron, end)()
    patron.start()
    patron.send_ok(first + [track("new")], key)
    assert ids(patron.export()) == [event["messageId"] for event in first] + ["new"]


def test_across_many_restarts_and_kills(patron):
    key = patron.add_source()["write_key"]
    sent = []
    for round_number in range(6):
        batch = [track(f"r{round_number}-{i}") for i in range(500)]
        sent += batch
        patron.send_ok(sent, key)
        if round_number % 2:
            patron.kill9()
        else:
            patron.stop()
        patron.start()
    patron.send_ok(sent, key)
    assert ids(patron.export()) == [event["messageId"] for event in sent]


@pytest.mark.limit(120)
def test_past_memory_and_across_segments(make_patron):
    """The smallest table and small segments: runs are written, merged and read; the log is archived meanwhile."""
    patron = make_patron(settings={"dedupe-memory-mib": "8", "dedupe-window-ids": "1000000"}).start()
    client = RetryingClient(patron.base, patron.add_source()["write_key"])  # it may hear 503 while a table is being written
    batches = [[track(f"b{b}-{i}", pad="x" * 20) for i in range(5000)] for b in range(24)]
    for batch in batches + batches[::7]:
        client.deliver(batch)
    patron.kill9()
    patron.start()
    for batch in batches[::5]:
        client.deliver(batch)
    assert patron.metrics()["patron_dedupe_runs"] > 0
    got = ids(patron.export(timeout=60))
    assert got == [event["messageId"] for batch in batches for event in batch]


def test_the_dedupe_folder_can_be_deleted_and_is_rebuilt_from_the_log(patron):
    """It is a view of its partition."""
    import shutil  # pylint: disable=import-outside-toplevel
    key = patron.add_source()["write_key"]
    first = [track(f"m{i}") for i in range(3000)]
    patron.send_ok(first, key)
    patron.stop()
    shutil.rmtree(patron.data / "dedupe")
    patron.start()
    patron.send_ok(first, key)
    assert len(patron.export()) == 3000


def test_duplicates_are_counted(patron):
    key = patron.add_source()["write_key"]
    patron.send_ok([track("a"), track("a"), track("b")], key)
    patron.send_ok([track("b")], key)
    metrics = patron.metrics()
    assert metrics['patron_events_total{outcome="duplicate"}'] == 2
    assert metrics['patron_events_total{outcome="accepted"}'] == 2
