# SPDX-License-Identifier: Apache-2.0
"""Tone: how tickets sound by what their requesters write; in lists and exports, and as conditions of escalation."""
import contextlib
import csv
import io
import sqlite3

import pytest
from harness.desk import Desk
from harness.privacy import PrivacyDesk

START = "2026-05-04T09:00:00.000Z"
ANGRY = "This is unacceptable, the third time that this terrible scanner fails. I am furious!"
CALM = "The label printer in the back office has a question mark on its display"
GLAD = "Thank you, that is wonderful, great work, I love it"
SAID = {"field": "event", "is": "one_of", "value": ["opened", "requester_replied", "reopened"]}


@pytest.fixture
def desk(make_patron):
    return Desk(make_patron(settings={"clock": "sim", "clock-start": START, "clock-speed": "0"}).start())


def ticket_of(desk, text, **more):
    return desk.open(type="incident", title=text[:80], description=text, alone=True, **more)


def answer(desk, key, text):
    return desk.change(key, note=text, from_requester=True)


def keys(desk, **query):
    return [ticket["key"] for ticket in desk.list(**query)]


def policy(desk, *steps, version=0):
    every = {priority: {"hours": 8, "in": "24x7"} for priority in ("P1", "P2", "P3", "P4", "P5")}
    clock = {"targets": every, "stop": {"property": "state", "is": "one_of", "value": ["resolved", "closed"]}, "again": "on", "steps": list(steps)}
    return desk.ask("PUT", "/api/v1/sla/policies/tone", {"version": version, "rank": 1, "policy": {"name": "Tone", "clocks": {"resolution": clock}}})


def low(name, **more):
    return {"name": name, "when": {"all": [SAID, {"property": "sentiment", "is": "less", "value": -0.5}]}, **more}


def steps_of(desk, key):
    return [row for row in desk.history(key) if row["what"] == "sla_escalated"]


# ---- lists ----------------------------------------------------------------------------------------

def test_the_latest_and_the_lowest(desk):
    calm = ticket_of(desk, CALM)
    assert calm["mood"] == "neutral" and calm["sentiment"] == calm["sentiment_lowest"]
    key = calm["key"]
    angry = answer(desk, key, ANGRY)
    assert angry["mood"] == "very_negative" and angry["sentiment"] == angry["sentiment_lowest"] < -0.5 and angry["tone_urgency"] > 0
    staff = desk.change(key, note="terrible, horrible, awful", public=True)
    assert staff["sentiment"] == angry["sentiment"], "what staff write is not read"
    glad = answer(desk, key, GLAD)
    assert glad["mood"] == "positive" and glad["sentiment_lowest"] == angry["sentiment"]
    problem = desk.open(type="problem", title=ANGRY[:80])
    assert (problem["mood"], problem["sentiment"], problem["sentiment_lowest"], problem["tone_urgency"]) == ("none", None, None, None)
    desk.patron.kill9()
    desk.patron.start()
    again = desk.ticket(key)
    assert [again[name] for name in ("mood", "sentiment", "sentiment_lowest", "tone_urgency")] == [glad[name] for name in ("mood", "sentiment", "sentiment_lowest", "tone_urgency")]
    assert keys(desk, mood="positive") == keys(desk, mood_lowest="very_negative") == [key]
    messages = desk.ask("GET", f"/api/v1/tickets/{key}/triage")["messages"]
    assert [message["mood"] for message in messages] == ["positive", "very_negative", "neutral"]
    assert [message["report"] is None for message in messages] == [True, True, False]
    assert {"unacceptable", "third time"} <= {word["word"] for word in messages[1]["words"]}


