# SPDX-License-Identifier: Apache-2.0
"""Computed traits: what a person's events come to, against a naive fold over what the log exports."""
import datetime
import itertools
import json
import random
import time
import zoneinfo
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from harness.customers import Customers
from harness.mode import soak

API = "/api/v1/computed-traits"
START = datetime.datetime(2026, 3, 28, 8, tzinfo=datetime.UTC)  # Berlin's clocks go forward the night after
LONG_MS = 10**15
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

FOLDS = {
    "all": {"fold": "count"},
    "orders": {"fold": "count", "events": ["Order Completed"]},
    "orders lately": {"fold": "count", "events": ["Order Completed"], "window": {"last": {"minutes": 30}}},
    "spent": {"fold": "sum", "events": ["Order Completed"], "property": "total", "currency": True},
    "spent today": {"fold": "sum", "events": ["Order Completed"], "property": "total",
                    "window": {"calendar": "day", "zone": "Europe/Berlin", "back": 0}},
    "average yesterday": {"fold": "average", "events": ["Order Completed"], "property": "total",
                          "window": {"calendar": "day", "zone": "America/New_York", "back": 1}},
    "largest of the week": {"fold": "most", "events": ["Order Completed"], "property": "total",
                            "window": {"calendar": "week", "zone": "UTC", "back": 0}},
    "least that is dear": {"fold": "least", "events": ["Order Completed"], "property": "total",
                           "where": {"property": "total", "is": "at_least", "value": 50}},
    "first seen": {"fold": "first", "events": ["Product Viewed", "Order Completed"], "property": "sku"},
    "last seen": {"fold": "last", "events": ["Product Viewed"], "property": "sku", "window": {"last": {"hours": 5}}},
    "favourite": {"fold": "most_frequent", "events": ["Product Viewed"], "property": "sku", "window": {"last": {"days": 1}}},
    "different": {"fold": "distinct", "property": "sku", "window": {"last": {"hours": 2}}},
    "active": {"fold": "exists", "window": {"last": {"minutes": 10}}},
}


# --- the oracle --------------------------------------------------------------------------------------------------


def ms(text):
    return round(datetime.datetime.fromisoformat(text).timestamp() * 1000)


