# SPDX-License-Identifier: Apache-2.0
"""The desk: reports that join, the priority and why, two agents at once, what a kill leaves."""
import concurrent.futures
import csv
import io
import itertools
import json

import pytest
from harness.desk import Desk

START = "2026-05-04T09:00:00.000Z"
made = itertools.count(1)


@pytest.fixture
def desk(shared):
    return Desk(shared.patron)


@pytest.fixture
def timed(make_patron):
    """A desk on a clock that stands at START."""
    return Desk(make_patron(settings={"clock": "sim", "clock-start": START, "clock-speed": "0"}).start())


def own(word="service"):
    """A service that no other test reports."""
    return f"{word}_{next(made)}"


# --- the default policy, row by row -------------------------------------------------------------------------------------------

ROWS = [  # category, touchpoint, priority, major, links
    ("pos_outage", "in_store_checkout", 1, True, []),
    ("ecommerce_slow", "online_shopping", 1, False, ["caused_by problem"]),
    ("loyalty_auth", "loyalty", 2, False, []),
    ("signage_offline", "in_store_promotions", 3, False, []),
    ("inventory_sync", "stock_visibility", 2, False, ["related_to change"]),
    ("payment_timeout", "checkout", 1, True, []),
    ("till_fault", "in_store_checkout", 3, False, []),
]


@pytest.mark.parametrize("category,touchpoint,priority,major,links", ROWS, ids=[row[0] for row in ROWS])
def test_a_row_of_the_table(desk, category, touchpoint, priority, major, links):
    ticket = desk.open(category=category, services=[own()], store="0412")
    assert (ticket["priority"], ticket["major"], ticket["state"]) == (priority, major, "new")
    assert ticket["title"], "the category names it"
    reasons = {reason["rule"]: reason for reason in ticket["why"]["reasons"]}
    assert reasons["category"] == {"rule": "category", "row": category, "priority": priority}
    assert reasons["matrix"]["touchpoint"] == touchpoint and reasons["matrix"]["scope"] == "single"
    assert ticket["why"]["priority"] == ticket["priority"]
    found = desk.get(ticket["key"])["links"]
    assert [f"{link['kind']} {link['type']}" for link in found] == links
    for link in found:
        assert desk.ticket(link["key"])["category"] == category


def test_records_beside_incidents_are_shared(desk):
    service = own()
    first = desk.open(category="ecommerce_slow", services=[service], alone=True)
    second = desk.open(category="ecommerce_slow", services=[service], alone=True)
    (one,), (two,) = (desk.get(ticket["key"])["links"] for ticket in (first, second))
    assert one["number"] == two["number"], "one open problem for one fault"


def test_a_label_never_lowers(desk):
    service = own("till")
    for store in ("0001", "0002", "0003"):
        ticket = desk.report(201 if store == "0001" else 200, category="till_fault", services=[service], store=store, label="P5", urgency="low")["ticket"]
    assert ticket["priority"] == 1 and ticket["why"]["because"] == "matrix", "tills down in several stores, whatever the record says"
    assert desk.open(title="A wish", label="P2")["priority"] == 2, "but it raises"


def test_the_matrix_of_impact_and_urgency_is_a_setting(timed, data_file):
    facts = json.loads(data_file("desk-facts/priority-matrix.json").read_text())
    policy = timed.ask("GET", "/api/v1/desk/policy")
    assert policy["version"] == 1 and policy["changed_at"] is None
    body = {**policy["policy"], "method": "impact_urgency", "impact_urgency": facts["priority"]}
    assert timed.ask("PUT", "/api/v1/desk/policy", {"version": 1, "policy": body})["version"] == 2
    for impact, row in zip(facts["impact"], facts["priority"]):
        for urgency, priority in zip(facts["urgency"], row):
            ticket = timed.open(title="Something", impact=impact, urgency=urgency)
            assert ticket["priority"] == priority and ticket["policy_version"] == 2, (impact, urgency)
    assert timed.ask("PUT", "/api/v1/desk/policy", {"version": 1, "policy": body}, 409)["code"] == "conflict"
    body["categories"] = [{**body["categories"][0], "floor": 6}]
    assert "/categories/0/floor: not a whole number 1..5" in timed.ask("PUT", "/api/v1/desk/policy", {"version": 2, "policy": body}, 400)["detail"]
    assert timed.ask("GET", "/api/v1/desk/policy?version=1")["policy"] == policy["policy"]
    timed.ask("GET", "/api/v1/desk/policy?version=3", status=404)
    assert [row["action"] for row in timed.patron.cli_json("audit", "list", "--action", "desk_policy")["data"]] == ["desk_policy.changed"]


