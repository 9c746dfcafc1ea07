# SPDX-License-Identifier: Apache-2.0
"""The audit chain of a real daemon: every change is in it, and what is done to its tables is found, running or not."""
import calendar
import contextlib
import csv
import hashlib
import io
import json
import sqlite3
import time

import pytest
from harness.load import track
from harness.person import PASSWORD, Person, owner


def actions(patron, **query):
    text = "&".join(f"{key}={value}" for key, value in query.items())
    return [row["action"] for row in patron.api("GET", f"/api/v1/audit?limit=500&{text}").json()["data"]]


def verified(patron, anchors=None, timeout_s=10):
    """The verdict, once so many entries are in the log."""
    end = time.monotonic() + timeout_s
    while True:
        verdict = patron.api("GET", "/api/v1/audit/verify").json()
        if anchors is None or verdict["anchors"] >= anchors or not verdict["ok"] or time.monotonic() > end:
            return verdict
        time.sleep(0.05)


def some_entries(patron, count=6):
    for i in range(count):
        patron.add_source(f"source {i}")
    assert verified(patron, count)["anchors"] == count


@contextlib.contextmanager
def tables(patron):
    with contextlib.closing(sqlite3.connect(patron.data / "core.db")) as db, db:
        yield db


def test_every_change_is_told(patron):
    person = owner(patron)
    source = person.ok("POST", "/api/v1/sources", {"name": "shop"}, 201)
    person.ok("PATCH", f"/api/v1/sources/{source['id']}", {"name": "the shop", "historical": True})
    person.ok("POST", f"/api/v1/sources/{source['id']}/rotate")
    token = person.ok("POST", "/api/v1/tokens", {"role": "analyst", "name": "ci"}, 201)
    person.ok("DELETE", f"/api/v1/tokens/{token['id']}")
    person.ok("POST", "/api/v1/views/source_stats/rebuild", {}, 202)
    person.ok("POST", "/api/v1/quarantine/redrive", {"all": True})
    person.ok("POST", "/api/v1/accounts", {"email": "b@example.com", "name": "B", "role": "analyst"}, 201)
    person.ok("PATCH", "/api/v1/accounts/b@example.com", {"role": "auditor"})
    person.ok("POST", "/api/v1/accounts/b@example.com/reset")
    Person(patron).call("POST", "/api/v1/session", {"email": "owner@example.com", "password": "wrong password"})
    person.ok("DELETE", "/api/v1/session")
    rows = patron.api("GET", "/api/v1/audit?limit=500").json()["data"]
    assert [row["action"] for row in reversed(rows)] == [
        "account.added", "session.began", "source.added", "source.changed", "source.key_rotated", "token.added", "token.revoked",
        "view.rebuilt", "quarantine.redriven", "account.invited", "account.changed", "account.link_made", "session.failed", "session.ended"]
    by = {row["action"]: row for row in rows}
    assert by["source.changed"]["detail"] == {"enabled": True, "historical": True, "skew": "correct", "name_before": "shop"}
    assert by["source.changed"]["actor"]["name"] == "Olga Owner" and by["source.changed"]["actor"]["peer"] == "127.0.0.1"
    assert by["account.changed"]["detail"] == {"role": ["analyst", "auditor"]}
    assert by["session.failed"]["actor"]["kind"] == "system" and by["session.failed"]["subject_name"] == "Olga Owner"
    text = json.dumps(rows)
    assert source["write_key"] not in text and token["token"] not in text and PASSWORD not in text


def test_a_refused_change_leaves_no_entry(patron):
    patron.add_source("shop")
    before = len(actions(patron))
    assert patron.api("POST", "/api/v1/sources", {"name": "shop"}).status == 409
    assert patron.api("POST", "/api/v1/accounts", {"email": "no address", "name": "x", "role": "analyst"}).status == 400
    assert len(actions(patron)) == before


def test_list_is_paged_and_filtered(patron):
    some_entries(patron)
    patron.add_token()
    assert actions(patron, action="token.") == ["token.added"]
    assert actions(patron, action="source.added", since="2200-01-01T00:00:00Z") == []
    page = patron.api("GET", "/api/v1/audit?limit=3").json()
    seqs = [row["seq"] for row in page["data"]]
    while page["next_cursor"]:
        page = patron.api("GET", f"/api/v1/audit?limit=3&cursor={page['next_cursor']}").json()
        seqs += [row["seq"] for row in page["data"]]
    assert seqs == list(range(7, 0, -1))
    assert patron.api("GET", "/api/v1/audit?cursor=x").status == 400
    assert patron.api("GET", "/api/v1/audit", token=patron.add_token("analyst")).status == 403
    assert patron.api("GET", "/api/v1/audit", token=patron.add_token("auditor")).status == 200


