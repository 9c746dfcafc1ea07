# SPDX-License-Identifier: Apache-2.0
"""The daemon's clock: what it shows, who sets it, what follows it and what does not."""
import os
import pathlib
import subprocess
import time

from harness.customers import Customers
from harness.match import millis, text
from harness.patron import CLEAN_ENV, PATROND

DEMO = pathlib.Path(os.environ.get("PATRON_DEMO", PATROND.parents[2] / "demo/patron-demo"))
START = "2025-11-24T08:00:00.000Z"
HOUR, DAY = 3_600_000, 86_400_000


def clock(patron):
    answer = patron.api("GET", "/api/v1/clock")
    assert answer.status == 200, answer
    return answer.json()


def put(patron, status=200, **change):
    answer = patron.api("PUT", "/api/v1/clock", change)
    assert answer.status == status, (change, answer)
    return answer.json()


def stamp(patron, source, name, **members):
    """Sends one event; its row."""
    patron.send_ok([{"type": "track", "event": name, "userId": "u", "messageId": name, **members}], source["write_key"])
    [row] = [row for row in patron.export() if row["event"] == name]
    return row


def test_the_real_clock_is_told_and_not_set(shared):
    before = int(time.time() * 1000)
    told = clock(shared.patron)
    assert before <= millis(told["now"]) <= int(time.time() * 1000) + 1
    assert {**told, "now": None} == {"kind": "real", "now": None, "speed": 1}
    for change in ({"speed": 5}, {"speed": 1, "now": START}):
        assert put(shared.patron, 409, **change)["code"] == "conflict"
    assert clock(shared.patron)["speed"] == 1
    assert shared.patron.cli_json("audit", "list", "--action", "clock.")["data"] == []


def test_a_simulated_clock_and_what_follows_it(make_patron):
    """Stamps of events follow the clock as it stands, jumps and goes back; sessions and tokens do not."""
    patron = make_patron(settings={"clock": "sim", "clock-start": START, "clock-speed": "0"}).start()
    source = patron.add_source()
    token = patron.cli_json("token", "add", "--role", "admin", "--expires", "1d")["token"]
    assert clock(patron) == {"kind": "sim", "now": START, "speed": 0}
    assert stamp(patron, source, "first")["receivedAt"] == START

    now = millis(START)
    for step in (100_000, 100_000, 40 * DAY, -HOUR):
        now += step
        assert put(patron, speed=0, now=text(now)) == {"kind": "sim", "now": text(now), "speed": 0}
        row = stamp(patron, source, f"at {now}")
        assert row["receivedAt"] == row["timestamp"] == text(now)
    # what happened 100 s before it was sent, by a client whose own clock is right
    row = stamp(patron, source, "late", timestamp=text(now - 100_000), sentAt=text(now))
    assert row["timestamp"] == text(now - 100_000)

    assert patron.api("GET", "/api/v1/clock", token=token).status == 200, "a token of a day ended with the simulated month"
    entries = patron.cli_json("audit", "list", "--action", "clock.set")["data"]
    assert [entry["detail"]["now"] for entry in entries][0] == text(now) and len(entries) == 4
    assert entries[0]["detail"]["from"] == text(now + HOUR) and entries[0]["detail"]["speed"] == 0
    assert abs(millis(entries[0]["at"]) - time.time() * 1000) < 60_000, "the audit chain is on the machine's clock"