def test_a_peak_raises(timed):
    policy = timed.ask("GET", "/api/v1/desk/policy")["policy"]
    policy["peaks"] = [{"name": "Black Friday", "from": "2026-05-04T10:00:00Z", "to": "2026-05-05T00:00:00Z", "raise": 1,
                        "touchpoints": ["loyalty"]}]
    timed.ask("PUT", "/api/v1/desk/policy", {"version": 1, "policy": policy})
    tried = {"category": "loyalty_auth"}
    for at, want in (("09:59:59.999", 2), ("10:00:00", 1), ("23:59:59.999", 1)):
        why = timed.ask("POST", "/api/v1/desk/policy/try", {**tried, "at": f"2026-05-04T{at}Z"})
        assert (why["priority"], why["because"]) == (want, "peak" if want == 1 else "category"), at
    assert timed.ask("POST", "/api/v1/desk/policy/try", {"category": "inventory_sync", "at": "2026-05-04T12:00:00Z"})["priority"] == 2


# --- joining ------------------------------------------------------------------------------------------------------------------

def test_forty_reports_of_one_fault_are_one_incident(timed):
    """From 40 stores within 10 minutes, some at once."""
    def one(store):
        return timed.patron.api("POST", "/api/v1/tickets", {"category": "till_fault", "services": ["pos"], "store": f"{store:04}", "till": "1",
                                                            "requester": f"cashier-{store}", "customers": 3, "description": f"no receipt in {store}"})
    answers = []
    for minute in range(10):
        timed.clock(f"2026-05-04T09:{minute:02}:00.000Z")
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers += list(pool.map(one, range(minute * 4, minute * 4 + 4)))
    assert sorted(answer.status for answer in answers) == [200] * 39 + [201]
    ticket, = timed.list(state="open")
    assert (ticket["reports"], ticket["stores"], ticket["tills"], ticket["customers"]) == (40, 40, 40, 120)
    assert ticket["priority"] == 1 and ticket["why"]["reasons"][1]["scope"] == "widespread"
    reports = timed.reports(ticket["key"], limit=7)
    assert sorted(report["store"] for report in reports) == [f"{store:04}" for store in range(40)]
    assert [report["report"] for report in reports] == sorted(report["report"] for report in reports)
    whole = timed.history(ticket["key"])
    assert [row["seq"] for row in whole] == list(range(1, len(whole) + 1)) and ticket["version"] == len(whole)
    history = [row for row in whole if not row["what"].startswith("sla_")]
    assert [row["what"] for row in history] == ["opened"] + ["joined"] * 39
    assert all(row["public"] and ticket["key"] in row["text"] for row in history[1:]), "each reporter is told"
    assert [row["changes"]["priority"] for row in history if "priority" in row["changes"]] == [[0, 3], [3, 1]]


def test_forty_reports_on_different_services_stay_forty(desk):
    mark = own("s")
    for service in range(40):
        assert desk.report(category="signage_offline", services=[f"{mark}_{service}"], store=f"{service:04}")["joined"] is False
    assert len([t for t in desk.list(category="signage_offline") if t["services"][0].startswith(mark)]) == 40


