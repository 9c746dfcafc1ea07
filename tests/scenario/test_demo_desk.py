# SPDX-License-Identifier: Apache-2.0
"""The demo retailer's service desk: some hours lived through on a fast clock, what it registers, and a second start."""
import os
import pathlib
import signal
import subprocess
import time

import pytest
from harness.patron import PATROND

DEMO = pathlib.Path(os.environ.get("PATRON_DEMO", PATROND.parents[2] / "demo/patron-demo"))
START = "2026-05-04T18:00:00.000Z"  # a Monday evening: the day before was one of trade
pytestmark = pytest.mark.sqlite_only(reason="speaks to the API alone")


def demo(patron, key, token, days):
    return subprocess.Popen([DEMO, "--url", patron.base, "--key", key, "--follow-clock", "--days-ago", "0", "--rate", "0.1", "--desk-days", str(days)],
                            env={**os.environ, "PATRON_DEMO_OPERATOR_TOKEN": token}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(process):
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0 and errors == "", errors


def tickets(patron, **query):
    path = "/api/v1/tickets?limit=500" + "".join(f"&{name}={value}" for name, value in query.items())
    answer = patron.api("GET", path)
    assert answer.status == 200, answer
    return answer.json()["data"]


def until(what, seconds=300):
    stop = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < stop
        time.sleep(0.2)


def test_some_hours(make_patron):
    patron = make_patron(settings={"clock": "sim", "clock-start": START, "clock-speed": "1", "connect-networks": "127.0.0.1"}).start()
    key, token = patron.add_source("web")["write_key"], patron.add_token("admin")
    process = demo(patron, key, token, 0.4)
    try:
        until(lambda: tickets(patron) and patron.api("GET", "/api/v1/clock").json()["speed"] == 1)  # the days before are over
        clock = patron.api("GET", "/api/v1/clock").json()
        assert START < clock["now"] < "2026-05-04T18:10:00Z"
        stores = patron.api("GET", "/api/v1/commerce/stores?limit=100").json()["data"]
        assert len(stores) == 40 and sum(store["tills"] for store in stores) == 167
        assert {store["now"]["state"] for store in stores} == {"open", "closed"}
        assert len(patron.api("GET", "/api/v1/accounts?role=agent").json()["data"]) == 12
        assert [row["id"] for row in patron.api("GET", "/api/v1/desk/records/queues").json()["data"]] == ["platform", "service_desk", "store_systems"]
        done = [t for t in tickets(patron) if t["state"] != "new" and t["acknowledged_at"]]
        assert done, "how many, is a matter of the machine"
        assert [t["opened_at"] for t in done if not "2026-05-04T08:00" <= t["opened_at"] <= clock["now"]] == [], clock
        board = patron.api("GET", "/api/v1/routing/board").json()
        assert [row["on"] for row in board["queues"]] == [True] * 3 and len(board["agents"]) == 12
        given = [t for t in tickets(patron) if patron.api("GET", f"/api/v1/tickets/{t['key']}/routing").json()["data"]]
        assert given, "agents are given tickets"
        kinds = {row["by"]["kind"] for t in done for row in patron.api("GET", f"/api/v1/tickets/{t['key']}/history").json()["data"]}
        assert {"account", "system"} <= kinds, "agents in sessions of their own, and what Patron does itself"
        boxes = patron.api("GET", "/api/v1/mailboxes").json()["data"]
        assert sorted(box["settings"]["language"] for box in boxes) == ["ar", "de", "en", "en", "es", "fr"]
        assert len({t["channel"] for t in tickets(patron)} & {"phone", "mail", "portal"}) >= 2
    finally:
        end(process)
    before = len(tickets(patron))
    process = demo(patron, key, token, 0.3)
    try:
        time.sleep(3)  # nothing is lived through again
        assert process.poll() is None and patron.api("GET", "/api/v1/clock").json()["speed"] == 1
        assert before <= len(tickets(patron)) <= before + 3
        assert len(patron.api("GET", "/api/v1/accounts?role=agent").json()["data"]) == 12
    finally:
        end(process)
