# SPDX-License-Identifier: Apache-2.0
"""A week in a minute: the daemon on a clock that runs 10,000 times as fast, and a value that time alone takes back."""
import time

import pytest
from harness.customers import Customers
from harness.match import millis

START = "2026-03-02T08:00:00.000Z"  # a Monday
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
SPEED = 10_000
LATE_MS = 2000 * SPEED  # timers promise a second of the machine's time; it may be busy
ORDERS = 5


class World(Customers):
    """A customer who orders while the clock runs, and what was seen of the computed trait meanwhile."""

    def __init__(self, patron, span_ms):
        super().__init__(patron)
        self.span_ms, self.window_ms = span_ms, span_ms // 4
        self.source = patron.add_source("shop")
        self.sent, self.seen = [], []
        self.computes("orders lately", fold="count", events=["Order Completed"], window={"last": {"minutes": self.window_ms // MINUTE}})

    def now(self):
        return millis(self.ask("GET", "/api/v1/clock")["now"])

    def run(self, speed):
        return millis(self.ask("PUT", "/api/v1/clock", {"speed": speed})["now"])

    def order(self):
        before = self.now()
        self.patron.send_ok([{"type": "track", "event": "Order Completed", "userId": "ann", "messageId": f"o{len(self.sent)}"}], self.source["write_key"])
        self.sent.append((before, self.now()))

    def look(self):
        """The value as it stands now, between two looks at the clock."""
        before = self.now()
        answer = self.patron.api("GET", "/api/v1/profiles/lookup?type=user_id&value=ann")
        if answer.status == 200 and (row := answer.json()["computed"][0])["as_of"] is not None:
            self.seen.append((before, row))
            return row
        return None

    def live_through(self):
        """An order at each eighth of the span; its end comes with the last of them out of the window."""
        begin = self.run(SPEED)
        row = None
        while (now := self.now()) < begin + self.span_ms or len(self.sent) < ORDERS or row is None or row["value"] > 0:
            if len(self.sent) < ORDERS and now >= begin + len(self.sent) * self.span_ms // 8:
                self.order()
            row = self.look()
            time.sleep(0.01)
        return self.run(0) - begin


def counted(instants, at_ms, window_ms):
    return sum(at_ms - window_ms < instant <= at_ms for instant in instants)


@pytest.mark.sqlite_only(reason="clock and timers are the daemon's own")
@pytest.mark.parametrize("span_ms", [pytest.param(8 * HOUR, id="8 hours"), pytest.param(7 * DAY, id="a week", marks=[pytest.mark.soak, pytest.mark.limit(180)])])
def test_a_value_follows_a_clock_at_10_000_times_the_pace(make_patron, span_ms):
    world = World(make_patron(settings={"clock": "sim", "clock-start": START, "clock-speed": "0"}).start(), span_ms)
    machine = time.monotonic()
    went = world.live_through()
    machine = time.monotonic() - machine
    assert span_ms <= went <= machine * 1000 * SPEED, "the clock went faster than it was told"
    world.ready()

    rows = world.patron.export(own=True)
    orders = [millis(row["timestamp"]) for row in rows if row.get("event") == "Order Completed"]
    assert len(orders) == ORDERS and all(before <= at <= after for at, (before, after) in zip(orders, world.sent, strict=True))
    for before, row in world.seen:
        as_of = millis(row["as_of"])
        assert row["value"] == counted(orders, as_of, world.window_ms), row
        assert row["changes_at"] is None or millis(row["changes_at"]) > before - LATE_MS, "time has passed it by"
    assert {row["value"] for _, row in world.seen} >= {0, 1}

    # each order left the window when its time had come, and not before: only a timer was there to say so
    fired = [(millis(row["properties"]["at"]), millis(row["timestamp"])) for row in rows if row.get("event") == "Timer Fired"]
    for order in orders:
        due = order + world.window_ms
        assert any(due <= at <= stamp <= due + LATE_MS for at, stamp in fired), (due, fired)
    last = world.look()
    assert last["value"] == 0 and last["changes_at"] is None and millis(last["as_of"]) >= orders[-1] + world.window_ms
    assert world.patron.metrics()["patron_timers_fired_total"] >= ORDERS
