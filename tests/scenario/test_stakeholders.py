# SPDX-License-Identifier: Apache-2.0
"""Stakeholders of a major incident: updates, the clock of the next one, links without an account, people who are told."""
import datetime
import itertools
import time

import pytest
from harness import web
from harness.desk import Desk
from harness.person import colleague

START = "2026-05-04T09:00:00.000Z"
made = itertools.count(1)


def later(**span):
    at = datetime.datetime.fromisoformat(START) + datetime.timedelta(**span)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.fixture
def desk(make_patron):
    """On a clock that stands at START."""
    return Desk(make_patron(settings={"clock": "sim", "clock-start": START, "clock-speed": "0", "oidc-public-url": "https://patron.store.example"}).start())


@pytest.fixture
def outage(desk):
    """A major incident."""
    return desk.open(category="pos_outage", services=[f"pos_{next(made)}"], store="0412", title="Tills are <dark>", requester="ann@home.example",
                     description="The manager's number is 0176 123")["key"]


def room(desk, ticket):
    return desk.ask("GET", f"/api/v1/tickets/{ticket}/stakeholders")


def publish(desk, ticket, text, status=200):
    return desk.ask("POST", f"/api/v1/tickets/{ticket}/updates", {"text": text}, status)


def link(desk, ticket, name="Store managers", status=201):
    return desk.ask("POST", f"/api/v1/tickets/{ticket}/status-links", {"name": name}, status)


def page(desk, path, language="en"):
    return web.request("GET", desk.patron.base + path, headers={"Accept-Language": language})


def shown(desk, path):
    answer = web.request("GET", f"{desk.patron.base}{path}/incident.json")
    assert answer.status == 200, answer
    return answer.json()


def wait_told(person, ticket, kind, seconds=10):
    end = time.monotonic() + seconds
    while True:
        told = [one["kind"] for one in person.ok("GET", "/api/v1/notifications")["data"] if one["ticket"] == ticket]
        if kind in told:
            return told
        assert time.monotonic() < end, f"told {told}, not {kind}"
        time.sleep(0.05)


def test_a_link_shows_what_is_published_and_nothing_else(desk, outage):
    desk.change(outage, note="The vendor's password is hunter2")
    desk.change(outage, note="Dear Ann, thank you", public=True)
    publish(desk, outage, "Cash only for now.\nCards come back <soon>.")
    made_link = link(desk, outage)
    assert made_link["url"] == "https://patron.store.example" + made_link["path"]
    told = page(desk, made_link["path"])
    headers = {key.lower(): value for key, value in told.headers.items()}
    assert told.status == 200 and "default-src 'none'" in headers["content-security-policy"] and "script" not in told.text
    assert '<meta http-equiv="refresh" content="60">' in told.text and headers["cache-control"] == "no-store"
    for wanted in ("Tills are &lt;dark&gt;", "We are looking into it", "Cash only for now.\nCards come back &lt;soon&gt;.", "2026-05-04 09:30", outage):
        assert wanted in told.text
    for hidden in ("hunter2", "Dear Ann", "ann@home.example", "0176", "0412", "<dark>", "<soon>"):
        assert hidden not in told.text
    assert 'dir="rtl"' in page(desk, made_link["path"], "ar-EG").text and "Wir gehen dem nach" in page(desk, made_link["path"], "de").text
    told = shown(desk, made_link["path"])
    assert told == {"incident": outage, "title": "Tills are <dark>", "state": "investigating", "since": START, "touchpoints": ["in_store_checkout"], "stores": 1,
                    "update_due_at": later(minutes=30), "resolved_at": None, "ended_at": None, "summary": None, "zone": "UTC",
                    "updates": [{"at": START, "text": "Cash only for now.\nCards come back <soon>."}]}
    assert desk.ask("GET", f"/api/v1/tickets/{outage}/stakeholders")["updates"] == [row["seq"] for row in desk.history(outage) if row["text"].startswith("Cash")]


def test_a_link_is_made_and_revoked(desk, outage):
    first, second = link(desk, outage, "Stores"), link(desk, outage, "Press")
    assert [one["name"] for one in room(desk, outage)["links"]] == ["Press", "Stores"]
    forged = first["path"][:-1] + ("0" if first["path"][-1] != "0" else "1")
    swapped = f"/status/{second['link']}." + first["path"].rpartition(".")[2]
    for wrong in (forged, swapped, "/status/1", "/status/x.y", f"/status/{first['link']}."):
        assert page(desk, wrong).status == 404 and web.status("GET", f"{desk.patron.base}{wrong}/incident.json") == 404
    desk.ask("DELETE", f"/api/v1/tickets/{outage}/status-links/{first['link']}")
    assert page(desk, first["path"]).status == 404 and page(desk, second["path"]).status == 200
    gone = next(one for one in room(desk, outage)["links"] if one["link"] == first["link"])
    assert (gone["path"], gone["url"]) == (None, None) and gone["revoked_at"] == START
    desk.ask("DELETE", f"/api/v1/tickets/{outage}/status-links/{first['link']}")
    other = desk.open(title="Another")["key"]
    desk.ask("DELETE", f"/api/v1/tickets/{other}/status-links/{second['link']}", status=404)
    audit = desk.ask("GET", f"/api/v1/audit?subject={outage}&limit=50")["data"]
    assert [entry["action"] for entry in audit if "link" in entry["action"]][:3] == ["ticket.status_link_revoked", "ticket.status_link_made", "ticket.status_link_made"]
    assert first["path"].rpartition(".")[2] not in str(audit)


