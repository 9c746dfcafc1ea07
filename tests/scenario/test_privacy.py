# SPDX-License-Identifier: Apache-2.0
"""What customers may ask for: an erasure that leaves no byte of them and no figure changed, and a copy of their data."""
import base64
import datetime
import hmac
import io
import json
import shutil
import time
import zipfile

import pytest
from harness.person import colleague
from harness.privacy import API, PrivacyDesk

# Texts of one person, each found nowhere else.
TEXTS = ["zenobia", "quillfeather", "zq-user-77", "zq-browser-1", "zq-browser-2", "+4366099887766", "moonpenny lane 4", "zq-card-5"]


class Desk(PrivacyDesk):
    """A daemon with a shop, and its privacy desk."""

    def __init__(self, patron):
        super().__init__(patron)
        self.source = patron.add_source("shop")

    def send(self, *events, source=None):
        self.patron.send_ok(list(events), (source or self.source)["write_key"])
        return self.ready()

    def person(self):
        """Zenobia, from two browsers that an order by mail joins, and Bob, who stays."""
        mail = "Zenobia.Quillfeather@example.test"
        self.send(
            {"type": "page", "name": "Home", "messageId": "z1", "anonymousId": "zq-browser-1", "timestamp": "2026-02-01T10:00:00Z"},
            {"type": "identify", "messageId": "z2", "anonymousId": "zq-browser-1", "userId": "zq-user-77", "timestamp": "2026-02-01T10:01:00Z",
             "traits": {"email": mail, "phone": "+43 660 99887766", "firstName": "Zenobia", "lastName": "Quillfeather", "address": {"street": "Moonpenny Lane 4"}},
             "context": {"externalIds": [{"type": "loyalty_card", "id": "zq-card-5"}]}},
            {"type": "track", "event": "Order Completed", "messageId": "z3", "userId": "zq-user-77", "timestamp": "2026-02-01T10:34:56.789Z",
             "properties": {"order_id": "zq-order-1", "total": "120.50", "currency": "EUR", "store": "graz-1", "note": "ring at Quillfeather"}},
            {"type": "track", "event": "Product Viewed", "messageId": "z4", "anonymousId": "zq-browser-2", "context": {"traits": {"email": mail}}},
            {"type": "identify", "messageId": "b1", "userId": "bob-1", "traits": {"email": "bob@example.test", "firstName": "Bob"}},
            {"type": "track", "event": "Order Completed", "messageId": "b2", "userId": "bob-1", "timestamp": "2026-02-01T10:40:00Z",
             "properties": {"order_id": "bob-order", "total": 10, "currency": "EUR"}})
        return self.find("user_id", "zq-user-77")

    # --- figures ----------------------------------------------------------------------------------------------

    def totals(self):
        """Events by name, and revenue: what must not change."""
        rows = self.patron.wait_views().export()
        money = sum(float(e["properties"]["total"]) for e in rows if e.get("event") == "Order Completed")
        names = sorted((e["type"], e.get("event") or e.get("name") or "") for e in rows)
        return {"names": names, "revenue": round(money, 2)}

    def assert_nowhere(self, texts):
        """Neither in a file of the data folder nor, decompressed, in any record of the log."""
        wanted = [text.encode().lower() for text in texts]
        for path in sorted(self.patron.data.rglob("*")):
            if path.is_file() and not path.is_socket():
                content = path.read_bytes().lower()
                found = [text for text in wanted if text in content]
                assert not found, f"{path.relative_to(self.patron.data)}: {found}"
        for klass in ("event", "quarantine"):
            told = json.dumps(self.patron.export(klass, own=True), ensure_ascii=False).lower()
            found = [text for text in texts if text.lower() in told]
            assert not found, f"{klass}: {found}"


@pytest.fixture
def desk(patron):
    return Desk(patron)


