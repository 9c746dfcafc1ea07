# SPDX-License-Identifier: Apache-2.0
"""Patron beside an incumbent: what both took by day and name, whom both take for one person, whose a part is."""
import tempfile
import time

import pytest
from fakes.server import Answer, Server
from harness.customers import Customers
from harness.patron import Patron
from harness.shared import Databases, Shared


@pytest.fixture
def beside(shared):
    return Beside(shared)


class Beside(Customers):
    def __init__(self, shared):
        super().__init__(shared.patron)
        self.key = shared.source()
        self.ids = 0

    def events(self, day, at="12:00:00", **counts):
        """So many events of each name, at one time of a day."""
        batch = []
        for name, count in counts.items():
            for _ in range(count):
                self.ids += 1
                batch.append({"type": "track", "event": name, "userId": f"u{self.ids % 5}", "messageId": f"{self.key['id']}-{self.ids}",
                              "timestamp": f"{day}T{at}Z"})
        self.patron.send_ok(batch, self.key["write_key"])
        self.patron.wait_views()

    def told(self, text, kind="text/csv", want=200):
        answer = self.patron.api("PUT", "/api/v1/adoption/counts", text.encode(), headers={"Content-Type": kind})
        assert answer.status == want, answer
        return answer.json()

    def report(self, **query):
        asked = "&".join(f"{name}={value}" for name, value in {"source": self.key["id"], **query}.items())
        return self.ask("GET", f"/api/v1/adoption?{asked}")


def by_name(report):
    return {row["name"]: (row["ours"], row["theirs"], row["difference"]) for row in report["events"]}


def test_known_differences_are_shown(beside):
    beside.events("2026-03-01", Bought=7, Viewed=4)
    beside.events("2026-03-02", Bought=5)
    beside.events("2026-03-04", Bought=2)  # the incumbent will not tell of this day
    beside.patron.send_ok([{"type": "identify", "userId": "u1", "messageId": f"{beside.key['id']}-i", "timestamp": "2026-03-01T23:59:59.999Z"}],
                          beside.key["write_key"])
    beside.patron.wait_views()
    period = {"from": "2026-03-01T08:00:00Z", "until": "2026-03-04T01:00:00Z"}
    assert by_name(beside.report(**period)) == {"Bought": (14, 0, 14), "Viewed": (4, 0, 4), "$identify": (1, 0, 1)}
    assert beside.told("day,event,count\n2026-03-01,Bought,8\n2026-03-01,$identify,1\n2026-03-02,Bought,5\n2026-03-02,Lost,3\n") == {"rows": 4}
    report = beside.report(**period)
    assert by_name(report) == {"Bought": (12, 13, -1), "Viewed": (4, 0, 4), "Lost": (0, 3, -3), "$identify": (1, 1, 0)}
    assert [row["name"] for row in report["events"]] == ["Bought", "Viewed", "Lost", "$identify"]
    assert report["events"][0]["share"] == pytest.approx(12 / 13) and report["events"][1]["share"] is None
    assert [(day["at"][:10], day["ours"], day["theirs"]) for day in report["days"]] == [
        ("2026-03-01", 12, 9), ("2026-03-02", 5, 8), ("2026-03-03", 0, None), ("2026-03-04", 2, None)]
    one = beside.report(event="Bought", **period)
    assert [(day["ours"], day["theirs"]) for day in one["days"]] == [(7, 8), (5, 5), (0, None), (2, None)]
    # a day that is told again is replaced, others stay; JSON says the same
    beside.told('[{"day":"2026-03-01","event":"Bought","count":3},{"day":"2026-03-01","event":"Bought","count":4}]', "application/json")
    assert by_name(beside.report(**period)) == {"Bought": (12, 12, 0), "Viewed": (4, 0, 4), "Lost": (0, 3, -3), "$identify": (1, 0, 1)}
    audit = beside.patron.api("GET", "/api/v1/audit?limit=20").json()["data"]
    assert [row["detail"]["rows"] for row in audit if row["action"] == "adoption.counts_put"] == [2, 4]