def test_it_ends_and_the_links_with_it(desk, outage):
    path = link(desk, outage)["path"]
    desk.change(outage, state="in_progress")
    assert shown(desk, path)["state"] == "in_progress"
    desk.change(outage, state="resolved", resolution="The switch was replaced.")
    told = shown(desk, path)
    assert (told["state"], told["summary"], told["update_due_at"], told["ended_at"]) == ("resolved", "The switch was replaced.", None, None)
    publish(desk, outage, "We watch it until tomorrow.")
    desk.clock(later(hours=2))
    desk.change(outage, state="closed")
    told = shown(desk, path)
    assert (told["state"], told["ended_at"]) == ("ended", later(hours=2))
    assert "http-equiv" not in page(desk, path).text
    assert "closed" in publish(desk, outage, "One more", 409)["detail"]
    assert room(desk, outage)["links_expire_at"] == later(hours=2, days=14)
    desk.clock(later(hours=2, days=14, seconds=-1))
    assert shown(desk, path)["state"] == "ended"
    desk.clock(later(hours=2, days=14))
    assert page(desk, path).status == 404


def test_what_is_no_major_incident_has_no_room(desk, outage):
    other = desk.open(title="A lamp", services=["lamp"])["key"]
    publish(desk, other, "Dark", 409)
    link(desk, other, status=409)
    path = link(desk, outage)["path"]
    desk.change(outage, major=False)
    told = shown(desk, path)
    assert (told["state"], told["ended_at"], told["update_due_at"]) == ("withdrawn", START, None)
    desk.change(outage, major=True)
    assert (shown(desk, path)["state"], shown(desk, path)["ended_at"]) == ("investigating", None)
    into = desk.open(category="pos_outage", services=[f"pos_{next(made)}"], title="The whole region")["key"]
    desk.ask("POST", f"/api/v1/tickets/{outage}/merge", {"into": into})
    assert shown(desk, path)["incident"] == into


def test_a_late_update_is_told_to_the_commander_once(desk, outage):
    boss = colleague(desk.patron, f"boss{next(made)}@example.com", "agent")
    me = boss.ok("GET", "/api/v1/me")["id"]
    desk.change(outage, commander=me, state="in_progress")
    assert room(desk, outage)["update_due_at"] == later(minutes=30)
    desk.clock(later(minutes=20))
    publish(desk, outage, "Engineers are there.")
    desk.clock(later(minutes=50, seconds=-1))
    assert [row for row in desk.history(outage) if row["what"] == "update_overdue"] == []
    desk.clock(later(minutes=50))
    desk.wait_row(outage, "update_overdue")
    path = link(desk, outage)["path"]
    desk.clock(later(minutes=51))
    assert "The update is late." in page(desk, path).text
    wait_told(boss, outage, "escalated")
    desk.patron.restart()
    publish(desk, outage, "The part is on its way.")
    assert "The update is late." not in page(desk, path).text
    desk.clock(later(minutes=81))
    assert len(desk.wait_row(outage, "update_overdue", 2)) == 2
    desk.change(outage, state="resolved")
    desk.clock(later(hours=5))
    assert room(desk, outage)["update_due_at"] is None and len([row for row in desk.history(outage) if row["what"] == "update_overdue"]) == 2


def test_people_are_told(desk, outage):
    """In the console, and by mail where a mailbox can send; who wrote to the ticket has the note by mail already."""
    anna = colleague(desk.patron, f"anna{next(made)}@example.com", "agent")
    me = anna.ok("GET", "/api/v1/me")["id"]
    put = lambda status=200, **what: desk.ask("PUT", f"/api/v1/tickets/{outage}/stakeholders", {"accounts": [], "mails": [], **what}, status)  # noqa: E731
    assert "mails" in put(400, mails=["no address"])["detail"]
    assert [(one["kind"], one["address"]) for one in put(accounts=[me], mails=["Boss@Store.Example", "boss@store.example"])["people"]] == [
        ("account", me), ("mail", "boss@store.example")]
    assert room(desk, outage)["mails_leave"] is False
    desk.ask("PUT", "/api/v1/mailboxes/stakes", {"version": 0, "name": "Help", "settings": {
        "address": "help@desk.example", "smtp": {"host": "smtp.desk.invalid", "port": 587, "tls": "starttls"}}})
    link(desk, outage)
    publish(desk, outage, "Cards work again.")
    wait_told(anna, outage, "major_updated")
    (mail,) = [one for one in desk.ask("GET", "/api/v1/mailboxes/sent")["data"] if one["ticket"] == int(outage.partition("-")[2])]
    assert (mail["kind"], mail["recipient"], mail["subject"]) == ("update", "boss@store.example", "Update: Tills are <dark>")
