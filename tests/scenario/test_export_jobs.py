# SPDX-License-Identifier: Apache-2.0
"""Exports by a schedule, and Parquet (docs/analytics.md, "Export")."""
import csv
import os
import pathlib
import time

import pytest

API = "/api/v1/analytics"
JOBS = f"{API}/exports"
START = "2026-01-12T09:00:00.000Z"  # a Monday
QUERY = {"kind": "segmentation", "range": {"from": "2026-01-01", "to": "2026-01-31"}, "unit": "whole", "series": [{"event": "Order Completed", "measure": "uniques"}]}
PEOPLE = 40
DUCKDB = os.environ.get("DUCKDB_LIBRARY")


def clock(patron, now):
    assert patron.api("PUT", "/api/v1/clock", {"speed": 0, "now": now}).status == 200


def ready(patron):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        answer = patron.api("POST", f"{API}/query", QUERY)
        if answer.status == 200 and answer.json()["watermark"]["behind"] == 0:
            return
        time.sleep(0.05)
    raise AssertionError(answer)


@pytest.fixture
def shop(make_patron, scratch):
    root = scratch / "exports"
    root.mkdir()
    settings = {"clock": "sim", "clock-start": START, "clock-speed": "0", "export-root": str(root), **({"export-duckdb": DUCKDB} if DUCKDB else {"export-duckdb": "/none/libduckdb.so"})}
    patron = make_patron(settings=settings).start()
    key = patron.add_source("shop")["write_key"]
    patron.send_ok([{"type": "track", "event": "Order Completed", "userId": f"u{n}", "messageId": f"m{n}", "timestamp": "2026-01-10T10:00:00.000Z", "properties": {"total": n}} for n in range(PEOPLE)], key)
    ready(patron)
    report = patron.api("POST", "/api/v1/reports", {"name": "Orders", "query": QUERY})
    assert report.status == 201, report
    return patron, root, report.json()["id"]


def add(patron, asked, status=201, **members):
    answer = patron.api("POST", JOBS, {"name": "Buyers", "report": asked, "what": "people", "every": "day", "at_min": 360, "zone": "Europe/Berlin", "folder": "crm/in", **members})
    assert answer.status == status, answer
    return answer.json()


def get(patron, job):
    answer = patron.api("GET", f"{JOBS}/{job['id']}")
    assert answer.status == 200, answer
    return answer.json()


def runs(patron, job):
    return patron.api("GET", f"{JOBS}/{job['id']}/runs").json()["data"]