def test_the_view_is_rebuilt_from_the_log(beside):
    beside.events("2026-04-01", Bought=7)
    answer = beside.patron.api("POST", "/api/v1/views/source_stats/rebuild")
    assert answer.status in (200, 202), answer
    beside.patron.wait_views()
    period = {"from": "2026-04-01T00:00:00Z", "until": "2026-04-02T00:00:00Z"}
    assert by_name(beside.report(**period)) == {"Bought": (7, 0, 7)}


@pytest.mark.parametrize("text,kind,status,reason", [
    ("day,event\n2026-03-01,a\n", "text/csv", 400, 'the file has no column "count"'),
    ("day,event,count\n01.03.2026,a,1\n", "text/csv", 400, "row 1: day is not a date"),
    ("day,event,count\n2026-03-01,,1\n", "text/csv", 400, "row 1: event has 0 bytes, not 1..400"),
    ("day,event,count\n2026-03-01,a,1\n2026-03-01,b,-1\n", "text/csv", 400, "row 2: count is not a whole number in 0.."),
    ("day,event,count\n2026-03-01,a\n", "text/csv", 400, "line 2: 2 fields, want 3"),
    ('[{"day":"2026-03-01","event":"a","count":1.5}]', "application/json", 400, "row 1: count is not a whole number"),
    ('{"day":"2026-03-01"}', "application/json", 400, "not a JSON array"),
    ("x", "text/plain", 415, "text/csv or application/json"),
    ("day,event,count\n" + "2026-03-01,a,1\n" * 20001, "text/csv", 413, "over 20000 rows"),
])
def test_counts_that_are_none(beside, text, kind, status, reason):
    assert reason in beside.told(text, kind, status)["detail"]


@pytest.mark.parametrize("query,status", [("from=2026-03-02T00:00:00Z&until=2026-03-01T00:00:00Z", 400), ("source=nobody", 404), ("source=patron", 404),
                                          ("from=2024-01-01T00:00:00Z&until=2026-01-01T00:00:00Z", 400)])
def test_periods_and_sources_that_are_none(beside, query, status):
    assert beside.patron.api("GET", "/api/v1/adoption?" + query).status == status


def test_a_part_is_taken_over(beside):
    parts = {part["name"]: part for part in beside.report()["parts"]}
    assert len(parts) == 8 and parts["desk"]["state"] == "incumbent" and parts["desk"]["changed_at"] is None
    for state in ("side_by_side", "patron"):
        beside.ask("PUT", "/api/v1/adoption/parts/identity", {"state": state, "note": f"from now on {state}"})
    part = {part["name"]: part for part in beside.report()["parts"]}["identity"]
    assert part["state"] == "patron" and part["note"] == "from now on patron" and part["changed_at"] and part["changed_by"]
    assert beside.patron.api("PUT", "/api/v1/adoption/parts/other", {"state": "patron"}).status == 404
    assert beside.patron.api("PUT", "/api/v1/adoption/parts/desk", {"state": "ours"}).status == 400
    audit = beside.patron.api("GET", "/api/v1/audit?limit=20").json()["data"]
    assert [row["detail"]["state"] for row in audit if row["action"] == "adoption.part_set"] == ["patron", "side_by_side"]


# --- what was forwarded -------------------------------------------------------------------------------------------


class Incumbent(Server):
    """Takes what speaks Segment's API."""

    def answer(self, request):
        return Answer(200, {"success": True})


@pytest.fixture(scope="module")
def forwarding(sql_cluster):
    """A daemon that may connect to this machine, and the incumbent there."""
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder, Incumbent() as incumbent:
        patron = Patron(folder, settings={"connect-networks": "127.0.0.0/8"}, databases=Databases(sql_cluster)).start()
        try:
            yield Shared(patron), incumbent
            patron.stop()
        finally:
            patron.discard()


@pytest.fixture
def feeding(request, forwarding):
    own, incumbent = forwarding
    request.node.patrons = [own.patron]
    beside = Beside(own)
    beside.own, beside.incumbent = own, incumbent
    return beside


TODAY, BEGIN = time.strftime("%Y-%m-%d", time.gmtime()), "00:00:00"


def feed(beside, name, **more):
    body = {"name": name, "kind": "segment", "settings": {"url": beside.incumbent.base + "/v1/batch", "write_key": "k"}, "purposes": [], **more}
    return beside.ask("POST", "/api/v1/destinations", body, 201)["id"]