def test_what_staff_decides_stands_where_the_clock_is(make_patron):
    """A merge and a consent are dated by the daemon's clock, as what they stand among is; the audit chain by the machine's."""
    desk = Customers(make_patron(settings={"clock": "sim", "clock-start": START, "clock-speed": "0"}).start())
    desk.patron.send_ok([{"type": "identify", "anonymousId": name, "messageId": name} for name in ("ann", "ben")], desk.patron.add_source()["write_key"])
    ann, ben = (desk.ready().find("anonymous_id", name)["id"] for name in ("ann", "ben"))
    put(desk.patron, speed=0, now=text(millis(START) + DAY))
    merged = desk.merge(ann, ben)
    desk.ask("POST", f"/api/v1/profiles/{merged['id']}/consent", {"purpose": "analytics", "granted": True, "evidence": "on the phone"})
    desk.ready()
    [said] = [row for row in desk.ask("GET", f"/api/v1/profiles/{merged['id']}/consent")["history"] if row["purpose"] == "analytics"]
    assert said["at"] == text(millis(START) + DAY)
    own = [row for row in desk.patron.export(own=True) if row.get("event") in ("Identity Merged", "Consent Changed")]
    assert len(own) == 2 and {row["timestamp"] for row in own} == {text(millis(START) + DAY)}, own
    entries = desk.patron.cli_json("audit", "list", "--action", "profile.merged")["data"]
    assert abs(millis(entries[0]["at"]) - time.time() * 1000) < 60_000


def test_a_pace_holds_from_now_on(make_patron):
    """10,000 times the machine's: no jump when it changes, and no step back."""
    patron = make_patron(settings={"clock": "sim", "clock-start": START, "clock-speed": "0"}).start()
    outer = time.monotonic()
    first = put(patron, speed=10_000)
    assert first["speed"] == 10_000 and 0 <= millis(first["now"]) - millis(START)
    inner = time.monotonic()
    time.sleep(0.02)
    inner = time.monotonic() - inner
    second = clock(patron)
    outer = time.monotonic() - outer
    went = millis(second["now"]) - millis(first["now"])
    assert inner * 10_000_000 - 10 <= went <= outer * 10_000_000 + 10
    stands = put(patron, speed=0)
    assert millis(stands["now"]) >= millis(second["now"])
    assert clock(patron) == stands

    engineer = patron.add_token("engineer")
    assert patron.api("GET", "/api/v1/clock", token=engineer).status == 200
    assert patron.api("PUT", "/api/v1/clock", {"speed": 1}, token=engineer).status == 403
    bad = [{}, {"speed": 10_001}, {"speed": -1}, {"speed": 1.5}, {"speed": "1"}, {"speed": 1, "pace": 2}, {"speed": 1, "now": "noon"},
           {"speed": 1, "now": "1999-12-31T23:59:59.999Z"}, {"speed": 1, "now": "2100-01-01T00:00:00Z"}]
    for change in bad:
        put(patron, 400, **change)
    assert clock(patron) == stands
    for edge in ("2099-12-31T23:59:59.999Z", "2000-01-01T00:00:00.000Z"):
        assert put(patron, speed=0, now=edge)["now"] == edge


def demo(patron, key, token, *options):
    done = subprocess.run([str(DEMO), "--url", patron.base, "--key", key, "--follow-clock", *options], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=30, env={**CLEAN_ENV, "PATRON_DEMO_OPERATOR_TOKEN": token})
    assert done.returncode == 0, done


def test_the_demo_retailer_follows_the_clock(make_patron):
    """A past that is sent at once ends where the clock stands; after a jump the shop goes on there, at the clock's pace."""
    patron = make_patron(settings={"clock": "sim", "clock-start": START, "clock-speed": "0"}).start()
    source, token, now = patron.add_source(), patron.add_token("admin"), millis(START)
    demo(patron, source["write_key"], token, "--days-ago", "2", "--rate", "0.01", "--count", "500")
    stamps = [millis(row["timestamp"]) for row in patron.export()]
    assert len(stamps) == 500 and max(stamps) <= now and min(stamps) >= now - 4 * DAY  # an app may have been offline for two days

    now += 30 * DAY
    put(patron, speed=10_000, now=text(now))
    demo(patron, source["write_key"], token, "--rate", "0.01", "--count", "100")
    later = millis(clock(patron)["now"])
    rows = patron.export()[500:]
    stamps = [millis(row["originalTimestamp"]) for row in rows]
    assert len(stamps) == 100 and min(stamps) >= now - 2 * DAY and max(stamps) <= later
    assert max(stamps) >= now + HOUR
    assert not any("clamped_timestamp" in row["_patron"]["flags"] for row in rows)
