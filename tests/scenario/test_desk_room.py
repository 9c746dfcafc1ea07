# SPDX-License-Identifier: Apache-2.0
"""Beside a ticket: its files, who else is there, fields of one's own."""
import concurrent.futures
import hashlib
import json
import subprocess
import time
import urllib.parse

import pytest
from harness.desk import Desk
from harness.patron import PATRON

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 1000


@pytest.fixture
def desk(shared):
    return Desk(shared.patron)


def attach(desk, ticket, body, kind, name="photo", status=201, **query):
    return desk.ask("POST", f"/api/v1/tickets/{ticket}/attachments?" + urllib.parse.urlencode({"name": name, **query}), body, status,
                    headers={"Content-Type": kind})


def files(desk, ticket):
    return desk.ask("GET", f"/api/v1/tickets/{ticket}/attachments")["data"]


def on_disk(desk):
    return {path.name for path in (desk.patron.data / "attachments").iterdir()}


# --- files --------------------------------------------------------------------------------------------------------------------

def test_a_file_comes_and_goes(desk):
    ticket = desk.open(title="The drawer is stuck")["key"]
    name = 'Kasse "3" – é.png'
    file = attach(desk, ticket, PNG, "image/png", name, public="true")
    digest = hashlib.sha256(PNG).hexdigest()
    assert (file["name"], file["type"], file["bytes"], file["sha256"], file["public"], file["report"]) == (name, "image/png", len(PNG), digest, True, None)
    assert files(desk, ticket) == [file] and digest in on_disk(desk)
    got = desk.patron.api("GET", f"/api/v1/tickets/{ticket}/attachments/{file['attachment']}")
    assert got.status == 200 and got.body == PNG
    headers = {key.lower(): value for key, value in got.headers.items()}
    assert headers["content-type"] == "image/png" and headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''Kasse%20%223%22%20%E2%80%93%20%C3%A9.png"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox" and headers["cache-control"] == "no-store"
    assert [(row["what"], row["text"], row["public"]) for row in desk.history(ticket)][1:] == [("attached", name, True)]
    other = desk.open(title="Another")["key"]
    desk.ask("GET", f"/api/v1/tickets/{other}/attachments/{file['attachment']}", status=404)
    desk.ask("DELETE", f"/api/v1/tickets/{ticket}/attachments/{file['attachment']}")
    desk.ask("GET", f"/api/v1/tickets/{ticket}/attachments/{file['attachment']}", status=404)
    assert files(desk, ticket) == [] and digest not in on_disk(desk)


@pytest.mark.parametrize("body,kind,query,status,why", [
    (b"<svg/>", "image/svg+xml", {}, 415, "image/svg+xml"),
    (b"<p>hello</p>", "text/html", {}, 415, "text/html"),
    (b"MZ" + PNG, "image/png", {}, 415, "not of type image/png"),
    (b"\xff\xfe", "text/plain; charset=utf-16", {}, 415, "not of type text/plain"),
    (b"", "text/plain", {}, 400, "empty"),
    (b"x" * (4 * 2**20 + 1), "text/plain", {}, 413, ""),
    (b"x", "text/plain", {"name": "../secret"}, 400, "name"),
    (b"x", "text/plain", {"name": "a\x07b"}, 400, "name"),
    (b"x", "text/plain", {"name": "x" * 201}, 400, "name"),
    (b"x", "text/plain", {"report": 999999}, 404, "report"),
], ids=["svg", "html", "no png", "utf-16", "empty", "large", "slash", "control", "long name", "no such report"])
def test_what_is_not_taken(desk, body, kind, query, status, why):
    ticket = desk.open(title="A")["key"]
    assert why in attach(desk, ticket, body, kind, status=status, **{"name": "a", **query})["detail"]
    assert files(desk, ticket) == []


def test_fifty_files_and_no_more(desk):
    ticket = desk.open(title="A")["key"]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: attach(desk, ticket, b"%d" % n, "text/plain", f"{n}"), range(50)))
    assert "50 files" in attach(desk, ticket, b"x", "text/plain", "x", status=409)["detail"]
    assert sorted(int(file["name"]) for file in files(desk, ticket)) == list(range(50))


def test_a_file_of_a_report_goes_with_it(desk):
    fault = {"category": "till_fault", "services": ["files_of_reports"]}
    ticket = desk.open(**fault, store="1")["key"]
    report = desk.report(200, **fault, store="2")["report"]
    attach(desk, ticket, PNG, "image/png", report=report)
    attach(desk, ticket, b"ours", "text/plain")
    parted = desk.ask("POST", f"/api/v1/tickets/{ticket}/reports/{report}/part", status=201)["ticket"]["key"]
    assert [file["type"] for file in files(desk, ticket)] == ["text/plain"]
    assert [file["report"] for file in files(desk, parted)] == [report]
    desk.ask("POST", f"/api/v1/tickets/{parted}/merge", {"into": ticket})
    assert [file["type"] for file in files(desk, ticket)] == ["image/png", "text/plain"]


