# SPDX-License-Identifier: Apache-2.0
"""The server watches itself: alerts are raised, told, acknowledged and cleared."""
import contextlib
import hashlib
import hmac
import http.server
import json
import sqlite3
import threading
import time

import pytest
from harness.ca import Ca

FULL = {"alert-disk-free-mib": "1000000000"}


def wait_alert(patron, name, state="active", timeout_s=20):
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        patron.api("GET", "/api/v1/health")  # asking makes it look
        rows = patron.api("GET", f"/api/v1/alerts?state={state}").json()["data"]
        for row in rows:
            if row["name"] == name:
                return row
        time.sleep(0.1)
    raise AssertionError(f"no {state} alert {name}: {rows}")


def component(patron, name):
    return next(c for c in patron.api("GET", "/api/v1/health").json()["components"] if c["name"] == name)


class Receiver:
    """An address for webhooks that fails the first `failures` times."""

    def __init__(self, failures=0):
        self.got, self.failures = [], failures
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.failures -= 1
                outer.got.append((body, self.headers.get("X-Patron-Signature"), self.path))
                self.send_response(500 if outer.failures >= 0 else 204)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *args):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/hook?a=b"

    def wait(self, count, timeout_s=20):
        end = time.monotonic() + timeout_s
        while len(self.got) < count:
            assert time.monotonic() < end, self.got
            time.sleep(0.05)
        return self.got