def test_no_byte_stays_and_no_figure_changes(desk):
    patron = desk.patron
    person = desk.person()
    patron.send_ok([{"type": "track", "messageId": "z5", "userId": "zq-user-77", "properties": {"who": "Quillfeather"}}], desk.source["write_key"])
    assert len(patron.wait_views().quarantine()) == 1
    merged = desk.find("email", "bob@example.test")
    theirs = desk.import_file(b"order,customer,total\nio-1,zq-user-77,1.50\nio-2,zq-user-77,much\n", "till")
    others = desk.import_file(b"order,customer,total\nio-3,bob-1,2.50\n", "till")
    # joined with a kiosk's visitor by hand and parted again; the answer, with the person's name, is kept for a day
    desk.send({"type": "page", "name": "Kiosk", "messageId": "k1", "anonymousId": "kiosk-9"})
    visitor = desk.find("anonymous_id", "kiosk-9")
    answer = patron.api("POST", f"/api/v1/profiles/{person['id']}/merge", {"other": visitor["id"], "reason": "Quillfeather writes so"}, headers={"Idempotency-Key": "zq"})
    assert answer.status == 200, answer
    desk.ready().split(person["id"], [node["number"] for node in visitor["nodes"]])
    desk.ready()
    merged = desk.find("email", "bob@example.test")
    ticket = desk.ask("POST", "/api/v1/tickets", {"type": "incident", "title": "Quillfeather's card is refused", "category": "till_fault", "services": ["pos"],
                                                  "store": "0007", "requester": "zq-user-77", "custom": {"who": "Quillfeather"}}, 201)["ticket"]["key"]
    desk.ask("PATCH", f"/api/v1/tickets/{ticket}", {"note": "called zq-user-77 back"})
    desk.ask("POST", "/api/v1/tickets", {"type": "incident", "title": "again", "category": "till_fault", "services": ["pos"], "store": "0008", "requester": "zq-user-77"})
    before = desk.totals()
    preview = desk.ask("POST", f"{API}/preview", {"subjects": [{"id": person["id"]}]})
    assert preview["persons"] == 1 and preview["removed"]["events"] == 5 and preview["removed"]["identifiers"] == 6
    done = desk.erase({"id": person["id"]})
    removed = done["removed"]
    assert (removed["events"], removed["quarantined"], removed["import_files"], removed["refused_rows"]) == (5, 1, 1, 1), removed
    assert removed["answers"] >= 1 and removed["audit_entries"] >= 1 and removed["log_files"] >= 1, removed
    said = desk.ask("GET", f"/api/v1/tickets/{ticket}")["ticket"]
    assert removed["tickets"] >= 3 and (said["title"], said["requester"], said["custom"], said["store"], said["reports"]) == ("-", "", {}, "0007", 2), said
    assert [row["what"] for row in desk.ask("GET", f"/api/v1/tickets/{ticket}/history")["data"]] == ["opened", "note", "joined", "erased"]
    while (found := desk.ask("GET", "/api/v1/tickets?search=Quillfeather"))["searched"]["reads"]:
        time.sleep(0.02)
    assert found["total"] == 0
    kept = {job: desk.ask("GET", f"/api/v1/imports/{job}") for job in (theirs, others)}
    assert not kept[theirs]["file_kept"] and kept[others]["file_kept"]
    # what was quarantined is not let in, whoever tries
    stuck, = patron.quarantine()
    told = desk.ask("POST", "/api/v1/quarantine/redrive", {"positions": [stuck["_patron"]["position"]]})
    assert told["redriven"] == 0
    assert done["subjects"] == [] and done["label"] == "" and done["has_certificate"]
    desk.assert_nowhere(TEXTS)
    desk.find("user_id", "zq-user-77", status=404)
    desk.get(person["id"], status=404)
    assert desk.search("quillfeather") == []
    assert desk.totals() == before
    assert desk.get(merged["id"])["events"] == 3 and desk.find("anonymous_id", "kiosk-9")["events"] == 1
    residue, = [e for e in patron.export() if e.get("event") == "Order Completed" and "store" in e["properties"]]
    assert residue["properties"] == {"store": "graz-1", "currency": "EUR", "total": "120.50"}
    assert residue["timestamp"] == "2026-02-01T10:00:00.000Z" and residue["userId"] is None and residue["anonymousId"] is None
    assert "erased" in residue["_patron"]["flags"] and residue["profile_id"] is None
    # replayed, and started again
    patron.api("POST", "/api/v1/views/profiles/rebuild", {})
    desk.ready()
    patron.restart()
    desk.ready()
    assert desk.totals() == before and desk.search("quillfeather") == []
    assert desk.get(merged["id"])["events"] == 3
    desk.assert_nowhere(TEXTS)
    assert json.loads(patron.cli("audit", "verify", "--json").stdout)["ok"] is True


