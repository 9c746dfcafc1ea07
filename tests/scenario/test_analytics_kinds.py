# SPDX-License-Identifier: Apache-2.0
"""Comparisons, correlations, frictions and journeys against plain folds over what the log exports (harness/histories.py);
the statistics in whole numbers and fractions, or as their textbooks write them."""
import collections
import datetime
import fractions
import itertools
import json
import math
import random
import tempfile
import time

import pytest
from harness.customers import traits
from harness.histories import Histories, Question, duration, is_of, share, span, text_of, value_text
from harness.mode import soak
from harness.patron import PATROND, Patron
from harness.privacy import PrivacyDesk
from harness.shared import Databases

API = "/api/v1/analytics"
NOW = datetime.datetime(2026, 4, 10, 12, 34, 56, 789000, datetime.UTC)
NOW_MS = round(NOW.timestamp() * 1000)
MINUTE, DAY = 60_000, 86_400_000
FIRST_MS = NOW_MS - 20 * DAY
NAMES = ("Products Searched", "Product Viewed", "Product Viewed", "Product Added", "Cart Viewed", "Checkout Started", "Order Completed", "Order Completed",
         "Order Refunded", "Product Reviewed", "Payment Failed", "Coupon Denied", "Newsletter Read")
CHANNELS = (None, "web", "app", "store", "service")
PERSONS, QUERIES = (600, 100) if soak() else (300, 16)
Z = 1.959963984540054


