# SPDX-License-Identifier: Apache-2.0
"""The feed: what is decided in SQL stands in the log, once and in order, whenever the server is killed.

Each change by a person is an audit entry; each entry is a row of the feed and becomes one event, numbered from 1.
"""
import os
import random
import threading
import time

import pytest

from harness.load import Load


def entries(patron):
    """The audit entries in the log, in its order."""
    return [row for row in patron.export(own=True) if row["_patron"]["source"] == "patron"
            and row["event"] == "Audit Entry Added"]


def wait_moved(patron, count, timeout_s=20):
    end = time.monotonic() + timeout_s
    while True:
        found = entries(patron)
        if len(found) >= count:
            return found
        assert time.monotonic() < end, f"{len(found)} of {count} entries in the log"
        time.sleep(0.05)


def test_a_change_becomes_an_event_of_patron(patron):
    patron.add_source("shop")
    event, = wait_moved(patron, 1)
    assert event["type"] == "track" and event["userId"] is None and event["properties"]["seq"] == 1
    assert event["_patron"]["source"] == "patron" and event["_patron"]["source_id"] is None
    assert event["timestamp"] <= event["receivedAt"]  # decided, then moved
    end = time.monotonic() + 10
    while (values := patron.metrics())["patron_feed_moved_total"] == 0 or values["patron_feed_pending_rows"] > 0:  # counted after the event can be seen
        assert time.monotonic() < end, values
    assert values["patron_feed_moved_total"] == 1 and values["patron_feed_pending_rows"] == 0
    assert values["patron_feed_oldest_age_seconds"] == 0


def test_times_in_the_log_follow_the_daemons_clock(make_patron):
    """People are on the machine's clock, the log is on the daemon's: with a simulated one they are years apart."""
    patron = make_patron(settings={"clock": "sim", "clock-start": "2020-01-01T00:00:00Z"}).start()
    patron.add_source("shop")
    event, = wait_moved(patron, 1)
    assert event["receivedAt"].startswith("2020-01-01") and event["timestamp"] == event["receivedAt"]


def test_what_waited_at_a_stop_is_moved_at_the_next_start(patron):
    patron.add_source("a")
    patron.stop()
    patron.cli("source", "add", "b")  # by a server of the command's own, which ends at once
    patron.start()
    assert [row["properties"]["seq"] for row in wait_moved(patron, 2)] == [1, 2]


class Changer(threading.Thread):
    """Adds sources until told to stop, across restarts."""

    def __init__(self, patron, name):
        super().__init__(daemon=True)
        self.patron, self.label = patron, name
        self.stopping = threading.Event()
        self.answered = 0

    def run(self):
        number = 0
        while not self.stopping.is_set():
            number += 1
            try:
                answer = self.patron.api("POST", "/api/v1/sources", {"name": f"{self.label}-{number}"}, timeout=5)
                self.answered += answer.status == 201
            except OSError:
                time.sleep(0.01)


@pytest.mark.limit(150)
def test_kill_9_loses_and_doubles_no_row(patron):
    """Killed while rows are put and moved; the log takes clients' events all the while."""
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    key = patron.add_source("load")["write_key"]
    rounds = 40 if os.environ.get("PATRON_SOAK") == "1" else 6
    changers = [Changer(patron, f"c{i}") for i in range(2)]
    for changer in changers:
        changer.start()
    with Load(patron.base, key, clients=2, pause_s=0.005):
        for _ in range(rounds):
            time.sleep(rng.uniform(0.05, 0.6))
            patron.kill9()
            patron.start()
        for changer in changers:
            changer.stopping.set()
        for changer in changers:
            changer.join(20)
    listed = patron.cli_json("source", "list")["data"]
    assert len(listed) >= 1 + sum(changer.answered for changer in changers) > 10
    found = wait_moved(patron, len(listed))
    patron.kill9()
    patron.start()
    time.sleep(0.3)
    found = entries(patron)
    assert [row["properties"]["seq"] for row in found] == list(range(1, len(listed) + 1))
    assert len({row["messageId"] for row in found}) == len(found)