def test_late_events_are_suppressed_and_later_ones_are_somebody_new(desk):
    patron = desk.patron
    erased_at = desk.erase({"id": desk.person()["id"]})["erased_at"]
    count = len(patron.export())
    past = patron.add_source("past", "--historical")
    late = {"type": "track", "event": "Order Completed", "messageId": "late-1", "userId": "zq-user-77", "timestamp": "2026-02-01T10:34:56.789Z",
            "properties": {"total": 5, "currency": "EUR"}}
    mailed = {"type": "identify", "messageId": "late-2", "anonymousId": "other", "timestamp": "2026-03-01T00:00:00Z", "traits": {"email": "ZENOBIA.quillfeather@example.test"}}
    for source in (desk.source, past):
        answer = patron.send_ok([late, mailed, {"type": "track", "event": "Fine", "messageId": f"ok-{source['id']}", "userId": "bob-1"}], source["write_key"])
        assert answer.json()["success"] is True
    # both sides of the instant, by a source whose times hold as they are
    at = lambda ms: {"type": "track", "event": "Edge", "messageId": f"edge{ms}", "userId": "zq-user-77", "timestamp": shift(erased_at, ms)}
    patron.send_ok([at(-1)], past["write_key"])
    assert len(patron.wait_views().export()) == count + 2
    desk.ready().find("user_id", "zq-user-77", status=404)
    patron.send_ok([at(0)], past["write_key"])
    again = desk.ready().find("user_id", "zq-user-77")
    assert again["events"] == 1 and len(again["nodes"]) == 1
    told = patron.metrics()
    assert sum(v for k, v in told.items() if k.startswith("patron_events_suppressed_total")) == 5
    desk.assert_nowhere(["quillfeather"])


def shift(instant, ms):
    """An RFC 3339 instant with milliseconds, moved."""
    at = datetime.datetime.fromisoformat(instant.replace("Z", "+00:00")) + datetime.timedelta(milliseconds=ms)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


@pytest.mark.limit(120)
def test_killed_at_any_step(desk):
    patron = desk.patron
    person = desk.person()
    before = desk.totals()
    request = desk.request({"id": person["id"]})
    desk.decide(request)
    for pause in (0, 0.01, 0.03, 0.06, 0.1, 0.2):
        time.sleep(pause)
        patron.kill9()
        patron.start(40)
        if desk.ask("GET", f"{API}/requests/{request['id']}")["state"] == "done":
            break
    done = desk.wait(request)
    assert done["state"] == "done", done
    desk.ready()
    desk.assert_nowhere(TEXTS)
    assert desk.totals() == before
    patron.restart()
    assert desk.ready().totals() == before and desk.search("quillfeather") == []


@pytest.mark.limit(120)
def test_a_kill_is_no_restore(desk):
    patron = desk.patron
    person = desk.person()
    others = desk.import_file(b"order,customer,total\nio-3,bob-1,2.50\nio-4,bob-1,much\n", "till")
    refused = desk.ask("GET", f"/api/v1/imports/{others}/refusals")["data"]
    assert len(refused) == 1
    request = desk.request({"id": person["id"]})
    desk.decide(request)
    for pause in (0, 0.02, 0.05, 0.1):
        time.sleep(pause)
        patron.kill9()
        patron.start(40)
    assert desk.wait(request)["state"] == "done"
    desk.ready()
    desk.assert_nowhere(TEXTS)
    assert desk.ask("GET", f"/api/v1/imports/{others}")["file_kept"]
    assert desk.ask("GET", f"/api/v1/imports/{others}/refusals")["data"] == refused
    assert [row["id"] for row in desk.ask("GET", f"{API}/requests")["data"]] == [request["id"]]
    certificate = patron.api("GET", f"{API}/requests/{request['id']}/certificate").json()["certificate"]
    assert certificate["register"]["identifiers"] == len(certificate["register"]["hashes"]) == 6


