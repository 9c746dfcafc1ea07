# SPDX-License-Identifier: Apache-2.0
"""A full disk: 503 with a whole Retry-After, never 200 for what is not stored, never 500; then recovery by itself."""
import json
import random
import time

import pytest
from harness import web
from harness.load import Load, assert_once, retry_after, track

DISK_MIB = 40
BALLAST_MIB = 12


def batch(number):
    """About 100 KiB that compress 2:1 at best: the same each time for the same number."""
    chance = random.Random(number)
    return [track(f"d{number}-{i}", pad=chance.randbytes(450).hex()) for i in range(100)]


def write_until_refused(patron, key, limit=2000):
    """Sends batches until one is refused. Returns the numbers that were acknowledged and the refusal."""
    acknowledged = []
    for number in range(limit):
        answer = patron.send(batch(number), key)
        if answer.status != 200:
            return acknowledged, number, answer
        acknowledged.append(number)
    raise AssertionError(f"the disk of {DISK_MIB} MiB took {limit} batches of about 100 KiB")


def names(numbers):
    return [event["messageId"] for number in numbers for event in batch(number)]


def full(make_patron, small_disk):
    disk = small_disk(DISK_MIB)
    disk.put_ballast(BALLAST_MIB)
    patron = make_patron(data=disk.path / "data").start()
    key = patron.add_source()["write_key"]
    return disk, patron, key


@pytest.mark.limit(120)
def test_full_disk_refuses_and_recovers(make_patron, small_disk):
    disk, patron, key = full(make_patron, small_disk)
    acknowledged, refused, answer = write_until_refused(patron, key)
    assert acknowledged, "not one batch fitted"
    for _ in range(20):  # steady: it stays refused, in the one right way
        assert answer.status in (503, 429), answer
        assert retry_after(answer) >= 1
        assert answer.header("Content-Type").startswith("application/problem+json")
        answer = patron.send(batch(refused), key)
        if answer.status == 200:  # space that the archiver gave back
            acknowledged.append(refused)
            refused += 1
            answer = patron.send(batch(refused), key)
    assert patron.get("/readyz").status == 503
    assert patron.get("/healthz").status == 200
    assert_once(names(acknowledged), patron.export(timeout=60))
    disk.release()
    end = time.monotonic() + 20
    while patron.send(batch(refused), key).status != 200:
        assert time.monotonic() < end, "still refused 20 s after space was freed"
        time.sleep(0.2)
    patron.wait_ready(10)
    stored = patron.export(timeout=60)
    assert_once(names(acknowledged + [refused]), stored)
    patron.restart()
    assert [e["messageId"] for e in patron.export(timeout=60)] == [e["messageId"] for e in stored]


@pytest.mark.limit(120)
def test_kill_9_on_a_full_disk(make_patron, small_disk):
    """It must come up again with space, and with everything that it acknowledged."""
    disk, patron, key = full(make_patron, small_disk)
    acknowledged, refused, _ = write_until_refused(patron, key)
    patron.kill9()
    disk.release()
    patron.start()
    assert patron.send(batch(refused), key).status == 200
    assert_once(names(acknowledged + [refused]), patron.export(timeout=60))


@pytest.mark.limit(120)
def test_management_answers_on_a_full_disk(make_patron, small_disk):
    """Reading works; a change is refused with 503 and not half made."""
    disk, patron, key = full(make_patron, small_disk)
    write_until_refused(patron, key)
    disk.fill()
    assert patron.api("GET", "/api/v1/sources").status == 200
    assert patron.api("GET", "/api/v1/status").json()["log"]["full"]
    for i in range(20):
        answer = patron.api("POST", "/api/v1/sources", {"name": f"more-{i}"})
        assert answer.status in (201, 503), answer
    listed = {row["name"] for row in patron.api("GET", "/api/v1/sources").json()["data"]}
    disk.release()
    end = time.monotonic() + 20
    while patron.send(batch(10000), key).status != 200:
        assert time.monotonic() < end
        time.sleep(0.2)
    patron.restart()
    assert {row["name"] for row in patron.api("GET", "/api/v1/sources").json()["data"]} == listed


@pytest.mark.limit(150)
def test_disk_that_fills_and_empties_under_load(make_patron, small_disk):
    """Clients that retry across every 503: each event is there once, whatever round met the full disk."""
    disk, patron, key = full(make_patron, small_disk)
    with Load(patron.base, key, clients=6, batch=5, label="f") as load:
        for _ in range(6):
            load.wait_acknowledged(len(load.acknowledged) + 500)
            disk.fill()
            wait_refused(load)
            disk.release()
    stored = patron.export(timeout=60)
    assert_once(load.acknowledged, stored)
    assert len(stored) == len(load.acknowledged)
    assert set(status for client in load.clients for status in client.statuses) <= {200, 429, 503}
    patron.kill9()
    patron.start()
    def told(rows):  # whose they are is told a moment later
        return [{**row, "profile_id": None} for row in rows]

    assert told(patron.export(timeout=60)) == told(stored)


def wait_refused(load, timeout_s=30):
    """Until every client has heard a refusal anew: preallocated segments take some more before."""
    before = [client.retries for client in load.clients]
    end = time.monotonic() + timeout_s
    while any(client.retries == count for client, count in zip(load.clients, before)):
        assert time.monotonic() < end, "the full disk was never felt"
        if load.errors:
            raise load.errors[0]
        time.sleep(0.01)


@pytest.mark.limit(90)
def test_every_kind_of_call_is_refused_alike(make_patron, small_disk):
    """Single calls, beacons, pixels: each with its whole Retry-After, and readable for browsers."""
    _, patron, key = full(make_patron, small_disk)
    write_until_refused(patron, key)
    big = {"userId": "u", "event": "E", "properties": {"pad": "x" * 30000}}
    seen = 0
    for _ in range(50):
        for path in ("/v1/track", "/v1/t", "/v1/batch"):
            body = {"batch": [{"type": "track", **big}] * 20} if path == "/v1/batch" else big
            answer = patron.post(path, json.dumps(body).encode(), headers={**web.basic(key), "Origin": "https://shop.example"})
            assert answer.status in (200, 503, 429), answer
            if answer.status != 200:
                seen += 1
                assert retry_after(answer) >= 1
                assert answer.header("Access-Control-Allow-Origin") in ("*", "https://shop.example")
    assert seen > 0
