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


@pytest.mark.limit(300)
def test_some_hours(make_patron):
    patron = make_patron(settings={"clock": "sim", "clock-start": START, "clock-speed": "1", "connect-networks": "127.0.0.1"}).start()
    key, token = patron.add_source("web")["write_key"], patron.add_token("admin")
    process = demo(patron, key, token, 0.4)
    try:
        def worked():
            rows = tickets(patron)
            done = [t for t in rows if t["state"] != "new" and t["acknowledged_at"]]
            kinds = {row["by"]["kind"] for t in done for row in patron.api("GET", f"/api/v1/tickets/{t['key']}/history").json()["data"]}
            return ({"account", "system"} <= kinds and len({t["channel"] for t in rows} & {"phone", "mail", "portal"}) >= 2 and
                    any(patron.api("GET", f"/api/v1/tickets/{t['key']}/routing").json()["data"] for t in rows))

        until(lambda: patron.api("GET", "/api/v1/clock").json()["speed"] == 1 and tickets(patron))  # the days before are over
        now = patron.api("GET", "/api/v1/clock").json()["now"]
        assert START < now < "2026-05-04T18:10:00Z"
        until(worked)  # agents in sessions of their own, and what Patron does itself: how much of it there is by then, is a matter of the machine
        stores = patron.api("GET", "/api/v1/commerce/stores?limit=100").json()["data"]
        assert len(stores) == 40 and sum(store["tills"] for store in stores) == 167
        assert {store["now"]["state"] for store in stores} == {"open", "closed"}
        assert len(patron.api("GET", "/api/v1/accounts?role=agent").json()["data"]) == 12
        assert [row["id"] for row in patron.api("GET", "/api/v1/desk/records/queues").json()["data"]] == ["platform", "service_desk", "store_systems"]
        done = [t for t in tickets(patron) if t["state"] != "new" and t["acknowledged_at"]]
        clock = patron.api("GET", "/api/v1/clock").json()
        assert done
        assert [t["opened_at"] for t in done if not "2026-05-04T08:00" <= t["opened_at"] <= clock["now"]] == [], clock
        board = patron.api("GET", "/api/v1/routing/board").json()
        assert [row["on"] for row in board["queues"]] == [True] * 3 and len(board["agents"]) == 12
        boxes = patron.api("GET", "/api/v1/mailboxes").json()["data"]
        assert sorted(box["settings"]["language"] for box in boxes) == ["ar", "de", "en", "en", "es", "fr"]
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