def test_when_a_report_joins(timed):
    fault = {"category": "loyalty_auth", "store": "0001"}
    first = timed.open(**fault)
    timed.clock("2026-05-04T09:59:59.999Z")
    assert timed.report(200, **fault)["ticket"]["number"] == first["number"], "under 60 minutes, by touchpoint"
    timed.clock("2026-05-04T10:59:59.998Z")
    assert timed.report(200, **fault)["ticket"]["reports"] == 3, "counted from the last report"
    timed.clock("2026-05-04T11:59:59.998Z")
    second = timed.open(**fault)
    assert second["number"] != first["number"], "60 minutes are over"
    assert timed.report(200, **fault)["ticket"]["number"] == second["number"], "the one that was reported last"
    timed.change(second["key"], state="resolved")
    third = timed.open(**fault)
    assert third["number"] not in (first["number"], second["number"]), "a resolved one takes none"
    assert timed.report(201, **fault, services=["app"])["joined"] is False, "another service"
    assert timed.report(201, type="service_request", **fault)["joined"] is False, "requests never join"
    assert timed.report(201, **fault, alone=True)["joined"] is False


def test_a_join_is_undone(desk):
    service = own()
    ticket = desk.open(category="till_fault", services=[service], store="0001", till="3", customers=2)
    joined = desk.report(200, category="till_fault", services=[service], store="0002", till="9", customers=30, description="drawer stuck", requester="Ann")
    assert joined["joined"] and ticket["key"] in joined["told"] and joined["ticket"]["priority"] == 1
    apart = desk.ask("POST", f"/api/v1/tickets/{ticket['key']}/reports/{joined['report']}/part", status=201)
    new = apart["ticket"]
    assert (new["store"], new["till"], new["requester"], new["description"], new["customers"]) == ("0002", "9", "Ann", "drawer stuck", 30)
    assert [(link["kind"], link["number"]) for link in apart["links"]] == [("related_to", ticket["number"])]
    left = desk.ticket(ticket["key"])
    assert (left["reports"], left["stores"], left["customers"], left["priority"]) == (1, 1, 2, 3), "as it was before"
    assert desk.history(ticket["key"])[-1]["text"] == f"into {new['key']}" and desk.history(new["key"])[0]["text"] == f"from {ticket['key']}"
    assert desk.report(200, category="till_fault", services=[service], store="0003")["ticket"]["number"] == ticket["number"], "the parted one takes none"
    only, = desk.reports(new["key"])
    desk.ask("POST", f"/api/v1/tickets/{new['key']}/reports/{only['report']}/part", status=409)
    desk.ask("POST", f"/api/v1/tickets/{new['key']}/reports/999999/part", status=404)


def test_merging(desk):
    into = desk.open(category="till_fault", services=[own()], store="0001")
    ticket = desk.open(category="till_fault", services=[own()], store="0002")
    merged = desk.ask("POST", f"/api/v1/tickets/{ticket['key']}/merge", {"into": into["key"]})["ticket"]
    assert (merged["reports"], merged["stores"], merged["priority"]) == (2, 2, 1)
    gone = desk.get(ticket["key"])
    assert (gone["ticket"]["state"], gone["ticket"]["merged_into"]) == ("closed", into["number"])
    assert [(link["kind"], link["number"]) for link in gone["links"]] == [("duplicate_of", into["number"])]
    desk.ask("POST", f"/api/v1/tickets/{ticket['key']}/merge", {"into": into["key"]}, 409)
    desk.ask("POST", f"/api/v1/tickets/{into['key']}/merge", {"into": into["key"]}, 400)
    desk.change(ticket["key"], 409, state="in_progress")
    request = desk.open(type="service_request", title="A new scanner")
    desk.ask("POST", f"/api/v1/tickets/{request['key']}/merge", {"into": into["key"]}, 409)


# --- changes ------------------------------------------------------------------------------------------------------------------

