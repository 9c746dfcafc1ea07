# SPDX-License-Identifier: Apache-2.0
"""The event columns in the daemon: what a kill, a rebuild, damage and an erasure make of them."""
import datetime
import random
import time

import pytest
from harness.privacy import PrivacyDesk

WHOLE = {"from": "2026-01-01", "to": "2026-12-31"}
NAMES = ("Product Viewed", "Product Added", "Order Completed")


class Columns(PrivacyDesk):
    """Questions whose answers are of all rows."""

    def __init__(self, patron):
        super().__init__(patron)
        self.key = patron.add_source("shop")["write_key"]
        self.rng = random.Random(7)
        self.sent = 0

    def send(self, count, persons=20, **more):
        """Tracks of so many persons, some of whom sign in at some time."""
        batch = []
        for _ in range(count):
            self.sent += 1
            who = self.rng.randrange(persons)
            event = {"type": "track", "event": self.rng.choice(NAMES), "messageId": f"m{self.sent}", "anonymousId": f"browser-{who}",
                     "timestamp": f"2026-03-{self.rng.randrange(1, 29):02}T{self.rng.randrange(24):02}:30:15.250Z",
                     "properties": {"total": self.sent, "currency": "EUR", "sku": f"s{self.rng.randrange(4)}", **more},
                     "context": {"device": {"type": self.rng.choice(("phone", "desktop"))}}}
            batch.append(event | ({"userId": f"u{who % 15}"} if self.rng.random() < 0.3 else {}))
        for at in range(0, len(batch), 200):
            self.patron.send_ok(batch[at:at + 200], self.key)
        return self.ready()

    def query(self, status=200, **query):
        end = time.monotonic() + 20
        while (answer := self.patron.api("POST", "/api/v1/analytics/query", {"range": WHOLE, **query})).status == 503:
            assert time.monotonic() < end, answer
            time.sleep(0.05)
        assert answer.status == status, f"{answer}\n{self.patron.stderr(2000)}"
        return answer.json()

    def answers(self):
        """What several questions say, without what tells of the asking."""
        asked = [self.query(kind="segmentation", unit="day", breakdown={"property": "sku"},
                            series=[{"measure": "total"}, {"measure": "uniques"}, {"measure": "sum", "of": {"field": "amount"}}]),
                 self.query(kind="segmentation", unit="whole", breakdown={"context": "device.type"}, series=[{"event": "Product Added"}]),
                 self.query(kind="funnel", steps=[{"event": name} for name in NAMES], window={"days": 10})]
        return [(answer["data"], answer["people"], answer["rows"]) for answer in asked]

    def rebuild(self, view):
        self.ask("POST", f"/api/v1/views/{view}/rebuild", {}, 202)
        return self.ready()

    def view(self):
        return next(view for view in self.ask("GET", "/api/v1/status")["views"] if view["name"] == "behaviour")

    def files(self):
        return sorted((self.patron.data / "columns").iterdir())


@pytest.fixture
def columns(patron):
    return Columns(patron)


def test_a_kill_and_a_rebuild_change_nothing(columns):
    columns.send(600)
    want = columns.answers()
    assert want[0][2] == 600
    for _ in range(3):
        columns.patron.kill9()
        columns.patron.start()
        assert columns.ready().answers() == want
        columns.send(50)
        want = columns.answers()
    assert columns.rebuild("behaviour").answers() == want
    assert columns.rebuild("profiles").answers() == want
    columns.patron.restart()
    assert columns.ready().answers() == want
    assert want[0][2] == 750
    columns.patron.stop()
    report = columns.patron.cli_json("columns", "check")
    assert (report["rows"], report["troubles"], report["strange"]) == (750, [], 0)


def test_merged_and_split_persons_are_told_as_they_are_now(columns):
    columns.patron.send_ok([{"type": "track", "event": "Seen", "anonymousId": f"a{i}", "timestamp": "2026-03-01T00:00:00Z"} for i in (1, 2)], columns.key)
    people = {"kind": "segmentation", "unit": "whole", "series": [{"event": "Seen", "measure": "uniques"}]}

    def count():
        return columns.ready().query(**people)["data"][0]["series"][0]["values"]
    assert count() == [2]
    columns.merge(columns.find("anonymous_id", "a1")["id"], columns.find("anonymous_id", "a2")["id"])
    assert count() == [1]
    person = columns.find("anonymous_id", "a1")
    columns.split(person["id"], [person["nodes"][0]["number"]])
    assert count() == [2]
    columns.rebuild("behaviour")
    assert count() == [2]


def test_damage_is_named_and_mended_by_a_rebuild(columns):
    columns.send(300)
    want = columns.answers()
    patron = columns.patron
    patron.stop()  # what is in memory is written
    (run,) = [path for path in columns.files() if path.suffix == ".col"]
    whole = run.read_bytes()
    run.write_bytes(whole[:200] + bytes([whole[200] ^ 1]) + whole[201:])
    done = patron.cli("columns", "check", check=False)
    assert done.returncode == 1 and run.name in done.stdout
    assert run.name in patron.cli("doctor", check=False).stdout
    patron.start()
    assert patron.cli("columns", "check", check=False).returncode == 1  # the daemon has the folder
    columns.ready()
    told = patron.api("POST", "/api/v1/analytics/query", {"kind": "segmentation", "range": WHOLE, "unit": "day", "breakdown": {"property": "sku"},
                                                          "series": [{"measure": "total"}, {"measure": "uniques"}, {"measure": "sum", "of": {"field": "amount"}}]})
    assert told.status >= 500, told
    assert columns.rebuild("behaviour").answers() == want
    patron.stop()
    (patron.data / "columns" / "manifest").write_bytes(b"no manifest")
    patron.start()  # made anew by itself
    assert columns.ready().answers() == want