class World(PrivacyDesk):
    """A daemon whose clock stands, and a shop's customers, a few of them merged and erased."""

    def __init__(self, patron, seed):
        super().__init__(patron)
        self.rng = random.Random(seed)
        self.key = patron.add_source("shop")["write_key"]
        self.count = itertools.count(1)

    def event(self, at_ms, who):
        rng = self.rng
        name = rng.choice(NAMES)
        properties = {"sku": f"s{rng.randrange(4)}", "gift": rng.random() < 0.5}
        if name == "Products Searched":
            properties["results"] = rng.choice((0, 0, 1, 7, "0"))
        channel, device = rng.choice(CHANNELS), rng.choice(("phone", "desktop"))
        context = {"device": {"type": device}, **({"channel": channel} if channel else {})}
        return {"type": "track", "event": name, "messageId": f"m{next(self.count)}", "timestamp": text_of(at_ms), "properties": properties, "context": context, **who}

    def person(self, n):
        rng, at_ms, events = self.rng, FIRST_MS + self.rng.randrange(14 * DAY), []
        if rng.random() < 0.5:
            events.append({"type": "identify", "messageId": f"m{next(self.count)}", "timestamp": text_of(at_ms), "anonymousId": f"a{n}", "userId": f"u{n}",
                           "traits": {"plan": rng.choice(("gold", "silver")), "vip": rng.random() < 0.5, "tier": rng.randrange(3), "likes": ["x"]}})
        for _ in range(rng.randrange(1, 20)):
            at_ms += rng.choice((0, 1, rng.randrange(30) * MINUTE, rng.randrange(DAY)))
            if at_ms < NOW_MS:
                events.append(self.event(at_ms, {"anonymousId": f"a{n}"}))
        return events

    def fill(self):
        rng = self.rng
        events = sorted((one for n in range(PERSONS) for one in self.person(n)), key=lambda one: one["timestamp"])
        for _ in range(len(events) // 10):  # some come late
            events.insert(rng.randrange(len(events)), events.pop(rng.randrange(len(events))))
        for begin in range(0, len(events), 300):
            self.patron.send_ok(events[begin:begin + 300], self.key)
        self.ready()
        records = [row for row in self.patron.export() if row.get("profile_id")]
        known = {row["profile_id"] for row in records if row.get("userId")}  # two of them would be one too many
        persons = sorted({row["profile_id"] for row in records} - known)
        rng.shuffle(persons)
        for one, other in zip(persons[:3], persons[3:6]):
            self.merge(one, other)
        self.ready()
        for one in persons[6:8]:
            self.erase({"id": one})
        return self.ready()

    def ready(self, timeout_s=30):
        super().ready(timeout_s)
        end = time.monotonic() + timeout_s
        while (answer := self.patron.api("GET", f"{API}/names")).status == 503:
            assert time.monotonic() < end, answer
            time.sleep(0.02)
        return self

    def histories(self):
        records = self.patron.export()
        persons = {row["profile_id"] for row in records} - {None}
        return Histories(records, {person: traits(self.get(person)) for person in persons}, NOW_MS)

    def query(self, query, status=200):
        return self.ask("POST", f"{API}/query", query, status)

    def people(self, query, cell):
        found = self.ask("POST", f"{API}/people", {"query": query, "cell": cell, "limit": 10000})
        assert found["count"] == len(found["data"]), found["count"]
        return {one["id"] for one in found["data"]}


@pytest.fixture(scope="module")
def world(sql_cluster):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    assert PATROND.exists(), f"no daemon at {PATROND}: build it, or set PATROND"
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        databases = Databases(sql_cluster)
        patron = Patron(folder, databases=databases, settings={"clock": "sim", "clock-start": NOW.isoformat(), "clock-speed": "0"}).start()
        made = World(patron, seed)
        made.seed = seed
        try:
            made.fill()
            made.plain = made.histories()
            yield made
        finally:
            patron.discard()
            databases.drop()


@pytest.fixture(autouse=True)
def shows_the_daemon(request):
    if "world" in request.fixturenames:
        request.node.patrons = [request.getfixturevalue("world").patron]


# --- statistics -----------------------------------------------------------------------------------------------------


def wilson(count, n):
    p = count / n
    middle, half = (p + Z * Z / (2 * n)) / (1 + Z * Z / n), Z / (1 + Z * Z / n) * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return middle - half, middle + half


def newcombe(a, n, b, m):
    """(difference, low, high) of a of n minus b of m."""
    if not n or not m:
        return None, None, None
    (low, high), (low_b, high_b), d = wilson(a, n), wilson(b, m), a / n - b / m
    return d, d - math.hypot(a / n - low, high_b - b / m), d + math.hypot(high - a / n, b / m - low_b)


def p_of(a, n, b, m):
    """(p, test) of two shares."""
    hits, misses, all_ = a + b, n + m - a - b, n + m
    if not n or not m or not hits or not misses:
        return 1.0, "z"
    if min(hits, misses) * min(n, m) / all_ < 5:
        ours = math.comb(n, a) * math.comb(m, b)
        ways = (math.comb(n, k) * math.comb(m, hits - k) for k in range(max(0, hits - m), min(n, hits) + 1))
        return float(fractions.Fraction(sum(one for one in ways if one <= ours), math.comb(all_, hits))), "fisher"
    p = hits / all_
    return math.erfc(abs(a / n - b / m) / math.sqrt(p * (1 - p) * (1 / n + 1 / m)) / math.sqrt(2)), "z"


def near(got, want, what):
    if want is None or got is None or isinstance(want, bool):
        assert got == want, f"{what}: {got} for {want}"
    else:
        assert math.isclose(got, want, rel_tol=1e-9, abs_tol=1e-9), f"{what}: {got} for {want}"


# --- plain folds ------------------------------------------------------------------------------------------------------

ERRORS = [{"event": ["Error", "Error Shown", "Payment Failed", "Checkout Failed", "Order Payment Failed", "Coupon Denied", "Login Failed"]}]
EMPTY = {"event": "Products Searched", "where": {"property": "results", "is": "at_most", "value": 0}}
STAGES = [
    ("discover", "Promotion Viewed, Promotion Clicked, Product List Viewed, Product List Filtered, Products Searched, Home, Category"),
    ("visit_store", "Store Visited, Store Entered, Store Viewed, Store Searched, Store Located, Appointment Booked"),
    ("consider", "Product Clicked, Product Viewed, Product, Product Shared, Product Added to Wishlist"),
    ("cart", "Product Added, Wishlist Product Added to Cart, Product Removed, Cart Viewed, Cart Shared, Coupon Entered, Coupon Applied, Coupon Removed"),
    ("checkout", "Checkout Started, Checkout Step Viewed, Checkout Step Completed, Payment Info Entered, Order Completed"),
    ("fulfil", "Order Updated, Order Packed, Order Shipped, Order Ready for Pickup, Order Fulfilled, Order Cancelled"),
    ("receive", "Order Delivered, Order Picked Up, Order Received"),
    ("use_support", "Product Reviewed, Live Chat Conversation Started, Live Chat Message Sent, Live Chat Message Received, Live Chat Conversation Ended, "
                    "Support Requested, Ticket Created"),
    ("return", "Return Requested, Product Returned, Return Completed, Order Refunded"),
    ("repeat", "Order Completed"),
    ("loyalty", "Loyalty Joined, Loyalty Points Earned, Loyalty Points Redeemed, Reward Redeemed, Product Replenished")]
SHOP = [{"name": name, "event": events.split(", "), "again": name == "repeat"} for name, events in STAGES]


def is_empty(query, row):
    """A number in text is a number for at_most: the plain rules of the harness know none."""
    empty = query.get("empty", EMPTY)
    if empty is not EMPTY:
        return is_of(empty, row)
    results = row.properties.get("results")
    return row.name == "Products Searched" and results is not None and float(results) <= 0


def is_error(query, row):
    return any(is_of(one, row) for one in query.get("errors", ERRORS))


def channel(row):
    return row.fields["channel"] if row.fields["channel"] in CHANNELS else None


class Side:
    """Of one step or stage: who is counted of each measure, for whom it holds, and the times."""

    def __init__(self):
        self.people, self.n, self.held, self.times = set(), collections.defaultdict(set), collections.defaultdict(set), {}

    def count(self, measure, person, holds):
        self.n[measure].add(person)
        if holds:
            self.held[measure].add(person)

    def slow(self):
        return share(sorted(self.times.values()), 0.9) if self.times else None


def friction(asked):
    """A Side of each step but the last, where only who came is known."""
    query, steps = asked.query, asked.query["steps"]
    sides = [Side() for _ in steps]
    seen = set()
    for person, every in asked.persons.items():
        rows = [row for row in every if any(is_of(step, row) for step in steps) or is_error(query, row) or is_empty(query, row)]
        seen |= {person} if rows else set()
        found = [taken for i in range(len(rows)) if (taken := asked.attempt(rows, i))]
        if not found:
            continue
        taken = max(found, key=len)
        places = [next(i for i, row in enumerate(rows) if row is one) for one in taken]
        until = taken[0].time + duration(query.get("window", {"days": 7}))
        for i, one in enumerate(taken):
            side = sides[i]
            side.people.add(person)
            if i + 1 == len(steps):
                continue
            went_on = i + 1 < len(taken)
            stay = rows[places[i] + 1:places[i + 1]] if went_on else [row for row in rows[places[i] + 1:] if row.time < until]
            side.count("drop_off", person, not went_on)
            side.count("back_steps", person, any(any(is_of(step, row) for step in steps[:i]) and not is_of(steps[i], row) and not is_of(steps[i + 1], row) for row in stay))
            side.count("errors", person, any(is_error(query, row) for row in stay))
            side.count("empty_searches", person, any(is_empty(query, row) for row in stay))
            sessions, before = [1], one
            for row in stay:
                if row.time - before.time > duration(query.get("gap", {"minutes": 30})):
                    sessions.append(0)
                sessions[-1] += is_of(steps[i], row)
                before = row
            side.count("repeats", person, len(stay) > 0 and max(sessions) >= query.get("repeats", 3))
            if went_on:
                side.times[person] = taken[i + 1].time - one.time
                if channel(one) and channel(taken[i + 1]):
                    side.count("hand_over", person, channel(one) != channel(taken[i + 1]))
    return sides, seen


class Stage(Side):
    def __init__(self):
        super().__init__()
        self.events = self.visits = 0
        self.going_on, self.ended, self.arrivals = set(), set(), []
        self.channels, self.to, self.moves = collections.defaultdict(set), collections.defaultdict(set), collections.Counter()


def stage_of(stages, row, seen):
    of = [i for i, stage in enumerate(stages) if is_of(stage, row)]
    found = [i for i in of if stages[i].get("again") and i in seen] + [i for i in of if not stages[i].get("again")]
    seen.update(of)
    return found[0] if found else None


def journey(asked):
    query = asked.query
    stages = query.get("stages", SHOP)
    sides, seen = [Stage() for _ in stages], set()
    for person, rows in asked.persons.items():
        visits, done = [], set()  # a visit: stage, its rows, whether errors, empty searches came
        for row in rows:
            found = stage_of(stages, row, done)
            told = found is not None or is_error(query, row) or is_empty(query, row) or any(is_of(stage, row) for stage in stages)
            seen |= {person} if told else set()
            if found is not None:
                if not visits or visits[-1][0] != found:
                    visits.append([found, [], False, False])
                visits[-1][1].append(row)
            if visits:
                visits[-1][2] |= is_error(query, row)
                visits[-1][3] |= is_empty(query, row)
        came = {}
        for i, (stage, inside, failed, empty) in enumerate(visits):
            side, last = sides[stage], i + 1 == len(visits)
            side.people.add(person)
            side.events += len(inside)
            side.visits += 1
            for row in inside:
                side.channels[channel(row)].add(person)
            side.count("drop_off", person, last)
            side.count("errors", person, failed)
            side.count("empty_searches", person, empty)
            side.count("back_steps", person, not last and visits[i + 1][0] < stage)
            if stage not in came and i:
                side.arrivals.append(inside[0].time - visits[i - 1][1][0].time)
            came.setdefault(stage, i)
            if any(one[0] > stage for one in visits[i + 1:]):
                side.going_on.add(person)
            if last:
                side.ended.add(person)
                continue
            next_ = visits[i + 1]
            side.to[next_[0]].add(person)
            side.moves[next_[0]] += 1
            side.times.setdefault(person, next_[1][0].time - inside[0].time)
            if channel(inside[-1]) and channel(next_[1][0]):
                side.count("hand_over", person, channel(inside[-1]) != channel(next_[1][0]))
    return sides, seen


def plain(world, query, fold):
    """The fold of the range, and of its baseline."""
    now = Question(world.plain, query)
    if "baseline" in query:
        from_ms, to_ms = span({**query, "range": query["baseline"]}, NOW_MS)
    else:
        from_ms, to_ms = now.from_ms - (now.to_ms - now.from_ms), now.from_ms
    meant = {person for person in now.persons} if "who" in query else None
    then = Question(world.plain, {**query, "range": {"from": text_of(from_ms), "to": text_of(to_ms)}})
    if meant is not None:  # who it is is asked as of the range's end, of both
        of = Question(world.plain, {**query, "range": {"from": text_of(from_ms), "to": text_of(now.to_ms)}})
        then.persons = {person: [row for row in rows if row.time < to_ms] for person, rows in of.persons.items()}
        then.persons = {person: rows for person, rows in then.persons.items() if rows}
    return fold(now), fold(then)


def check_measures(world, query, got, now, then, place):
    for one in got:
        measure, timed = one["measure"], one["measure"] == "step_time"
        n, n_then = (len(now.times), len(then.times)) if timed else (len(now.n[measure]), len(then.n[measure]))
        assert (one["n"], one["n_then"]) == (n, n_then), (place, one)
        if timed:
            near(one["value"], now.slow() / 1000 if n else None, (place, measure))
            near(one["value_then"], then.slow() / 1000 if n_then else None, (place, measure))
            assert (one["low"] is None) == (min(n, n_then) < 30) and (one["low"] is None or one["low"] <= one["difference"] <= one["high"]), one
        else:
            count, count_then = len(now.held[measure]), len(then.held[measure])
            assert (one["count"], one["count_then"]) == (count, count_then), (place, one)
            difference, low, high = newcombe(count, n, count_then, n_then)
            for key, value in (("value", count / n if n else None), ("difference", difference), ("low", low), ("high", high)):
                near(one[key], value, (place, measure, key))
        assert one["worse"] == (one["low"] is not None and one["low"] > 0) and one["better"] == (one["high"] is not None and one["high"] < 0), one
        side = world.rng.choice((now, then))
        behind = {person for person, took in side.times.items() if took >= side.slow()} if timed else side.held[measure]
        if world.rng.random() < 0.3:
            assert world.people(query, {**place, "measure": measure, "then": side is then}) == behind, (place, one)


# --- questions ----------------------------------------------------------------------------------------------------------


def some_events(rng):
    return {"event": rng.choice(NAMES)} if rng.random() < 0.7 else {"event": rng.sample(NAMES, 3), "where": {"context": "device.type", "is": "equals", "value": "phone"}}


def some_who(rng):
    return rng.choice(({"trait": "plan", "is": "equals", "value": "gold"}, {"did": {"event": "Newsletter Read"}}, {"absent": {"event": "Order Refunded"}}))


def common(rng):
    range_ = rng.choice(({"last": {"days": 5}}, {"last": {"days": 30}}, {"from": "2026-03-30", "to": "2026-04-05"}, {"from": text_of(FIRST_MS + 7 * DAY), "to": text_of(NOW_MS)}))
    return {"range": range_, "zone": rng.choice(("UTC", "Europe/Berlin", "Asia/Kolkata")),
            **({"who": some_who(rng)} if rng.random() < 0.4 else {}),
            **({"where": {"property": "gift", "is": "true"}} if rng.random() < 0.2 else {})}


@pytest.mark.parametrize("nth", range(QUERIES))
def test_friction_is_the_plain_fold(world, nth):
    rng = random.Random(f"{world.seed} friction {nth}")
    query = {"kind": "friction", **common(rng), "steps": [some_events(rng) for _ in range(rng.randrange(2, 5))], "window": {"hours": rng.choice((1, 30, 200))},
             "repeats": rng.randrange(2, 4), **({"baseline": {"from": "2026-03-21", "to": "2026-03-31"}} if rng.random() < 0.3 else {}),
             **({"errors": [some_events(rng), some_events(rng)], "empty": {"event": "Cart Viewed"}} if rng.random() < 0.3 else {})}
    answer = world.query(query)
    (now, seen), (then, _) = plain(world, query, friction)
    assert answer["people"] == len(seen)
    for i, step in enumerate(answer["data"]):
        assert (step["people"], step["people_then"]) == (len(now[i].people), len(then[i].people)), (i, query)
        assert len(step["measures"]) == (7 if i + 1 < len(query["steps"]) else 0)
        assert world.people(query, {"step": i + 1}) == now[i].people
        check_measures(world, query, step["measures"], now[i], then[i], {"step": i + 1})


@pytest.mark.parametrize("nth", range(QUERIES))
def test_journey_is_the_plain_fold(world, nth):
    rng = random.Random(f"{world.seed} journey {nth}")
    query = {"kind": "journey", **common(rng)}
    if rng.random() < 0.5:
        query["stages"] = [{**some_events(rng), "name": f"stage {i}", "again": rng.random() < 0.3} for i in range(rng.randrange(2, 7))]
    answer = world.query(query)
    (now, seen), (then, _) = plain(world, query, journey)
    assert answer["people"] == len(seen)
    assert [one["name"] for one in answer["stages"]] == [one["name"] for one in query.get("stages", SHOP)]
    for i, (one, side) in enumerate(zip(answer["stages"], now)):
        place = {"stage": i}
        want = {"people": len(side.people), "people_then": len(then[i].people), "events": side.events, "visits": side.visits, "going_on": len(side.going_on), "ended": len(side.ended),
                "channels": [{"channel": name, "people": len(side.channels[name])} for name in (*CHANNELS[1:], None) if side.channels[name]]}
        assert {key: one[key] for key in want} == want, (place, query)
        near(one["going_on_share"], len(side.going_on) / len(side.people) if side.people else None, place)
        near(one["median_s"], share(sorted(side.arrivals), 0.5) / 1000 if side.arrivals else None, place)
        check_measures(world, query, one["measures"], side, then[i], place)
        assert world.people(query, place) == side.people
        assert world.people(query, {**place, "going_on": True}) == side.going_on
        for name, people in side.channels.items():
            assert world.people(query, {**place, "channel": name}) == people
    flows = [(i, to, len(people), now[i].moves[to]) for i in range(len(now)) for to, people in now[i].to.items()]
    flows.sort(key=lambda one: (-one[2], one[0], one[1]))
    assert [(one["from"], one["to"], one["people"], one["moves"]) for one in answer["flows"]] == flows
    for i, to, _, _ in flows[:3]:
        assert world.people(query, {"stage": i, "to": to}) == now[i].to[to]


PROPERTIES = ({"property": "sku"}, {"property": "gift"}, {"context": "device.type"}, {"field": "channel"})


@pytest.mark.parametrize("nth", range(QUERIES))
def test_correlation_is_the_plain_fold(world, nth):
    rng = random.Random(f"{world.seed} correlation {nth}")
    query = {"kind": "correlation", **common(rng), "from": some_events(rng), "to": some_events(rng), "window": {"hours": rng.choice((2, 48, 300))},
             "properties": rng.sample(PROPERTIES, rng.randrange(4)), "min_people": rng.choice((1, 5, 20)), "level": rng.choice((0.05, 0.3)), "limit": 500}
    if rng.random() < 0.6:
        query["traits"] = rng.sample(("plan", "vip", "tier", "likes", "nobody's"), rng.randrange(1, 6))
    if rng.random() < 0.6:
        query["events"] = [some_events(rng) for _ in range(rng.randrange(5))]
    asked = Question(world.plain, query)
    firsts, converted, with_ = {}, set(), collections.defaultdict(set)
    events = query.get("events")
    named = {name for one in (query["from"], query["to"]) for name in ([one["event"]] if isinstance(one["event"], str) else one["event"])}
    for person, rows in asked.persons.items():
        place = next((i for i, row in enumerate(rows) if is_of(query["from"], row)), None)
        if place is None:
            continue
        first = firsts[person] = rows[place]
        if any(is_of(query["to"], row) and row.time < first.time + duration(query["window"]) for row in rows[place + 1:]):
            converted.add(person)
        for one in query["properties"]:
            if value := value_text(first.read(one)):
                (of, name), = one.items()
                with_[of, name, value].add(person)
        for name in query.get("traits", []):
            value = world.plain.traits.get(person, {}).get(name)
            if value is not None and not isinstance(value, list):
                with_["trait", name, value if isinstance(value, str) else json.dumps(value)].add(person)
        for i, one in enumerate(events or []):
            if any(is_of(one, row) for row in rows[:place]):
                with_["event", i, None].add(person)
        for row in rows[:place] if events is None else []:
            if row.name and row.name not in named:
                with_["event", row.name, None].add(person)
    answer = world.query(query)
    n = len(firsts)
    assert (answer["people_from"], answer["converted"]) == (n, len(converted)), query
    tested = {}
    for key, people in with_.items():
        a, b = len(people & converted), len(converted - people)
        if len(people) >= query["min_people"] and n - len(people) >= query["min_people"]:
            tested[key] = (len(people), a, n - len(people), b, *p_of(a, len(people), b, n - len(people)))
    assert answer["tested"] == len(tested) == len(answer["data"]), query
    ps = sorted(one[4] for one in tested.values())
    qs = {}
    for i in reversed(range(len(ps))):
        qs[ps[i]] = min(ps[i] * len(ps) / (i + 1), qs.get(ps[min(i + 1, len(ps) - 1)], 1), 1)
    before = (0, 0)
    names = sorted({one["name"] for one in answer["data"] if one["of"] == "event"})
    for i, row in enumerate(answer["data"]):
        want = [key for key, value in tested.items() if value[:4] == (row["with"], row["converted_with"], row["without"], row["converted_without"]) and key[0] == row["of"]
                and (key[2] == row["value"]) and (key[1] == row["name"] or isinstance(key[1], int))]
        assert want, row
        key = want[0]
        count, a, m, b, p, test = tested[key]
        assert row["test"] == test
        near(row["p"], p, row)
        q = next(q for value, q in qs.items() if math.isclose(value, p, rel_tol=1e-12))
        assert math.isclose(row["q"], q, rel_tol=1e-6, abs_tol=1e-12), (row, q)
        assert row["significant"] == (row["q"] <= query["level"])
        near(row["lift"], a / count / (b / m) if b else None, row)
        for member, value in zip(("difference", "low", "high"), newcombe(a, count, b, m)):
            near(row[member], value, row)
        assert (row["q"], -abs(row["difference"])) >= (before[0], before[1] - 1e-12), row
        before = row["q"], -abs(row["difference"])
        if i < 4 and (isinstance(key[1], str) or len(want) == 1):
            assert world.people(query, {"row": i, "converted": True}) == with_[key] & converted, row
            assert world.people(query, {"row": i, "converted": False}) == with_[key] - converted, row
            assert world.people(query, {"row": i}) == with_[key], row
    assert names or events or not any(key[0] == "event" for key in tested)
    assert world.people(query, {"converted": True}) == converted and world.people(query, {}) == set(firsts)


INNER = ({"kind": "funnel", "steps": [{"event": "Product Viewed"}, {"event": "Product Added"}, {"event": "Order Completed"}], "window": {"days": 20}},
         {"kind": "retention", "begin": {"event": "Product Viewed"}, "again": {}, "unit": "day"},
         {"kind": "retention", "begin": {}, "again": {"event": "Order Completed"}, "unit": "day", "brackets": [0, 1, 4, 9]},
         {"kind": "stickiness", "of": {}, "unit": "day"},
         {"kind": "segmentation", "series": [{"event": "Order Completed", "measure": "uniques"}], "unit": "week"})


def shares(kind, query, data, periods):
    """(count, n) of each item of a comparison, by its place."""
    found = {}
    if kind == "funnel":
        came = [step["people"] for step in data[0]["steps"]]
        for i in range(1, len(came)):
            found["step", i + 1, "step"], found["step", i + 1, "first"] = (came[i], came[i - 1]), (came[i], came[0])
    if kind == "retention":
        for back in range(len(query["brackets"]) - 1 if "brackets" in query else periods):
            cohorts = [one for one in data[0]["cohorts"] if back < len(one["back"])]
            found["back", back, None] = sum(one["back"][back] for one in cohorts), sum(one["people"] for one in cohorts)
    if kind == "stickiness":
        for i in range(len(data)):
            found["row", i, None] = sum(one["people"] for one in data[i:]), sum(one["people"] for one in data)
    return found


@pytest.mark.parametrize("inner", INNER, ids=lambda one: one["kind"])
def test_comparison_is_one_question_of_each(world, inner):
    rng = random.Random(f"{world.seed} {inner}")
    base = common(rng)
    base.pop("who", None)
    whos = [None, {"trait": "plan", "is": "equals", "value": "gold"}, {"did": {"event": "Newsletter Read"}}, {"did": {"event": "Nothing"}}]
    cohorts = [{"name": f"c{i}", **({"who": who} if who else {})} for i, who in enumerate(whos)]
    rng.shuffle(cohorts)
    query = {"kind": "compare", **base, "cohorts": cohorts, "query": inner}
    answer = world.query(query)
    assert answer["of"] == inner["kind"] and [one["name"] for one in answer["cohorts"]] == [one["name"] for one in cohorts]
    figures = []
    for cohort, got in zip(cohorts, answer["cohorts"]):
        alone = {**base, **inner, **({"who": cohort["who"]} if "who" in cohort else {})}
        want, cells = world.plain.answer(alone)
        asked = world.query(alone)
        assert {key: asked[key] for key in ("data", "people", "rows")} == {key: got[key] for key in ("data", "people", "rows")}
        assert got["people"] == want["people"] and (got["persons"] is None) == ("who" not in cohort)
        figures.append(shares(inner["kind"], inner, got["data"], len(asked.get("periods", []))))
        for cell, people in rng.sample(cells, min(3, len(cells))):
            assert world.people(query, {**{key: value for key, value in cell.items() if key != "value"}, "among": cohorts.index(cohort)}) == people
    for one in answer["differences"]:
        ours = figures[one["cohort"]]
        assert len(one["items"]) == len(ours)
        for item in one["items"]:
            key = next((name, item[name], item.get("of")) for name in ("step", "back", "row") if name in item)
            (a, n), (b, m) = ours[key], figures[0][key]
            assert (item["n"], item["count"]) == ([m, n], [b, a]), item
            difference, low, high = newcombe(a, n, b, m)
            for member, value in (("difference", difference), ("low", low), ("high", high), ("p", p_of(a, n, b, m)[0] if n and m else None)):
                near(item[member], value, item)
            assert item["distinct"] == (None if low is None else low > 0 or high < 0)


def test_cohorts_say_whom_they_share(world):
    gold = {"trait": "plan", "is": "equals", "value": "gold"}
    query = {"kind": "compare", "cohorts": [{}, {"who": gold}, {"name": "others", "who": {"not": gold}}], "query": INNER[3]}
    answer = world.query(query)
    assert [one["name"] for one in answer["cohorts"]] == ["Everybody", "Cohort 2", "others"]
    assert [one["overlap"] for one in answer["differences"]] == [one["persons"] for one in answer["cohorts"][1:]]
    query["cohorts"] = [{"who": gold}, {"who": {"not": gold}}]
    assert world.query(query)["differences"][0]["overlap"] == 0


@pytest.mark.parametrize(("query", "place"), (
    ({"kind": "compare", "cohorts": [{}], "query": INNER[3]}, "/cohorts"),
    ({"kind": "compare", "cohorts": [{}, {}], "query": INNER[3]}, "/cohorts/1"),
    ({"kind": "compare", "cohorts": [{}, {"name": "x"}], "query": {"kind": "paths", "from": {}}}, "/query/kind"),
    ({"kind": "compare", "cohorts": [{}, {"name": "x"}], "query": {**INNER[0], "breakdown": {"property": "sku"}}}, "/query/breakdown"),
    ({"kind": "correlation", "from": {}, "to": {}, "level": 0}, "/level"),
    ({"kind": "correlation", "from": {}, "to": {}, "properties": [{"property": "x"}] * 21}, "/properties"),
    ({"kind": "friction", "steps": [{}]}, "/steps"),
    ({"kind": "correlation", "from": {}, "to": {}, "traits": ["x", "x"]}, "/traits/1"),
    ({"kind": "correlation", "from": {}, "to": {}, "traits": [""]}, "/traits/0"),
    ({"kind": "friction", "steps": [{}, {}], "baseline": {"last": {"days": 3}}}, "/baseline"),
    ({"kind": "friction", "steps": [{}, {}], "repeats": 1}, "/repeats"),
    ({"kind": "journey", "stages": [{"name": "x"}, {"name": "x"}]}, "/stages/1"),
    ({"kind": "journey", "gap": {"days": 1}}, "/gap")))
def test_what_is_no_question_names_its_place(world, query, place):
    assert f'at "{place}"' in str(world.query(query, 400)), query


def test_values_that_customers_gave_are_not_for_everybody(world):
    token = world.patron.add_token("auditor")
    for properties, status in (([{"field": "channel"}], 200), ([], 200), ([{"property": "sku"}], 403), ("all", 403), (None, 403)):
        query = {"kind": "correlation", "from": {}, "to": {}, **({} if properties is None else {"properties": properties})}
        answer = world.patron.api("POST", f"{API}/query", query, token=token)
        assert answer.status == status and (status == 200 or "/properties" in str(answer)), answer
    answer = world.patron.api("POST", f"{API}/query", {"kind": "correlation", "from": {}, "to": {}, "properties": [], "traits": ["plan"]}, token=token)
    assert answer.status == 403 and "/traits" in str(answer), answer