def test_two_agents_at_once_lose_nothing(desk):
    ticket = desk.open(title="Scanner dead")
    read = ticket["version"]
    desk.change(ticket["key"], version=read, queue="tills")
    both = desk.change(ticket["key"], version=read, urgency="high", note="looked at it")
    assert (both["queue"], both["urgency"]) == ("tills", "high"), "disjoint fields go through"
    refused = desk.change(ticket["key"], 409, version=read, queue="network", title="Scanner")
    assert "queue: changed by" in refused["detail"] and '"tills"' in refused["detail"] and "version 2" in refused["detail"]
    assert desk.ticket(ticket["key"])["title"] == "Scanner dead", "nothing of it was changed"
    assert desk.change(ticket["key"], version=read, queue="tills")["version"] == both["version"], "both want the same: nothing to write"
    desk.change(ticket["key"], 400, version=99, queue="x")


def test_many_agents_at_once(desk):
    ticket = desk.open(title="Everybody's")

    def note(number):
        return desk.patron.api("PATCH", f"/api/v1/tickets/{ticket['key']}", {"version": 1, "note": f"note {number}"}).status
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(note, range(40))) == {200}
    assert sorted(row["text"] for row in desk.history(ticket["key"])[1:]) == sorted(f"note {number}" for number in range(40))


def test_states(desk):
    ticket = desk.open(title="A printer", requester="Ben")
    assert desk.change(ticket["key"], 409, state="closed")["detail"] == "state: a ticket that is new does not become closed"
    assert "waiting_for" in desk.change(ticket["key"], 400, state="waiting")["detail"]
    now = desk.change(ticket["key"], state="in_progress", assignee="acc-7")
    assert now["acknowledged_at"] == now["changed_at"] and now["resolved_at"] is None
    now = desk.change(ticket["key"], state="waiting", waiting_for="requester", note="Which one?", public=True)
    assert now["waiting_for"] == "requester" and now["replied_at"] == now["changed_at"]
    now = desk.change(ticket["key"], note="The left one", from_requester=True)
    assert (now["state"], now["waiting_for"]) == ("in_progress", ""), "an answer ends the wait"
    now = desk.change(ticket["key"], state="resolved", resolution="toner")
    assert now["resolved_at"] == now["changed_at"]
    now = desk.change(ticket["key"], note="No, it is not", from_requester=True)
    assert now["state"] == "in_progress" and now["resolved_at"] is None, "reopened"
    desk.change(ticket["key"], state="resolved")
    assert desk.change(ticket["key"], state="closed")["closed_at"] is not None
    assert desk.change(ticket["key"], state="in_progress")["closed_at"] is None
    whats = [row["what"] for row in desk.history(ticket["key"])]
    assert whats == ["opened", "changed", "changed", "answered", "changed", "answered", "changed", "changed", "changed"]
    assert [row["text"] for row in desk.history(ticket["key"], public="true")] == ["", "Which one?", "The left one", "No, it is not"]


BAD = [
    ({"title": ""}, "title"), ({}, "title"), ({"title": "x" * 201}, "title"), ({"title": "a\u0001b"}, "title"),
    ({"title": "x", "services": "pos"}, "services"), ({"title": "x", "services": [""]}, "services/0"),
    ({"title": "x", "services": [f"s{i}" for i in range(21)]}, "services"), ({"title": "x", "custom": [1]}, "custom"),
    ({"title": "x", "label": "P6"}, "label"), ({"title": "x", "stores": -1}, "stores"), ({"title": "x", "state": "closed"}, "state"),
]


@pytest.mark.parametrize("body,field", BAD, ids=[str(i) for i in range(len(BAD))])
def test_bounds_are_named(desk, body, field):
    assert field in desk.ask("POST", "/api/v1/tickets", body, 400)["detail"]


def test_links(desk):
    child, parent = desk.open(title="Child"), desk.open(title="Parent")
    at = f"/api/v1/tickets/{child['key']}/links"
    assert desk.ask("POST", at, {"kind": "child_of", "other": parent["key"]})["links"][0]["title"] == "Parent"
    desk.ask("POST", at, {"kind": "child_of", "other": str(parent["number"])})
    back, = desk.get(parent["key"])["links"]
    assert back["inverse"] and back["key"] == child["key"], "once, seen from both"
    desk.ask("POST", at, {"kind": "child_of", "other": child["key"]}, 400)
    desk.ask("POST", at, {"kind": "child_of", "other": "999999"}, 404)
    desk.ask("DELETE", f"{at}/child_of/{parent['key']}")
    desk.ask("DELETE", f"{at}/child_of/{parent['key']}", status=404)
    assert [row["what"] for row in desk.history(child["key"])] == ["opened", "linked", "unlinked"]