def holding(folder, *texts):
    return {(path.name, text) for path in folder.rglob("*") if path.is_file() for text in texts if text.encode() in path.read_bytes()}


def test_an_erasure_leaves_nothing_in_any_file(columns):
    columns.send(200)
    mail = "wanda.quickfeather@example.test"
    columns.patron.send_ok([
        {"type": "identify", "messageId": "i1", "userId": "wanda", "anonymousId": "wanda-tablet-0099", "timestamp": "2026-03-03T03:03:03Z", "traits": {"email": mail}},
        {"type": "track", "messageId": "t1", "event": "Order Completed", "userId": "wanda", "timestamp": "2026-03-03T10:20:30Z",
         "properties": {"total": 1000, "currency": "EUR", "note": f"call {mail}", "gift card": "quickfeather-voucher"}},
        {"type": "track", "messageId": "t2", "event": "Product Viewed", "anonymousId": "browser-1", "timestamp": "2026-03-04T10:20:30Z",
         "properties": {"friend": mail, "sku": "s1"}}], columns.key)
    columns.ready()
    columns.patron.restart()  # into files; and more in memory
    columns.ready()
    columns.patron.send_ok([{"type": "track", "messageId": "t3", "event": "Product Added", "userId": "wanda", "timestamp": "2026-03-05T10:20:30Z",
                             "properties": {"note": "quickfeather-again"}}], columns.key)
    columns.ready()
    secrets = (mail, "wanda-tablet-0099", "quickfeather-voucher", "quickfeather-again")
    folder = columns.patron.data / "columns"
    assert (mail in str(columns.query(kind="segmentation", unit="whole", series=[{"measure": "total"}], breakdown={"property": "friend"})["data"]))
    before = columns.query(kind="segmentation", unit="whole", series=[{"measure": "total"}, {"measure": "uniques"}, {"measure": "sum", "of": {"field": "amount"}}])
    columns.erase({"type": "email", "value": mail})
    assert holding(folder, *secrets) == set()
    assert holding(columns.patron.data / "log", *secrets) == set()
    columns.ready()
    friends = columns.query(kind="segmentation", unit="whole", series=[{"measure": "total"}], breakdown={"property": "friend"})["data"]
    assert mail not in str(friends) and "quickfeather" not in str(columns.query(kind="segmentation", unit="whole", series=[{"measure": "total"}], breakdown={"property": "note"}))
    after = columns.query(kind="segmentation", unit="whole", series=[{"measure": "total"}, {"measure": "uniques"}, {"measure": "sum", "of": {"field": "amount"}}])
    (total, people, money), (total_then, people_then, money_then) = ([series["values"] for series in answer["data"][0]["series"]] for answer in (after, before))
    assert total == total_then and money == money_then and people == [people_then[0] - 1]
    want = columns.answers()
    assert columns.rebuild("behaviour").answers() == want  # the log says the same
    columns.patron.stop()  # what was in memory is written
    assert holding(folder, *secrets) == set()
    assert columns.patron.cli_json("columns", "check")["troubles"] == []


def test_what_is_over_its_days_is_nobodys(make_patron):
    began = datetime.datetime(2026, 1, 10, 12, tzinfo=datetime.UTC)
    columns = Columns(make_patron(settings={"clock": "sim", "clock-start": began.isoformat(), "clock-speed": "0"}).start())
    columns.patron.send_ok([{"type": kind, "name": "Herbs", "event": "Herbs", "messageId": f"m-{kind}", "anonymousId": "ada-browser", "properties": {"search": f"moonwort {kind}"}}
                            for kind in ("page", "track")], columns.key)
    columns.ready()
    columns.patron.restart()  # into files
    columns.ready()
    pages = {"kind": "segmentation", "unit": "whole", "series": [{"where": {"field": "type", "is": "equals", "value": "page"}, "measure": measure} for measure in ("total", "uniques")]}

    def counts():
        return [series["values"][0] for series in columns.query(**pages)["data"][0]["series"]]
    assert counts() == [1, 1] and holding(columns.patron.data / "columns", "moonwort page") != set()
    at = "/api/v1/consent/purposes/analytics"
    one = columns.ask("GET", at)
    columns.ask("PUT", at, {**{key: one[key] for key in ("name", "description", "basis", "text_version", "messages", "channels", "categories", "version")},
                            "retention": [{"type": "page", "name": "", "days": 30}]})
    columns.ask("PUT", "/api/v1/clock", {"speed": 0, "now": (began + datetime.timedelta(days=31)).strftime("%Y-%m-%dT%H:%M:%S.000Z")})
    end = time.monotonic() + 20
    while counts() != [1, 0]:
        assert time.monotonic() < end, columns.patron.stderr(3000)
        time.sleep(0.05)
    assert holding(columns.patron.data, "moonwort page") == set()
    columns.patron.stop()
    assert {text for _, text in holding(columns.patron.data / "columns", "moonwort page", "moonwort track")} == {"moonwort track"}