def ended(patron, job, number, but=()):
    """The run, once it is over, with no outcome of `but`."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        last = get(patron, job)["last"]
        if last and last["number"] >= number and last["outcome"] not in ("waiting", "running", *but):
            return last
        time.sleep(0.02)
    raise AssertionError(get(patron, job))


def files(root):
    return sorted(str(path.relative_to(root)) for path in pathlib.Path(root).rglob("*") if path.is_file())


def test_a_day_and_the_next(shop):
    patron, root, report = shop
    job = add(patron, report)
    assert (job["due_at"], job["last"], job["failures"]) == ("2026-01-13T05:00:00.000Z", None, 0)
    clock(patron, "2026-01-13T05:00:00.000Z")
    run = ended(patron, job, 1)
    assert (run["outcome"], run["cause"], run["rows"], run["due_at"], run["file"]) == ("done", "schedule", PEOPLE, "2026-01-13T05:00:00.000Z", "crm/in/buyers-20260113-0600-1.csv")
    assert files(root) == [run["file"]] and (root / run["file"]).stat().st_size == run["bytes"]
    with open(root / run["file"], newline="", encoding="utf-8") as text:
        assert len({row["id"] for row in csv.DictReader(text)}) == PEOPLE
    assert get(patron, job)["due_at"] == "2026-01-14T05:00:00.000Z"
    clock(patron, "2026-01-20T12:00:00.000Z")  # a week at once is one run
    assert ended(patron, job, 2)["number"] == 2 and get(patron, job)["due_at"] == "2026-01-21T05:00:00.000Z"
    [entry, _] = patron.cli_json("audit", "list", "--action", "analytics.exported")["data"]
    assert entry["subject_name"] == "Buyers"


def test_its_file_by_the_api(shop):
    patron, root, report = shop
    job = add(patron, report)
    assert patron.api("POST", f"{JOBS}/{job['id']}/run").status == 200
    run = ended(patron, job, 1)
    got = patron.api("GET", f"{JOBS}/{job['id']}/runs/1/file")
    assert got.status == 200 and got.body == (root / run["file"]).read_bytes() and "text/csv" in got.headers["content-type"]
    assert 'filename="buyers-' in got.headers["content-disposition"]
    assert patron.cli_json("audit", "list", "--action", "export.downloaded")["data"][0]["subject"] == job["id"]
    for missing in ("2", "x", "0"):
        assert patron.api("GET", f"{JOBS}/{job['id']}/runs/{missing}/file").status == 404
    (root / run["file"]).unlink()
    assert patron.api("GET", f"{JOBS}/{job['id']}/runs/1/file").status == 404


def test_by_hand_paused_and_retention(shop):
    patron, root, report = shop
    job = add(patron, report, enabled=False, keep_files=2, what="events", format="jsonl")
    assert job["due_at"] is None
    for number in range(1, 4):
        assert patron.api("POST", f"{JOBS}/{job['id']}/run").status == 200
        assert ended(patron, job, number)["outcome"] == "done"
    assert [bool(run["file"]) for run in runs(patron, job)] == [True, True, False] and len(files(root)) == 2
    assert all(run["rows"] == PEOPLE and run["cause"] == "person" for run in runs(patron, job))
    assert patron.api("DELETE", f"/api/v1/reports/{report}").status == 409
    saved = patron.api("PUT", f"{JOBS}/{job['id']}", {**{k: job[k] for k in ("name", "report", "every")}, "version": 1})
    assert saved.status == 200 and saved.json()["version"] == 2
    assert patron.api("PUT", f"{JOBS}/{job['id']}", {**{k: job[k] for k in ("name", "report", "every")}, "version": 1}).status == 409
    assert patron.api("DELETE", f"{JOBS}/{job['id']}").status == 200 and len(files(root)) == 2
    assert patron.api("GET", f"{JOBS}/{job['id']}").status == 404


def test_a_failure_says_why(shop):
    patron, root, report = shop
    (root / "crm").write_text("in the way")
    job = add(patron, report)
    assert patron.api("POST", f"{JOBS}/{job['id']}/run").status == 200
    run = ended(patron, job, 1)
    assert run["outcome"] == "failed" and "is no folder" in run["reason"] and get(patron, job)["failures"] == 1


def test_refusals(shop, make_patron):
    patron, _, report = shop
    for wrong, place in (({"folder": "../out"}, "folder"), ({"zone": "Nowhere/At"}, "zone"), ({"report": "x"}, "report"), ({"every": "hour"}, "at_min")):
        assert place in add(patron, report, 400, **wrong)["detail"]
    add(patron, report)
    assert "Buyers" in add(patron, report, 409)["detail"]
    bare = make_patron().start()
    saved = bare.api("POST", "/api/v1/reports", {"name": "Orders", "query": QUERY}).json()
    assert "export.root" in add(bare, saved["id"], 409)["detail"] and bare.api("GET", JOBS).json() == {"data": [], "possible": False}


def test_an_end_leaves_whole_files_only(shop):
    """Killed or stopped at any moment of a run: it is run again, every run that is done has its file, and no other file is there."""
    patron, root, report = shop
    job = add(patron, report, enabled=False, keep_files=100)
    for number, after_ms in enumerate((0, 1, 2, 4, 8, 16)):
        assert patron.api("POST", f"{JOBS}/{job['id']}/run").status == 200
        time.sleep(after_ms / 1000)
        (patron.stop if number % 2 else patron.kill9)()
        patron.start()
        ready(patron)
        ended(patron, job, number + 1, but=["interrupted"])  # one that was is run again
    done = [run for run in runs(patron, job) if run["outcome"] == "done"]
    assert len(done) == 6 and all(run["rows"] == PEOPLE for run in done), [(run["number"], run["outcome"], run["reason"]) for run in runs(patron, job)]
    assert {run["outcome"] for run in runs(patron, job)} <= {"done", "interrupted"}
    assert files(root) == sorted(run["file"] for run in done)
    assert all((root / run["file"]).stat().st_size == run["bytes"] for run in done)


def test_parquet(shop):
    patron, root, report = shop
    answer = patron.api("POST", f"{API}/export", {"query": QUERY, "what": "people", "format": "parquet"})
    if not DUCKDB:
        assert answer.status == 409 and "export.duckdb" in answer.json()["detail"]
        return
    assert answer.status == 200 and answer.header("Content-Type") == "application/vnd.apache.parquet" and answer.header("X-Total-Rows") == str(PEOPLE)
    assert answer.body[:4] == answer.body[-4:] == b"PAR1"
    job = add(patron, report, format="parquet", what="answer")
    assert patron.api("POST", f"{JOBS}/{job['id']}/run").status == 200
    run = ended(patron, job, 1)
    assert run["outcome"] == "done" and run["rows"] == 1 and (root / run["file"]).read_bytes()[:4] == b"PAR1"
    assert not list(patron.data.glob(".export-*"))
