# SPDX-License-Identifier: Apache-2.0
"""Retention: what is old loses what is personal, totals stay, who somebody is and what they allow stays."""
import datetime
import json
import time

import pytest
from harness.customers import Customers

API = "/api/v1/consent"
START = datetime.datetime(2026, 1, 10, 12, tzinfo=datetime.timezone.utc)
# Texts of page views and of what was quarantined, each found nowhere else.
OLD = ["https://shop.test/quietude-garden", "moonwort cure", "sorrel-campaign", "vervain secret"]
YOUNG = ["https://shop.test/young-fern"]


def text(at):
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Keeper(Customers):
    """A daemon on a clock that stands, and its rows of retention."""

    def __init__(self, patron):
        super().__init__(patron)
        self.source = patron.add_source("shop")
        self.now = START

    def day(self, days):
        self.now = START + datetime.timedelta(days=days)
        self.ask("PUT", "/api/v1/clock", {"speed": 0, "now": text(self.now)})

    def send(self, *events):
        self.patron.send_ok(list(events), self.source["write_key"])
        return self.ready()

    def rows(self, *rows):
        one = self.ask("GET", f"{API}/purposes/analytics")
        body = {key: one[key] for key in ("name", "description", "basis", "text_version", "messages", "channels", "categories", "version")}
        return self.ask("PUT", f"{API}/purposes/analytics", {**body, "retention": [dict(zip(("type", "name", "days"), row)) for row in rows]})

    def state(self):
        return self.ask("GET", f"{API}/retention")

    def preview(self, *rows):
        return self.ask("POST", f"{API}/retention/preview", {"retention": [dict(zip(("type", "name", "days"), row)) for row in rows]})

    def settled(self, timeout_s=20):
        """Until all classes have dropped what is due."""
        end = time.monotonic() + timeout_s
        while True:
            now = self.state()
            if not now["running"] and now["problem"] is None and all((c["dropped_before"] or "") >= c["due_before"] for c in now["classes"]):
                return {(c["type"], c["name"]): c for c in now["classes"]}
            assert time.monotonic() < end, f"{now}\n{self.patron.stderr(3000)}"
            time.sleep(0.02)

    def totals(self):
        rows = self.patron.wait_views().export()
        money = sum(float(e["properties"]["total"]) for e in rows if e.get("event") == "Order Completed")
        return sorted((e["type"], e.get("event") or e.get("name") or "") for e in rows), round(money, 2)

    def holds(self, texts):
        """Which of the texts stand in a file of the data folder, or in a record of the log."""
        told = json.dumps([self.patron.export(klass, own=True) for klass in ("event", "quarantine")], ensure_ascii=False)
        files = [path.read_bytes() for path in self.patron.data.rglob("*") if path.is_file() and not path.is_socket()]
        return [one for one in texts if one in told or any(one.encode() in content for content in files)]

    def first_day(self):
        """Ada begins with a page view that carries consent, a second joins her phone; Bob is a visitor; one is quarantined."""
        page = {"type": "page", "name": "Herbs", "anonymousId": "ada-browser"}
        self.send(
            {**page, "messageId": "p1", "context": {"page": {"url": OLD[0]}}, "properties": {"search": OLD[1], "store": "graz-1"}},
            {**page, "messageId": "p2", "userId": "ada-1", "properties": {"campaign": OLD[2]}},
            {"type": "identify", "messageId": "i1", "userId": "ada-1", "traits": {"email": "ada@example.test", "firstName": "Ada"}},
            {"type": "track", "event": "Consent Changed", "messageId": "c1", "userId": "ada-1", "properties": {"purpose": "analytics", "granted": True, "evidence": "the form of the till"}},
            {**page, "messageId": "p3", "userId": "ada-1", "context": {"consent": {"categoryPreferences": {"Advertising": False}}}},
            {"type": "page", "name": "Herbs", "messageId": "p4", "anonymousId": "bob-browser"},
            {"type": "track", "event": "Order Completed", "messageId": "o1", "userId": "ada-1", "properties": {"total": "12.50", "currency": "EUR", "gift": "kept for the tax"}},
            {"type": "page", "name": "Bad", "messageId": "q1", "anonymousId": "ada-browser", "properties": OLD[3]})


@pytest.fixture
def keeper(make_patron):
    return Keeper(make_patron(settings={"clock": "sim", "clock-start": text(START), "clock-speed": "0"}).start())


def ada(keeper):
    found = keeper.find("user_id", "ada-1")
    return found["id"], found["name"], sorted((n["type"], n["value"]) for n in found["nodes"])