def shown(beside, fits, **query):
    """The report once it fits: counts are stored with the destination's position."""
    end = time.monotonic() + 15
    while not fits(report := beside.report(**{"from": f"{TODAY}T00:00:00Z", "until": f"{TODAY}T01:00:00Z", **query})):
        assert time.monotonic() < end, report
        time.sleep(0.02)
    return report


def forwarded(report):
    return {row["name"]: (row["ours"], row["forwarded"], row["switched_off"], row["withheld"], row["forwarding"]) for row in report["events"]}


def test_what_a_destination_forwarded_stands_between(feeding):
    assert feeding.report()["forwarding"] is None and feeding.report()["days"][0]["forwarded"] is None
    one = feed(feeding, "Incumbent")
    feeding.events(TODAY, BEGIN, Bought=3, Viewed=2)
    report = shown(feeding, lambda r: {"Bought": (3, 3, 0, 0, "on"), "Viewed": (2, 2, 0, 0, "on")} == forwarded(r))
    assert {name: report["forwarding"][name] for name in ("id", "name", "kind", "state", "dead")} == {
        "id": one, "name": "Incumbent", "kind": "segment", "state": "running", "dead": 0}
    assert [day["forwarded"] for day in report["days"]] == [5]
    assert shown(feeding, lambda r: True, event="Viewed")["days"][0]["forwarded"] == 2
    # one part is taken over: the destination's choice of events leaves it out from now on
    feeding.ask("PATCH", f"/api/v1/destinations/{one}", {"events": [{"name": "Bought"}]})
    feeding.events(TODAY, BEGIN, Bought=1, Viewed=4)
    taken = {"Bought": (4, 4, 0, 0, "on"), "Viewed": (6, 2, 4, 0, "off")}
    shown(feeding, lambda r: forwarded(r) == taken)
    # and given back
    feeding.ask("PATCH", f"/api/v1/destinations/{one}", {"events": None})
    feeding.events(TODAY, BEGIN, Viewed=1)
    shown(feeding, lambda r: forwarded(r)["Viewed"] == (7, 3, 4, 0, "on"))
    # a replay is told apart, as it may send what was sent
    feeding.ask("POST", f"/api/v1/destinations/{one}/replay", {"from_position": 0})
    report = shown(feeding, lambda r: sum(row["replayed"] for row in r["events"]) == 11)
    assert {row["name"]: (row["forwarded"], row["replayed"]) for row in report["events"]} == {"Bought": (4, 4), "Viewed": (3, 7)}
    # what the past brought is not for it; another source's events are not of this comparison
    other = Beside(feeding.own)
    other.events(TODAY, BEGIN, Elsewhere=2)
    shown(other, lambda r: forwarded(r) == {"Elsewhere": (2, 2, 0, 0, "on")})
    assert "Elsewhere" not in forwarded(shown(feeding, lambda r: True))
    # kept over a restart, gone with the destination
    feeding.patron.restart()
    assert forwarded(shown(feeding, lambda r: True))["Viewed"] == (7, 3, 4, 0, "on")
    second = feed(feeding, "Another")
    assert shown(feeding, lambda r: True, destination=second)["events"][0]["forwarded"] == 0
    assert {row["name"] for row in feeding.report()["destinations"]} == {"Incumbent", "Another"}
    assert feeding.patron.api("GET", "/api/v1/adoption?destination=00000000-0000-7000-8000-000000000000").status == 404
    for gone in (one, second):
        feeding.ask("DELETE", f"/api/v1/destinations/{gone}")
    assert feeding.report()["forwarding"] is None


# --- who is one person --------------------------------------------------------------------------------------------


def upload(beside, text):
    data = text.encode()
    job = beside.ask("POST", "/api/v1/imports", {"name": "persons.csv", "source": "incumbent", "bytes": len(data)}, 201)
    answer = beside.patron.api("PUT", f"/api/v1/imports/{job['id']}/parts?offset=0", data, headers={"Content-Type": "application/octet-stream"})
    assert answer.status == 200, answer
    end = time.monotonic() + 20
    while beside.ask("GET", f"/api/v1/imports/{job['id']}")["state"] == "checking":
        assert time.monotonic() < end
        time.sleep(0.01)
    return job["id"]


