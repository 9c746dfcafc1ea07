# SPDX-License-Identifier: Apache-2.0
"""Questions about what customers did, against a plain fold over what the log exports (harness/histories.py)."""
import contextlib
import csv
import datetime
import http.client
import io
import itertools
import json
import math
import pathlib
import random
import socket
import tempfile
import threading
import time

import pytest
from harness.customers import traits
from harness.histories import Histories, text_of
from harness.mode import soak
from harness.patron import PATROND, Patron
from harness.privacy import PrivacyDesk
from harness.shared import Databases

API = "/api/v1/analytics"
NOW = datetime.datetime(2026, 4, 10, 12, 34, 56, 789000, datetime.UTC)
NOW_MS = round(NOW.timestamp() * 1000)
FIRST_MS = round(datetime.datetime(2026, 3, 5, tzinfo=datetime.UTC).timestamp() * 1000)
MINUTE, DAY = 60_000, 86_400_000
# Clocks change in New York on 2026-03-08, in Berlin on 2026-03-29, on Lord Howe by half an hour on 2026-04-05.
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
CHANGES = ("2026-03-06", "2026-03-27", "2026-04-03")
NAMES = ("Product Viewed", "Product Added", "Cart Viewed", "Order Completed")
PAGES = ("Home", "Search", "Product Viewed")  # the last is a track, too
PERSONS, QUERIES = (400, 400) if soak() else (220, 90)


# --- a few hundred persons ------------------------------------------------------------------------------------------


