# SPDX-License-Identifier: Apache-2.0
"""A backup of a running server, restored on a clean machine, is that server as it was at one instant."""
import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import time

import pytest
from harness.load import Load, assert_once, track
from harness.patron import CLEAN_ENV, PATRON

ROWS = 6000


def fill(patron, rows=ROWS):
    patron.source = patron.add_source()
    for batch in range(rows // 500):
        patron.send_ok([track(f"b{batch}-{i}", pad="%05d" % i * 60) for i in range(500)], patron.source["write_key"])
    patron.send_ok([{"type": "track", "messageId": f"bad-{i}", "event": "No id"} for i in range(5)], patron.source["write_key"])
    return patron


def lists(patron):
    """What a person would compare: everything but what a backup itself adds."""
    events = patron.wait_views().export()  # with the ids of the persons
    sources = patron.api("GET", "/api/v1/sources").json()["data"]
    held = patron.api("GET", "/api/v1/quarantine?limit=500").json()["data"]
    return {"events": events, "sources": sources, "quarantine": held, "tokens": patron.api("GET", "/api/v1/tokens").json()["data"]}


def without(patron):
    """The flag that a folder needs which has no register of erasures beside it."""
    return [] if patron.data.with_name(patron.data.name + ".erasures").exists() else ["--no-erasure-register"]


def restore(patron, backup, *flags, check=True, text_in=None):
    done = subprocess.run([str(PATRON), "--data", str(patron.data), "restore", str(backup), *without(patron), *flags], capture_output=True, text=True,
                          input=text_in or "", env=patron.env, timeout=120, check=False)
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.limit(120)
def test_a_clean_machine_gets_the_same_server(patron, make_patron):
    fill(patron)
    patron.add_token()
    backup = patron.folder / "one.ptb"
    told = patron.cli_json("backup", backup)
    before = lists(patron)
    other = make_patron()
    done = json.loads(restore(other, backup, "--json").stdout)
    assert done["digest"] == told["digest"] and done["restored"] and done["log_end"] >= ROWS
    assert len(before["events"]) == ROWS and len(before["quarantine"]) == 5
    other.start()
    assert lists(other) == before
    assert json.loads(other.cli("audit", "verify", "--json").stdout)["ok"] is True
    # dedupe was rebuilt: what the old server knew is no new event here
    other.send_ok([track("b0-0"), track("fresh")], before["sources"][0]["write_key"])
    assert len(other.export()) >= ROWS + 1
    assert sum(e["messageId"] == "b0-0" for e in other.export()) == 1
    assert (other.data / "restored-settings.conf").read_text().count("log.segment_mib = 1") == 1
    for server in (patron, other):  # the restored one knows where it came from
        listed = server.api("GET", "/api/v1/backups").json()
        assert listed["data"][0]["state"] == "done" and listed["data"][0]["digest"] == told["digest"]


@pytest.mark.limit(120)
def test_taken_under_load_it_holds_what_was_acknowledged_before(patron, make_patron):
    source = patron.add_source()
    backup = patron.folder / "load.ptb"
    with Load(patron.base, source["write_key"], clients=4, batch=50) as load:
        load.wait_acknowledged(2000)
        sure = list(load.acknowledged)
        for i in range(6):  # each is a change in SQL and an event of the feed
            patron.add_source(f"more-{i}")
            if i == 3:
                patron.cli("backup", backup)
        load.wait_acknowledged(len(sure) + 2000)
    other = make_patron()
    restore(other, backup)
    other.start()
    stored = other.export()
    assert_once(sure, stored)
    names = {s["name"] for s in other.api("GET", "/api/v1/sources").json()["data"]}
    assert {"more-0", "more-1", "more-2"} <= names and "more-5" not in names
    # the feed goes on where it was: every change is in the log exactly once, and the chain fits the log
    other.add_source("after")
    deadline = time.monotonic() + 10
    while True:
        anchors = [e["properties"]["seq"] for e in other.export(own=True) if e.get("event") == "Audit Entry Added"]
        verdict = json.loads(other.cli("audit", "verify", "--json", check=False).stdout)
        if (len(anchors) == verdict["entries"] and verdict["ok"]) or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    assert verdict["ok"] and sorted(anchors) == list(range(1, verdict["entries"] + 1))


def test_a_folder_in_use_is_not_overwritten(patron, make_patron):
    fill(patron, 500)
    backup = patron.folder / "one.ptb"
    patron.cli("backup", backup)
    assert "exists" in patron.cli("backup", backup, check=False).stderr
    assert "a server has the data folder" in restore(patron, backup, check=False).stderr
    patron.stop()
    assert "not empty" in restore(patron, backup, check=False).stderr
    assert "not confirmed" in restore(patron, backup, "--force", check=False, text_in="yes\n").stderr
    restore(patron, backup, "--force", text_in=f"{patron.data}\n")
    patron.start()
    assert len(patron.export()) == 500
    verify = subprocess.run([str(PATRON), "restore", str(backup), "--verify-only"], capture_output=True, text=True, env=CLEAN_ENV, check=True)
    assert "Every digest is right" in verify.stdout


def wait_for_mark(process, mark):
    """Until a restore has begun to write; one that is over before it is seen is fine."""
    while process.poll() is None and not mark.exists():
        time.sleep(0.0005)


@pytest.mark.limit(180)
def test_killed_in_the_middle_it_says_unfinished_and_no_server_starts(patron, make_patron):
    fill(patron)
    backup = patron.folder / "one.ptb"
    patron.cli("backup", backup)
    seen = 0
    other = make_patron()
    for attempt in range(12):
        process = subprocess.Popen([str(PATRON), "--data", str(other.data), "restore", str(backup), *without(other), *(["--force"] if attempt else [])],
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=other.env)
        if attempt:
            process.stdin.write(f"{other.data}\n".encode())
            process.stdin.flush()
        wait_for_mark(process, other.data / "restore-unfinished")
        time.sleep(random.uniform(0, 0.25 if attempt % 2 else 0.01))  # the mark of the one before stands: later too
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdin.close()
        if (other.data / "restore-unfinished").exists():
            seen += 1
            other.spawn()
            assert other.process.wait(15) == 1
            assert "restore unfinished" in other.stderr()
            other.process = None
    assert seen > 0
    for name in ("no-erasure-register.tmp", "restored-settings.conf.tmp"):  # what a kill leaves of them
        (other.data / name).write_text("")
    restore(other, backup, "--force", text_in=f"{other.data}\n")
    assert list(other.data.glob("*.tmp")) == []
    other.start()
    assert len(other.export()) == ROWS


@pytest.mark.sqlite_only("reads no SQL")
def test_damage_names_the_member(patron):
    fill(patron)
    patron.restart()  # closes what can be archived
    backup = patron.folder / "one.ptb"
    patron.cli("backup", backup)
    data = bytearray(backup.read_bytes())
    bad = patron.folder / "bad.ptb"
    for part in ("secret.key", "sql/core", "log/arc-", "log/records", "content.json"):
        at = data.index(part.encode())
        name = data[at:at + data[at - 4]].decode()
        flipped = bytearray(data)
        flipped[at + len(name) + 10] ^= 0x10
        bad.write_bytes(flipped)
        done = patron.cli("restore", bad, "--verify-only", check=False)
        assert done.returncode == 1 and f'member "{name}" is damaged' in done.stderr, (part, done.stderr)
    bad.write_bytes(data[:-1])
    assert patron.cli("restore", bad, "--verify-only", check=False).returncode == 1
    newer = bytearray(data)
    newer[8] = 9
    bad.write_bytes(newer)
    assert "damaged" in patron.cli("restore", bad, "--verify-only", check=False).stderr


def test_without_secrets(patron, make_patron):
    fill(patron, 500)
    token = patron.add_token()
    assert patron.api("GET", "/api/v1/sources", token=token).status == 200
    backup = patron.folder / "open.ptb"
    patron.cli("backup", backup, "--without-secrets")
    assert (patron.data / "secret.key").read_bytes() not in backup.read_bytes()
    # secrets go to nobody over TCP; the rest does with the right
    assert patron.api("POST", "/api/v1/backup-stream", {"secrets": True}, token=token).status == 403
    answer = patron.api("POST", "/api/v1/backup-stream", {}, token=token, timeout=60)
    assert answer.status == 200
    other = make_patron()
    done = restore(other, backup)
    assert "no secret.key" in done.stdout
    (other.data / "secret.key").write_bytes((patron.data / "secret.key").read_bytes())
    assert other.start().api("GET", "/api/v1/sources", token=token).status == 200


def wait_state(patron, backup, timeout_s=30):
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        row = patron.api("GET", f"/api/v1/backups/{backup}").json()
        if row["state"] != "running":
            return row
        time.sleep(0.05)
    raise AssertionError(f"still running: {row}")


def test_asked_for_over_the_api(make_patron):
    plain = make_patron().start()
    answer = plain.api("POST", "/api/v1/backups", {})
    assert answer.status == 400 and "backup.dir" in answer.json()["detail"]
    patron = make_patron(settings={"backup-dir": "kept", "backup-mib-per-s": "1"}).start()
    fill(patron)
    row = patron.api("POST", "/api/v1/backups", {"path": "mine.ptb"})
    assert row.status == 202 and row.json()["state"] == "running"
    second = patron.api("POST", "/api/v1/backups", {})
    assert second.status == 409 and "running" in second.json()["detail"]
    cancelled = patron.api("POST", f"/api/v1/backups/{row.json()['id']}/cancel")
    if cancelled.status == 202:  # else it was done already
        assert wait_state(patron, row.json()["id"])["state"] in ("cancelled", "done")
    for name in ("../x", ".hidden", "a/b", "x" * 201):
        assert patron.api("POST", "/api/v1/backups", {"path": name}).status == 400
    again = patron.api("POST", "/api/v1/backups", {"path": "other.ptb"}).json()
    done = wait_state(patron, again["id"])
    assert done["state"] == "done" and done["error"] is None and done["bytes"] == (patron.folder / "kept/other.ptb").stat().st_size
    assert oct((patron.folder / "kept/other.ptb").stat().st_mode & 0o777) == "0o600"
    assert patron.api("POST", "/api/v1/backups", {"path": "other.ptb"}).status == 409
    assert patron.api("GET", "/api/v1/backups/00000000-0000-7000-8000-000000000000").status == 404
    assert patron.api("POST", f"/api/v1/backups/{again['id']}/cancel").status == 409
    actions = [e["action"] for e in patron.api("GET", "/api/v1/audit").json()["data"]]
    assert "backup.started" in actions
    page = patron.api("GET", "/api/v1/backups?limit=1").json()
    assert len(page["data"]) == 1 and page["next_cursor"]
    assert patron.api("GET", f"/api/v1/backups?cursor={page['next_cursor']}").json()["data"]


def test_by_schedule(make_patron):
    patron = make_patron(settings={"backup-dir": "kept", "backup-every-hours": "1", "backup-keep": "2"})
    patron.start()
    end = time.monotonic() + 20
    while [row["state"] for row in patron.api("GET", "/api/v1/backups").json()["data"]] != ["done"]:
        assert time.monotonic() < end
        time.sleep(0.05)
    patron.stop()
    first = sorted((patron.folder / "kept").glob("*.ptb"))
    assert len(first) == 1
    patron.start()  # an hour has not passed: no second one
    page = patron.api("GET", "/api/v1/backups").json()
    assert page["every_hours"] == 1 and page["keep"] == 2 and page["next_at"] > page["newest_at"]
    time.sleep(1)
    assert sorted((patron.folder / "kept").glob("*.ptb")) == first
    assert os.path.getsize(first[0]) == page["data"][0]["bytes"]


@pytest.mark.sqlite_only("makes older backups by hand")
def test_of_scheduled_ones_the_newest_are_kept(make_patron):
    patron = make_patron(settings={"backup-dir": "kept", "backup-every-hours": "1", "backup-keep": "2"})
    patron.start()
    patron.stop()
    for path in (patron.folder / "kept").iterdir():
        path.unlink()
    day_ms = 86400000
    now_ms = int(time.time() * 1000)
    with contextlib.closing(sqlite3.connect(patron.data / "core.db")) as db, db:
        db.execute("DELETE FROM backup")
        for age, kind in ((5, "asked"), (4, "scheduled"), (3, "scheduled"), (2, "scheduled")):
            name = f"old-{age}.ptb"
            (patron.folder / "kept" / name).write_bytes(b"x")
            db.execute("INSERT INTO backup (id, state, kind, path, secrets, started_ms, bytes, actor) VALUES (?, 'done', ?, ?, 1, ?, 1, 'server')",
                       (f"0000000{age}-0000-7000-8000-000000000000", kind, name, now_ms - age * day_ms))
    patron.start()
    end = time.monotonic() + 20
    while sum(row["state"] == "removed" for row in patron.api("GET", "/api/v1/backups").json()["data"]) < 2:
        assert time.monotonic() < end, patron.api("GET", "/api/v1/backups").text
        time.sleep(0.1)
    rows = {row["path"]: row["state"] for row in patron.api("GET", "/api/v1/backups").json()["data"]}
    left = {path.name for path in (patron.folder / "kept").iterdir()}
    assert {name for name, state in rows.items() if state == "removed"} == {"old-4.ptb", "old-3.ptb"}
    assert {"old-5.ptb", "old-2.ptb"} < left and len(left) == 3  # what was asked for by hand is not the schedule's to remove
