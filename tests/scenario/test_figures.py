# SPDX-License-Identifier: Apache-2.0
"""The desk's four figures: of random histories they are what a plain reading of each ticket's history says; surveys: asked once,
answered by a link alone."""
import csv
import datetime
import io
import random
import time
import urllib.parse
import zoneinfo

import pytest
from harness import web
from harness.load import track

START = "2026-03-02T09:00:00.000Z"
DAY = datetime.timedelta(days=1)
WINDOW = 7 * DAY
ZONE = "Europe/Berlin"


def instant(text):
    return datetime.datetime.fromisoformat(text)


def text_of(at):
    return at.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


class World:
    def __init__(self, patron):
        self.patron = patron
        self.now = instant(START)

    def ask(self, method, path, body=None, status=200, **query):
        answer = self.patron.api(method, path + ("?" + urllib.parse.urlencode(query) if query else ""), body)
        assert answer.status == status, f"{method} {path}: {answer}\n{self.patron.stderr(2000)}"
        return answer.json()

    def pass_time(self, **span):
        self.now += datetime.timedelta(**span)
        self.ask("PUT", "/api/v1/clock", {"now": text_of(self.now), "speed": 0})

    def open(self, **what):
        return self.ask("POST", "/api/v1/tickets", {"alone": True, **what}, 201)["ticket"]["key"]

    def change(self, key, status=(200,), **what):
        answer = self.patron.api("PATCH", f"/api/v1/tickets/{key}", what)
        assert answer.status in status, answer
        return answer.status

    def figures(self, **query):
        """Once the clocks of every ticket were asked."""
        end = time.monotonic() + 20
        while True:
            answer = self.ask("GET", "/api/v1/insight/desk", **query)
            if answer["total"]["sla"]["unjudged"] == 0 and answer["before"]["sla"]["unjudged"] == 0:
                return answer
            assert time.monotonic() < end, answer["total"]["sla"]
            time.sleep(0.1)

    def link(self, key):
        return self.ask("GET", f"/api/v1/tickets/{key}/survey")["link"]

    def answer(self, link, status=200, **form):
        answer = web.request("POST", self.patron.base + link, headers={"Content-Type": "application/x-www-form-urlencoded"},
                             body=urllib.parse.urlencode(form).encode())
        assert answer.status == status, answer
        return answer


@pytest.fixture
def world(make_patron):
    return World(make_patron(settings={"clock": "sim", "clock-start": START, "clock-speed": "0"}).start())


# --- the oracle: a ticket's history read plainly ------------------------------------------------------------------------------

class Told:
    """What the API tells of a ticket: how it is, its history from the first row on, its clocks, its survey."""

    def __init__(self, world, key):
        self.now = world.ask("GET", f"/api/v1/tickets/{key}")
        self.ticket = self.now["ticket"]
        rows = world.ask("GET", f"/api/v1/tickets/{key}/history", limit=500)["data"]
        self.rows = [(instant(row["at"]), row["what"], row["changes"]) for row in rows]
        self.clocks = world.ask("GET", f"/api/v1/tickets/{key}/clocks")["clocks"]
        survey = world.patron.api("GET", f"/api/v1/tickets/{key}/survey")
        self.survey = survey.json() if survey.status == 200 else None

    def values(self, field):
        """(since, value), from the first row on."""
        return [(at, changes[field][1]) for at, _, changes in self.rows if field in changes]

    @property
    def opened(self):
        return self.rows[0][0]

    @property
    def resolved(self):
        """When it last became resolved or closed out of something else; None: it is not."""
        found, solved = None, False
        for at, state in self.values("state"):
            now = state in ("resolved", "closed")
            found = at if now and not solved else found if now else None
            solved = now
        return found

    @property
    def waited(self):
        """For the requester, until it was resolved."""
        total = datetime.timedelta()
        steps = sorted({at for at, _, _ in self.rows} | {self.resolved})
        for begin, end in zip(steps, steps[1:]):
            if end <= self.resolved and self.at("state", begin) == "waiting" and self.at("waiting_for", begin) == "requester":
                total += end - begin
        return total

    def at(self, field, when):
        value = ""
        for since, now in self.values(field):
            value = now if since <= when else value
        return value

    def moves(self, field):
        """Rows that put one value in place of another."""
        return [at for at, _, changes in self.rows if field in changes and all(changes[field])]

    @property
    def counts(self):
        return self.resolved is not None and self.ticket["merged_into"] is None and \
            self.ticket["type"] in ("incident", "service_request") and \
            not any(link["kind"] == "child_of" and not link["inverse"] for link in self.now["links"])

    def reopened(self):
        states = [state for _, state in self.values("state")]
        return [b for a, b in zip(states, states[1:]) if a in ("resolved", "closed") and b in ("in_progress", "waiting")]

    def first_contact(self, others):
        answered = any(kind == "answered" for _, kind, _ in self.rows)
        again = any(other.ticket["requester"] == self.ticket["requester"] != "" and other.ticket["category"] == self.ticket["category"] != ""
                    and (self.opened, self.ticket["number"]) < (other.opened, other.ticket["number"]) and other.opened < self.resolved + WINDOW
                    for other in others if other is not self)
        moved = self.moves("queue") or self.moves("assignee") or self.moves("channel")
        return not (answered or again or moved or self.reopened())