def test_lists_filter_and_sort_by_it(desk):
    angry, calm, glad = (ticket_of(desk, text)["key"] for text in (ANGRY, CALM, GLAD))
    problem = desk.open(type="problem", title="Anything")["key"]
    assert keys(desk, sort="sentiment") == [angry, calm, glad, problem]
    assert keys(desk, sort="sentiment", reversed="true") == [problem, glad, calm, angry]
    assert keys(desk, sort="sentiment", limit=1) == [angry, calm, glad, problem], "page by page"
    assert keys(desk, mood="very_negative,negative") == [angry] and keys(desk, mood="none") == [problem]
    urgent = ticket_of(desk, "Urgent: the emergency exit is blocked, immediately send somebody!!")["key"]
    assert keys(desk, pressing="true") == [urgent]
    assert "mood" in desk.ask("GET", "/api/v1/tickets?mood=sad", status=400)["detail"]
    saved = {"name": "Angry and waiting", "record": {"state": "open", "mood": "very_negative", "mood_lowest": "very_negative", "pressing": False, "sort": "sentiment"}}
    assert desk.ask("PUT", "/api/v1/desk/records/views/angry", saved)["record"]["mood"] == "very_negative"
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO(desk.patron.api("GET", "/api/v1/tickets/export?mood=very_negative,none").body.decode()))}
    assert {angry, problem} <= set(rows) and calm not in rows and glad not in rows and rows[angry]["mood"] == "very_negative" and float(rows[angry]["sentiment"]) == desk.ticket(angry)["sentiment"]
    assert (rows[problem]["mood"], rows[problem]["sentiment"], rows[problem]["tone_urgency"]) == ("none", "", "")


def test_reports_that_join_count_into_the_lowest(desk):
    first = desk.report(type="incident", title="The tills are down", category="pos_outage", store="1")["ticket"]
    second = desk.report(200, type="incident", title="Tills", description=ANGRY, category="pos_outage", store="2")
    joined, key = second["ticket"], first["key"]
    assert joined["sentiment"] == first["sentiment"] and joined["sentiment_lowest"] < -0.5
    found = desk.ask("GET", f"/api/v1/tickets/{key}/triage")["messages"]
    assert [message["report"] for message in found] == [row["report"] for row in reversed(desk.reports(key))]
    assert found[0]["mood"] == "very_negative"
    parted = desk.ask("POST", f"/api/v1/tickets/{key}/reports/{found[0]['report']}/part", status=201)["ticket"]
    assert parted["sentiment"] == joined["sentiment_lowest"] and desk.ticket(key)["sentiment_lowest"] == first["sentiment"]
    merged = desk.ask("POST", f"/api/v1/tickets/{parted['key']}/merge", {"into": key})["ticket"]
    assert (merged["sentiment"], merged["sentiment_lowest"]) == (first["sentiment"], joined["sentiment_lowest"])


# ---- escalation -----------------------------------------------------------------------------------

def test_twice_angry_goes_to_the_lead_and_raises_once(desk):
    desk.ask("PUT", "/api/v1/desk/records/queues/first", {"name": "First", "record": {"lead": "acc-lead"}})
    policy(desk, low("lead", times=2), low("raise", times=2))
    key = ticket_of(desk, ANGRY, queue="first", category="door", label="P4")["key"]
    before = desk.ticket(key)["priority"]
    answer(desk, key, CALM)
    desk.clock("2026-05-04T09:10:00.000Z")
    assert steps_of(desk, key) == []
    answer(desk, key, ANGRY)
    desk.wait_row(key, "sla_escalated", 2)
    taken = steps_of(desk, key)
    assert [row["text"].split(",")[0] for row in taken] == ["resolution: lead", "resolution: raise"]
    for row in taken:
        assert "because of tone -0." in row["text"] and "'third time'" in row["text"] and "'unacceptable'" in row["text"]
        assert row["at"] == "2026-05-04T09:10:00.000Z"
    after = desk.ticket(key)
    assert after["priority"] == before - 1 and "acc-lead" in after["watchers"]
    answer(desk, key, ANGRY)
    desk.patron.kill9()
    desk.patron.start()
    desk.clock("2026-05-04T10:00:00.000Z")
    answer(desk, key, ANGRY)
    other = ticket_of(desk, ANGRY, queue="first", category="door")["key"]
    answer(desk, other, ANGRY)
    desk.wait_row(other, "sla_escalated", 2)  # whatever was to be fired of the first one has been
    assert len(steps_of(desk, key)) == 2 and desk.ticket(key)["priority"] == before - 1
    story = desk.explain(key, "resolution")["steps"]
    assert [step["history"] for step in story] == [row["seq"] for row in taken] and story[1]["step"].startswith("raise, because of tone")
    assert "raise, because of tone -0." in desk.patron.cli("sla", "explain", key).stdout