def compare(beside, text, state="done"):
    began = beside.ask("POST", "/api/v1/adoption/identity", {"import": upload(beside, text)}, 202)["id"]
    end = time.monotonic() + 20
    while True:
        newest = beside.ask("GET", "/api/v1/adoption/identity")["data"][0]
        assert newest["id"] == began
        if newest["state"] != "running":
            assert newest["state"] == state, newest
            return newest
        assert time.monotonic() < end
        time.sleep(0.01)


def test_whom_both_take_for_one_person(beside):
    mark = beside.key["id"][-6:]
    who = {name: f"{name}-{mark}" for name in ("ann", "ann2", "ben", "cleo", "dan")}
    beside.patron.send_ok([
        {"type": "identify", "userId": who["ann"], "anonymousId": f"a-{mark}", "messageId": f"{mark}-1"},  # one person of two identifiers
        {"type": "identify", "anonymousId": who["ann2"], "messageId": f"{mark}-2"},                        # here another one, there the same
        {"type": "identify", "userId": who["ben"], "traits": {"email": f"ben@{mark}.example"}, "messageId": f"{mark}-3"},
        {"type": "identify", "userId": who["cleo"], "anonymousId": f"c-{mark}", "messageId": f"{mark}-4"},  # here one, there two
        {"type": "identify", "userId": who["dan"], "messageId": f"{mark}-5"}], beside.key["write_key"])
    beside.ready()
    found = compare(beside, "type,person,value,remark\n" + "".join(f"{kind},{person},{value},\n" for person, kind, value in [
        ("p-ann", "user_id", who["ann"]), ("p-ann", "anonymous_id", f"a-{mark}"), ("p-ann", "anonymous_id", who["ann2"]),
        ("p-ben", "user_id", who["ben"]), ("p-ben", "email", f"BEN@{mark}.example"),
        ("p-cleo", "user_id", who["cleo"]), ("p-cleo-2", "anonymous_id", f"c-{mark}"),
        ("p-dan", "user_id", who["dan"]), ("p-dan", "user_id", who["dan"]),
        ("p-eve", "user_id", f"eve-{mark}"), ("", "user_id", "x"), ("p-fay", "shoe_size", "41")]))
    assert {name: found[name] for name in ("rows", "refused", "unknown", "theirs", "ours", "alike", "parted", "joined")} == {
        "rows": 12, "refused": 1, "unknown": 2, "theirs": 5, "ours": 5, "alike": 2, "parted": 1, "joined": 1}, found
    parted, joined = found["examples"]
    ids = {name: beside.find("anonymous_id" if name == "ann2" else "user_id", value)["id"] for name, value in who.items()}
    assert parted["kind"] == "parted" and parted["theirs"] == ["p-ann"] and sorted(parted["ours"]) == sorted([ids["ann"], ids["ann2"]])
    assert joined["kind"] == "joined" and sorted(joined["theirs"]) == ["p-cleo", "p-cleo-2"] and joined["ours"] == [ids["cleo"]]
    # what differed is the same once it was merged
    beside.merge(ids["ann"], ids["ann2"])
    beside.ready()
    again = compare(beside, "person,type,value\n" + f"p-ann,user_id,{who['ann']}\np-ann,anonymous_id,{who['ann2']}\n")
    assert (again["theirs"], again["ours"], again["alike"], again["parted"]) == (1, 1, 1, 0) and again["examples"] == []


def test_files_of_persons_that_are_none(beside):
    failed = compare(beside, "who,kind,value\na,user_id,b\n", "failed")
    assert failed["reason"] == "the file has no header with person, type and value" and failed["finished_at"]
    assert beside.patron.api("POST", "/api/v1/adoption/identity", {"import": "00000000-0000-7000-8000-000000000000"}).status == 404
    begun = beside.ask("POST", "/api/v1/imports", {"name": "x", "source": "incumbent", "bytes": 5}, 201)["id"]
    assert beside.patron.api("POST", "/api/v1/adoption/identity", {"import": begun}).status == 409