def cell(tickets, everything, now):
    """What the answer must say of these."""
    took = sorted((t.resolved - t.opened - t.waited).total_seconds() for t in tickets)
    first = [t for t in tickets if t.first_contact(everything)]
    scores = [t.survey["score"] for t in tickets if t.survey and t.survey["score"] is not None]
    rank = lambda q: next(value for i, value in enumerate(took, 1) if i >= q * len(took))  # noqa: E731 # the definition as it stands in the docs
    return {
        "resolved": len(tickets),
        "first": len(first),
        "provisional": sum(now < t.resolved + WINDOW for t in first),
        "mean_s": sum(took) / len(took) if took else None,
        "p50_s": rank(0.5) if took else None,
        "p90_s": rank(0.9) if took else None,
        "sla": {name: (sum(c["met"] for t in tickets for c in t.clocks if c["clock"] == name),
                       sum(c["breached"] + (c["state"] == "breached" and c["stopped_at"] is None) for t in tickets for c in t.clocks if c["clock"] == name))
                for name in ("response", "resolution")},
        "invited": sum(t.survey is not None for t in tickets),
        "satisfied": sum(score >= 4 for score in scores),
        "scores": [scores.count(n) for n in range(1, 6)],
    }


def said(answer):
    """The same of the answer's cell."""
    clocks = {clock["clock"]: (clock["hits"], clock["n"] - clock["hits"]) for clock in answer["sla"]["clocks"]}
    return {
        "resolved": answer["resolved"],
        "first": answer["fcr"]["hits"],
        "provisional": answer["fcr"]["provisional"],
        **{name: answer["mttr"][name] for name in ("mean_s", "p50_s", "p90_s")},
        "sla": {name: clocks[name] for name in ("response", "resolution")},
        "invited": answer["csat"]["invited"],
        "satisfied": answer["csat"]["hits"],
        "scores": answer["csat"]["scores"],
    }


def same(answer, want, where):
    have = said(answer)
    for name, value in want.items():
        assert have[name] == (pytest.approx(value, abs=0.002) if isinstance(value, float) else value), f"{where}: {name}"


# --- random lives -------------------------------------------------------------------------------------------------------------

def live(world, rng, key):
    for _ in range(rng.randint(2, 8)):
        world.pass_time(minutes=rng.choice([1, 7, 45, 200]), milliseconds=rng.randint(0, 999))
        world.change(key, (200, 400, 409), **rng.choice([
            {"state": "in_progress"}, {"state": "waiting", "waiting_for": "requester"}, {"state": "waiting", "waiting_for": "vendor"},
            {"state": "resolved"}, {"state": "resolved"}, {"state": "closed"}, {"state": "cancelled"} if rng.random() < 0.2 else {"state": "resolved"},
            {"note": "Is it done?", "from_requester": True}, {"queue": rng.choice(["first", "second"])}, {"channel": rng.choice(["mail", "phone"])},
            {"assignee": rng.choice(["ann", "bob"])}, {"category": rng.choice(["till_fault", "loyalty_auth"])}]))