def test_bulk(desk):
    keys = [desk.open(title=f"Bulk {i}")["key"] for i in range(3)]
    desk.change(keys[1], state="cancelled")
    rows = desk.ask("POST", "/api/v1/tickets/bulk", {"tickets": [*keys, "nonsense"], "change": {"state": "resolved", "note": "power cut"}})["data"]
    assert [row["code"] for row in rows] == ["ok", "conflict", "ok", "not_found"]
    assert [desk.ticket(key)["state"] for key in keys] == ["resolved", "cancelled", "resolved"]
    desk.ask("POST", "/api/v1/tickets/bulk", {"tickets": keys, "change": {"nonsense": 1}}, 400)
    desk.ask("POST", "/api/v1/tickets/bulk", {"tickets": keys, "change": {"version": 1}}, 400)


# --- lists --------------------------------------------------------------------------------------------------------------------

def test_lists(timed):
    keys = {}
    for i, (title, rest) in enumerate([("Till A", {"label": "P3", "queue": "tills", "store": "0001"}), ("Router", {"label": "P1", "queue": "network"}),
                                       ("Till B", {"label": "P3", "queue": "tills", "store": "0002"}), ("Wish", {"type": "service_request"})]):
        timed.clock(f"2026-05-04T09:0{i}:00.000Z")
        keys[title] = timed.open(title=title, **rest)["key"]
    timed.clock("2026-05-04T09:10:00.000Z")
    timed.change(keys["Till A"], state="in_progress", assignee="acc-1")

    def titles(**query):
        whole = [t["title"] for t in timed.list(**query)]
        assert [t["title"] for t in timed.list(**query, limit=1)] == whole, "page by page the same"
        assert timed.total(**query) == len(whole)
        return whole
    timed.wait_row(keys["Router"], "sla_breached")
    assert titles(sort="priority") == ["Router", "Till A", "Till B", "Wish"]
    assert titles(sort="priority", reversed="true") == ["Wish", "Till B", "Till A", "Router"]
    assert titles() == ["Router", "Till B", "Wish", "Till A"], "by time to breach: an answer in 5 minutes, 1 h, 4 h; solved in 8 h"
    assert titles(reversed="true") == titles()[::-1] and titles(due_state="breached") == ["Router"] and titles(due_state="running,none") == ["Till B", "Wish", "Till A"]
    dues = {t["title"]: (t["due_at"], t["due_clock"], t["due_state"]) for t in timed.list()}
    assert dues["Router"] == ("2026-05-04T09:06:00.000Z", "response", "breached") and dues["Till A"] == ("2026-05-04T17:00:00.000Z", "resolution", "running")
    assert titles(sort="number") == ["Wish", "Till B", "Router", "Till A"]
    assert titles(sort="changed") == ["Till A", "Wish", "Till B", "Router"], "what clocks write is no change"
    assert titles(queue="tills") == ["Till B", "Till A"] and titles(queue="tills", store="0002") == ["Till B"]
    assert titles(queue="") == ["Wish"] and titles(queue="nobody's") == []
    assert titles(state="in_progress,waiting") == ["Till A"] == titles(assignee="acc-1")
    assert titles(type="service_request") == ["Wish"] and titles(priority="P1,P3") == ["Router", "Till B", "Till A"]
    assert titles(search="till") == ["Till B", "Till A"] and titles(search=keys["Router"]) == ["Router"] and titles(search="0002 till") == ["Till B"]
    timed.ask("GET", "/api/v1/tickets?state=nonsense", status=400)
    first = timed.ask("GET", "/api/v1/tickets?limit=1&sort=number")
    timed.ask("GET", f"/api/v1/tickets?limit=1&sort=priority&cursor={first['next_cursor']}", status=400)
    text = timed.patron.api("GET", "/api/v1/tickets/export?sort=number").body.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["title"] for row in rows] == titles(sort="number") and rows[3]["assignee"] == "acc-1" and rows[2]["priority"] == "P1"
    assert (rows[2]["due_at"], rows[2]["due_clock"], rows[2]["due_state"]) == dues["Router"]
    before = timed.list(), titles(search="till")
    timed.patron.kill9()
    timed.patron.start()
    assert (timed.list(), titles(search="till")) == before, "what lists work on is read again"