class World(PrivacyDesk):
    """A daemon whose clock stands, and what its customers did."""

    def __init__(self, patron, seed):
        super().__init__(patron)
        self.rng = random.Random(seed)
        self.keys = [patron.add_source(name)["write_key"] for name in ("shop", "till")]
        self.count = itertools.count(1)

    def event(self, at_ms, who):
        rng = self.rng
        kind = rng.choices(("track", "page", "screen"), (8, 3, 1))[0]
        name = rng.choice(NAMES if kind == "track" else PAGES)
        properties = {"sku": f"s{rng.randrange(6)}"}
        if name == "Order Completed" or rng.random() < 0.2:
            properties |= {"total": rng.choice((rng.randrange(1, 200), round(rng.uniform(1, 99), 2))), "currency": rng.choice(("EUR", "GBP"))}
        if rng.random() < 0.3:
            properties |= {"gift": rng.random() < 0.5, "deep": {"size": rng.choice("SML")}}
        if rng.random() < 0.1:
            properties["store_id"] = rng.choice(("Berlin", "Pune"))
        context = {"channel": rng.choice(("web", "app", "store"))}
        if rng.random() < 0.7:
            context["device"] = {"type": rng.choice(("phone", "desktop", "Tablet"))}
        named = {"event": name} if kind == "track" else {"name": name}
        return {"type": kind, **named, "messageId": f"m{next(self.count)}", "timestamp": text_of(at_ms), "properties": properties, "context": context, **who}

    def person(self, n):
        """Somebody's events: anonymous, then known, perhaps on a second device; with ties and visits."""
        rng = self.rng
        events, at_ms = [], FIRST_MS + rng.randrange(30 * DAY // MINUTE) * MINUTE
        user = {"userId": f"u{n}"} if rng.random() < 0.6 else {}
        devices = [f"a{n}"] + ([f"b{n}"] if rng.random() < 0.3 else [])
        known_from = rng.randrange(8)
        for i in range(rng.randrange(1, 24)):
            at_ms += rng.choice((0, 0, 1, rng.randrange(30) * MINUTE, rng.randrange(3 * DAY)))
            who = {"anonymousId": rng.choice(devices)}
            if user and i >= known_from:
                if i == known_from or rng.random() < 0.1:
                    events.append({"type": "identify", "messageId": f"m{next(self.count)}", "timestamp": text_of(at_ms), "traits": {"email": f"p{n % 150}@example.test", "plan": rng.choice(("gold", "Silver"))}, **who, **user})
                who = user
            if at_ms < NOW_MS:
                events.append(self.event(at_ms, who))
        return events

    def send(self, events):
        for begin in range(0, len(events), 300):
            self.patron.send_ok(events[begin:begin + 300], self.rng.choice(self.keys))

    def fill(self):
        rng = self.rng
        events = sorted((one for n in range(PERSONS) for one in self.person(n)), key=lambda one: one["timestamp"])
        for _ in range(len(events) // 10):  # some come late
            late = events.pop(rng.randrange(len(events)))
            events.insert(rng.randrange(len(events)), late)
        for _ in range(len(events) // 20):  # some twice
            events.insert(rng.randrange(len(events)), rng.choice(events))
        self.send(events[:len(events) * 4 // 5])
        self.ready()
        self.decide_some()
        self.send(events[len(events) * 4 // 5:])
        self.ready()
        return self

    def decide_some(self):
        rng = self.rng
        persons = sorted({row["profile_id"] for row in self.patron.export() if row.get("profile_id")})
        rng.shuffle(persons)
        nodes = {one: self.get(one)["nodes"] for one in persons}
        nameless = [one for one in persons if not any(node["type"] == "user_id" for node in nodes[one])]
        others = [one for one in persons if one not in nameless]
        for one, other in zip(nameless[:6], others):
            self.merge(other, one)
        for one, other in zip(nameless[6:8], nameless[8:10]):
            self.merge(one, other)
        several = [one for one in others[6:] if len(nodes[one]) > 1]
        for one in several[:3]:
            self.split(one, [nodes[one][0]["number"]])
        assert len(several) > 5
        self.ready()
        for one in several[3:5]:
            self.erase({"id": one})
        self.ready()

    def histories(self):
        records = self.patron.export()
        persons = {row["profile_id"] for row in records} - {None}
        return Histories(records, {person: traits(self.get(person)) for person in persons}, NOW_MS)

    # --- asking

    def ready(self, timeout_s=30):
        """Until the columns can be asked, too: after a start, rows that were in memory are read again."""
        super().ready(timeout_s)
        end = time.monotonic() + timeout_s
        while (answer := self.patron.api("GET", f"{API}/names")).status == 503:
            assert time.monotonic() < end, answer
            time.sleep(0.02)
        return self

    def query(self, query, status=200, **kw):
        return self.ask("POST", f"{API}/query", query, status, **kw)

    def people(self, query, cell, limit=50):
        """All pages: (count, ids)."""
        found, cursor = [], None
        while True:
            page = self.ask("POST", f"{API}/people", {"query": query, "cell": cell, "limit": limit, **({"cursor": cursor} if cursor else {})})
            assert len(page["data"]) <= limit
            found += [one["id"] for one in page["data"]]
            cursor = page["next_cursor"]
            if cursor is None:
                assert len(found) == len(set(found)), found
                return page["count"], set(found)


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
            yield made.fill()
        finally:
            patron.discard()
            databases.drop()


@pytest.fixture(autouse=True)
def shows_the_daemon(request):
    if "world" in request.fixturenames:
        request.node.patrons = [request.getfixturevalue("world").patron]


# --- questions made up ------------------------------------------------------------------------------------------------


class Asker:
    """Random queries of each kind."""

    def __init__(self, rng):
        self.rng = rng

    def condition(self, depth=2):
        rng = self.rng
        if depth and rng.random() < 0.25:
            join = rng.choice(("all", "any", "not"))
            return {join: self.condition(depth - 1) if join == "not" else [self.condition(depth - 1) for _ in range(rng.randrange(3))]}
        return rng.choice((
            lambda: {"property": "total", "is": rng.choice(("less", "at_most", "more", "at_least")), "value": rng.randrange(120)},
            lambda: {"property": "total", "is": "between", "value": sorted((rng.randrange(120), rng.randrange(120)))},
            lambda: {"property": "sku", "is": rng.choice(("equals", "not_equals")), "value": f"S{rng.randrange(6)}"},
            lambda: {"property": "sku", "is": rng.choice(("one_of", "none_of")), "value": ["s1", "s2", "s5"]},
            lambda: {"property": "deep.size", "is": rng.choice(("exists", "absent"))},
            lambda: {"property": "deep.size", "is": "equals", "value": "m"},
            lambda: {"property": "gift", "is": rng.choice(("true", "false"))},
            lambda: {"context": "device.type", "is": rng.choice(("equals", "not_equals")), "value": rng.choice(("phone", "tablet"))},
            lambda: {"context": "device.type", "is": rng.choice(("contains", "not_contains", "begins_with")), "value": "de"},
            lambda: {"field": "channel", "is": "equals", "value": rng.choice(("web", "app"))},
            lambda: {"field": "event", "is": rng.choice(("equals", "not_equals")), "value": rng.choice(NAMES)},
            lambda: {"field": "type", "is": rng.choice(("equals", "not_equals")), "value": "page"}))()

    def events(self, all_of_them=True):
        rng = self.rng
        kind = rng.random()
        names = {} if all_of_them and kind < 0.2 else {"event": rng.choice(NAMES + PAGES)} if kind < 0.8 else {"event": rng.sample(NAMES, 2)}
        return {**names, **({"where": self.condition()} if rng.random() < 0.25 else {})}

    def property(self):
        return self.rng.choice(({"property": "sku"}, {"property": "gift"}, {"property": "deep.size"}, {"context": "device.type"}, {"property": "total"},
                                {"field": "event"}, {"field": "type"}, {"field": "channel"}, {"field": "source"}, {"field": "store"}, {"field": "currency"}))

    def who(self, depth=1):
        rng = self.rng
        if depth and rng.random() < 0.3:
            join = rng.choice(("all", "any", "not"))
            return {join: self.who(depth - 1) if join == "not" else [self.who(depth - 1) for _ in range(2)]}
        return rng.choice((
            lambda: {"did": self.events(False)},
            lambda: {"did": self.events(False), "times": rng.choice(({"at_least": 2}, {"at_most": 2}, {"exactly": 1}))},
            lambda: {"absent": self.events(False)},
            lambda: {"trait": "plan", "is": rng.choice(("equals", "not_equals")), "value": rng.choice(("gold", "silver"))},
            lambda: {"trait": "plan", "is": rng.choice(("exists", "absent"))},
            lambda: {"sequence": [self.events(False), {**self.events(False), "within": {"hours": rng.randrange(1, 50)}}]}))()

    def range(self):
        rng = self.rng
        day = datetime.date(2026, 3, 3) + datetime.timedelta(days=rng.randrange(33))
        begin = FIRST_MS + rng.randrange(30 * DAY)
        return rng.choice((
            lambda: {"last": {rng.choice(("days", "weeks", "months")): rng.randrange(1, 4)}},
            lambda: {"last": {"days": 30}},
            lambda: {"from": day.isoformat(), "to": (day + datetime.timedelta(days=rng.randrange(20))).isoformat()},
            lambda: {"from": text_of(begin), "to": text_of(begin + rng.randrange(1, rng.choice((2, MINUTE, 8 * DAY))))}))()  # some hold nothing

    def common(self):
        rng = self.rng
        query = {"range": self.range(), "zone": rng.choice(ZONES)}
        if rng.random() < 0.35:
            query["who"] = self.who()
        if rng.random() < 0.15:
            query["where"] = self.condition()
        return query

    def broken_down(self):
        return {"breakdown": self.property(), "limit": self.rng.choice((2, 10, 100))} if self.rng.random() < 0.4 else {}

    def segmentation(self):
        rng = self.rng
        series = []
        for _ in range(rng.randrange(1, 4)):
            measure = rng.choice(("total", "uniques", "sum", "average", "least", "most", "quantile"))
            of = {} if measure in ("total", "uniques") else {"of": rng.choice(({"property": "total"}, {"field": "amount"}))}
            series.append({**self.events(), "measure": measure, **of, **({"q": rng.choice((0, 0.25, 0.5, 0.9, 1))} if measure == "quantile" else {})})
        formulae = [{"formula": "A / A * 100", "name": "share"}, {"formula": f"(A + 1) - {chr(ord('A') + len(series) - 1)}"}]
        return {"series": series, "unit": rng.choice(("day", "week", "month", "whole")), **({"formulae": formulae} if rng.random() < 0.4 else {}), **self.broken_down()}

    def funnel(self):
        rng = self.rng
        steps = [self.events() for _ in range(rng.choice((2, 2, 3, 3, 4)))]
        order = rng.choice(("ordered", "strict", "any"))
        query = {"steps": steps, "order": order, "window": rng.choice(({"minutes": 30}, {"hours": 5}, {"days": 2}, {"days": 20})), **self.broken_down()}
        if order != "any" and rng.random() < 0.3:
            query["exclude"] = [{**self.events(False), **({"after": rng.randrange(1, len(steps))} if rng.random() < 0.5 else {})}]
        if rng.random() < 0.25:
            query["same"] = rng.choice(({"property": "sku"}, {"context": "device.type"}))
        return query

    def retention(self):
        rng = self.rng
        query = {"begin": self.events(), "again": self.events(), "unit": rng.choice(("day", "week", "month")), "way": rng.choice(("on", "beyond")),
                 "recurring": rng.random() < 0.4, **self.broken_down()}
        if rng.random() < 0.3:
            query["brackets"] = sorted(rng.sample(range(12), rng.randrange(2, 5)))
        return query

    def paths(self):
        rng = self.rng
        return {rng.choice(("from", "to")): self.events(), **({"nodes": self.events()} if rng.random() < 0.3 else {}), "depth": rng.randrange(2, 7),
                "fold": rng.random() < 0.7, "gap": rng.choice(({"minutes": 30}, {"hours": 30})), "limit": rng.choice((3, 100))}

    def stickiness(self):
        return {"of": self.events(), "unit": self.rng.choice(("day", "week", "month"))}

    def lifecycle(self):
        return self.stickiness()

    def sessions(self):
        return {"of": self.events(), "unit": self.rng.choice(("hour", "day", "week")), "gap": self.rng.choice(({"minutes": 30}, {"seconds": 1}, {"days": 1}))}

    def ask(self, kind):
        query = {"kind": kind, **self.common(), **getattr(self, kind)()}
        if query.get("unit") == "hour":
            day = datetime.date.fromisoformat(self.rng.choice(CHANGES))
            query["range"] = {"last": {"hours": 400}} if self.rng.random() < 0.3 else {"from": day.isoformat(), "to": (day + datetime.timedelta(days=4)).isoformat()}
        return query


KINDS = ("segmentation", "funnel", "retention", "paths", "stickiness", "lifecycle", "sessions")


def differences(got, want, where=""):
    """Places where an answer is not what is wanted; what is wanted may have fewer members."""
    if isinstance(want, dict):
        if not isinstance(got, dict):
            return [f"{where}: {got!r} for {want!r}"]
        return [one for key, value in want.items() for one in differences(got.get(key, "(missing)"), value, f"{where}/{key}")]
    if isinstance(want, list):
        if not isinstance(got, list) or len(got) != len(want):
            return [f"{where}: {got!r} for {want!r}"]
        return [one for i, (a, b) in enumerate(zip(got, want)) for one in differences(a, b, f"{where}/{i}")]
    if isinstance(want, int | float) and isinstance(got, int | float):
        return [] if math.isclose(got, want, rel_tol=1e-9, abs_tol=1e-9) else [f"{where}: {got} for {want}"]
    return [] if got == want else [f"{where}: {got!r} for {want!r}"]


def node(edge):
    return edge and (edge["type"], edge["name"])


def edges_of(answer):
    """Counts by (depth, from, to), and the index of each."""
    keys = [(edge["depth"], node(edge["from"]), node(edge["to"])) for edge in answer["edges"]]
    return {key: edge["count"] for key, edge in zip(keys, answer["edges"])}, {key: i for i, key in enumerate(keys)}


def shown_edges(edges, found, limit):
    """The heaviest of each depth; of equal ones those that the answer shows."""
    shown = {}
    for depth in {key[0] for key in edges}:
        of_depth = sorted((key for key in edges if key[0] == depth), key=lambda key: (-edges[key], key not in found))
        shown |= {key: edges[key] for key in of_depth[:limit]}
    return shown


def check(world, histories, query, rng, cells=3):
    want, behind = histories.answer(query)
    got = world.query(query)
    asked = f"{json.dumps(query)}\nseed {world.seed}"
    if query["kind"] == "paths":
        found, index = edges_of(got)
        shown = shown_edges(want["edges"], found, query["limit"])
        assert found == shown and got["edges_left"] == len(want["edges"]) - len(found), f"{asked}\n{ {k: (found.get(k), shown.get(k)) for k in found.keys() | shown.keys() if found.get(k) != shown.get(k)} }"
        want = {name: value for name, value in want.items() if name != "edges"}
        behind = [({"edge": index[key]}, ids) for key, ids in behind if key in index]
    wrong = differences(got, want)
    assert not wrong, f"{asked}\n" + "\n".join(wrong[:12])
    assert got["exact"] is True and got["watermark"]["behind"] == 0
    for cell, ids in rng.sample(behind, min(cells, len(behind))):
        count, found = world.people(query, cell)
        assert (count, found) == (len(ids), ids), f"{asked}\n{cell}: {count} people, {len(found - ids)} too many, {len(ids - found)} missing"
    return got


# --- tests ------------------------------------------------------------------------------------------------------------


@pytest.mark.limit(300)
@pytest.mark.parametrize("kind", KINDS)
def test_random_questions_are_answered_as_a_plain_fold_does(world, kind):
    rng = random.Random(world.seed + KINDS.index(kind))
    histories, asker = world.histories(), Asker(rng)
    seen = 0
    for _ in range(QUERIES):
        got = check(world, histories, asker.ask(kind), rng)
        seen += got["people"] > 0
    assert seen > QUERIES / 4, f"only {seen} of {QUERIES} found anybody"


def figures(answer):
    """What does not change from one time to the next."""
    return {name: value for name, value in answer.items() if name not in ("took_ms", "cached", "watermark", "rows")}


def ask_some(world):
    rng = random.Random(world.seed)
    asker = Asker(rng)
    return [figures(world.query(asker.ask(kind))) for kind in KINDS for _ in range(4)]


@pytest.mark.limit(120)
def test_answers_outlive_a_kill(world):
    before = ask_some(world)
    world.patron.kill9()
    world.patron.start()
    assert ask_some(world.ready()) == before


@pytest.mark.limit(120)
def test_answers_outlive_a_rebuild(world):
    before = ask_some(world)
    for view in ("behaviour", "profiles"):
        world.ask("POST", f"/api/v1/views/{view}/rebuild", {}, 202)
        assert ask_some(world.ready()) == before, view
    rng = random.Random(world.seed)
    asker, histories = Asker(rng), world.histories()
    for kind in KINDS:
        check(world, histories, asker.ask(kind), rng)


def test_the_same_question_is_answered_from_memory_until_something_came_in(world):
    query = {"kind": "segmentation", "series": [{"event": "Answered Twice"}], "unit": "whole"}
    assert [world.query(query)["cached"] for _ in range(2)] == [False, True]
    world.send([{"type": "track", "event": "Answered Twice", "anonymousId": "somebody", "timestamp": text_of(NOW_MS - DAY)}])
    world.ready()
    got = world.query(query)
    assert (got["cached"], got["data"][0]["series"][0]["values"]) == (False, [1])


def test_people_as_csv(world):
    query = {"kind": "segmentation", "series": [{"measure": "uniques"}], "unit": "whole"}
    count, ids = world.people(query, {}, limit=1000)
    first = world.patron.api("POST", f"{API}/people", {"query": query, "cell": {}, "limit": 30, "format": "csv"})
    assert first.status == 200 and first.header("Content-Type").startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(first.text)))
    assert len(rows) == 30 and set(rows[0]) == {"id", "name", "detail"}
    rest = world.patron.api("POST", f"{API}/people", {"query": query, "cell": {}, "limit": 10000, "format": "csv", "cursor": first.header("X-Next-Cursor")})
    assert rest.header("X-Next-Cursor") is None
    rows += list(csv.DictReader(io.StringIO(rest.text)))
    assert {row["id"] for row in rows} == ids and len(rows) == count


def test_names(world):
    names = world.ask("GET", f"{API}/names")
    assert {("track", name) for name in NAMES} <= {(one["type"], one["name"]) for one in names["events"]}
    properties = {(one["of"], one["name"], one["kind"]) for one in names["properties"]}
    assert {("property", "total", "number"), ("property", "deep.size", "text"), ("property", "gift", "truth"), ("context", "device.type", "text")} <= properties


FUNNEL = {"kind": "funnel", "steps": [{"event": "A"}, {"event": "B"}]}
WRONG = {
    "no JSON": (b'{"kind": ', ""),
    "no object": (b"[]", ""),
    "kind is missing": ({}, "kind"),
    "kind is none": ({"kind": "guess"}, "/kind"),
    "unknown member": ({**FUNNEL, "nonsense": 1}, "nonsense"),
    "member of another kind": ({**FUNNEL, "series": []}, "series"),
    "one step": ({"kind": "funnel", "steps": [{}]}, "/steps"),
    "21 steps": ({"kind": "funnel", "steps": [{}] * 21}, "/steps"),
    "a condition inside of a step": ({"kind": "funnel", "steps": [{}, {"where": {"property": "total", "is": "nearly"}}]}, "/steps/1/where"),
    "a window of nothing": ({**FUNNEL, "window": {"days": 0}}, "/window"),
    "a zone that is none": ({**FUNNEL, "zone": "Europe/Atlantis"}, "/zone"),
    "a range that ends before it begins": ({**FUNNEL, "range": {"from": "2026-03-02", "to": "2026-03-01"}}, "/range"),
    "a range of two units": ({**FUNNEL, "range": {"last": {"days": 1, "weeks": 1}}}, "/range/last"),
    "a day that is none": ({**FUNNEL, "range": {"from": "2026-02-30", "to": "2026-03-01"}}, "/range/from"),
    "a formula over a series that is not there": ({"kind": "segmentation", "series": [{}], "formulae": [{"formula": "A + B"}]}, "/formulae/0"),
    "a formula that does not end": ({"kind": "segmentation", "series": [{}], "formulae": [{"formula": "(A"}]}, "/formulae/0"),
    "a sum of nothing": ({"kind": "segmentation", "series": [{"measure": "sum"}]}, "/series/0"),
    "brackets that fall": ({"kind": "retention", "begin": {}, "again": {}, "brackets": [3, 1]}, "/brackets"),
    "paths both ways": ({"kind": "paths", "from": {}, "to": {}}, ""),
    "a rule over nobody": ({**FUNNEL, "who": {"did": {}, "absent": {}}}, "/who"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_question_is_told_where(world, name):
    query, pointer = WRONG[name]
    answer = world.patron.api("POST", f"{API}/query", query)
    assert answer.status == 400 and pointer in answer.json()["detail"], answer


def test_what_is_too_large_names_the_bound(world):
    answer = world.patron.api("POST", f"{API}/query", {**FUNNEL, "range": {"from": "1990-01-01", "to": "2026-01-01"}, "kind": "segmentation", "series": [{}], "unit": "hour"} | {"steps": None})
    assert answer.status == 400, answer
    answer = world.patron.api("POST", f"{API}/query", {"kind": "segmentation", "series": [{}], "unit": "day", "range": {"from": "1990-01-01", "to": "2026-01-01"}})
    assert answer.status in (400, 413) and "1000" in answer.json()["detail"], answer
    long = {"kind": "segmentation", "series": [{"where": {"any": [{"property": "x" * 100, "is": "equals", "value": "y" * 900}] * 280}}]}
    answer = world.patron.api("POST", f"{API}/query", long)
    assert answer.status in (400, 413), answer


CELLS = {
    "step 0": ({"step": 0}, "step"), "a step behind the last": ({"step": 3}, "step"), "a cohort": ({"step": 1, "cohort": 0}, "cohort"),
    "nothing": ({}, "step"), "no object": ([], ""), "an unknown member": ({"step": 1, "nonsense": 2}, "nonsense"),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_that_is_none_is_told(world, name):
    cell, word = CELLS[name]
    answer = world.patron.api("POST", f"{API}/people", {"query": FUNNEL, "cell": cell})
    assert answer.status == 400 and word in answer.json()["detail"], answer


def test_a_cursor_that_is_none_is_told(world):
    answer = world.patron.api("POST", f"{API}/people", {"query": FUNNEL, "cell": {"step": 1}, "cursor": "x"})
    assert answer.status == 400 and "cursor" in answer.json()["detail"], answer


# --- who may ask --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role,query,people,save", [("analyst", 200, 200, 201), ("engineer", 200, 200, 201), ("auditor", 200, 403, 403),
                                                    ("agent", 403, 403, 403), ("privacy", 403, 403, 403)])
def test_who_may_ask_see_people_and_save(world, role, query, people, save):
    token = world.patron.add_token(role)
    assert world.patron.api("POST", f"{API}/query", FUNNEL, token=token).status == query
    assert world.patron.api("GET", f"{API}/names", token=token).status == query
    for by, status in (({"field": "channel"}, query), ({"property": "plan"}, query if people == 200 else 403), ({"context": "locale"}, query if people == 200 else 403)):
        assert world.patron.api("POST", f"{API}/query", {**FUNNEL, "breakdown": by}, token=token).status == status
    assert world.patron.api("GET", "/api/v1/reports", token=token).status == query
    assert world.patron.api("POST", f"{API}/people", {"query": FUNNEL, "cell": {"step": 1}}, token=token).status == people
    assert world.patron.api("POST", "/api/v1/reports", {"name": f"of {role}", "query": FUNNEL}, token=token).status == save


def test_an_answer_about_people_is_not_kept_for_a_key(world):
    body = {"query": FUNNEL, "cell": {"step": 1}}
    first, again = (world.patron.api("POST", f"{API}/people", body, headers={"Idempotency-Key": "people-1"}) for _ in range(2))
    assert (first.status, again.status) == (200, 409)


# --- reports --------------------------------------------------------------------------------------------------------------


def test_reports(world):
    made = world.ask("POST", "/api/v1/reports", {"name": "Checkout", "query": FUNNEL, "shown": {"chart": "bars"}}, 201)
    assert (made["kind"], made["version"], made["shown"], made["description"]) == ("funnel", 1, {"chart": "bars"}, "")
    assert made["query"]["window"] == {"days": 7}  # all members are there
    where = f"/api/v1/reports/{made['id']}"
    assert world.ask("GET", where) == made
    world.ask("POST", "/api/v1/reports", {"name": "Checkout", "query": FUNNEL}, 409)
    changed = world.ask("PUT", where, {"name": "Checkout, all", "description": "of the week", "query": {"kind": "stickiness"}, "version": 1})
    assert (changed["kind"], changed["version"], changed["created_at"], changed["shown"]) == ("stickiness", 2, made["created_at"], {})
    assert "version" in world.ask("PUT", where, {"name": "Checkout", "query": FUNNEL, "version": 1}, 409)["detail"]
    assert "/steps" in world.ask("PUT", where, {"name": "Checkout", "query": {"kind": "funnel", "steps": [{}]}, "version": 2}, 400)["detail"]
    names = [one["name"] for one in world.ask("GET", "/api/v1/reports")["data"]]
    assert "Checkout, all" in names and names == sorted(names)
    # the query of a report can be asked as it is
    world.query(changed["query"])
    audited = {row["action"] for row in world.ask("GET", f"/api/v1/audit?subject={made['id']}")["data"]}
    world.ask("DELETE", where)
    world.ask("GET", where, status=404)
    world.ask("DELETE", where, status=404)
    assert audited == {"report.added", "report.changed"}


def test_who_a_report_is_about(world):
    gold = {"all": [{"trait": "plan", "is": "equals", "value": "gold"}]}
    made = world.ask("POST", "/api/v1/reports", {"name": "Gold", "query": {**FUNNEL, "who": gold}}, 201)
    named = world.query({**FUNNEL, "who": {"report": made["id"]}})
    assert named["query"]["who"] == gold and named["data"] == world.query({**FUNNEL, "who": gold})["data"]
    kept = world.ask("POST", "/api/v1/reports", {"name": "Gold too", "query": {"kind": "sessions", "who": {"report": made["id"]}}}, 201)
    assert kept["query"]["who"] == gold  # and does not change with the other
    world.ask("DELETE", f"/api/v1/reports/{made['id']}")
    assert "/who/report" in world.ask("POST", f"{API}/query", {**FUNNEL, "who": {"report": made["id"]}}, 400)["detail"]
    world.ask("DELETE", f"/api/v1/reports/{kept['id']}")


def test_a_report_outlives_a_restart(world):
    made = world.ask("POST", "/api/v1/reports", {"name": "Kept", "query": FUNNEL}, 201)
    world.patron.kill9()
    world.patron.start()
    world.ready()
    assert world.ask("GET", f"/api/v1/reports/{made['id']}") == made
    world.ask("DELETE", f"/api/v1/reports/{made['id']}")


# --- the command line -------------------------------------------------------------------------------------------------------


QUESTIONS = {
    "segmentation": {"series": [{"event": "Order Completed", "name": "orders"}, {"measure": "uniques"}], "unit": "week", "breakdown": {"context": "device.type"}},
    "funnel": {"steps": [{"event": "Product Viewed"}, {"event": "Order Completed"}]},
    "retention": {"begin": {}, "again": {}, "brackets": [0, 1, 3]},
    "paths": {"from": {"event": "Product Viewed"}},
    "stickiness": {"unit": "week"},
    "lifecycle": {},
    "sessions": {"unit": "week"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_patron_query(world, scratch, kind):
    query = {"kind": kind, **QUESTIONS[kind]}
    path = scratch / "query.json"
    path.write_text(json.dumps(query))
    answer = world.query(query)
    assert figures(world.patron.cli_json("query", path)) == figures(answer)
    table = world.patron.cli("query", path).stdout
    assert "as of position" in table and "people" in table
    rows = list(csv.DictReader(io.StringIO(world.patron.cli("query", path, "--csv").stdout)))
    assert rows and None not in rows[0], rows
    if kind == "funnel":
        assert [int(row["people"]) for row in rows] == [step["people"] for step in answer["data"][0]["steps"]]
    if kind == "segmentation":
        of_orders = [float(row["result"]) for row in rows if row["series"] == "orders" and row["value"] == (answer["data"][0]["value"] or "")]
        assert of_orders == answer["data"][0]["series"][0]["values"]


def test_patron_query_people_and_errors(world, scratch):
    path = scratch / "query.json"
    path.write_text(json.dumps({"kind": "funnel", **QUESTIONS["funnel"]}))
    want, _ = world.people(json.loads(path.read_text()), {"step": 1})
    assert len(world.patron.cli_json("query", path, "--people", '{"step": 1}')) == want
    assert len(list(csv.DictReader(io.StringIO(world.patron.cli("query", path, "--csv", "--people", '{"step": 1}').stdout)))) == want
    for args, code, text in ((("query", scratch / "none.json"), 1, "none.json"), (("query", path, "--people", "step"), 2, "--people"),
                             (("query", path, "--csv", "--json"), 2, "--csv")):
        done = world.patron.cli(*args, check=False)
        assert done.returncode == code and text in done.stderr, done
    path.write_text('{"kind": "guess"}')
    done = world.patron.cli("query", path, check=False)
    assert done.returncode == 1 and "/kind" in done.stderr, done
    path.write_text("{")
    done = world.patron.cli("query", path, check=False)
    assert done.returncode == 1 and "not JSON" in done.stderr, done


# --- many at once -------------------------------------------------------------------------------------------------------------


@pytest.mark.limit(120)
def test_many_questions_neither_hold_up_others_nor_the_end(world):
    """More than run at once and may wait: each is answered, or told to come again; health and lists answer meanwhile."""
    asker = Asker(random.Random(world.seed))
    queries = [asker.ask(KINDS[n % len(KINDS)]) for n in range(64)]
    statuses = []

    def one(query):
        answer = world.patron.api("POST", f"{API}/query", query, timeout=60)
        assert answer.status == 200 or answer.header("Retry-After"), answer
        statuses.append(answer.status)

    threads = [threading.Thread(target=one, args=(query,)) for query in queries]
    for thread in threads:
        thread.start()
    begin = time.monotonic()
    assert world.patron.get("/healthz").status == 200
    assert world.patron.api("GET", "/api/v1/reports").status == 200
    assert time.monotonic() - begin < 10
    for thread in threads:
        thread.join()
    assert len(statuses) == len(queries) and set(statuses) <= {200, 429, 503} and 200 in statuses, statuses


def test_a_client_that_leaves_takes_nothing_with_it(world):
    body = json.dumps({"kind": "paths", "from": {}, "depth": 20}).encode()
    head = f"POST {API}/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    for _ in range(40):
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as s:
            s.connect(str(world.patron.socket_path))
            s.sendall(head + body)
    end = time.monotonic() + 20
    while (answer := world.patron.api("POST", f"{API}/query", FUNNEL)).status != 200:
        assert answer.header("Retry-After") and time.monotonic() < end, answer
        time.sleep(0.05)
    assert pathlib.Path(f"/proc/{world.patron.pid}").exists()


def test_the_end_does_not_wait_for_questions(world):
    stop, asker = threading.Event(), Asker(random.Random(world.seed))

    def go_on(query):
        while not stop.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):
                answer = world.patron.api("POST", f"{API}/query", query)
                assert answer.status in (200, 429, 503), answer

    threads = [threading.Thread(target=go_on, args=(asker.ask(kind),)) for kind in KINDS]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.3)
        begin = time.monotonic()
        world.patron.stop()
        took_s = time.monotonic() - begin
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    world.patron.start()
    world.ready()
    assert took_s < 5, took_s