def test_what_is_old_loses_what_is_personal(keeper):
    patron = keeper.patron
    keeper.first_day()
    keeper.day(20)
    keeper.send({"type": "page", "name": "Herbs", "messageId": "p5", "userId": "ada-1", "context": {"page": {"url": YOUNG[0]}}})
    before, person = keeper.totals(), ada(keeper)
    allowed = {one["purpose"]: one["state"] for one in keeper.get(person[0], "consent")["states"]}
    assert (allowed["analytics"], allowed["advertising"]) == ("granted", "refused")
    # the page views and the quarantined one, with what decided about consent; not the identify, not the young one
    assert keeper.preview(("page", "", 10)) == {"records": 5, "at_least": False}
    assert keeper.preview(("page", "", 30)) == {"records": 0, "at_least": False}
    assert keeper.preview(("", "", 10))["records"] == 7 and keeper.preview(("track", "Order*", 10))["records"] == 1
    keeper.rows(("page", "", 10), ("track", "Never Sent", 5))
    done = keeper.settled()
    assert (done["page", ""]["events"], done["page", ""]["quarantined"]) == (3, 1), done
    assert done["page", ""]["dropped_before"] == "2026-01-20T00:00:00.000Z" and done["track", "Never Sent"]["events"] == 0
    assert keeper.holds(OLD) == [] and keeper.holds(YOUNG) == YOUNG and keeper.holds(["kept for the tax", "the form of the till"]) != []
    assert keeper.totals() == before
    residue = next(e for e in patron.export() if e["type"] == "page" and e.get("properties", {}).get("store") == "graz-1")
    assert set(residue["properties"]) <= {"store", "channel"}
    assert "erased" in residue["_patron"]["flags"] and residue["timestamp"].endswith(":00:00.000Z") and residue["anonymousId"] is None
    shown = [e["messageId"] for e in keeper.get(person[0], "timeline")["data"]]
    assert sorted(shown) == ["c1", "i1", "o1", "p3", "p5"]
    told = [entry for entry in keeper.ask("GET", "/api/v1/audit?limit=50")["data"] if entry["action"] == "retention.dropped"]
    assert len(told) == 1 and told[0]["detail"] == {"classes": [{"type": "page", "name": "", "days": 10, "dropped": 4}], "dropped": 4}
    assert patron.metrics()["patron_retention_events_total"] == 3
    # a rebuild says the same of who she is and of what she allows; and of the visitor
    bob = keeper.find("anonymous_id", "bob-browser")["id"]
    patron.api("POST", "/api/v1/views/profiles/rebuild", {})
    keeper.ready()
    assert ada(keeper) == person and keeper.find("anonymous_id", "bob-browser")["id"] == bob
    assert {one["purpose"]: one["state"] for one in keeper.get(person[0], "consent")["states"]} == allowed
    assert keeper.totals() == before
    # more days, or none, bring nothing back and drop nothing; the young one's turn comes with the clock
    keeper.rows(("page", "", 500))
    keeper.settled()
    keeper.day(400)
    assert keeper.settled()["page", ""]["events"] == 3 and keeper.holds(YOUNG) == YOUNG
    keeper.rows()
    keeper.day(900)
    end = time.monotonic() + 20
    while keeper.state()["last_run_at"] != text(keeper.now):
        assert time.monotonic() < end, keeper.state()
        time.sleep(0.02)
    assert keeper.state()["classes"] == [] and keeper.holds(YOUNG) == YOUNG
    keeper.rows(("page", "", 10))
    assert keeper.settled()["page", ""]["events"] == 4 and keeper.holds(YOUNG) == [] and keeper.totals() == before


@pytest.mark.limit(120)
def test_a_kill_loses_and_doubles_nothing(keeper):
    patron = keeper.patron
    keeper.first_day()
    keeper.send(*[{"type": "page", "name": "Fern", "messageId": f"f{i}", "userId": "ada-1", "properties": {"path": f"frond-{i:04}-secret"}} for i in range(200)])
    keeper.day(30)
    before, person = keeper.totals(), ada(keeper)
    keeper.rows(("page", "", 10))
    for pause in (0, 0.01, 0.03, 0.08):
        time.sleep(pause)
        patron.kill9()
        patron.start(40)
        keeper.day(30)  # a clock that stands begins anew
    done = keeper.ready().settled()
    assert (done["page", ""]["events"], done["page", ""]["quarantined"]) == (203, 1), done
    assert keeper.holds([*OLD, "frond-0000-secret", "frond-0199-secret"]) == []
    assert keeper.totals() == before and ada(keeper) == person
    told = [entry["detail"]["dropped"] for entry in keeper.ask("GET", "/api/v1/audit?limit=50")["data"] if entry["action"] == "retention.dropped"]
    assert sum(told) == 204


@pytest.mark.limit(120)
@pytest.mark.parametrize("rebuilt", [False, True])
def test_an_erasure_finds_what_retention_left(keeper, rebuilt):
    keeper.first_day()
    keeper.day(30)
    before, person = keeper.totals(), ada(keeper)[0]
    keeper.rows(("page", "", 10))
    keeper.settled()
    assert keeper.holds(["ada-browser"]) == ["ada-browser"]
    if rebuilt:
        keeper.patron.api("POST", "/api/v1/views/profiles/rebuild", {})
        keeper.ready()
    request = keeper.ask("POST", "/api/v1/privacy/requests", {"kind": "erasure", "subjects": [{"id": person}]}, 201)
    keeper.ask("POST", f"/api/v1/privacy/requests/{request['id']}/approve", {})
    end = time.monotonic() + 40
    while (now := keeper.ask("GET", f"/api/v1/privacy/requests/{request['id']}"))["state"] != "done":
        assert time.monotonic() < end and now["state"] != "failed", f"{now}\n{keeper.patron.stderr(2000)}"
        time.sleep(0.02)
    assert keeper.holds([*OLD, "ada-browser", "ada-1", "ada@example.test"]) == []
    assert keeper.totals() == before


def test_files_of_imports_go_with_the_class_of_all_events(keeper):
    job = keeper.import_file(b"order,customer,total\nio-1,henbane-1,1.50\nio-2,henbane-2,much\n", "till")
    keeper.ready().day(30)
    keeper.rows(("track", "", 10))
    assert keeper.settled()["track", ""]["events"] == 1 and keeper.ask("GET", f"/api/v1/imports/{job}")["file_kept"]
    keeper.rows(("", "", 10))
    assert keeper.settled()["", ""]["import_files"] == 1 and not keeper.ask("GET", f"/api/v1/imports/{job}")["file_kept"]
    assert keeper.ask("GET", f"/api/v1/imports/{job}/refusals")["data"] == [] and keeper.holds(["henbane-2"]) == []
