# SPDX-License-Identifier: Apache-2.0
"""Exports by a schedule, and Parquet (docs/analytics.md, "Export")."""
import csv
import os
import pathlib
import subprocess
import time

import pytest
from fakes.server import Answer, Server
from harness import node
from harness.privacy import PrivacyDesk

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
    settings = {"connect-networks": "127.0.0.0/8", "clock": "sim", "clock-start": START, "clock-speed": "0", "export-root": str(root), **({"export-duckdb": DUCKDB} if DUCKDB else {"export-duckdb": "/none/libduckdb.so"})}
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
    assert saved.status == 200 and saved.json()["version"] == 2 and saved.json()["what"] == "answer"
    file = patron.api("GET", f"{JOBS}/{job['id']}/runs/3/file")
    assert file.headers["Content-Type"] == "application/x-ndjson", "of what it was written as"
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
    assert "export.root" in add(bare, saved["id"], 409)["detail"] and bare.api("GET", JOBS).json() == {"data": [], "possible": False, "targets": []}


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


# --- To destinations ------------------------------------------------------------------------------------------------

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def store(scratch):
    """An S3 server that computes Signature Version 4 and compares."""
    node.install()
    (scratch / "s3").mkdir()
    process = subprocess.Popen([node.node(), str(node.FOLDER / "s3_server.mjs"), str(scratch / "s3"), "shop"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, env=node.environment())
    try:
        yield int(process.stdout.readline()), scratch / "s3" / "shop"
    finally:
        process.stdin.close()
        process.wait(10)


def target(patron, kind, settings, **more):
    """A destination that is paused: it takes no events, only files."""
    answer = patron.api("POST", "/api/v1/destinations", {"name": f"Files by {kind} {len(more)}", "kind": kind, "settings": settings, "enabled": False, **more})
    assert answer.status == 201, answer
    return answer.json()["id"]


def s3(port, secret="S3RVER"):
    return {"endpoint": f"http://127.0.0.1:{port}", "bucket": "shop", "prefix": "a", "access_key": "S3RVER", "secret_key": secret}


def sent(patron, job, number, state="sent"):
    """The run, once its file is so."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        run = next(run for run in runs(patron, job) if run["number"] == number)
        if run["sending"] == state:
            return run
        time.sleep(0.02)
    raise AssertionError(run)


def objects(bucket):
    return {str(path.relative_to(bucket)).removesuffix("._S3rver_object"): path.read_bytes() for path in bucket.rglob("*._S3rver_object")}


@pytest.mark.sqlite_only("what the store gets has nothing to do with the SQL engine")
def test_into_a_store(shop, store):
    """In one request, and a file of over 8 MiB in parts; the store checks each signature."""
    patron, root, report = shop
    port, bucket = store
    where = target(patron, "s3", s3(port))
    assert patron.api("GET", JOBS).json()["targets"] == [{"id": where, "name": "Files by s3 0", "kind": "s3"}]
    assert patron.api("POST", f"{JOBS}/test", {"destination": where}).json() == {"sent": True, "place": f"http://127.0.0.1:{port}/shop/a/patron-test.csv", "why": None}
    job = add(patron, report, destination=where)
    assert patron.api("POST", f"{JOBS}/{job['id']}/run").status == 200
    ended(patron, job, 1)
    run = sent(patron, job, 1)
    assert run["place"] == f"http://127.0.0.1:{port}/shop/a/{run['file']}" and run["tries"] == 0 and not files(root)
    assert set(objects(bucket)) == {"a/patron-test.csv", f"a/{run['file']}"}
    got = patron.api("GET", f"{JOBS}/{job['id']}/runs/1/file")
    assert got.status == 200 and got.body == objects(bucket)[f"a/{run['file']}"] and len(got.body) == run["bytes"]
    entry = patron.cli_json("audit", "list", "--action", "export.sent")["data"][0]
    assert entry["subject"] == job["id"]
    key = patron.add_source("more")["write_key"]
    for batch in range(20):
        patron.send_ok([{"type": "track", "event": "Order Completed", "userId": f"u{n}", "messageId": f"l{batch}-{n}", "timestamp": "2026-01-10T11:00:00.000Z",
                         "properties": {"text": "x" * 28000}} for n in range(16)], key)
    ready(patron)
    large = add(patron, report, name="Large", what="events", format="jsonl", destination=where)
    assert patron.api("POST", f"{JOBS}/{large['id']}/run").status == 200
    ended(patron, large, 1)
    run = sent(patron, large, 1)
    assert run["bytes"] > 8 << 20 and objects(bucket)[f"a/{run['file']}"] == patron.api("GET", f"{JOBS}/{large['id']}/runs/1/file").body
    assert patron.api("DELETE", f"{JOBS}/{large['id']}").status == 200
    assert not [name for name in files(patron.data / "exports") if "large" in name]


@pytest.mark.sqlite_only("what the store says has nothing to do with the SQL engine")
def test_a_store_that_refuses(shop, store):
    """It is tried again; with the secret mended, at a person's word, the same object is put."""
    patron, _, report = shop
    port, bucket = store
    where = target(patron, "s3", s3(port, "wrong"))
    tried = patron.api("POST", f"{JOBS}/test", {"destination": where}).json()
    assert not tried["sent"] and "403" in tried["why"] and "wrong" not in tried["why"]
    job = add(patron, report, destination=where)
    assert patron.api("POST", f"{JOBS}/{job['id']}/run").status == 200
    ended(patron, job, 1)
    end = time.monotonic() + 20
    while runs(patron, job)[0]["tries"] == 0 and time.monotonic() < end:
        time.sleep(0.02)
    run = runs(patron, job)[0]
    assert (run["sending"], run["tries"], run["try_at"]) == ("waiting", 1, "2026-01-12T09:01:00.000Z") and "403" in run["trouble"]
    assert patron.api("PATCH", f"/api/v1/destinations/{where}", {"settings": {"secret_key": "S3RVER"}}).status == 200
    assert patron.api("POST", f"{JOBS}/{job['id']}/runs/1/send").status == 200
    assert sent(patron, job, 1)["trouble"] is None and set(objects(bucket)) == {f"a/{run['file']}"}
    assert patron.api("POST", f"{JOBS}/{job['id']}/runs/1/send").status == 409


def test_to_a_webhook_through_a_kill(shop):
    """What the receiver could not take comes again behind a kill, with the same id and the same bytes; then no more."""
    patron, _, report = shop
    with Server() as receiver:
        receiver.answer = lambda request: Answer(503 if len(receiver.requests) < 1 else 204, b"")
        where = target(patron, "webhook", {"url": f"{receiver.base}/in", "secret": SECRET})
        job = add(patron, report, destination=where, format="jsonl")
        assert patron.api("POST", f"{JOBS}/{job['id']}/run").status == 200
        ended(patron, job, 1)
        end = time.monotonic() + 20
        while runs(patron, job)[0]["tries"] == 0 and time.monotonic() < end:
            time.sleep(0.02)
        patron.kill9()
        patron.start()
        clock(patron, "2026-01-12T09:02:00.000Z")
        run = sent(patron, job, 1)
        first, second = receiver.requests
        assert first.body == second.body and first.body.count(b"\n") == PEOPLE == run["rows"]
        assert first.headers["webhook-id"] == second.headers["webhook-id"] == f"export_{job['id']}_1"
        assert second.headers["content-type"] == "application/x-ndjson" and run["file"].split("/")[-1] in second.headers["content-disposition"]
        assert run["place"] == receiver.base and run["tries"] == 1


def test_targets_that_are_refused(shop):
    patron, _, report = shop
    asks = target(patron, "webhook", {"url": "http://127.0.0.1:9/", "secret": SECRET}, purposes=["marketing"])
    folder = target(patron, "files", {"folder": "x"})
    plain = target(patron, "webhook", {"url": "http://127.0.0.1:9/", "secret": SECRET}, purposes=[], historical=False)
    for wrong, why in (({"destination": "x"}, "none has that id"), ({"destination": folder}, "takes no files"), ({"destination": asks}, "asks for consent"),
                       ({"destination": plain, "folder": "a b"}, "folder")):
        assert why in add(patron, report, 400, **wrong)["detail"]
    assert add(patron, report, destination=asks, what="answer")["destination"] == asks


def test_an_erasure_takes_kept_files(shop):
    """Files that hold the person go, others stay; the certificate counts them."""
    patron, root, report = shop
    holds = [add(patron, report, name=f"Kept {what}", what=what, folder=what, format="jsonl", enabled=False) for what in ("people", "events")]
    other = add(patron, report, name="Numbers", what="answer", folder="answer", enabled=False)
    for job in (*holds, other):
        assert patron.api("POST", f"{JOBS}/{job['id']}/run").status == 200
        assert ended(patron, job, 1)["outcome"] == "done"
    done = PrivacyDesk(patron).erase({"type": "user_id", "value": "u7"})
    assert files(root) == [get(patron, other)["last"]["file"]], files(root)
    assert all(get(patron, job)["last"]["file"] is None for job in holds)
    assert done["removed"]["export_files"] == 2
