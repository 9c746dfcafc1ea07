# SPDX-License-Identifier: Apache-2.0
"""Imports as jobs of the server: uploaded in parts, mapped, run beside the intake, resumable at every point."""
import csv
import ctypes
import gzip
import hashlib
import io
import json
import os
import random
import threading
import time

import pytest
from harness.load import retry_after, track
from harness.sse import Stream

PART = 1 << 20
MAPPING = {
    "format": "csv", "delimiter": ",", "header": True,
    "event": {"type": "track", "name": "Order Completed"},
    "columns": {
        "userId": "customer", "timestamp": {"column": "at", "type": "time", "format": "%Y-%m-%d %H:%M:%S"},
        "properties.order_id": "order", "properties.total": {"column": "total", "type": "decimal"},
    },
}


def orders(rows, bad=(), first=0):
    """A CSV file of orders; those in `bad` have a total that is no number."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["order", "customer", "at", "total"])
    for i in range(first, first + rows):
        out.writerow([f"o{i}", f"c{i % 97}", f"2026-01-{1 + i % 28:02} 10:{i % 60:02}:00", "much" if i in bad else f"{i}.25"])
    return text.getvalue().encode()


def call(patron, method, path, body=None, want=200, **kw):
    answer = patron.api(method, "/api/v1/imports" + path, body, **kw)
    assert answer.status == want, f"{method} {path}: {answer}\n{patron.stderr()}"
    return answer.json()


def put_part(patron, job, offset, data, **kw):
    return patron.api("PUT", f"/api/v1/imports/{job}/parts?offset={offset}", bytes(data),
                      headers={"Content-Type": "application/octet-stream"}, **kw)


def make(patron, data, source="till", name="orders.csv", **kw):
    return call(patron, "POST", "", {"name": name, "source": source, "bytes": len(data), **kw}, want=201)


def upload(patron, data, source="till", part=PART, name="orders.csv", **kw):
    """Makes an import of the bytes and waits until it was checked."""
    job = make(patron, data, source, name, **kw)
    for offset in range(0, len(data), part):
        answer = put_part(patron, job["id"], offset, data[offset:offset + part])
        assert answer.status == 200, answer
        assert answer.json()["uploaded"] == min(offset + part, len(data))
    return wait_state(patron, job["id"], "ready")


def wait_state(patron, job, *states, timeout_s=30):
    end = time.monotonic() + timeout_s
    while True:
        now = call(patron, "GET", f"/{job}")
        if now["state"] in states:
            return now
        assert time.monotonic() < end, f"still {now}\n{patron.stderr()}"
        assert now["state"] != "failed", now
        time.sleep(0.02)


def start(patron, job, mapping=None, recipe=None):
    call(patron, "PUT", f"/{job}/mapping", {"recipe": recipe} if recipe else {"mapping": mapping or MAPPING})
    return call(patron, "POST", f"/{job}/start")


def zstd_compress(data):
    """By the library that the daemon itself is linked with."""
    zstd = ctypes.CDLL("libzstd.so.1")
    zstd.ZSTD_compressBound.restype = zstd.ZSTD_compress.restype = ctypes.c_size_t
    out = ctypes.create_string_buffer(zstd.ZSTD_compressBound(ctypes.c_size_t(len(data))))
    size = zstd.ZSTD_compress(out, ctypes.c_size_t(len(out)), data, ctypes.c_size_t(len(data)), 3)
    return out.raw[:size]


def add_up(job):
    return job["landed"] + job["duplicates"] + job["resent"] + job["quarantined"]


def order_ids(patron, **kw):
    return [row["properties"]["order_id"] for row in patron.export(**kw) if row["event"] == "Order Completed"]


# --- from upload to done -------------------------------------------------------------------------------------------

def test_a_file_in_parts_becomes_events(patron):
    data = orders(500)
    job = upload(patron, data, part=4096, sha256=hashlib.sha256(data).hexdigest())
    assert job["sha256"] == hashlib.sha256(data).hexdigest() and job["file_kept"] and not job["has_mapping"]
    assert os.stat(patron.data / "imports" / job["id"]).st_mode & 0o777 == 0o600
    queued = start(patron, job["id"])
    assert queued["state"] in ("queued", "running")
    done = wait_state(patron, job["id"], "done")
    assert (done["rows"], done["events"], done["landed"], done["rows_refused"]) == (500, 500, 500, 0)
    assert done["bytes_read"] == done["bytes"] == len(data) and add_up(done) == 500
    rows = patron.export()
    assert [row["properties"]["order_id"] for row in rows] == [f"o{i}" for i in range(500)]
    digest = hashlib.sha256(data).hexdigest()[:32]
    assert [row["messageId"] for row in rows] == [f"{digest}-{i + 1}" for i in range(500)]
    assert rows[7]["_patron"]["source"] == "till" and rows[7]["timestamp"] == "2026-01-08T10:07:00.000Z"


def test_the_same_file_by_command_line_and_by_console_lands_once(patron, scratch):
    data = orders(300)
    (scratch / "orders.csv").write_bytes(data)
    (scratch / "map.json").write_text(json.dumps(MAPPING))
    patron.cli("import", scratch / "orders.csv", "--map", scratch / "map.json", "--source", "till", "--yes")
    job = upload(patron, data)
    start(patron, job["id"])
    done = wait_state(patron, job["id"], "done")
    assert (done["landed"], done["duplicates"], done["events"]) == (0, 300, 300)
    assert len(patron.export()) == 300


def test_preview_guesses_and_shows_what_is_wrong(patron):
    job = upload(patron, orders(60))["id"]
    guessed = call(patron, "GET", f"/{job}/preview")
    assert guessed["guessed"] and guessed["format"] == "csv" and guessed["recipe"] is None
    assert guessed["columns"] == ["order", "customer", "at", "total"]
    assert len(guessed["rows"]) == 20 and guessed["rows"][0]["text"].startswith("o0,c0,")
    assert all(row["outcome"] in ("event", "part") for row in guessed["rows"]) and guessed["events"]
    assert guessed["mapping"]["columns"]["userId"] == {"column": "customer"}

    job = upload(patron, orders(60, bad={2, 59}), source="other")["id"]
    call(patron, "PUT", f"/{job}/mapping", {"mapping": MAPPING})
    shown = call(patron, "GET", f"/{job}/preview")
    assert not shown["guessed"] and shown["mapping"] == MAPPING
    assert [row["outcome"] for row in shown["rows"]].count("refused") == 1
    wrong = shown["rows"][2]
    assert (wrong["row"], wrong["line"], wrong["column"], wrong["event"]) == (3, 4, "total", None)
    assert "much" in wrong["reason"]
    assert shown["rows"][3]["event"] == 2 and shown["events"][2]["properties"]["order_id"] == "o3"
    assert shown["events"][0]["messageId"].endswith("-1")


def test_preview_of_json_lines_and_of_groups(patron):
    lines = b"".join(json.dumps({"who": {"id": f"u{i}"}, "what": "Seen", "n": i}).encode() + b"\n" for i in range(5))
    job = upload(patron, lines)["id"]
    call(patron, "PUT", f"/{job}/mapping",
         {"mapping": {"format": "jsonl", "event": {"name": {"column": "what"}}, "columns": {"userId": "who.id"}}})
    shown = call(patron, "GET", f"/{job}/preview")
    assert shown["columns"] == ["who.id", "what", "n"] and len(shown["events"]) == 5

    grouped = {**MAPPING, "group_by": ["order"]}
    job = upload(patron, b"order,customer,at,total\n" + b"o1,c1,2026-01-01 10:00:00,1\n" * 3, source="other")["id"]
    call(patron, "PUT", f"/{job}/mapping", {"mapping": grouped})
    shown = call(patron, "GET", f"/{job}/preview")
    assert [row["outcome"] for row in shown["rows"]] == ["part"] * 3 and len(shown["events"]) == 1


def test_row_errors_are_listed_in_pages(patron):
    bad = set(range(0, 3000, 7))
    job = upload(patron, orders(3000, bad=bad))["id"]
    start(patron, job)
    done = wait_state(patron, job, "done")
    assert done["rows_refused"] == len(bad) and done["events"] == 3000 - len(bad) and done["rows"] == 3000
    seen, cursor = [], ""
    while cursor is not None:
        page = call(patron, "GET", f"/{job}/refusals?limit=100" + (f"&cursor={cursor}" if cursor else ""))
        seen += page["data"]
        cursor = page["next_cursor"]
    assert [row["number"] for row in seen] == list(range(1, len(bad) + 1))
    assert [row["row"] for row in seen] == [i + 1 for i in sorted(bad)]
    assert [row["line"] for row in seen] == [i + 2 for i in sorted(bad)]
    assert all(row["column"] == "total" and "much" in row["reason"] for row in seen)
    assert seen[1]["text"].startswith("o7,c7,")


@pytest.mark.parametrize("form", ["gzip", "zstd"])
def test_compressed_files(patron, form):
    data = orders(400)
    packed = gzip.compress(data) if form == "gzip" else zstd_compress(data)
    job = upload(patron, packed)["id"]
    start(patron, job)
    assert wait_state(patron, job, "done")["landed"] == 400
    assert len(patron.export()) == 400


def test_bad_gzip_fails_with_a_reason(patron):
    packed = bytearray(gzip.compress(orders(200000)))
    cut = packed[:len(packed) // 2]
    job = upload(patron, cut)["id"]
    start(patron, job)
    failed = wait_state(patron, job, "failed")
    assert "ends inside its compressed data" in failed["reason"] and failed["finished_at"]
    noise = b"\x1f\x8b\x08" + random.Random(1).randbytes(5000)
    job = upload(patron, noise, source="other")["id"]
    answer = patron.api("GET", f"/api/v1/imports/{job}/preview")
    assert answer.status == 409 and "gzip" in answer.json()["detail"]


@pytest.mark.parametrize("wrong", ["column", "json", "member", "recipe", "both", "none"])
def test_mapping_errors_are_told_at_once(patron, wrong):
    job = upload(patron, orders(10))["id"]
    body = {"column": {"mapping": {**MAPPING, "columns": {"userId": "nosuch"}}},
            "json": b'{"mapping": {"columns": }}',
            "member": {"mapping": {**MAPPING, "colums": {}}},
            "recipe": {"recipe": "nosuch"}, "both": {"recipe": "cdnow", "mapping": MAPPING}, "none": {}}[wrong]
    answer = patron.api("PUT", f"/api/v1/imports/{job}/mapping", body)
    assert answer.status == 400, answer
    assert answer.json()["detail"]
    assert call(patron, "GET", f"/{job}/mapping") == {"mapping": None, "recipe": None}
    assert patron.api("POST", f"/api/v1/imports/{job}/start").status == 409
    assert call(patron, "GET", f"/{job}")["state"] == "ready"


def test_recipes(patron):
    recipes = call(patron, "GET", "/recipes")["data"]
    assert {"online-retail", "cdnow", "cdnow-sample"} <= {r["name"] for r in recipes}
    assert all(r["mapping"]["columns"] for r in recipes)


# --- parts -----------------------------------------------------------------------------------------------------------

def test_parts_at_every_edge(patron):
    data = orders(200)
    job = make(patron, data)["id"]
    assert put_part(patron, job, 0, data[:1000]).json() == {"uploaded": 1000, "bytes": len(data), "state": "uploading"}
    again = put_part(patron, job, 0, data[:1000])
    assert again.status == 200 and again.json()["uploaded"] == 1000
    gap = put_part(patron, job, 1001, data[1001:2000])
    assert gap.status == 409 and gap.json()["expected_offset"] == 1000 and gap.json()["code"] == "conflict"
    assert put_part(patron, job, 500, data[500:1500]).json()["uploaded"] == 1500  # half of it is there
    assert put_part(patron, job, 1500, data[1500:] + b"x").status == 400  # behind the end
    assert put_part(patron, job, 1500, b"").status == 400
    answer = patron.api("PUT", f"/api/v1/imports/{job}/parts?offset=1500", data[1500:], headers={"Content-Type": "text/csv"})
    assert answer.status == 415
    last = put_part(patron, job, 1500, data[1500:])
    assert last.json()["uploaded"] == len(data) and last.json()["state"] == "checking"
    wait_state(patron, job, "ready")
    assert put_part(patron, job, 1500, data[1500:]).status == 200  # its answer was lost
    assert put_part(patron, job, len(data), b"x").status == 409
    assert (patron.data / "imports" / job).read_bytes() == data


def test_part_sizes(patron):
    data = bytes(random.Random(1).randbytes(5 << 20))
    job = make(patron, data)["id"]
    assert put_part(patron, job, 0, data[:(2 << 20) + 1]).status == 413
    assert put_part(patron, job, 0, data[:2 << 20]).status == 200
    assert call(patron, "GET", f"/{job}")["uploaded"] == 2 << 20


def test_an_upload_goes_on_after_a_kill(patron):
    data = orders(20000)
    job = make(patron, data)["id"]
    rng, at = random.Random(4), 0
    for _ in range(3):
        for _ in range(4):
            size = rng.randrange(1, 60000)
            assert put_part(patron, job, at, data[at:at + size]).status == 200
            at += size
        patron.kill9()
        patron.start()
        assert call(patron, "GET", f"/{job}")["uploaded"] == at
    assert put_part(patron, job, at, data[at:at + (2 << 20)]).status == 200
    wait_state(patron, job, "ready")
    assert (patron.data / "imports" / job).read_bytes() == data


def test_another_digest_than_announced_fails(patron):
    data = orders(50)
    job = make(patron, data, sha256="0" * 64)["id"]
    assert put_part(patron, job, 0, data).status == 200
    failed = wait_state(patron, job, "failed")
    assert hashlib.sha256(data).hexdigest() in failed["reason"] and failed["sha256"] is None
    assert patron.api("POST", f"/api/v1/imports/{job}/start").status == 409


@pytest.mark.limit(120)
def test_a_full_disk_while_uploading(make_patron, small_disk):
    disk = small_disk(40)
    disk.put_ballast(8)
    patron = make_patron(data=disk.path / "data").start()
    rows = orders(10)
    data = rows + b"#" * ((30 << 20) - len(rows))
    job = make(patron, data)["id"]
    at = 0
    while True:
        answer = put_part(patron, job, at, data[at:at + PART])
        if answer.status != 200:
            break
        at += PART
        assert at < len(data), "the disk never was full"
    assert answer.status == 503 and retry_after(answer) >= 1
    disk.release()
    end = time.monotonic() + 30
    while at < len(data):
        answer = put_part(patron, job, at, data[at:at + PART])
        if answer.status == 200:
            at += PART
        else:
            assert answer.status == 503 and time.monotonic() < end, answer
            disk_left = os.statvfs(disk.path)
            if disk_left.f_bavail * disk_left.f_frsize < PART:
                break  # 40 MiB hold what they hold: what was acknowledged is what counts
            time.sleep(0.05)
    stored = (patron.data / "imports" / job).read_bytes()[:at]
    assert stored == data[:at]
    assert call(patron, "GET", f"/{job}")["uploaded"] == min(at, len(data))


def test_bounds_of_disk(make_patron):
    patron = make_patron(settings={"import-disk-gib": "1"}).start()
    body = {"name": "big", "source": "till", "bytes": 1 << 30}
    job = call(patron, "POST", "", body, want=201)["id"]
    refused = patron.api("POST", "/api/v1/imports", {**body, "bytes": 1})
    assert refused.status == 413 and "import.disk_gib" in refused.json()["detail"]
    call(patron, "DELETE", f"/{job}")
    call(patron, "POST", "", body, want=201)
    assert patron.api("POST", "/api/v1/imports", {**body, "bytes": (20 << 30) + 1}).status == 400


# --- pause, cancel, delete, queue -------------------------------------------------------------------------------------

def test_pause_resume_and_cancel(patron):
    data = orders(120000)
    job = upload(patron, data)["id"]
    start(patron, job)
    wait_state(patron, job, "running")
    assert call(patron, "POST", f"/{job}/pause")["state"] == "paused"
    assert patron.api("POST", f"/api/v1/imports/{job}/pause").status == 409
    time.sleep(0.5)
    before = call(patron, "GET", f"/{job}")
    assert before["state"] == "paused" and before["events"] < 120000
    time.sleep(0.3)
    assert call(patron, "GET", f"/{job}")["events"] == before["events"]
    call(patron, "POST", f"/{job}/resume")
    wait_state(patron, job, "running", "done")
    answer = patron.api("DELETE", f"/api/v1/imports/{job}")
    if answer.status != 200:
        assert answer.status == 409
        call(patron, "POST", f"/{job}/cancel")
        call(patron, "DELETE", f"/{job}")
    time.sleep(0.5)
    ended = call(patron, "GET", f"/{job}")
    assert ended["state"] in ("cancelled", "done") and not ended["file_kept"]
    assert not (patron.data / "imports" / job).exists()
    landed = order_ids(patron)
    assert len(landed) == len(set(landed)) == ended["events"]


def test_one_runs_and_the_others_wait(patron):
    first = upload(patron, orders(150000))["id"]
    second = upload(patron, orders(100, first=900000), source="other")["id"]
    start(patron, first)
    wait_state(patron, first, "running")
    assert start(patron, second)["state"] == "queued"
    assert call(patron, "GET", f"/{first}")["state"] == "running"
    assert [row["id"] for row in call(patron, "GET", "?state=queued")["data"]] == [second]
    call(patron, "POST", f"/{first}/pause")
    assert wait_state(patron, second, "done")["landed"] == 100
    assert call(patron, "GET", f"/{first}")["state"] == "paused"
    listed = call(patron, "GET", "?limit=1")
    assert listed["data"][0]["id"] == second and listed["next_cursor"] == second
    assert call(patron, "GET", f"?cursor={second}")["data"][0]["id"] == first


def test_the_same_file_under_another_mapping_is_refused(patron):
    data = orders(50)
    job = upload(patron, data)["id"]
    start(patron, job)
    wait_state(patron, job, "done")
    again = upload(patron, data)["id"]
    call(patron, "PUT", f"/{again}/mapping", {"mapping": {**MAPPING, "event": {"type": "track", "name": "Other"}}})
    refused = patron.api("POST", f"/api/v1/imports/{again}/start")
    assert refused.status == 409 and "another mapping" in refused.json()["detail"]
    call(patron, "PATCH", f"/{again}", {"source": "elsewhere"})
    call(patron, "POST", f"/{again}/start")
    assert wait_state(patron, again, "done")["landed"] == 50


def test_sources(patron):
    live = patron.add_source("live")
    data = orders(10)
    refused = patron.api("POST", "/api/v1/imports", {"name": "x", "source": "live", "bytes": len(data)})
    assert refused.status == 409 and "past" in refused.json()["detail"], live
    past = patron.add_source("past", "--historical")
    job = upload(patron, data, source=past["id"])
    assert (job["source"], job["source_id"]) == ("past", past["id"])
    patron.api("PATCH", f"/api/v1/sources/{past['id']}", {"enabled": False})
    call(patron, "PUT", f"/{job['id']}/mapping", {"mapping": MAPPING})
    assert patron.api("POST", f"/api/v1/imports/{job['id']}/start").status == 409
    patron.api("PATCH", f"/api/v1/sources/{past['id']}", {"enabled": True})
    call(patron, "POST", f"/{job['id']}/start")
    assert wait_state(patron, job["id"], "done")["landed"] == 10


def test_unknown_imports(patron):
    for method, path in [("GET", ""), ("DELETE", ""), ("GET", "/preview"), ("GET", "/mapping"), ("GET", "/refusals"),
                         ("POST", "/start"), ("POST", "/pause"), ("POST", "/cancel")]:
        assert patron.api(method, f"/api/v1/imports/nosuch{path}").status == 404, path
    assert put_part(patron, "nosuch", 0, b"x").status == 404
    for odd in ("%ff", "%00", "%2e%2e", "0189", "01890000-0000-7000-8000-000000000000"):
        assert patron.api("GET", f"/api/v1/imports/{odd}").status in (400, 404), odd


def test_roles(patron):
    """An analyst sees imports, an engineer runs them, an auditor and a stranger do neither."""
    tokens = {role: patron.add_token(role) for role in ("engineer", "analyst", "auditor")}
    data = orders(20)
    body = {"name": "x", "source": "till", "bytes": len(data)}
    job = make(patron, data)["id"]
    writes = [("POST", "", body), ("PATCH", f"/{job}", {"name": "y"}), ("PUT", f"/{job}/mapping", {"mapping": MAPPING}),
              ("POST", f"/{job}/start", None), ("POST", f"/{job}/pause", None), ("POST", f"/{job}/resume", None),
              ("POST", f"/{job}/cancel", None), ("DELETE", f"/{job}", None)]
    reads = ["", "/recipes", f"/{job}", f"/{job}/preview", f"/{job}/mapping", f"/{job}/refusals", "/live", f"/{job}/live"]
    for role in ("analyst", "auditor"):
        for method, path, sent in writes:
            assert patron.api(method, "/api/v1/imports" + path, sent, token=tokens[role]).status == 403, (role, method, path)
        assert put_part(patron, job, 0, data, token=tokens[role]).status == 403
    for path in reads:
        assert patron.get("/api/v1/imports" + path).status == 401, path
        assert patron.api("GET", "/api/v1/imports" + path, token=tokens["auditor"]).status == 403, path
        if not path.endswith("/live"):
            assert patron.api("GET", "/api/v1/imports" + path, token=tokens["analyst"]).status in (200, 409), path
    engineer = tokens["engineer"]
    assert put_part(patron, job, 0, data, token=engineer).status == 200
    wait_state(patron, job, "ready")
    assert patron.api("PUT", f"/api/v1/imports/{job}/mapping", {"mapping": MAPPING}, token=engineer).status == 200
    assert patron.api("POST", f"/api/v1/imports/{job}/start", token=engineer).status == 200
    wait_state(patron, job, "done")


def test_every_step_is_audited(patron):
    job = upload(patron, orders(20))["id"]
    start(patron, job)
    wait_state(patron, job, "done")
    call(patron, "DELETE", f"/{job}")
    other = make(patron, orders(5))["id"]
    call(patron, "POST", f"/{other}/cancel")
    answer = patron.api("GET", "/api/v1/audit?limit=100")
    assert answer.status == 200, answer
    entries = [(row["action"], row["subject"]) for row in answer.json()["data"]]
    actions = [action for action, subject in entries if subject == job]
    assert sorted(actions) == sorted(["import.added", "import.mapped", "import.changed", "import.started", "import.done",
                                      "import.deleted"])
    assert ("import.cancelled", other) in entries and any(action == "source.added" for action, _ in entries)


def test_command_line(patron):
    assert "no imports" in patron.cli("import", "list").stdout
    job = upload(patron, orders(20, bad={3}))["id"]
    start(patron, job)
    wait_state(patron, job, "done")
    assert job in patron.cli("import", "list").stdout
    assert [row["id"] for row in patron.cli_json("import", "list", "--state", "done")["data"]] == [job]
    assert patron.cli_json("import", "list", "--state", "paused")["data"] == []
    shown = patron.cli("import", "show", job).stdout
    assert "rows refused    1" in shown and "landed          19" in shown
    assert patron.cli_json("import", "show", job)["landed"] == 19
    assert patron.cli("import", "show", "0189", check=False).returncode == 1


# --- killed, stopped ---------------------------------------------------------------------------------------------------

@pytest.mark.limit(240)
@pytest.mark.parametrize("seed", range(2))
def test_killed_at_any_point_nothing_is_lost_or_doubled(patron, seed):
    rows, rng = 150000, random.Random(seed)
    bad = set(rng.sample(range(rows), 500))
    job = upload(patron, orders(rows, bad=bad))["id"]
    start(patron, job)
    kills = 0
    while True:
        time.sleep(rng.uniform(0.05, 0.9))
        patron.kill9()
        kills += 1
        patron.start()
        now = call(patron, "GET", f"/{job}")
        assert now["state"] in ("queued", "running", "done"), now
        if now["state"] == "done" or kills == 6:
            break
    done = wait_state(patron, job, "done", timeout_s=90)
    assert (done["rows"], done["rows_refused"]) == (rows, 500) and done["events"] == rows - 500 == add_up(done)
    landed = order_ids(patron, timeout=120)
    assert len(landed) == len(set(landed)) == rows - 500
    assert done["duplicates"] == 0 and done["landed"] + done["resent"] == rows - 500
    page = call(patron, "GET", f"/{job}/refusals?limit=500")["data"]
    assert [row["row"] for row in page] == [i + 1 for i in sorted(bad)]


def test_a_stop_leaves_it_queued_and_it_goes_on_by_itself(patron):
    job = upload(patron, orders(150000))["id"]
    start(patron, job)
    wait_state(patron, job, "running")
    time.sleep(0.3)
    patron.stop()
    patron.start()
    done = wait_state(patron, job, "done", timeout_s=40)
    assert done["landed"] == 150000 and done["resent"] == 0  # a stop notes all it sent
    assert len(patron.export(timeout=60)) == 150000


def test_files_without_a_row_are_swept(patron):
    job = upload(patron, orders(10))["id"]
    orphan = patron.data / "imports" / "01890000-0000-7000-8000-000000000000"
    patron.stop()
    orphan.write_bytes(b"x")
    (patron.data / "imports" / "abc.json").write_text("{}")
    patron.start()
    assert not orphan.exists() and (patron.data / "imports" / job).exists()
    assert (patron.data / "imports" / "abc.json").exists()  # the command line's checkpoints stay


def test_leftovers_are_removed_after_a_week(make_patron):
    clock = {"clock": "sim", "clock-speed": "0", "clock-start": "2026-01-01T00:00:00Z"}
    patron = make_patron(settings=clock).start()
    data = orders(10)
    old = make(patron, data)["id"]
    patron.stop()
    patron.settings["clock-start"] = "2026-01-05T00:00:00Z"
    patron.start()
    young = make(patron, data)["id"]
    patron.stop()
    patron.settings["clock-start"] = "2026-01-08T00:00:01Z"
    patron.start()
    gone = wait_state(patron, old, "cancelled")
    assert not gone["file_kept"] and "7 days" in gone["reason"]
    assert call(patron, "GET", f"/{young}")["state"] == "uploading"
    names = os.listdir(patron.data / "imports")
    assert young in names and old not in names


# --- beside others ------------------------------------------------------------------------------------------------------

@pytest.mark.limit(180)
def test_online_retail_while_another_client_sends(patron, data_file):
    data = data_file("online-retail/online_retail.csv.gz").read_bytes()
    shop = patron.add_source("shop")["write_key"]
    job = upload(patron, data, source="retail", name="online_retail.csv.gz")["id"]
    stop, waits, sent = threading.Event(), [], []

    def client():
        number = 0
        while not stop.is_set():
            events = [track(f"live-{number}-{i}") for i in range(20)]
            begin = time.monotonic()
            answer = patron.send(events, shop)
            waits.append(time.monotonic() - begin)
            assert answer.status == 200, answer
            sent.extend(event["messageId"] for event in events)
            number += 1
            time.sleep(0.005)

    thread = threading.Thread(target=client)
    thread.start()
    try:
        start(patron, job, recipe="online-retail")
        done = wait_state(patron, job, "done", timeout_s=120)
    finally:
        stop.set()
        thread.join()
    assert done["recipe"] == "online-retail" and done["rows"] == 541909
    assert done["events"] == add_up(done) == done["landed"]
    rows = patron.export(timeout=120)
    by_source = {}
    for row in rows:
        by_source.setdefault(row["_patron"]["source"], []).append(row)
    assert sorted(row["messageId"] for row in by_source["shop"]) == sorted(sent)
    assert len(by_source["retail"]) == done["landed"]
    names = {row["event"] for row in by_source["retail"]}
    assert {"Order Completed", "Order Refunded"} <= names
    waits.sort()
    print(f"{len(waits)} batches of 20 beside the import: median {waits[len(waits) // 2] * 1000:.1f} ms, "
          f"p99 {waits[len(waits) * 99 // 100] * 1000:.1f} ms; {done['rows']} rows")


def test_live_progress(patron):
    rows = 400000  # several seconds, also on a quick machine
    job = upload(patron, orders(rows))["id"]
    with Stream("/api/v1/imports/live", unix=patron.socket_path) as every, \
            Stream(f"/api/v1/imports/{job}/live", unix=patron.socket_path) as one:
        assert every.status == one.status == 200
        assert every.next(kinds=("import",)).json()["id"] == job
        assert one.next(kinds=("import",)).json()["state"] == "ready"
        start(patron, job)
        for stream in (every, one):
            seen = []
            while not seen or seen[-1]["state"] != "done":
                seen.append(stream.next(20, kinds=("import",)).json())
            events = [row["events"] for row in seen]
            assert events == sorted(events) and events[-1] == rows
            assert any(0 < row["events"] < rows and row["events_per_s"] > 0 for row in seen), events
    with Stream("/api/v1/imports/nosuch/live", unix=patron.socket_path) as none:
        assert none.closed.wait(5)


def rss_kib(patron):
    with open(f"/proc/{patron.pid}/status", encoding="ascii") as f:
        return sum(int(line.split()[1]) for line in f if line.startswith(("RssAnon", "RssShmem")))


@pytest.mark.limit(240)
def test_memory_stays_flat_for_a_million_rows(make_patron):
    patron = make_patron(settings={"columns-memory-mib": "8"}).start()  # else the rows of the view alone may take 64 MiB
    warm = upload(patron, orders(50000), source="warm")["id"]
    start(patron, warm)
    wait_state(patron, warm, "done")
    before, most = rss_kib(patron), 0
    rows = 1000000 if "ASAN" not in os.environ else 100000
    data = gzip.compress(orders(rows), 1)
    job = upload(patron, data)["id"]
    uploaded = rss_kib(patron)
    start(patron, job)
    end = time.monotonic() + 180
    while call(patron, "GET", f"/{job}")["state"] != "done":
        most = max(most, rss_kib(patron))
        assert time.monotonic() < end
        time.sleep(0.1)
    print(f"RSS before {before} KiB, uploaded {uploaded} KiB, at most {most} KiB")
    assert call(patron, "GET", f"/{job}")["landed"] == rows
    assert uploaded - before < 24 << 10 and most - before < 100 << 10