def test_requests_that_name_others_too_go_on_without_the_erased(desk):
    person = desk.person()
    bob = desk.find("user_id", "bob-1")["id"]
    both = desk.request({"id": person["id"]}, {"type": "user_id", "value": "zq-user-77"}, {"id": bob})
    left = desk.request({"id": person["id"]})
    desk.decide(left, "refuse", body={"reason": "zq-user-77 did not show who they are"})
    copy = desk.request({"id": person["id"]}, kind="export")
    desk.decide(copy)
    assert desk.wait(copy)["state"] == "done"
    desk.erase({"id": person["id"]})
    now = desk.ask("GET", f"{API}/requests/{both['id']}")
    assert (now["state"], now["persons"], now["subjects"]) == ("received", 1, [{"id": bob}]), now
    assert list((desk.patron.data / "privacy").iterdir()) == []
    desk.assert_nowhere(TEXTS)


@pytest.mark.limit(120)
def test_an_old_backup_does_not_bring_anybody_back(desk, make_patron):
    patron = desk.patron
    person = desk.person()
    patron.send_ok([{"type": "track", "messageId": "z5", "userId": "zq-user-77", "properties": {"who": "Quillfeather"}}], desk.source["write_key"])
    before = desk.ready().totals()
    backup = patron.folder / "old.ptb"
    patron.cli("backup", backup)
    desk.erase({"id": person["id"]})
    other = make_patron()
    refused = other.cli("restore", backup, check=False)
    assert refused.returncode == 1 and "register of erasures" in refused.stderr
    assert not (other.data / "core.db").exists() and not (other.data / "log").exists()
    patron.stop()
    shutil.copy(f"{patron.data}.erasures", f"{other.data}.erasures")
    other.cli("restore", backup)
    other.start(60)  # ready: nobody is read who was erased
    restored = Desk.__new__(Desk)
    PrivacyDesk.__init__(restored, other)
    restored.ready().find("user_id", "zq-user-77", status=404)
    row, = [r for r in restored.ask("GET", f"{API}/requests")["data"] if r["channel"] == "register"]
    assert row["state"] == "done" and row["removed"]["events"] == 4
    restored.assert_nowhere(TEXTS)
    assert restored.totals() == before
    other.restart()
    assert len(restored.ready().ask("GET", f"{API}/requests")["data"]) == 1
    # without the register: only when asked for, and it is told
    third = make_patron()
    third.cli("restore", backup, "--no-erasure-register")
    third.start(60)
    PrivacyDesk(third).ready().find("user_id", "zq-user-77")
    actions = [entry["action"] for entry in third.api("GET", "/api/v1/audit?limit=50").json()["data"]]
    assert actions.count("privacy.register_waived") == 1
    third.restart()


def test_another_register_is_refused(desk):
    patron = desk.patron
    desk.erase({"id": desk.person()["id"]})
    patron.stop()
    register = patron.data.with_name(patron.data.name + ".erasures")
    kept = register.read_bytes()
    register.unlink()
    patron.spawn()
    assert patron.process.wait(20) != 0 and "register of erasures" in patron.stderr()
    register.write_bytes(kept[:-1])  # a torn tail is cut; then an entry is missing
    patron.spawn()
    assert patron.process.wait(20) != 0 and "lacks entries" in patron.stderr()
    register.write_bytes(kept + b"torn")
    patron.start()
    assert register.read_bytes() == kept and (register.stat().st_mode & 0o777) == 0o600


def test_many_take_two_persons(make_patron):
    patron = make_patron(settings={"privacy-bulk": "1"}).start()
    desk = Desk(patron)
    desk.person()
    one, two = desk.find("user_id", "zq-user-77")["id"], desk.find("user_id", "bob-1")["id"]
    both = desk.request({"id": one}, {"id": two})
    assert both["needs_second"] and both["persons"] == 2
    refused = desk.decide(both, status=403)
    assert "signed in" in refused["detail"]
    token = patron.add_token("privacy")
    assert patron.api("POST", f"{API}/requests/{both['id']}/approve", {}, token=token).status == 403
    desk.decide(both, "cancel")
    assert desk.ask("GET", f"{API}/requests/{both['id']}")["subjects"] == []
    asker, other = colleague(patron, "asker@example.com", "privacy"), colleague(patron, "other@example.com", "privacy")
    agent = colleague(patron, "agent@example.com", "agent")
    both = asker.ok("POST", f"{API}/requests", {"kind": "erasure", "subjects": [{"id": one}, {"id": two}]}, 201)
    approve = f"{API}/requests/{both['id']}/approve"
    assert "somebody else" in asker.ok("POST", approve, {}, 403)["detail"]
    assert "signed in" in agent.ok("POST", approve, {}, 403)["detail"]
    assert other.ok("POST", approve, {})["decided_by"]
    assert desk.wait(both)["state"] == "done"
    desk.send({"type": "identify", "messageId": "again-1", "userId": "zq-user-77"}, {"type": "identify", "messageId": "again-2", "userId": "bob-1"})
    one, two = desk.find("user_id", "zq-user-77")["id"], desk.find("user_id", "bob-1")["id"]
    desk.erase({"id": two})  # one a day may be erased by one alone, and it is not the first
    more = desk.request({"id": one})
    assert not more["needs_second"]
    desk.decide(more, status=403)
    left = desk.decide(more, "refuse", body={"reason": "not shown who they are"})
    assert left["state"] == "refused" and left["problem"] == "not shown who they are" and left["label"] == ""
    desk.decide(more, "cancel", status=409)
    agent = patron.add_token("analyst")
    assert patron.api("GET", f"{API}/requests", token=agent).status == 403


