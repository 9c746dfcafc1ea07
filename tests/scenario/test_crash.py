# SPDX-License-Identifier: Apache-2.0
"""kill -9 and graceful stops under load with clients that retry: 0 lost, 0 doubled, and nothing that was not sent."""
import random
import signal
import time

import pytest
from harness.mode import soak
from harness.load import Load, assert_once, track

ROUNDS = 50 if soak() else 5


def crash_rounds(patron, key, rounds, seed, **load_options):
    """Kills the daemon `rounds` times at random instants while clients write; each start must be clean."""
    chance = random.Random(seed)
    with Load(patron.base, key, clients=6, batch=20, **load_options) as load:
        for _ in range(rounds):
            load.wait_acknowledged(len(load.acknowledged) + 200)
            time.sleep(chance.uniform(0, 0.15))
            patron.kill9()
            patron.start()
    return load


@pytest.mark.limit(600 if soak() else 90)
def test_kill_9_under_load_loses_and_doubles_nothing(patron):
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}, {ROUNDS} rounds")
    key = patron.add_source()["write_key"]
    load = crash_rounds(patron, key, ROUNDS, seed)
    stored = patron.export(timeout=60)
    assert_once(load.acknowledged, stored)
    assert len(stored) == len(load.acknowledged)  # each client ended on an acknowledged batch
    assert sum(client.retries for client in load.clients) > 0, "no client met a crash: the test proved nothing"
    assert not any(status == 500 for client in load.clients for status in client.statuses)


@pytest.mark.limit(600 if soak() else 60)
def test_a_client_keeps_its_own_order_over_crashes(patron):
    """One batch after another on one connection: log order is sending order."""
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    key = patron.add_source()["write_key"]
    crash_rounds(patron, key, 3, seed)
    last = {}
    for event in patron.export(timeout=60):
        label, client, number = event["messageId"].split("-")
        assert int(number) == last.get((label, client), -1) + 1
        last[label, client] = int(number)


def test_kill_9_right_after_the_answer(patron):
    """The acknowledgement is the promise: nothing after it may matter."""
    key = patron.add_source()["write_key"]
    for i in range(8):
        patron.send_ok([track(f"k{i}")], key)
        patron.kill9()
        patron.start()
    assert [event["messageId"] for event in patron.export()] == [f"k{i}" for i in range(8)]


def test_kill_9_while_starting(patron):
    """Recovery itself may be cut short at any instant."""
    key = patron.add_source()["write_key"]
    events = [track(f"s{i}", pad="x" * 200) for i in range(8000)]
    patron.send_ok(events, key)
    patron.kill9()
    for delay_ms in (0, 1, 3, 10, 20, 40):
        patron.spawn()
        time.sleep(delay_ms / 1000)
        patron.kill9()
    patron.start()
    patron.send_ok(events, key)
    assert [event["messageId"] for event in patron.export()] == [event["messageId"] for event in events]


def test_sources_and_tokens_survive_kill_9(patron):
    source, token = patron.add_source("kept"), patron.add_token()
    patron.kill9()
    patron.start()
    patron.send_ok([track("a")], source["write_key"])
    listed = patron.api("GET", "/api/v1/sources", token=token).json()["data"]
    assert [row["id"] for row in listed if row["name"] == "kept"] == [source["id"]]


@pytest.mark.limit(90)
def test_graceful_stop_under_load_loses_nothing_and_breaks_no_promise(patron):
    """SIGTERM: what was taken is answered, what comes later is refused or cut; retrying clients end with each event once."""
    key = patron.add_source()["write_key"]
    with Load(patron.base, key, clients=6, batch=20) as load:
        for _ in range(3):
            load.wait_acknowledged(len(load.acknowledged) + 300)
            begin = time.monotonic()
            patron.stop()
            assert time.monotonic() - begin < 10, "the stop waited for clients that never stop"
            patron.start()
    stored = patron.export()
    assert_once(load.acknowledged, stored)
    assert len(stored) == len(load.acknowledged)


def test_stop_does_not_wait_for_idle_connections(patron):
    from harness import web  # pylint: disable=import-outside-toplevel
    idle = [web.connect(patron.base) for _ in range(20)]
    for connection in idle:
        assert web.exchange(connection, "GET", "/healthz").status == 200
    begin = time.monotonic()
    patron.stop()
    assert time.monotonic() - begin < 3
    for connection in idle:
        connection.close()


def test_stop_twice_is_a_stop(patron):
    patron.terminate()
    try:
        patron.process.send_signal(signal.SIGTERM)
    except ProcessLookupError:
        pass
    assert patron.process.wait(15) == 0