def test_export_can_be_verified_without_us(patron):
    some_entries(patron)
    answer = patron.api("GET", "/api/v1/audit/export")
    assert answer.header("Content-Type") == "application/x-ndjson"
    link = bytes(32)
    for seq, line in enumerate(answer.text.splitlines(), 1):
        row = json.loads(line)
        fields = [row["actor"]["kind"], row["actor"]["id"], row["actor"]["name"], row["actor"]["peer"], row["action"],
                  row["subject_type"], row["subject"], row["subject_name"], json.dumps(row["detail"], separators=(",", ":"))]
        content = b"".join(len(text.encode()).to_bytes(4, "big") + text.encode() for text in fields)
        commitment = hashlib.sha256(bytes.fromhex(row["salt"]) + content).digest()
        assert commitment.hex() == row["commitment"]
        at = time.strptime(row["at"][:19], "%Y-%m-%dT%H:%M:%S")
        time_ms = (calendar.timegm(at) * 1000) + int(row["at"][20:23])
        link = hashlib.sha256(link + seq.to_bytes(8, "big") + time_ms.to_bytes(8, "big") + commitment).digest()
        assert link.hex() == row["link"] and row["seq"] == seq
    assert verified(patron)["last_link"] == link.hex()


def test_export_csv(patron):
    patron.add_source('=1+1,"x"')
    patron.add_source("plain")
    answer = patron.api("GET", "/api/v1/audit/export?format=csv&action=source.")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["subject_name"] for row in rows] == ["'=1+1,\"x\"", "plain"]


TAMPERED = {
    "content": ("UPDATE audit_content SET subject_name = 'other' WHERE seq = 3", 3),
    "time": ("UPDATE audit_entry SET time_ms = 1 WHERE seq = 3", 3),
    "removed": ("DELETE FROM audit_entry WHERE seq = 3", 3),
    "tail cut": ("DELETE FROM audit_entry WHERE seq > 4; DELETE FROM audit_content WHERE seq > 4", 5),
    "all gone": ("DELETE FROM audit_entry; DELETE FROM audit_content", 1),
}


@pytest.mark.sqlite_only(reason="writes into the database file")
@pytest.mark.parametrize("sql,seq", TAMPERED.values(), ids=TAMPERED.keys())
def test_tampering_is_found(patron, sql, seq):
    some_entries(patron)
    done = patron.cli("audit", "verify")
    assert "6 entries hold" in done.stdout and "6 compared" in done.stdout
    patron.stop()
    with tables(patron) as db:
        db.executescript(sql)
    offline = patron.cli("audit", "verify", check=False)
    assert offline.returncode == 1 and f"entry {seq} " in offline.stderr, offline
    patron.start()
    running = patron.cli("audit", "verify", "--json", check=False)
    assert running.returncode == 1 and json.loads(running.stdout)["problem"]["seq"] == seq


@pytest.mark.sqlite_only(reason="writes into the database file")
def test_erased_content_stays_verifiable(patron):
    some_entries(patron)
    with tables(patron) as db:
        db.execute("DELETE FROM audit_content WHERE seq = 2")
    verdict = verified(patron)
    assert verdict["ok"] and verdict["erased"] == 1 and verdict["entries"] == 6
    row = patron.api("GET", "/api/v1/audit?limit=5&cursor=3").json()["data"][0]
    assert row["seq"] == 2 and row["erased"] and row["actor"] is None and row["subject_name"] is None


@pytest.mark.sqlite_only(reason="writes into the database file")
def test_a_chain_written_anew_is_found(patron):
    """Whoever can write the tables can cut the tail and let the server write on: the log still knows."""
    some_entries(patron)
    patron.stop()
    with tables(patron) as db:
        db.executescript("DELETE FROM audit_entry WHERE seq > 4; DELETE FROM audit_content WHERE seq > 4")
    patron.start()
    for i in range(4):
        patron.add_source(f"later {i}")
    verdict = verified(patron, 8)
    assert not verdict["ok"] and verdict["problem"]["seq"] == 5


def test_chain_survives_kill_9_among_events(patron):
    source = patron.add_source("shop")
    for i in range(5):
        patron.send_ok([track(f"m{i}-{j}") for j in range(20)], source["write_key"])
        patron.add_source(f"more {i}")
    patron.kill9()
    patron.start()
    verdict = verified(patron, 6)
    assert verdict["ok"] and verdict["entries"] == 6 and verdict["anchors"] == 6