def test_nobody_known_is_still_suppressed_and_searched_for(desk):
    patron = desk.patron
    patron.send_ok([{"type": "track", "messageId": "q1", "userId": "never-seen@example.test"}], desk.source["write_key"])
    assert len(patron.wait_views().quarantine()) == 1
    done = desk.erase({"type": "email", "value": "Never-Seen@Example.test"})
    assert done["persons"] == 1 and done["removed"]["events"] == 0
    patron.send_ok([{"type": "identify", "messageId": "q2", "anonymousId": "n", "timestamp": "2026-01-01T00:00:00Z", "traits": {"email": "never-seen@example.test"}}],
                   desk.source["write_key"])
    assert patron.wait_views().export() == []
    assert done["removed"]["quarantined"] == 1, done
    desk.assert_nowhere(["never-seen"])


def test_a_shop_asks_and_staff_approves(desk):
    patron = desk.patron
    made = desk.ask("POST", "/api/v1/connectors", {"kind": "shopify", "name": "web shop", "secret": "hush-hush-hush"}, 201)["connector"]
    desk.person()
    body = json.dumps({"shop_id": 954889, "shop_domain": "demo.myshopify.com", "customer": {"id": 191167, "email": "Zenobia.Quillfeather@example.test", "phone": ""},
                       "orders_to_redact": []}).encode()
    signed = base64.b64encode(hmac.new(b"hush-hush-hush", body, "sha256").digest()).decode()
    for _ in range(2):  # delivered again, it is one request
        answer = patron.post(made["path"], body, headers={"Content-Type": "application/json", "X-Shopify-Topic": "customers/redact", "X-Shopify-Webhook-Id": "wh-1",
                             "X-Shopify-Shop-Domain": "demo.myshopify.com", "X-Shopify-Hmac-Sha256": signed})
        assert answer.status == 200, answer
    row, = desk.ask("GET", f"{API}/requests")["data"]
    assert (row["channel"], row["state"], row["persons"], row["requested_by"]) == ("shop", "received", 1, "web shop"), row
    desk.find("user_id", "zq-user-77")  # nothing happens by itself
    desk.decide(row)
    assert desk.wait(row)["state"] == "done"
    desk.find("user_id", "zq-user-77", status=404)
    desk.assert_nowhere(TEXTS)


def test_the_certificate_is_signed(desk):
    patron = desk.patron
    done = desk.erase({"id": desk.person()["id"]})
    answer = patron.api("GET", f"{API}/requests/{done['id']}/certificate")
    told = answer.json()["certificate"]
    assert told["request"] == done["id"] and told["erased_at"] == done["erased_at"] and told["removed"] == done["removed"]
    assert told["register"]["identifiers"] == len(told["register"]["hashes"]) == 6
    assert {row["what"] for row in told["remains"]} >= {"anonymous_events", "audit_chain", "register_of_erasures"}
    key = patron.get("/api/v1/privacy/key").json()
    assert key == {"algorithm": "Ed25519", "public_key": answer.json()["public_key"]}
    file = patron.folder / "certificate.json"
    file.write_bytes(answer.body)
    assert patron.cli_json("privacy", "verify", file, "--key", key["public_key"])["request"] == done["id"]
    file.write_bytes(answer.body.replace(b'"events":4', b'"events":3'))
    assert "signature" in patron.cli("privacy", "verify", file, check=False).stderr
    file.write_bytes(answer.body)
    assert "another key" in patron.cli("privacy", "verify", file, "--key", "0" * 64, check=False).stderr