def test_changes_are_fed_into_the_log(timed):
    ticket = timed.open(title="Secret words", description="of a person", requester="Ann", category="till_fault", store="0007")
    timed.change(ticket["key"], state="in_progress", note="whisper")
    events = timed.events("Ticket ", 2)
    assert [event["event"] for event in events] == ["Ticket Opened", "Ticket Changed"]
    properties = events[1]["properties"]
    assert (properties["ticket"], properties["version"], properties["what"], properties["state_before"], properties["state"], properties["store"]) == (
        ticket["number"], 2, "changed", "new", "in_progress", "0007")
    for words in ("Secret", "of a person", "Ann", "whisper"):
        assert words not in str([event["properties"] for event in events]), "no words of people"


# --- records ------------------------------------------------------------------------------------------------------------------

RECORDS = [
    ("services", {"description": "Tills", "touchpoints": ["in_store_checkout"], "depends_on": ["payments"], "vendor": "acme", "label": "P4", "state": "live"},
     {"label": "P6"}, "/label: not one of P1"),
    ("touchpoints", {"description": "Where people pay", "channel": "store"}, {"channel": 7}, "/channel: not a text"),
    ("vendors", {"contract": "C-17", "contact": "Kim", "email": "kim@acme.example", "response_min": 30, "services": ["pos"]},
     {"response_min": -1}, "/response_min: not a whole number"),
    ("queues", {"description": "Second line", "members": ["acc-1"]}, {"members": [""]}, "/members/0: not 1..200 bytes"),
    ("fields", {"type": "incident", "fields": [{"id": "serial", "label": "Serial number", "kind": "text", "required": True}]},
     {"fields": [{"id": "serial", "label": "x", "kind": "blob"}]}, "/fields/0/kind: not one of text"),
    ("macros", {"change": {"state": "waiting", "waiting_for": "vendor", "services": ["pos"]}, "note": "Sent to Acme", "public": True},
     {"change": {"state": "lost"}}, "/change/state: state"),
    ("templates", {"type": "service_request", "report": {"title": "A new scanner", "queue": "tills"}}, {"report": {"nonsense": ""}}, "/report/nonsense: is no field"),
    ("views", {"state": "open", "queue": "tills", "sort": "changed", "columns": ["key", "title"]}, {"sort": "luck"}, "/sort: not one of number"),
]


@pytest.mark.parametrize("kind,record,bad,why", RECORDS, ids=[row[0] for row in RECORDS])
def test_records(desk, kind, record, bad, why):
    at, id = f"/api/v1/desk/records/{kind}", own("r")
    first = desk.ask("PUT", f"{at}/{id}", {"name": "Ours", "record": record})
    assert (first["id"], first["name"], first["record"], first["version"]) == (id, "Ours", record, 1)
    assert desk.ask("GET", f"{at}/{id}") == first and first in desk.ask("GET", at)["data"]
    desk.ask("PUT", f"{at}/{id}", {"name": "Ours", "record": record}, 409)
    assert desk.ask("PUT", f"{at}/{id}", {"version": 1, "name": "Theirs", "record": record})["version"] == 2
    desk.ask("PUT", f"{at}/{id}", {"version": 1, "name": "Late", "record": record}, 409)
    assert why in desk.ask("PUT", f"{at}/{id}", {"version": 2, "name": "x", "record": bad}, 400)["detail"]
    desk.ask("PUT", f"{at}/{id}", {"version": 2, "name": "x", "record": {"no such member": 1}}, 400)
    desk.ask("DELETE", f"{at}/{id}")
    desk.ask("GET", f"{at}/{id}", status=404)
    desk.ask("DELETE", f"{at}/{id}", status=404)
    actions = [row["action"] for row in desk.patron.cli_json("audit", "list", "--subject", id)["data"]]
    assert actions == ["desk_record.removed", "desk_record.changed", "desk_record.added"]