def populate(world, rng):
    keys = []
    for _ in range(26):
        world.pass_time(minutes=rng.choice([5, 60, 600, 1500]))
        keys.append(world.open(type=rng.choice(["incident", "incident", "service_request", "change"]), title="Something",
                               requester=rng.choice(["mia", "ben", "eva", ""]), category=rng.choice(["till_fault", "loyalty_auth", "signage_offline"]),
                               store=rng.choice(["0412", "0413", ""]), channel=rng.choice(["mail", "phone"]), queue="first"))
        for key in rng.sample(keys, min(2, len(keys))):
            live(world, rng, key)
            survey = world.patron.api("GET", f"/api/v1/tickets/{key}/survey")
            if survey.status == 200 and world.now < instant(survey.json()["expires_at"]):
                world.answer(survey.json()["link"], score=rng.randint(1, 5))
    incidents = [key for key in keys if key.startswith("INC")]
    for _ in range(3):
        a, b = rng.sample(incidents, 2)
        world.patron.api("POST", f"/api/v1/tickets/{a}/merge", {"into": b})
    for a, b in zip(incidents[::5], incidents[1::5]):
        world.ask("POST", f"/api/v1/tickets/{a}/links", {"kind": "child_of", "other": b})
    return [Told(world, key) for key in keys]


def periods(begin, end):
    """Local days of the zone from begin to end, cut to both."""
    zone = zoneinfo.ZoneInfo(ZONE)
    edge = begin
    while edge < end:
        local = edge.astimezone(zone)
        after = datetime.datetime(local.year, local.month, local.day, tzinfo=zone) + DAY
        yield edge, min(after.astimezone(datetime.timezone.utc), end)
        edge = after.astimezone(datetime.timezone.utc)


def test_figures_are_what_histories_say(world):
    seed = random.randrange(2 ** 32)
    print(f"seed {seed}")
    tickets = populate(world, random.Random(seed))
    begin, end = world.now - 9 * DAY, world.now + datetime.timedelta(milliseconds=1)
    within = lambda a, b: [t for t in tickets if t.counts and a <= t.resolved < b]  # noqa: E731 # read like the question
    for by in ("queue", "store", "category", "channel", "priority", "type"):
        answer = world.figures(**{"from": text_of(begin), "to": text_of(end), "zone": ZONE, "by": by})
        same(answer["total"], cell(within(begin, end), tickets, world.now), "total")
        same(answer["before"], cell(within(begin - (end - begin), begin), tickets, world.now), "before")
        value = lambda t: f"P{t.ticket['priority']}" if by == "priority" else t.ticket[by]  # noqa: B023, E731 # asked within the turn
        groups = {group["value"]: group for group in answer["groups"]}
        assert set(groups) == {value(t) for t in within(begin - (end - begin), end)}
        for name, group in groups.items():
            same(group["cell"], cell([t for t in within(begin, end) if value(t) == name], tickets, world.now), f"{by} {name}")
    days = list(periods(begin, end))
    assert [(instant(p["from"]), instant(p["to"])) for p in answer["periods"]] == days
    for (a, b), period in zip(days, answer["periods"]):
        same(period["cell"], cell(within(a, b), tickets, world.now), f"day from {a}")
    behind(world, begin, end, within(begin, end), tickets)
    narrower(world, begin, end, within(begin, end), tickets)


def behind(world, begin, end, resolved, everything):
    """The tickets behind each number are as many as the number says, and the right ones."""
    def keys(what, **query):
        found, cursor = [], {}
        while cursor is not None:
            page = world.ask("GET", "/api/v1/insight/desk/tickets", **{"from": text_of(begin), "to": text_of(end), "behind": what, "limit": 3, **query, **cursor})
            found += [row["key"] for row in page["data"]]
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
        return found
    want = lambda choose: [t.ticket["key"] for t in resolved if choose(t)]  # noqa: E731 # said once
    assert keys("resolved") == want(lambda t: True)
    assert keys("first") == want(lambda t: t.first_contact(everything))
    assert keys("not_first") == want(lambda t: not t.first_contact(everything))
    assert keys("breached", clock="resolution") == want(lambda t: any(
        c["clock"] == "resolution" and (c["breached"] or (c["state"] == "breached" and c["stopped_at"] is None)) for c in t.clocks))
    assert keys("answered") == want(lambda t: t.survey and t.survey["score"] is not None)