def test_an_export_is_fetched_once(desk):
    patron = desk.patron
    person = desk.person()
    request = desk.request({"type": "email", "value": "zenobia.quillfeather@example.test"}, kind="export")
    desk.request({"type": "email", "value": "nobody@example.test"}, kind="export", status=404)
    desk.decide(request)
    done = desk.wait(request)
    assert done["state"] == "done" and done["archive_bytes"] > 0 and done["removed"]["events"] == 4, done
    stale = desk.ask("POST", f"{API}/requests/{request['id']}/link", {})["path"]
    path = desk.ask("POST", f"{API}/requests/{request['id']}/link", {})["path"]
    assert patron.api("GET", stale).status == 404
    answer = patron.api("GET", path)
    assert answer.status == 200 and answer.header("Content-Type") == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.testzip() is None
        page = archive.read("index.html").decode()
        events = [json.loads(line) for line in archive.read("data/events.jsonl").decode().splitlines()]
        profile = json.loads(archive.read("data/profile.jsonl"))
    assert "<script" not in page and "Quillfeather" in page and "Moonpenny Lane 4" in page
    assert len(events) == 4 and person["id"] in json.dumps(profile)
    end = time.monotonic() + 5
    while patron.api("GET", path).status != 404:
        assert time.monotonic() < end
        time.sleep(0.02)
    after = desk.ask("GET", f"{API}/requests/{request['id']}")
    assert after["fetched_at"] and after["archive_bytes"] is None and after["label"] == "" and after["subjects"] == []
    assert list((patron.data / "privacy").iterdir()) == []


def test_an_export_holds_what_the_desk_has(desk):
    patron, person = desk.patron, desk.person()
    ask = lambda what: patron.api("POST", "/api/v1/tickets", what).json()["ticket"]["key"]  # noqa: E731
    desk.send({"type": "identify", "messageId": "z5", "userId": "zq-user-77", "context": {"externalIds": [{"type": "loyalty_card", "id": "zq-user-77"}]}})
    patron.wait_views()
    twice = ask({"type": "service_request", "title": "By a name of two kinds", "requester": "zq-user-77"})
    own = ask({"type": "service_request", "title": "A refund", "description": "Of the lamp", "requester": person["id"], "custom": {}})
    other = ask({"category": "till_fault", "services": ["export"], "requester": "bob-1", "description": "words of Bob"})
    assert ask({"category": "till_fault", "services": ["export"], "requester": "zenobia.quillfeather@example.test", "description": "also mine"}) == other
    ask({"title": "Of nobody she knows", "requester": "bob-1"})
    for ticket in (own, other):
        for change in ({"note": "It is on its way", "public": True}, {"note": "internal words"}, {"note": "said by somebody", "from_requester": True}):
            assert patron.api("PATCH", f"/api/v1/tickets/{ticket}", change).status == 200
    request = desk.request({"id": person["id"]}, kind="export")
    desk.decide(request)
    done = desk.wait(request)
    assert done["removed"]["tickets"] == 8
    path = desk.ask("POST", f"{API}/requests/{request['id']}/link", {})["path"]
    with zipfile.ZipFile(io.BytesIO(patron.api("GET", path).body)) as archive:
        rows = {part: [json.loads(line) for line in archive.read(f"data/{part}.jsonl").decode().splitlines()] for part in ("tickets", "ticket_reports", "ticket_notes")}
        page = archive.read("index.html").decode()
    assert sorted((row["ticket"], row["title"]) for row in rows["tickets"]) == sorted([(own, "A refund"), (twice, "By a name of two kinds")])
    assert sorted((row["ticket"], row["text"]) for row in rows["ticket_reports"]) == sorted([(own, "Of the lamp"), (twice, "By a name of two kinds"), (other, "also mine")])
    assert sorted((row["ticket"], row["by"], row["text"]) for row in rows["ticket_notes"]) == sorted(
        [(own, "desk", "It is on its way"), (own, "you", "said by somebody"), (other, "desk", "It is on its way")])
    assert "also mine" in page and "words of Bob" not in page and "internal words" not in page