def test_who_may_change_records(desk):
    token = desk.patron.add_token("agent")
    body = {"name": "x", "record": {}}
    assert desk.patron.api("PUT", f"/api/v1/desk/records/services/{own('r')}", body, token=token).status == 403
    assert desk.patron.api("PUT", f"/api/v1/desk/records/views/{own('r')}", body, token=token).status == 200


# --- major incidents and vendors ----------------------------------------------------------------------------------------------

def test_a_payment_time_out_goes_to_its_vendor(timed):
    timed.ask("PUT", "/api/v1/desk/records/vendors/acme", {"name": "Acme Payments", "record": {
        "contract": "C-17", "contact": "Kim", "message": "Card payments time out.", "response_min": 30}})
    timed.ask("PUT", "/api/v1/desk/records/services/payments", {"name": "Payments", "record": {"vendor": "acme"}})
    ticket = timed.open(category="payment_timeout", services=["payments"], store="0001")
    assert ticket["priority"] == 1 and ticket["major"]
    one, = timed.ask("GET", f"/api/v1/tickets/{ticket['key']}/escalations")["data"]
    assert one == {"escalation": 1, "vendor": "acme", "contract": "C-17", "contact": "Kim", "message": "Card payments time out.", "sent_at": START,
                   "sent_by": one["sent_by"], "due_at": "2026-05-04T09:30:00.000Z", "answered_at": None, "answer": ""}
    at = f"/api/v1/tickets/{ticket['key']}/escalations/1/answer"
    timed.clock("2026-05-04T09:12:00.000Z")
    answered, = timed.ask("POST", at, {"answer": "We fail over."})["data"]
    assert answered["answered_at"] == "2026-05-04T09:12:00.000Z" and answered["answer"] == "We fail over."
    timed.ask("POST", at, {"answer": "Again"}, 409)
    assert [row["what"] for row in timed.history(ticket["key"]) if not row["what"].startswith("sla_")] == ["opened", "escalated", "vendor_answered"]
    event, = timed.events("Vendor Escalated", 1)
    assert event["properties"]["message"] == "Card payments time out." and event["properties"]["vendor"] == "acme"
    timed.ask("POST", f"/api/v1/tickets/{ticket['key']}/escalations", {"vendor": "nobody"}, 404)
    unknown = timed.open(category="payment_timeout", services=["other"])
    assert "none of the services names its vendor" in timed.history(unknown["key"])[1]["text"]
    timed.ask("POST", f"/api/v1/tickets/{unknown['key']}/escalations", {}, 400)


def test_a_major_incident_by_hand(desk):
    ticket = desk.open(title="Freezers down")
    now = desk.change(ticket["key"], major=True, commander="acc-9", note="Stores: sell chilled goods first", public=True)
    assert now["major"] and now["commander"] == "acc-9"
    assert desk.history(ticket["key"])[-1]["changes"]["major"] == [0, 1]
    assert ticket["number"] in [row["number"] for row in desk.list(major="true")]
    assert desk.change(ticket["key"], major=False, review="A fuse")["major"] is False
    desk.change(desk.open(type="service_request", title="x")["key"], 409, major=True)


def test_the_longest_texts_are_changed(desk):
    """What was before and what is stand both in the history: 10,000 characters of four bytes each."""
    ticket = desk.open(type="incident", title="till", category="till_fault", services=["pos"], description="\U0001F600" * 10000)["key"]
    changed = desk.change(ticket, description="\U0001F601" * 10000, review="\U0001F602" * 10000)
    assert changed["description"] == "\U0001F601" * 10000 and changed["version"] == 2
    assert desk.history(ticket)[1]["changes"]["description"] == ["\U0001F600" * 10000, "\U0001F601" * 10000]