def narrower(world, begin, end, resolved, everything):
    """Filters, and the same as lines."""
    query = {"from": text_of(begin), "to": text_of(end), "store": "0412", "priority": "P3,P4"}
    chosen = [t for t in resolved if t.ticket["store"] == "0412" and t.ticket["priority"] in (3, 4)]
    same(world.figures(**query)["total"], cell(chosen, everything, world.now), "filtered")
    answer = world.patron.api("GET", "/api/v1/insight/desk/export?" + urllib.parse.urlencode(query))
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert lines[0]["part"] == "total" and int(lines[0]["resolved"]) == len(chosen)
    assert sum(int(line["resolved"]) for line in lines if line["part"] == "day") == len(chosen)


def test_nothing_is_told_of_nothing(world):
    answer = world.figures()
    assert answer["total"]["fcr"] == {"share": None, "low": None, "high": None, "hits": 0, "n": 0, "provisional": 0, "reopened": 0,
                                      "transferred": 0, "switched": 0, "repeated": 0, "contacted": 0}
    assert answer["total"]["mttr"]["mean_s"] is None and answer["total"]["csat"]["share"] is None
    assert answer["open"] == {"tickets": 0, "breached": 0, "oldest_at": None}
    for query, word in (({"zone": "Mars/Olympus"}, "zone"), ({"priority": "P9"}, "priority"), ({"from": START, "to": START}, "from")):
        assert word in world.ask("GET", "/api/v1/insight/desk", status=400, **query)["detail"]
    world.ask("GET", "/api/v1/insight/desk", status=413, **{"from": "2020-01-01T00:00:00Z"})


def test_a_major_incident_is_a_mark(world):
    key = world.open(category="pos_outage", store="0412", requester="mia")
    world.pass_time(minutes=30)
    world.open(category="signage_offline", store="0412")
    answer = world.figures()
    assert [(mark["key"], mark["resolved_at"]) for mark in answer["incidents"]] == [(key, None)]
    assert answer["open"]["tickets"] == 2 and answer["open"]["oldest_at"] == START
    world.pass_time(minutes=40)
    world.change(key, state="resolved")
    (mark,) = world.figures()["incidents"]
    assert instant(mark["resolved_at"]) == world.now


def test_a_ticket_that_nobody_touches_breaches(world):
    def wait(holds, what):
        end = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < end, what
            time.sleep(0.1)
    hour = {f"P{n}": {"hours": 1, "in": "24x7"} for n in range(1, 6)}  # and no steps, which would change it
    clock = {"targets": hour, "stop": {"property": "state", "is": "one_of", "value": ["resolved", "closed"]}, "again": "on"}
    world.ask("PUT", "/api/v1/sla/policies/hour", {"version": 0, "rank": 1, "policy": {"name": "An hour", "clocks": {"resolution": clock, "response": clock}}})
    key = world.open(category="till_fault", store="0412", requester="mia")
    wait(lambda: world.patron.metrics()["patron_insight_verdicts_total"] == 1, "its clocks are not read")
    world.change(key, state="in_progress", assignee="ann")  # else its lead is told, which changes it
    wait(lambda: world.patron.metrics()["patron_insight_verdicts_total"] == 2, "its clocks are not read again")
    assert world.figures()["open"]["breached"] == 0
    world.pass_time(hours=2)
    wait(lambda: world.figures()["open"]["breached"] == 1, "the breach is not in the figures")


