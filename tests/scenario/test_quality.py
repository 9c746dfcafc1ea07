# SPDX-License-Identifier: Apache-2.0
"""How good the events of a source are, over time: what is missing, malformed, late, conflicting, double, quarantined."""
import datetime
import urllib.parse

import pytest
from harness.customers import Customers

HOUR_S = 3600


@pytest.fixture
def shop(shared):
    return Shop(shared)


class Shop(Customers):
    def __init__(self, shared):
        super().__init__(shared.patron)
        self.source, self.other = shared.source(), shared.source()
        self.sent = 0

    def send(self, *events, source=None):
        source = source or self.source
        for event in events:
            self.sent += 1
            event.setdefault("messageId", f"{source['name']}-{self.sent}")
            event.setdefault("userId", f"{self.source['name']}-u")
        self.patron.send_ok(list(events), source["write_key"])
        return self.ready()

    def quality(self, source=None, status=200, **query):
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        return self.ask("GET", f"/api/v1/quality/{(source or self.source)['name']}{asked}", status=status)

    def row(self, **query):
        """This source's row of the list, page by page."""
        cursor, rows = None, []
        while True:
            asked = query | ({"cursor": cursor} if cursor else {})
            page = self.ask("GET", f"/api/v1/quality?{urllib.parse.urlencode(asked)}")
            rows += [row for row in page["data"] if row["source"]["id"] == self.source["id"]]
            cursor = page["next_cursor"]
            if cursor is None:
                row, = rows
                return row, page


def behind(instant, days):
    return (datetime.datetime.fromisoformat(instant) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def order(**properties):
    whole = {"order_id": "1", "total": 9.5, "currency": "EUR", "products": [{"price": 9.5}]}
    return {"type": "track", "event": "Order Completed", "properties": {**whole, **properties}}


def test_what_each_word_counts(shop):
    now = {"sentAt": "2026-03-01T12:00:00Z"}
    shop.send(order(), order(currency="euro"), order(total=None, products=[]), {"type": "track", "event": "Clicked"},
              {"type": "identify", "traits": {"name": "Ann", "email": "ann@nowhere"}},
              {"type": "page", "properties": {"url": "/"}, "timestamp": "2026-03-01T10:00:00Z", **now},
              {"type": "page", "properties": {"url": "/"}, "timestamp": "2026-03-01T11:30:00Z", **now})
    shop.send({"type": "identify", "traits": {"tier": "gold", "name": "Ann"}}, {"type": "track"})
    shop.send({"type": "identify", "traits": {"tier": "blue", "name": "Ann"}}, source=shop.other)
    again = order()
    again["messageId"] = f"{shop.source['name']}-1"
    shop.send(again)
    now = shop.quality()["now"]
    assert now["received"] == 9
    assert {name: (rate["count"], rate["of"]) for name, rate in now.items() if isinstance(rate, dict)} == {
        "missing": (1, 7), "malformed": (2, 8), "late": (1, 8), "conflicting": (1, 8), "duplicate": (1, 10), "quarantined": (1, 9)}
    assert now["late_p50_ms"] == now["late_p90_ms"] == 2 * HOUR_S * 1000 and now["duplicate"]["share"] == 0.1
    assert shop.quality(shop.other)["now"]["conflicting"] == {"count": 1, "of": 1, "share": 1}


def test_fields_lead_to_their_events(shop):
    shop.send(*[order(currency="?") for _ in range(7)], order(order_id=""))
    worst, other = shop.quality(step="hour")["fields"]
    assert (worst["kind"], worst["field"], worst["problem"], worst["events"]) == (
        "Order Completed", "properties.currency", "malformed", 7)
    assert (other["field"], other["problem"], other["events"], len(other["samples"])) == ("properties.order_id", "missing", 1, 1)
    assert worst["samples"] == sorted(worst["samples"], reverse=True) and len(worst["samples"]) == 5
    for position in worst["samples"]:
        assert shop.ask("GET", f"/api/v1/events/{position}")["properties"]["currency"] == "?"


def test_list_compares_with_the_period_before(shop):
    shop.send(order(), order(currency="?"))
    row, page = shop.row(limit=1)
    assert page["step"] == "day" and {d["measure"] for d in page["definitions"]} == {
        "missing", "malformed", "late", "conflicting", "duplicate", "quarantined"}
    assert all(d["of"] and d["text"] for d in page["definitions"])
    assert row["now"]["received"] == 2 and row["before"]["received"] == 0
    assert row["before"]["malformed"] == {"count": 0, "of": 0, "share": None} and row["before"]["late_p50_ms"] is None
    point, = row["series"]
    assert (point["received"], point["events"], point["checked"], point["malformed"]) == (2, 2, 2, 1)
    # what is now is before of the period that begins when this one ends
    later, _ = shop.row(**{"from": page["until"], "until": behind(page["until"], 7)})
    assert later["now"]["received"] == 0 and later["before"]["received"] == 2
    brief, page = shop.row(**{"from": point["at"], "until": behind(point["at"], 3)})
    assert page["step"] == "hour" and brief["series"][0]["received"] == 2 and brief["series"][0]["at"] >= point["at"]


def test_bounds_of_the_period(shop):
    at = "2026-03-01T00:00:00Z"
    for query in ({"from": at, "until": at}, {"from": "2026-03-02T00:00:00Z", "until": at}, {"from": "x"}, {"step": "week"},
                  {"from": "2023-12-22T00:00:00Z", "until": "2026-03-01T00:00:01Z"},
                  {"from": "2025-12-01T00:00:00Z", "until": "2026-03-01T00:00:01Z", "step": "hour"}):
        shop.quality(status=400, **query)
    for query in ({"from": "2023-12-22T00:00:00Z", "until": at}, {"from": "2025-12-01T00:00:00Z", "until": at, "step": "hour"}):
        answer = shop.quality(**query)
        assert (answer["from"], answer["until"], answer["series"]) == (query["from"].replace("Z", ".000Z"), at.replace("Z", ".000Z"), [])
    assert shop.ask("GET", f"/api/v1/quality/{shop.source['number']}")["source"]["id"] == shop.source["id"]
    shop.ask("GET", "/api/v1/quality/no-such-source", status=404)


def test_counts_outlive_restart_and_rebuild(shop, shared):
    shop.send(order(currency="?"), order())
    again = order()
    again["messageId"] = f"{shop.source['name']}-1"
    shop.send(again)
    shop.send(order())  # the step that takes the duplicate with it
    before = shop.quality()
    assert before["now"]["duplicate"]["count"] == 1
    shared.patron.restart()
    shop.ready()
    assert shop.quality() == before
    shop.ask("POST", "/api/v1/views/profiles/rebuild", {}, 202)
    shop.ready()
    assert shop.quality() == before