def test_a_policy_holds_for_what_was_said_before(desk):
    key = ticket_of(desk, ANGRY)["key"]
    answer(desk, key, GLAD)  # later, and not what the step is about
    desk.clock("2026-05-04T09:30:00.000Z")
    policy(desk, {"name": "lead", "when": {"property": "sentiment_lowest", "is": "at_most", "value": -0.5}})
    desk.wait_row(key, "sla_escalated")
    [step] = steps_of(desk, key)
    assert step["at"] == "2026-05-04T09:30:00.000Z" and "tone -0." in step["text"], step
    bad = {"version": 0, "rank": 1, "policy": {"name": "x", "clocks": {"ola": {"targets": {}, "stop": SAID, "steps": [{"name": "a", "times": 2, "when": {"property": "sentiment", "is": "less", "value": 0}}]}}}}
    assert "/clocks/ola/steps/0/times" in desk.ask("PUT", "/api/v1/sla/policies/bad", bad, 400)["detail"]


def test_an_erasure_takes_the_words(desk):
    policy(desk, low("lead"))
    key = ticket_of(desk, f"{ANGRY} Zenobia", requester="zq@example.test")["key"]
    desk.wait_row(key, "sla_escalated")
    desk.report(type="incident", title="Awful tills, terrible", category="pos_outage", store="1")
    joined = desk.report(200, type="incident", title="Tills", description=ANGRY, category="pos_outage", store="2", requester="zq@example.test")
    named = ticket_of(desk, ANGRY)
    answer(desk, named["key"], "It is terrible, ask zq@example.test")
    source = desk.patron.add_source("shop")
    desk.patron.send_ok([{"type": "identify", "messageId": "z1", "userId": "zq-1", "timestamp": START, "traits": {"email": "zq@example.test"}}], source["write_key"])
    desk.patron.wait_views()
    before = desk.ticket(key)
    PrivacyDesk(desk.patron).erase({"type": "email", "value": "zq@example.test"})
    for other, count in ((joined["ticket"]["key"], 1), (named["key"], 1)):
        messages = desk.ask("GET", f"/api/v1/tickets/{other}/triage")["messages"]
        assert [message["words"] for message in messages[:count]] == [[]] * count and messages[-1]["words"], "theirs and what names them, no other"
    [message] = desk.ask("GET", f"/api/v1/tickets/{key}/triage")["messages"]
    assert message["words"] == [] and message["sentiment"] == before["sentiment"]
    assert "unacceptable" not in steps_of(desk, key)[0]["text"]


# ---- tickets from before ----------------------------------------------------------------------------

def forget(desk, key):
    """As it is of a ticket from before anybody read."""
    number = desk.ticket(key)["number"]
    desk.patron.stop()
    with contextlib.closing(sqlite3.connect(desk.patron.data / "core.db")) as db, db:
        db.execute("DELETE FROM desk_triage WHERE ticket = ?", (number,))
    desk.patron.start()


@pytest.mark.sqlite_only(reason="rows are taken away by the sqlite3 library")
def test_a_ticket_that_nobody_read_is_read_now(desk):
    key = ticket_of(desk, "all tills are down and we cannot sell anything")["key"]
    path = f"/api/v1/tickets/{key}/triage"
    then = desk.ask("GET", path)
    assert not then["made_now"] and then["fields"]
    forget(desk, key)
    now = desk.ask("GET", path)
    assert now["made_now"] and now["fields"] == [] and now["outcome"] is None
    assert (now["sentiment"], now["language"], now["intent"], now["entities"]) == (then["sentiment"], then["language"], then["intent"], then["entities"])
    assert desk.ask("GET", path)["made_now"], "nothing was kept"
    desk.ask("POST", f"{path}/correct", {"category": "till_fault"})
    kept = desk.ask("GET", path)
    assert (kept["made_now"], desk.ticket(key)["category"]) == (False, "till_fault")