def test_business_hours_are_those_of_the_store(world):
    """From 09:00 to 17:00 in UTC; the clock stands at nine on a Monday."""
    hours = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    world.ask("PUT", "/api/v1/commerce/calendars/shop", {"version": 0, "name": "Shop", "calendar": {"zone": "UTC", "hours": hours}})
    world.ask("PUT", "/api/v1/commerce/stores/0412", {"version": 0, "name": "Four twelve", "zone": "UTC", "calendar": "shop"})
    key = world.open(store="0412", category="till_fault", requester="mia")
    world.pass_time(hours=2)
    world.change(key, state="waiting", waiting_for="requester")
    world.pass_time(hours=2)
    world.change(key, state="in_progress")
    world.pass_time(hours=22)
    world.change(key, state="resolved")
    mttr = world.figures(store="0412")["total"]["mttr"]
    assert (mttr["mean_s"], mttr["wait_mean_s"]) == (24 * 3600, 2 * 3600)
    assert mttr["business_mean_s"] == (2 + 4 + 2) * 3600, "two before the wait, four until five, two of Tuesday"


# --- surveys ------------------------------------------------------------------------------------------------------------------

def closed(world, **what):
    key = world.open(**{"requester": "mia", "category": "till_fault", **what})
    world.pass_time(minutes=10)
    world.change(key, state="resolved")
    world.change(key, state="closed")
    return key


def test_one_click_answers_without_signing_in(world):
    key = closed(world)
    link = world.link(key)
    page = web.request("GET", world.patron.base + link, headers={"Accept-Language": "ar"})
    assert page.status == 200 and 'dir="rtl"' in page.text and key in page.text and "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert world.ask("GET", f"/api/v1/tickets/{key}/survey")["score"] is None, "reading answers nothing"
    world.answer(link, score=4)
    world.answer(link, score=4)
    page = world.answer(link, score=2, comment="Too <slow>\r\nand \u00e4h")
    assert "Too &lt;slow&gt;\nand \u00e4h" in page.text
    (answer,) = world.ask("GET", "/api/v1/surveys/answers")["data"]
    assert (answer["score"], answer["comment"], answer["person"]) == (2, "Too <slow>\nand \u00e4h", "mia")
    told = [e["properties"] for e in world.patron.wait_own(2, event="Survey Answered")]
    assert [(e["score"], e["first"], e["commented"]) for e in told] == [(4, True, False), (2, False, True)]
    assert "slow" not in str(told) and link.rpartition(".")[2] not in str(told)
    assert world.figures()["total"]["csat"]["scores"] == [0, 1, 0, 0, 0]


def test_what_is_wrong_changes_nothing(world):
    link = world.link(closed(world))
    forged = link[:-1] + ("0" if link[-1] != "0" else "1")
    for wrong in (forged, link.replace("/survey/1.", "/survey/2."), "/survey/1", "/survey/x.y"):
        assert web.status("GET", world.patron.base + wrong) == 404
        world.answer(wrong, 404, score=5)
    for form in ({}, {"score": "0"}, {"score": "6"}, {"score": "five"}, {"score": "5", "comment": "x" * 2001}, {"score": "5", "comment": "\x07"}):
        world.answer(link, 400, **form)
    assert world.ask("GET", "/api/v1/surveys/answers")["data"] == []
    world.pass_time(days=14)
    assert web.status("GET", world.patron.base + link) == 404, "it has ended"
    world.answer(link, 404, score=5)


def test_who_is_asked(world):
    asked = lambda key: world.patron.api("GET", f"/api/v1/tickets/{key}/survey").status == 200  # noqa: E731 # said often
    assert asked(closed(world))
    assert not asked(closed(world)), "within the quiet days"
    assert not asked(closed(world, requester="")), "there is nobody"
    assert asked(closed(world, requester="ben"))
    assert not asked(closed(world, requester="eva", type="change")), "not a customer's"
    world.pass_time(days=7)
    key = closed(world)
    assert asked(key)
    first = world.link(key)
    world.change(key, state="in_progress")
    world.change(key, state="resolved")
    world.change(key, state="closed")
    assert world.link(key) == first, "one invitation a ticket"


