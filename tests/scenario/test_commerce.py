# SPDX-License-Identifier: Apache-2.0
"""Stores, tills and calendars: what a client sees of hours, versions, files and what is refused."""
import csv
import io
import itertools
import urllib.parse

import pytest

START = "2026-05-04T08:00:00.000Z"  # a Monday, 10:00 in Berlin
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
HOURS = {"hours": {day: [["09:00", "12:30"], ["14:00", "19:00"]] for day in WEEKDAYS} | {"sat": [["10:00", "24:00"]]}}
ICALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
DTSTART;VALUE=DATE:20251225
RRULE:FREQ=YEARLY
SUMMARY:Christmas Day
END:VEVENT
BEGIN:VEVENT
DTSTART:20260101T090000Z
SUMMARY:A meeting
END:VEVENT
END:VCALENDAR
"""
made = itertools.count(1)


class Commerce:
    def __init__(self, patron):
        self.patron = patron

    def ask(self, method, path, body=None, status=200, **kw):
        answer = self.patron.api(method, f"/api/v1/commerce/{path}", body, **kw)
        assert answer.status == status, f"{method} {path}: {answer}\n{self.patron.stderr(2000)}"
        return answer.json()

    def calendar(self, id, document=HOURS, version=0, status=200, **more):
        return self.ask("PUT", f"calendars/{id}", {"version": version, "name": "Hours", "calendar": document, **more}, status)

    def store(self, code, version=0, status=200, **what):
        body = {"name": "A store", "zone": "Europe/Berlin"} if version == 0 else {}
        return self.ask("PUT", f"stores/{code}", {"version": version, **body, **what}, status)

    def list(self, **query):
        return self.ask("GET", "stores?" + urllib.parse.urlencode(query))

    def file(self, kind, text, **query):
        answer = self.patron.api("POST", f"/api/v1/commerce/files/{kind}?" + urllib.parse.urlencode(query), text.encode(),
                                 headers={"Content-Type": "text/csv"})
        return answer


@pytest.fixture
def commerce(make_patron):
    return Commerce(make_patron(settings={"clock": "sim", "clock-start": START, "clock-speed": "0"}).start())


def test_a_store_and_its_hours(commerce):
    commerce.calendar("shop", HOURS | {"holidays": [{"date": "2026-05-14", "name": "Ascension Day"}], "shifts": {"2026-05-05": [["08:00", "12:00"]]}})
    store = commerce.store("0001", name="Mitte", country="DE", region="North", format="flagship", address="1 High Street\n10115 Berlin",
                           opened_on="2020-01-31", calendar="shop")
    assert (store["calendar"], store["version"], store["tills"]) == ("shop", 1, 0)
    assert store["calendars"] == [{"from": None, "calendar": "shop"}]
    assert store["now"] == {"state": "open", "changes_at": "2026-05-04T10:30:00.000Z"}
    hours = commerce.ask("GET", "stores/0001/hours?days=12")
    assert hours["zone"] == "Europe/Berlin" and hours["now"] == store["now"]
    days = {day["date"]: day for day in hours["days"]}
    assert list(days)[0] == "2026-05-04" and len(days) == 12
    assert [(w["from"], w["to"]) for w in days["2026-05-04"]["windows"]] == [("09:00", "12:30"), ("14:00", "19:00")]
    assert days["2026-05-04"]["windows"][0]["opens_at"] == "2026-05-04T07:00:00.000Z"
    assert days["2026-05-05"]["special"] and [(w["from"], w["to"]) for w in days["2026-05-05"]["windows"]] == [("08:00", "12:00")]
    assert [(w["from"], w["to"]) for w in days["2026-05-09"]["windows"]] == [("10:00", "24:00")]
    assert days["2026-05-10"]["windows"] == [] and not days["2026-05-10"]["holiday"]
    assert days["2026-05-14"]["holiday"] and days["2026-05-14"]["name"] == "Ascension Day"


def test_an_edit_holds_from_its_instant(commerce):
    commerce.calendar("shop")
    commerce.store("0001", calendar="shop")
    late = {"hours": {day: [["12:00", "22:00"]] for day in WEEKDAYS}}
    edited = commerce.calendar("shop", late, version=1, **{"from": "2026-05-05T00:00:00Z"})
    assert [v["from"] for v in edited["versions"]] == [None, "2026-05-05T00:00:00.000Z"]
    assert edited["versions"][0]["calendar"]["hours"]["mon"] == [["09:00", "12:30"], ["14:00", "19:00"]]
    days = commerce.ask("GET", "stores/0001/hours?days=2")["days"]
    assert [[w["from"] for w in day["windows"]] for day in days] == [["09:00", "14:00"], ["12:00"]]
    assert "is not the newest" in commerce.calendar("shop", late, version=1, status=409)["detail"]
    store = commerce.store("0001", version=1, calendar="", calendar_from="2026-05-06T00:00:00Z")
    assert [c["calendar"] for c in store["calendars"]] == ["shop", ""] and store["calendar"] == "shop"
    assert not commerce.ask("GET", "stores/0001/hours?days=4")["days"][3]["hours"]
    assert commerce.ask("DELETE", "calendars/shop", status=409)["code"] == "conflict"


def test_a_restart_knows_the_same(commerce):
    commerce.calendar("shop")
    commerce.store("0001", calendar="shop")
    commerce.ask("PUT", "stores/0001/tills/1", {"version": 0, "kind": "self_checkout"})
    before = [commerce.ask("GET", path) for path in ("stores/0001", "stores/0001/hours", "stores/0001/tills", "calendars/shop")]
    commerce.patron.kill9()
    commerce.patron.start()
    assert [commerce.ask("GET", path) for path in ("stores/0001", "stores/0001/hours", "stores/0001/tills", "calendars/shop")] == before


def test_lists(commerce):
    commerce.calendar("shop")
    for i in range(5):
        commerce.store(f"{i:04}", name=f"Store {i}", country="DE" if i < 3 else "AT", region=f"R{i % 2}", calendar="shop" if i else "",
                       closed_on="2026-05-03" if i == 4 else "")
    assert [s["code"] for s in commerce.list()["data"]] == ["0000", "0001", "0002", "0003", "0004"]
    page = commerce.list(limit=2)
    assert [s["code"] for s in page["data"]] == ["0000", "0001"] and page["next_cursor"] == "0001"
    assert [s["code"] for s in commerce.list(limit=2, cursor="0003")["data"]] == ["0004"]
    assert [s["code"] for s in commerce.list(country="DE", region="R1")["data"]] == ["0001"]
    assert [s["code"] for s in commerce.list(calendar="shop", state="trading")["data"]] == ["0001", "0002", "0003"]
    assert [s["code"] for s in commerce.list(state="closed")["data"]] == ["0004"]
    assert [s["code"] for s in commerce.list(search="store 3")["data"]] == ["0003"]
    assert [c["stores"] for c in commerce.ask("GET", "calendars")["data"]] == [4]


def test_tills(commerce):
    commerce.store("0001")
    till = commerce.ask("PUT", "stores/0001/tills/3", {"version": 0, "name": "Front", "kind": "mobile"})
    assert (till["kind"], till["state"], till["version"]) == ("mobile", "in_service", 1)
    till = commerce.ask("PUT", "stores/0001/tills/3", {"version": 1, "state": "out_of_service"})
    assert (till["name"], till["kind"], till["state"]) == ("Front", "mobile", "out_of_service")
    commerce.ask("PUT", "stores/0001/tills/3", {"version": 1, "state": "retired"}, status=409)
    commerce.ask("PUT", "stores/0009/tills/1", {"version": 0}, status=404)
    assert commerce.ask("GET", "stores/0001")["tills"] == 1
    commerce.ask("DELETE", "stores/0001/tills/3")
    assert commerce.ask("GET", "stores/0001/tills")["data"] == []
    audit = commerce.patron.api("GET", "/api/v1/audit?limit=10").json()["data"]
    assert [e["action"] for e in audit[:3]] == ["till.removed", "till.changed", "till.added"]
    assert audit[1]["detail"] == {"state": ["in_service", "out_of_service"]}


def test_files(commerce):
    commerce.calendar("shop")
    stores = "code,name,zone,calendar\r\n0001,\"Mitte, Berlin\",Europe/Berlin,shop\r\n0002,=cmd(),Europe/Vienna,\r\n0003,x,Europe/Atlantis,\r\n"
    trial = commerce.file("stores", stores, trial="true").json()
    assert (trial["added"], trial["failed"]) == (2, 1) and commerce.list()["data"] == []
    done = commerce.file("stores", stores).json()
    assert (done["added"], done["changed"], done["failed"]) == (2, 0, 1)
    assert done["faults"] == [{"line": 4, "what": "zone: not a time zone such as Europe/Berlin"}]
    answer = commerce.patron.api("GET", "/api/v1/commerce/files/stores")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(r["code"], r["name"], r["calendar"]) for r in rows] == [("0001", "Mitte, Berlin", "shop"), ("0002", "'=cmd()", "")]
    again = commerce.file("stores", answer.text).json()
    assert (again["same"], again["failed"]) == (2, 0)
    tills = commerce.file("tills", "store;code;kind\n0001;1;staffed\n0001;2;mobile\n0009;1;staffed\n").json()
    assert (tills["added"], [f["line"] for f in tills["faults"]]) == (2, [4])
    assert commerce.file("stores", "code,colour\n").status == 400
    assert commerce.file("tills", "store,code\n" + "0001,9\n" * 200000).status == 413


def test_holidays_and_preview(commerce):
    found = commerce.ask("POST", "holidays", {"text": ICALENDAR, "from_year": 2026, "to_year": 2027})
    assert found == {"holidays": [{"date": "2026-12-25", "name": "Christmas Day"}, {"date": "2027-12-25", "name": "Christmas Day"}], "skipped": 1}
    days = commerce.ask("POST", "preview", {"calendar": HOURS | {"holidays": found["holidays"]}, "zone": "Asia/Tokyo", "from": "2026-12-24T12:00:00Z",
                                            "days": 3})["days"]
    assert [(d["date"], d["holiday"], len(d["windows"])) for d in days] == [("2026-12-24", False, 2), ("2026-12-25", True, 0), ("2026-12-26", False, 1)]
    assert days[0]["windows"][0]["opens_at"] == "2026-12-24T00:00:00.000Z"
    broken = commerce.ask("POST", "holidays", {"text": "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260230\nEND:VEVENT\n", "from_year": 2026,
                                               "to_year": 2026}, status=400)
    assert "line 3" in broken["detail"]


REFUSED = [
    ({"zone": "Europe/Atlantis"}, "zone"),
    ({"country": "de"}, "country"),
    ({"opened_on": "2026-02-30"}, "opened_on"),
    ({"opened_on": "2026-02-03", "closed_on": "2026-02-02"}, "closed_on"),
    ({"calendar": "nowhere"}, "calendar"),
    ({"name": "x\u0007"}, "name"),
]


@pytest.mark.sqlite_only(reason="checks what was said, before any SQL")
def test_what_is_refused(commerce):
    for what, member in REFUSED:
        answer = commerce.store("0001", status=400, **what)
        assert answer["detail"].startswith(member), answer
    commerce.store("a%20b", status=400)
    commerce.store("0001", version=3, status=404)
    overlap = {"hours": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}
    assert "mon" in commerce.calendar("shop", overlap, status=400)["detail"]
    commerce.calendar("shop", {"zone": "Mars/Base"}, status=400)
    commerce.calendar("Shop", status=400)
    commerce.ask("PUT", "calendars/shop", {"version": 0, "name": "x"}, status=400)
    assert commerce.ask("GET", "calendars")["data"] == [] and commerce.list()["data"] == []