def test_files_survive_a_kill_and_a_restore(patron, make_patron):
    desk = Desk(patron)
    ticket = desk.open(title="A")["key"]
    file = attach(desk, ticket, PNG, "image/png")
    (patron.data / "attachments" / ("0" * 64)).write_bytes(b"a kill left this")
    patron.kill9()
    patron.start()
    assert on_disk(desk) == {file["sha256"]}, "what no row names goes with the start"
    backup = patron.folder / "one.ptb"
    patron.cli("backup", backup)
    other = make_patron()
    done = subprocess.run([str(PATRON), "--data", str(other.data), "restore", str(backup), "--no-erasure-register"], capture_output=True, text=True,
                          env=other.env, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    restored = Desk(other.start())
    assert files(restored, ticket) == [file]
    assert other.api("GET", f"/api/v1/tickets/{ticket}/attachments/{file['attachment']}").body == PNG


def test_an_agent_may_and_an_analyst_may_not(desk):
    agent, analyst = desk.patron.add_token("agent"), desk.patron.add_token("analyst")
    ticket = desk.open(title="A")["key"]
    path = f"/api/v1/tickets/{ticket}/attachments?name=a"
    head = {"Content-Type": "text/plain"}
    assert desk.patron.api("POST", path, b"x", token=analyst, headers=head).status == 403
    file = desk.patron.api("POST", path, b"x", token=agent, headers=head).json()
    assert file["by"]["kind"] == "token"
    assert desk.patron.api("GET", f"/api/v1/tickets/{ticket}/attachments/{file['attachment']}", token=analyst).status == 200
    assert desk.patron.api("DELETE", f"/api/v1/tickets/{ticket}/attachments/{file['attachment']}", token=analyst).status == 403


# --- who else is there --------------------------------------------------------------------------------------------------------

def test_two_agents_see_each_other(desk):
    ticket = desk.open(title="A")["key"]
    path = f"/api/v1/tickets/{ticket}/presence"
    one, two = desk.patron.add_token("agent"), desk.patron.add_token("agent")
    assert desk.ask("PUT", path, {"state": "viewing"}, token=one)["data"] == []
    other, = desk.ask("PUT", path, {"state": "editing"}, token=two)["data"]
    assert other["state"] == "viewing" and other["account"] and other["name"]
    other, = desk.ask("PUT", path, {"state": "viewing"}, token=one)["data"]
    assert other["state"] == "editing"
    assert desk.ask("PUT", path, {"state": "left"}, token=two)["data"][0]["state"] == "viewing"
    assert desk.ask("PUT", path, {"state": "viewing"}, token=one)["data"] == []
    desk.ask("PUT", "/api/v1/tickets/999999/presence", {"state": "viewing"}, 404)
    assert "state" in desk.ask("PUT", path, {"state": "asleep"}, 400)["detail"]


# --- fields of one's own ------------------------------------------------------------------------------------------------------

def test_fields_are_checked_by_their_record(make_patron):
    desk = Desk(make_patron().start())
    desk.open(title="A", custom={"anything": [1]})
    desk.ask("PUT", "/api/v1/desk/records/fields/devices", {"name": "Devices", "record": {"type": "incident", "fields": [
        {"id": "device", "label": "Device", "kind": "choice", "choices": ["till", "scanner"], "required": True},
        {"id": "serial", "label": "Serial number", "kind": "text"},
        {"id": "bought", "label": "Bought on", "kind": "date"}]}})
    right = {"device": "till", "serial": "é-7", "bought": "2026-02-28"}
    ticket = desk.open(title="A", custom=right)
    assert ticket["custom"] == right
    for custom, why in [({}, "custom.device: is needed"), ({"device": "drone"}, "custom.device: is none of its choices"),
                        ({"device": "till", "colour": "red"}, "custom.colour: there is no such field"),
                        ({"device": "till", "serial": 7}, "custom.serial: is not a text"),
                        ({"device": "till", "bought": "2026-02-30"}, "custom.bought: is not a date")]:
        assert why in desk.report(400, title="A", custom=custom)["detail"]
        assert why in desk.change(ticket["key"], 400, custom=custom)["detail"]
    assert "custom.device" in desk.report(400, title="A")["detail"], "what is needed is needed"
    assert desk.change(ticket["key"], queue="tills")["queue"] == "tills", "what stands is not asked again"
    assert desk.open(type="service_request", title="A", custom={"anything": 1})["custom"] == {"anything": 1}, "the set is of incidents"
    assert json.dumps(desk.ticket(ticket["key"])["custom"], sort_keys=True) == json.dumps(right, sort_keys=True)


# --- search -------------------------------------------------------------------------------------------------------------------

def found(desk, words, **query):
    """Once what was written is read."""
    end = time.monotonic() + 10
    while True:
        page = desk.ask("GET", "/api/v1/tickets?" + urllib.parse.urlencode({"search": words, **query}))
        if not page["searched"]["reads"]:
            return page
        assert time.monotonic() < end, "texts are still being read"
        time.sleep(0.02)


def test_descriptions_and_notes_are_found(desk):
    key = desk.open(title="Till is dark", store="7001", description="The zymurgy lamp flickers")["key"]
    number = int(key.partition("-")[2])
    desk.change(key, note="Asked the quixotic vendor")
    desk.change(key, note="A xylophone repair is planned", public=True)
    inside, outside = (row["seq"] for row in desk.history(key) if row["what"] == "note")
    for words, where, seq in (("zymurgy", "description", None), ("quixotic", "internal_note", inside), ("xyloph", "note", outside),
                              ("quixotic 7001", "internal_note", inside)):
        page = found(desk, words)
        assert [one["key"] for one in page["data"]] == [key]
        (matched,) = page["matched"]
        assert (matched["number"], matched["in"], matched["seq"]) == (number, where, seq) and words.split()[0] in matched["text"]
    assert found(desk, "7001 dark")["matched"] == [], "its own words have them"
    assert found(desk, "quixotic", store="7002")["data"] == [] and found(desk, "quixotic", state="closed")["data"] == []
    assert "matched" not in desk.ask("GET", "/api/v1/tickets")
    desk.change(key, description="The lamp is mended")
    assert found(desk, "zymurgy")["data"] == []