def text_of(at_ms):
    return datetime.datetime.fromtimestamp(at_ms / 1000, datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day_start(moment, zone):
    return datetime.datetime.combine(moment, datetime.time(), zone).timestamp() * 1000


def span(window, now_ms):
    """[from, until) in ms."""
    if window is None:
        return -LONG_MS, LONG_MS
    if "last" in window:
        (unit, count), = window["last"].items()
        return now_ms - datetime.timedelta(**{unit: count}).total_seconds() * 1000 + 1, now_ms + 1
    zone = zoneinfo.ZoneInfo(window["zone"])
    today = datetime.datetime.fromtimestamp(now_ms / 1000, zone).date()
    step = {"day": 1, "week": 7}[window["calendar"]]
    first = today - datetime.timedelta(days=today.weekday() if step == 7 else 0) - datetime.timedelta(days=window["back"] * step)
    return day_start(first, zone), day_start(first + datetime.timedelta(days=step), zone)


def wanted(fold, event):
    names, where = fold.get("events"), fold.get("where")
    held = where is None or Decimal(event["properties"].get(where["property"], "-1")) >= where["value"]
    return event["_patron"]["source"] != "patron" and (not names or event.get("event") in names) and held


def number(value):
    return None if value is None else Decimal(str(value))


def shown(micros):
    return float(micros.quantize(Decimal("0.000001"), ROUND_HALF_EVEN))


def naive(fold, events, now_ms):
    """(value, events counted) of one person's events."""
    begin, end = span(fold.get("window"), now_ms)
    rows = [(ms(e["timestamp"]), e["_patron"]["position"], e["properties"].get(fold.get("property")), e["properties"].get("currency"))
            for e in events if wanted(fold, e) and begin <= ms(e["timestamp"]) < end]
    kind = fold["fold"]
    if kind in ("count", "exists"):
        return (len(rows) if kind == "count" else bool(rows)), len(rows)
    rows = sorted(row for row in rows if row[2] is not None)
    values = [row[2] for row in rows]
    if kind == "distinct":
        return len(set(values)), len(rows)
    if not rows:
        return None, 0
    if kind in ("first", "last"):
        return values[0 if kind == "first" else -1], len(rows)
    if kind == "most_frequent":
        return max(set(values), key=lambda v: (values.count(v), max(row[:2] for row in rows if row[2] == v))), len(rows)
    amounts = [number(v) for v in values]
    if fold.get("currency"):
        return {c: shown(sum(number(row[2]) for row in rows if row[3] == c)) for c in {row[3] for row in rows}}, len(rows)
    value = {"sum": sum(amounts), "average": sum(amounts) / len(amounts), "least": min(amounts), "most": max(amounts)}[kind]
    return shown(value), len(rows)


# --- a daemon whose clock stands until it is told ------------------------------------------------------------------


class World(Customers):
    def __init__(self, make_patron):
        self.now_ms = round(START.timestamp() * 1000)
        super().__init__(make_patron(settings={"clock": "sim", "clock-start": START.isoformat(), "clock-speed": "0"}).start())
        self.source = self.patron.add_source("shop")
        self.count = itertools.count(1)

    def move(self, by_ms):
        self.now_ms += by_ms
        self.patron.settings["clock-start"] = text_of(self.now_ms)  # should it be started anew
        self.ask("PUT", "/api/v1/clock", {"speed": 0, "now": text_of(self.now_ms)})

    def define(self, name, fold, status=201, **rest):
        return self.ask("POST", API, {"name": name, "fold": fold, **rest}, status)

    def live(self, timeout_s=20):
        """Until every definition is live and all that was acknowledged is seen."""
        end = time.monotonic() + timeout_s
        while any(row["state"] != "live" for row in self.ask("GET", API)["data"]):
            assert time.monotonic() < end, self.ask("GET", API)
            time.sleep(0.01)
        return self.ready()

    def send(self, *events):
        self.patron.send_ok(list(events), self.source["write_key"])

    def event(self, name, who, at_ms=None, **properties):
        return {"type": "track", "event": name, "messageId": f"m{next(self.count)}", "timestamp": text_of(at_ms or self.now_ms),
                "properties": properties, **who}

    def computed(self, person):
        return {row["name"]: row for row in self.get(person)["computed"]}

    def all(self):
        """Values of everybody, by id."""
        return {person: self.computed(person) for person in sorted(self.persons())}

    def persons(self):
        return {row["profile_id"] for row in self.patron.export()} - {None}

    def differences(self):
        """Where a profile is not what the log says as of now: [] once all timers have fired."""
        of, found = self.all(), []
        rows = self.patron.export(own=True)  # afterwards: the timers that the values say are there
        for person, values in of.items():
            events = [row for row in rows if row["profile_id"] == person]
            assert list(values) == sorted(values) and set(values) == set(FOLDS)
            for name, value in values.items():
                fold = FOLDS[name]
                want = naive(fold, events, self.now_ms)
                if (value["value"], value["events"]) != want or value["changes_at"] and ms(value["changes_at"]) <= self.now_ms:
                    found.append((person, name, want, value))
                elif value["as_of"] is not None:
                    # a function of the log alone: of an event that it counts, or of a timer that is there
                    stamps = {row["receivedAt"] for row in events if wanted(fold, row)} | {
                        row["properties"]["at"] for row in rows if row.get("event") == "Timer Fired" and row["_patron"]["source"] == "patron"}
                    assert value["as_of"] in stamps and naive(fold, events, ms(value["as_of"])) == want, (name, value, want)
                else:
                    assert not any(wanted(fold, row) for row in events)
        return found

    def check(self, timeout_s=20):
        end = time.monotonic() + timeout_s
        self.live()
        while found := self.differences():
            assert time.monotonic() < end, f"{found}\n{self.patron.stderr(2000)}"
            time.sleep(0.02)


PEOPLE = [{"anonymousId": f"a{n}"} for n in range(5)] + [{"userId": f"u{n}"} for n in range(4)]


def history(world, rng, size):
    """Events of a few people, some late, some ahead, some twice, some that join two of them."""
    events = []
    for _ in range(size):
        who = dict(rng.choice(PEOPLE))
        if rng.random() < 0.08:
            who = {**rng.choice(PEOPLE[:5]), **rng.choice(PEOPLE[5:])}
        at_ms = world.now_ms - rng.choice([0, rng.randrange(10 * MINUTE), rng.randrange(6 * HOUR), rng.randrange(3 * DAY)])
        at_ms += rng.choice([0, 0, 0, rng.randrange(4 * MINUTE)])
        if rng.random() < 0.5:
            total = rng.choice([rng.randrange(1, 20000) / 100, f"{rng.randrange(100)}.5"])
            events.append(world.event("Order Completed", who, at_ms, total=total, currency=rng.choice(["EUR", "CHF"]), sku=f"s{rng.randrange(4)}"))
        else:
            events.append(world.event(rng.choice(["Product Viewed", "Product Viewed", "Cart Viewed"]), who, at_ms, sku=f"s{rng.randrange(4)}"))
    return events + rng.sample(events, size // 5)


def decide(world, rng):
    """Somebody of the staff merges two, or parts one; what the rules forbid stays as it is."""
    persons = sorted(world.persons())
    person = rng.choice(persons)
    if rng.random() < 0.5:
        world.patron.api("POST", f"/api/v1/profiles/{person}/merge", {"other": rng.choice(persons), "reason": "a test"})
    elif len(found := [node["number"] for node in world.get(person)["nodes"]]) > 1:
        world.split(world.get(person)["id"], rng.sample(found, rng.randrange(1, len(found))))


@pytest.mark.parametrize("seed", range(30 if soak() else 2))
def test_equal_to_a_naive_fold(make_patron, seed):
    """Late, doubled, ahead, merged and split histories, a clock that is moved on, kill -9, and every view dropped."""
    rng, world = random.Random(seed), World(make_patron)
    for name in list(FOLDS)[::2]:
        world.define(name, FOLDS[name])
    for step in range(6):
        world.send(*history(world, rng, 25))
        if step == 2:
            for name in list(FOLDS)[1::2]:  # back-filled while the others go on
                world.define(name, FOLDS[name])
        if step > 0:
            world.ready()
            decide(world, rng)
        if step in (3, 4):
            world.patron.kill9()
            world.patron.start()
        world.move(rng.choice([MINUTE, 12 * MINUTE, 3 * HOUR, 26 * HOUR]))
        if step > 1:
            world.check()
    before = world.all()
    for view in ("computed", "profiles"):
        world.ask("POST", f"/api/v1/views/{view}/rebuild", {}, 202)
        world.live()
        assert world.all() == before, view
    world.move(40 * DAY)
    world.check()


# --- time alone ------------------------------------------------------------------------------------------------------


def wait_value(world, person, name, value, timeout_s=10):
    end = time.monotonic() + timeout_s
    while (row := world.computed(person)[name])["value"] != value:
        assert time.monotonic() < end, f"{row}\n{world.patron.stderr(2000)}"
        time.sleep(0.01)
    return row


def test_a_value_changes_by_time_alone(make_patron):
    world = World(make_patron)
    others = world.patron.metrics()["patron_timers_armed"]
    world.define("lately", {"fold": "count", "window": {"last": {"minutes": 10}}})
    world.send(*[world.event("Visit", {"userId": f"u{n}"}) for n in range(300)])
    world.live()
    person = world.find("user_id", "u7")
    row, = person["computed"]
    assert row == {"name": "lately", "value": 1, "as_of": text_of(world.now_ms), "events": 1, "cut": False,
                   "changes_at": text_of(world.now_ms + 10 * MINUTE)}
    world.move(10 * MINUTE - 1)
    assert world.get(person["id"]) == person and world.patron.metrics()["patron_timers_armed"] == others + 300
    world.move(1)
    row = wait_value(world, person["id"], "lately", 0)
    assert row["as_of"] == text_of(world.now_ms) and row["changes_at"] is None
    later = world.get(person["id"])
    assert later["version"] > person["version"] and later["events"] == person["events"]
    fired = [row for row in world.patron.export(own=True) if row.get("event") == "Timer Fired"]
    assert 1 <= len(fired) <= 3, "those that are due together are told together"
    assert fired[0]["properties"] == {"kind": "computed_trait", "at": text_of(world.now_ms)} and fired[0]["profile_id"] is None
    metrics = world.patron.metrics()
    assert metrics["patron_timers_fired_total"] >= 300 and "patron_timers_late_seconds" in metrics


def test_a_profile_and_its_values_are_of_one_instant(make_patron):
    """The view of values is a moment behind; whoever reads a profile does not see that."""
    world = World(make_patron)
    world.define("all", {"fold": "count"})
    world.define("last", {"fold": "last", "property": "n"})
    world.live()
    for n in range(1, 9):
        world.send(world.event("Visit", {"userId": "u"} if n % 2 else {"userId": "u", "anonymousId": "a"}, n=n))
        end = time.monotonic() + 10
        while (answer := world.patron.api("GET", "/api/v1/profiles/lookup?type=user_id&value=u")).status != 200 or \
                answer.json()["events"] < n:
            assert time.monotonic() < end
        person = answer.json()
        assert [row["value"] for row in person["computed"]] == [n, n] and person["version"] == person["last"]["position"] + 1


def test_timers_are_armed_at_the_start(make_patron):
    world = World(make_patron)
    world.define("lately", {"fold": "count", "window": {"last": {"minutes": 10}}})
    world.send(world.event("Visit", {"userId": "u"}), world.event("Visit", {"userId": "v"}, world.now_ms - 5 * MINUTE))
    world.live()
    person = world.find("user_id", "u")["id"]
    world.patron.kill9()
    world.now_ms += 7 * MINUTE  # one of them came due meanwhile
    world.patron.settings["clock-start"] = text_of(world.now_ms)
    world.patron.start()
    world.ready()
    wait_value(world, world.find("user_id", "v")["id"], "lately", 0)
    assert world.computed(person)["lately"]["value"] == 1
    world.move(3 * MINUTE)
    wait_value(world, person, "lately", 0)


# --- definitions -----------------------------------------------------------------------------------------------------


class Shop(Customers):
    def __init__(self, shared):
        super().__init__(shared.patron)
        self.source = shared.source()


@pytest.fixture
def shop(shared):
    yield (shop := Shop(shared))
    for row in shop.ask("GET", API)["data"]:
        shop.ask("DELETE", f"{API}/{row['id']}")


def wait_live(shop, timeout_s=20):
    end = time.monotonic() + timeout_s
    while any(row["state"] != "live" for row in shop.ask("GET", API)["data"]):
        assert time.monotonic() < end
        time.sleep(0.01)
    shop.ready()


def test_definitions(shop):
    shop.patron.send_ok([{"type": "track", "event": name, "userId": "ann", "properties": {"total": 5}}
                         for name in ("Order Completed", "Order Completed", "Visit")], shop.source["write_key"])
    made = shop.ask("POST", API, {"name": "orders", "fold": {"events": ["Completed Order"], "fold": "count"}}, 201)
    assert made["fold"] == {"fold": "count", "events": ["Order Completed"]}, "normalised; old names are the new ones"
    assert made["description"] == "" and made["created_at"] == made["changed_at"] and 0 <= made["progress"] <= 1
    wait_live(shop)
    one = shop.ask("GET", f"{API}/{made['id']}")
    assert one == {**made, "state": "live", "progress": 1} and shop.ask("GET", API)["data"] == [one]
    person = shop.find("user_id", "ann")
    assert [(row["name"], row["value"]) for row in person["computed"]] == [("orders", 2)]
    # a new name and description keep the values; another fold makes them anew
    saved = shop.ask("PUT", f"{API}/{made['id']}", {"name": "Orders", "description": "ever", "fold": made["fold"]})
    assert (saved["name"], saved["description"], saved["state"], saved["id"]) == ("Orders", "ever", "live", made["id"])
    shop.ask("PUT", f"{API}/{made['id']}", {"name": "Spent", "fold": {"fold": "sum", "events": ["Order Completed"], "property": "total"}})
    wait_live(shop)
    changed = shop.find("user_id", "ann")
    assert [(row["name"], row["value"]) for row in changed["computed"]] == [("Spent", 10)] and changed["version"] > person["version"]
    shop.ask("DELETE", f"{API}/{made['id']}")
    shop.ask("GET", f"{API}/{made['id']}", status=404)
    end = time.monotonic() + 10
    while shop.find("user_id", "ann")["computed"]:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert shop.find("user_id", "ann")["version"] > changed["version"]
    actions = [row["action"] for row in shop.ask("GET", "/api/v1/audit?action=computed_trait")["data"]]
    assert actions[:4] == ["computed_trait.removed", "computed_trait.changed", "computed_trait.changed", "computed_trait.added"]


def test_what_is_refused(shop):
    made = shop.ask("POST", API, {"name": "a", "fold": {"fold": "count"}}, 201)
    shop.ask("POST", API, {"name": "b", "fold": {"fold": "count"}}, 201)
    for body, status in (({"name": "a", "fold": {"fold": "count"}}, 409), ({"name": "", "fold": {"fold": "count"}}, 400),
                         ({"name": "x" * 101, "fold": {"fold": "count"}}, 400), ({"name": "c"}, 400), ({"name": "c", "fold": "count"}, 400),
                         ({"name": "c", "fold": {"fold": "none"}}, 400), ({"name": "c", "fold": {"fold": "sum"}}, 400),
                         ({"name": "c\n", "fold": {"fold": "count"}}, 400), ({"name": "c", "fold": {"fold": "count"}, "more": 1}, 400),
                         ({"name": "c", "fold": {"fold": "count", "events": ["x" * 70000]}}, 400)):
        shop.ask("POST", API, body, status)
    assert "/fold" in shop.ask("POST", API, {"name": "c", "fold": {"fold": "none"}}, 400)["detail"]
    shop.ask("PUT", f"{API}/{made['id']}", {"name": "b", "fold": {"fold": "count"}}, 409)
    for what in ("nobody", "00000000-0000-7000-8000-000000000000"):
        for method, body in (("GET", None), ("PUT", {"name": "z", "fold": {"fold": "count"}}), ("DELETE", None)):
            shop.ask(method, f"{API}/{what}", body, 404)
    for n in range(98):
        shop.ask("POST", API, {"name": f"n{n}", "fold": {"fold": "count"}}, 201)
    assert "100" in shop.ask("POST", API, {"name": "one more", "fold": {"fold": "count"}}, 413)["detail"]


def test_preview(shop):
    shop.patron.send_ok([{"type": "track", "event": "Order Completed", "userId": user, "properties": {"total": total}}
                         for user, total in (("p1", 3), ("p1", "4.5"), ("p2", 1))], shop.source["write_key"])
    shop.ready()
    fold = {"fold": "sum", "events": ["Order Completed"], "property": "total", "window": {"last": {"days": 1}}}
    one, two = shop.find("user_id", "p1")["id"], shop.find("user_id", "p2")["id"]
    rows = {row["id"]: row for row in shop.ask("POST", f"{API}/preview", {"fold": fold})["data"]}
    assert rows[one] == {"id": one, "name": "p1", "value": 7.5, "events": 2, "cut": False} and rows[two]["value"] == 1
    assert shop.ask("POST", f"{API}/preview", {"fold": fold, "profile": two})["data"] == [rows[two]]
    shop.ask("POST", f"{API}/preview", {"fold": fold, "profile": "nobody"}, 404)
    shop.ask("POST", f"{API}/preview", {"fold": {"fold": "sum"}}, 400)
    assert shop.ask("GET", API)["data"] == []
    assert json.dumps(rows)


def test_conditions_on_where_it_came_from(shop):
    """The same in the view, before the view has seen an event, and in a preview."""
    other = shop.patron.add_source("other")
    folds = {"in the store": {"field": "channel", "is": "equals", "value": "store"}, "of the shop": {"field": "source", "is": "equals", "value": shop.source["id"]}}
    for name, where in folds.items():
        shop.ask("POST", API, {"name": name, "fold": {"fold": "count", "where": where}}, 201)
    wait_live(shop)
    for key, channel in ((shop.source, "store"), (shop.source, "web"), (other, "store"), (other, "store")):
        shop.patron.send_ok([{"type": "track", "event": "Product Viewed", "userId": "where", "context": {"channel": channel}}], key["write_key"])
    shop.ready()
    person = shop.find("user_id", "where")
    values = {row["name"]: row["value"] for row in person["computed"]}
    assert values == {"in the store": 3, "of the shop": 2}
    for name, where in folds.items():
        (row,) = shop.ask("POST", f"{API}/preview", {"fold": {"fold": "count", "where": where}, "profile": person["id"]})["data"]
        assert row["value"] == values[name]