@pytest.mark.limit(90)
def test_raised_told_acknowledged_cleared(make_patron):
    with Receiver(failures=2) as receiver:
        settings = {**FULL, "alert-calm-s": "0", "alert-webhook-url": receiver.url, "alert-webhook-secret": "s3cret"}
        patron = make_patron(settings=settings).start()
        alert = wait_alert(patron, "disk_space")
        assert alert["severity"] == "bad" and alert["state"] == "active" and "MiB free" in alert["message"] and alert["advice"]
        assert component(patron, "disk")["state"] == "bad"
        assert patron.metrics()['patron_alert{name="disk_space"}'] == 1

        done = patron.api("POST", f"/api/v1/alerts/{alert['id']}/acknowledge", {"note": "ordered a disk"})
        assert done.status == 200 and done.json()["state"] == "acknowledged" and done.json()["note"] == "ordered a disk"
        again = patron.api("POST", f"/api/v1/alerts/{alert['id']}/acknowledge", {"note": "late"}).json()
        assert again["note"] == "ordered a disk" and again["acknowledged_at"] == done.json()["acknowledged_at"]
        assert patron.api("POST", "/api/v1/alerts/nothing/acknowledge", {}).status == 404
        assert [e["action"] for e in patron.api("GET", "/api/v1/audit").json()["data"]].count("alert.acknowledged") == 1

        tries = receiver.wait(3)  # two fail, the third is the same message
        assert tries[0][0] == tries[2][0] and tries[0][2] == "/hook?a=b"
        body, signature, _ = tries[2]
        stamp, mac = (part.split("=", 1)[1] for part in signature.split(","))
        assert mac == hmac.new(b"s3cret", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        assert json.loads(body)["event"] == "alert_raised" and json.loads(body)["id"] == alert["id"]

        patron.stop()
        patron.settings["alert-disk-free-mib"] = "1"
        patron.start()
        cleared = wait_alert(patron, "disk_space", "cleared")
        assert cleared["id"] == alert["id"] and cleared["cleared_at"] and cleared["acknowledged_by"]
        assert json.loads(receiver.wait(4)[3][0])["event"] == "alert_cleared"
        assert patron.metrics()['patron_alert{name="disk_space"}'] == 0
        end = time.monotonic() + 10
        while True:
            names = [e.get("event") for e in patron.export(own=True)]
            if "Alert Cleared" in names or time.monotonic() > end:
                break
            time.sleep(0.1)
        assert names.count("Alert Raised") == 1 and names.count("Alert Cleared") == 1


def test_an_active_alert_outlives_a_restart_as_one_row(make_patron):
    patron = make_patron(settings=FULL).start()
    first = wait_alert(patron, "disk_space")
    patron.kill9()
    patron.start()
    assert wait_alert(patron, "disk_space")["id"] == first["id"]
    assert len(patron.api("GET", "/api/v1/alerts?state=any").json()["data"]) == 1


def test_within_the_hold_time_it_stays(make_patron):
    patron = make_patron(settings=FULL).start()
    wait_alert(patron, "disk_space")
    patron.stop()
    patron.settings["alert-disk-free-mib"] = "1"  # calm now, but not for the 60 s of alert.calm_s
    patron.start()
    for _ in range(5):
        patron.api("GET", "/api/v1/health")
        time.sleep(0.05)
    assert patron.api("GET", "/api/v1/alerts").json()["data"][0]["name"] == "disk_space"


def test_certificate_and_backup(make_patron, scratch):
    certificate, key = Ca(scratch / "ca").issue(days=10)
    patron = make_patron(settings={"tls-listen": "127.0.0.1:0", "tls-certificate": str(certificate), "tls-key": str(key),
                                   "backup-dir": "/proc/nowhere/x"})
    patron.spawn()
    assert patron.process.wait(15) == 1 and "backup.dir" in patron.stderr()  # a folder that cannot be
    patron.process = None
    patron.settings["backup-dir"] = "kept"
    patron.start()
    assert "ends in" in wait_alert(patron, "certificate")["message"]
    assert component(patron, "certificate")["state"] == "warn"
    (patron.folder / "kept").rmdir()
    patron.api("POST", "/api/v1/backups", {})
    assert wait_alert(patron, "backup_failed")["message"].startswith("the last backup failed: ")
    assert component(patron, "backup")["state"] == "warn"


@pytest.mark.sqlite_only("changes the database by hand")
def test_a_changed_audit_chain_is_found(make_patron):
    patron = make_patron().start()
    for name in "abc":
        patron.add_source(name)
    patron.stop()
    with contextlib.closing(sqlite3.connect(patron.data / "core.db")) as db, db:
        db.execute("UPDATE audit_content SET action = 'source.removed' WHERE seq = 2")
    patron.start()
    alert = wait_alert(patron, "audit_chain")
    assert alert["severity"] == "bad" and alert["message"].startswith("the audit chain is broken: ")
    assert component(patron, "sql")["state"] == "bad"


@pytest.mark.sqlite_only("looks at files")
def test_ids_that_cannot_be_read_refuse_and_are_told(make_patron):
    patron = make_patron().start()
    key = patron.add_source()["write_key"]
    events = [{"type": "track", "event": "x", "userId": "u", "messageId": f"m{i}"} for i in range(2000)]
    patron.send_ok(events, key)
    patron.stop()  # writes the ids as a run
    run, = (patron.data / "dedupe").glob("run-*.ids")
    data = bytearray(run.read_bytes())
    data[len(data) // 3] ^= 0x20
    run.write_bytes(data)
    patron.start()
    statuses = {patron.send([event], key).status for event in events[::50]}
    assert statuses <= {200, 503} and 503 in statuses
    assert wait_alert(patron, "dedupe_damaged")["severity"] == "bad"
    assert component(patron, "dedupe")["state"] == "bad"
    assert patron.get("/readyz").status == 200  # what needs no damaged block goes on
    ids = [event["messageId"] for event in patron.export()]
    assert len(ids) == len(set(ids)) == len(events)  # and nothing came in twice


def test_settings_hide_secrets_and_say_where_they_come_from(make_patron, scratch):
    conf = scratch / "p.conf"
    conf.write_text("alert.webhook_secret = very-secret\nalert.lag_records = 7\n")
    patron = make_patron(settings={"config": str(conf)}).start()
    answer = patron.api("GET", "/api/v1/settings")
    rows = {row["key"]: row for row in answer.json()["data"]}
    assert "very-secret" not in answer.text
    assert rows["alert.webhook_secret"]["value"] is None and rows["alert.webhook_secret"]["secret"]
    assert rows["alert.lag_records"] | {"help": ""} == {
        "key": "alert.lag_records", "kind": "integer", "value": 7, "default": 100000, "origin": "file",
        "origin_detail": f"{conf}:2", "min": 1, "max": 1000000000, "help": "", "secret": False, "flag": "--alert-lag-records",
        "environment": "PATRON_ALERT_LAG_RECORDS"}
    assert rows["log.segment_mib"]["origin"] == "flag" and rows["diag.level"]["origin"] == "default"
    shown = patron.cli("--config", conf, "config", "show", "--json").stdout
    assert "very-secret" not in shown


@pytest.mark.limit(60)
def test_series(make_patron):
    patron = make_patron().start()
    source = patron.add_source()
    patron.send_ok([{"type": "track", "event": "x", "userId": "u", "messageId": str(i)} for i in range(100)], source["write_key"])
    end = time.monotonic() + 25
    while True:
        points = patron.api("GET", "/api/v1/health/series?name=rss_bytes&minutes=5").json()["points"]
        if sum(p is not None for p in points) >= 2 or time.monotonic() > end:
            break
        time.sleep(0.5)
    assert len(points) == 30 and sum(p is not None for p in points) >= 2 and max(p for p in points if p) > 1 << 20
    day = patron.api("GET", "/api/v1/health/series?name=disk_free_bytes&minutes=1440&points=100").json()
    assert len(day["points"]) <= 100 and day["step_s"] == 870 and day["unit"] == "bytes"
    for query in ("name=nothing", "minutes=5", "name=rss_bytes&minutes=1441", "name=rss_bytes&points=0"):
        assert patron.api("GET", f"/api/v1/health/series?{query}").status == 400