def test_a_survey_is_changed(world):
    (survey,) = world.ask("GET", "/api/v1/surveys")["data"]
    assert (survey["id"], survey["scale"], survey["quiet_days"]) == ("after_ticket", "csat", 7)
    edit = {"name": "After a call", "question": "Would you call again?", "channels": ["phone"], "quiet_days": 0}
    world.ask("PUT", "/api/v1/surveys/after_ticket", {"version": 9, **edit}, 409)
    world.ask("PUT", "/api/v1/surveys/After", {"version": 0, **edit}, 400)
    now = world.ask("PUT", "/api/v1/surveys/after_ticket", {"version": 1, **edit})
    assert (now["version"], now["channels"]) == (2, ["phone"])
    key = closed(world, channel="phone")
    assert "Would you call again?" in web.request("GET", world.patron.base + world.link(key)).text
    assert world.patron.api("GET", f"/api/v1/tickets/{closed(world, channel='mail')}/survey").status == 404
    world.ask("PUT", "/api/v1/surveys/after_ticket", {"version": 2, **edit, "active": False})
    assert world.patron.api("GET", f"/api/v1/tickets/{closed(world, channel='phone')}/survey").status == 404


def test_a_kill_leaves_one_invitation_a_ticket(world):
    keys = [closed(world, requester=f"person {n}") for n in range(20)]
    links = [world.link(key) for key in keys]
    world.answer(links[0], score=5)
    world.patron.kill9()
    world.patron.start()
    world.pass_time(minutes=1)
    assert [world.link(key) for key in keys] == links
    csat = world.figures()["total"]["csat"]
    assert (csat["invited"], csat["n"], csat["hits"]) == (20, 1, 1)


def test_an_erased_person_leaves_a_score(world):
    link = world.link(closed(world, requester="mia@example.com"))
    world.answer(link, score=1, comment="Ring mia@example.com")
    request = world.ask("POST", "/api/v1/privacy/requests", {"kind": "erasure", "subjects": [{"type": "email", "value": "mia@example.com"}]}, 201)
    world.patron.api("POST", f"/api/v1/privacy/requests/{request['id']}/approve", {})
    end = time.monotonic() + 30
    while world.ask("GET", f"/api/v1/privacy/requests/{request['id']}")["state"] not in ("done", "failed"):
        assert time.monotonic() < end
        time.sleep(0.2)
    (answer,) = world.ask("GET", "/api/v1/surveys/answers")["data"]
    assert (answer["score"], answer["person"], answer["comment"]) == (1, "", "")
    assert world.figures()["total"]["csat"]["n"] == 1


# --- what customers did meanwhile ---------------------------------------------------------------------------------------------

def test_checkouts_while_an_incident_was_open(world):
    source = world.patron.add_source()
    sent = iter(range(10 ** 6))

    def shopping(started, failed, completed):
        for name, count in (("Checkout Started", started), ("Payment Failed", failed), ("Order Completed", completed)):
            world.patron.send_ok([track(f"m{next(sent)}", name) for _ in range(count)], source["write_key"])

    shopping(10, 1, 8)
    world.pass_time(hours=3)
    key = world.open(category="payment_timeout", services=["payments"], requester="mia")
    shopping(10, 6, 3)
    world.pass_time(minutes=30)
    world.change(key, state="resolved")
    world.pass_time(hours=3)
    shopping(10, 0, 9)
    world.pass_time(hours=1)
    world.patron.wait_views()
    answer = world.ask("GET", "/api/v1/insight/desk/checkout", **{"from": START})
    during, otherwise = answer["during"], answer["otherwise"]
    assert (answer["incidents"], during["started"], during["failed"], during["completed"]) == (1, 10, 6, 3)
    assert (otherwise["started"], otherwise["failed"], otherwise["completed"]) == (20, 1, 17)
    assert during["failures"] == pytest.approx(0.6) and during["abandonment"] == pytest.approx(0.7)
    assert otherwise["abandonment"] == pytest.approx(0.15)
    assert during["hours"] + otherwise["hours"] == 8 and during["hours"] == 1
    nothing = world.ask("GET", "/api/v1/insight/desk/checkout", **{"from": "2026-01-05T00:00:00Z", "to": "2026-01-06T00:00:00Z"})
    assert nothing["otherwise"] == {"hours": 24, "started": 0, "failed": 0, "completed": 0, "failures": None, "abandonment": None}
    world.ask("GET", "/api/v1/insight/desk/checkout", status=413, **{"from": "2026-01-05T00:00:00Z"})
