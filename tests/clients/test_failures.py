# SPDX-License-Identifier: Apache-2.0
"""How each real client behaves when the server says no, goes silent or dies, and that Patron then has each event once.

Waits are the clients' own (docs/wire-facts.md) and long, so all cases run side by side; each test then looks at its case.
Where a client loses an event by its own doing, the loss is asserted and named: it is not Patron's to hide.
"""
import concurrent.futures
import dataclasses
import json
import tempfile
import time
from typing import Callable

import pytest
import runners
from harness import node, web
from harness.pages import Shop
from harness.patron import Patron, ids
from harness.proxy import Proxy, answer, cut, lose_answer

RUN_S = 110
BROWSER_WAIT_S = 40


class Browser(runners.NodeClient):
    """@segment/analytics-next in Chromium, on a shop's page: loses nothing that its page lives to send."""

    def __init__(self):
        super().__init__("segment-browser", "segment_browser.mjs", None)
        self.shop = None

    def prepare(self):
        super().prepare()
        self.shop = self.shop or Shop().__enter__()  # ends with the process

    def command(self, base, key, mode, *names):
        options = {"integrations": {"Segment.io": {"apiHost": base.removeprefix("http://") + "/v1", "protocol": "http"}}}
        return [node.node(), str(node.FOLDER / self.script), self.shop.url(key, base, options), base, mode, str(BROWSER_WAIT_S), *names]


BROWSER = Browser()
PREFIX = {"segment-node": "node-", "rudder-node": "rudder-", "segment-python": "python-", "segment-java": "java-"}


@dataclasses.dataclass
class Case:
    client: runners.Client
    fault: str
    plan: Callable
    gap_s: tuple  # bounds of the pause before the second attempt

    @property
    def name(self):
        return f"{self.client.name}, {self.fault}"


NODE, RUDDER, PYTHON, JAVA = runners.SEGMENT_NODE, runners.RUDDER_NODE, runners.SEGMENT_PYTHON, runners.SEGMENT_JAVA

# Pauses are those of wire-facts, with room for a busy machine above.
CASES = [
    Case(NODE, "429", lambda: [answer(429)], (0.1, 8)),
    Case(NODE, "429 with Retry-After", lambda: [answer(429, 2)], (2, 8)),
    Case(NODE, "500", lambda: [answer(500)], (0.1, 8)),
    Case(NODE, "503 with Retry-After", lambda: [answer(503, 1)], (0.1, 8)),
    Case(NODE, "answer lost", lambda: [lose_answer()], (0, 8)),
    Case(NODE, "connection cut", lambda: [cut()], (0, 8)),
    Case(RUDDER, "429", lambda: [answer(429)], (0.05, 5)),
    Case(RUDDER, "429 with Retry-After", lambda: [answer(429, 2)], (2, 8)),
    Case(RUDDER, "500", lambda: [answer(500)], (0.05, 5)),
    Case(RUDDER, "503 with Retry-After", lambda: [answer(503, 1)], (0.05, 8)),
    Case(RUDDER, "answer lost", lambda: [lose_answer()], (0, 5)),
    Case(RUDDER, "connection cut", lambda: [cut()], (0, 5)),
    Case(PYTHON, "429", lambda: [answer(429)], (0, 5)),
    Case(PYTHON, "429 with Retry-After", lambda: [answer(429, 2)], (1.9, 8)),
    Case(PYTHON, "500", lambda: [answer(500)], (0, 5)),
    Case(PYTHON, "503 with Retry-After", lambda: [answer(503, 1)], (0, 8)),
    Case(PYTHON, "answer lost", lambda: [lose_answer()], (0, 5)),
    Case(PYTHON, "connection cut", lambda: [cut()], (0, 5)),
    Case(JAVA, "429 with Retry-After", lambda: [answer(429, 2)], (5, 40)),  # ignored: 15 s
    Case(JAVA, "500", lambda: [answer(500)], (5, 40)),
    Case(JAVA, "answer lost", lambda: [lose_answer()], (0, 40)),
    Case(BROWSER, "429", lambda: [answer(429)], (0.1, 12)),
    Case(BROWSER, "429 with Retry-After", lambda: [answer(429, 2)], (1.9, 12)),
    Case(BROWSER, "500", lambda: [answer(500)], (0.1, 12)),
    Case(BROWSER, "answer lost", lambda: [lose_answer()], (0, 12)),  # Chromium itself sends it again at once
]


class Outcome:
    def __init__(self, case, shared):
        self.source = shared.source()
        self.proxy = Proxy(shared.patron.port, case.plan()).start()
        self.case = case

    def run(self):
        """One event through a proxy that misbehaves first."""
        try:
            return self.case.client.run(self.proxy.base, self.source["write_key"], "one", "one", check=False)
        finally:
            self.proxy.stop()


@pytest.fixture(scope="module")
def side_by_side(module_patron):
    """Starts every case at once, a few at a time; a test waits for its own."""
    for client in (*runners.CLIENTS, BROWSER):
        client.prepare()
    outcomes = {case.name: Outcome(case, module_patron) for case in CASES}
    slow_first = sorted(CASES, key=lambda case: case.client is not JAVA)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        futures = {case.name: pool.submit(outcomes[case.name].run) for case in slow_first}
        yield lambda case: (outcomes[case.name], futures[case.name].result(RUN_S))


@pytest.mark.limit(150)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_event_is_there_exactly_once(side_by_side, shared, case):
    outcome, done = side_by_side(case)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-3000:]}"
    attempts = outcome.proxy.requests()
    assert [seen.status for seen in attempts][1:] == [200], attempts
    assert case.gap_s[0] <= attempts[1].time - attempts[0].time <= case.gap_s[1], attempts[1].time - attempts[0].time
    assert names_of(shared.rows(outcome.source)) == ["one"]


def names_of(rows):
    return [row["event"] for row in rows]


@pytest.mark.parametrize("case", [case for case in CASES if case.client in (NODE, BROWSER) and "500" in case.fault],
                         ids=lambda case: case.name)
@pytest.mark.limit(150)
def test_a_retry_names_itself(side_by_side, case):
    """The header that a preflight must allow, or a browser blocks every retry."""
    outcome, _ = side_by_side(case)
    first, second = outcome.proxy.requests()
    assert first.headers["X-Retry-Count"] in (None, "0")
    assert second.headers["X-Retry-Count"] == "1"


# --- killed and back ----------------------------------------------------------------------------------------------------


def kill_between_two_events(client, folder):
    """The first event is delivered, the daemon is killed, the second is sent, the daemon comes back a moment later."""
    patron = Patron(folder).start()
    try:
        key = patron.add_source()["write_key"]
        process = client.spawn(patron.base, key, "first", "second")
        line = process.stderr.readline()
        while line and line.strip() != "sent first":
            line = process.stderr.readline()
        assert line, "the first event was not delivered"
        patron.kill9()
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(0.4)
        patron.start()
        output, errors = process.communicate(timeout=RUN_S)
        rows = patron.export()
        patron.stop()
        return process.returncode, output, errors, rows
    finally:
        patron.discard()


KILLED = [NODE, RUDDER, PYTHON, JAVA, BROWSER]


@pytest.fixture(scope="module")
def killed():
    for client in KILLED:
        client.prepare()
    with tempfile.TemporaryDirectory(prefix="pt-") as folder, concurrent.futures.ThreadPoolExecutor(5) as pool:
        futures = {client.name: pool.submit(kill_between_two_events, client, f"{folder}/{client.name}") for client in KILLED}
        yield lambda client: futures[client.name].result(RUN_S)


@pytest.mark.limit(150)
@pytest.mark.parametrize("client", KILLED, ids=lambda client: client.name)
def test_killed_and_back_both_events_once(killed, client):
    code, output, errors, rows = killed(client)
    assert code == 0, f"{output}\n{errors[-3000:]}"
    assert names_of(rows) == ["first", "second"]
    if client is not BROWSER:  # it makes up its ids
        assert ids(rows) == [PREFIX[client.name] + "first", PREFIX[client.name] + "second"]


# --- what is the client's own ---------------------------------------------------------------------------------------------


def test_segment_node_tells_its_caller_that_the_key_is_unknown(shared):
    NODE.prepare()
    outcome = json.loads(NODE.run(shared.patron.base, "nosuchkey", "one", "one").stdout)
    assert outcome["delivered"] == 0 and outcome["failed"] == 1


def test_segment_python_tells_its_caller_that_the_key_is_unknown(shared):
    outcome = json.loads(PYTHON.run(shared.patron.base, "nosuchkey", "one", "one").stdout)
    assert len(outcome["errors"]) == 1


def test_rudder_node_ends_the_process_when_the_key_is_unknown(shared):
    """Known defect of the client: a refused batch is an unhandled rejection, callbacks and awaited flush or not."""
    RUDDER.prepare()
    done = RUDDER.run(shared.patron.base, "nosuchkey", "one", "one", check=False)
    assert done.returncode == 1 and "rudder-sdk-node" in done.stderr


def test_segment_java_tells_its_caller_that_the_key_is_unknown(shared):
    JAVA.prepare()
    assert json.loads(JAVA.run(shared.patron.base, "nosuchkey", "one", "one").stdout) == {"delivered": 0, "failed": 1}


def test_rudder_node_gives_up_after_four_tries(shared, proxy_to):
    """Known loss of the client: after about 1.6 s of 500 it drops the event and ends the process."""
    RUDDER.prepare()
    source = shared.source()
    proxy = proxy_to(shared.patron, plan=[answer(500)] * 50)
    done = RUDDER.run(proxy.base, source["write_key"], "one", "one", check=False)
    assert done.returncode == 1
    assert len(proxy.requests()) == 4
    assert shared.rows(source) == []


@pytest.mark.limit(90)
def test_segment_node_gives_up_after_its_retries_and_says_so(shared, proxy_to):
    """Known loss of the client: maxRetries 3."""
    NODE.prepare()
    source = shared.source()
    proxy = proxy_to(shared.patron, plan=[answer(500)] * 50)
    outcome = json.loads(NODE.run(proxy.base, source["write_key"], "one", "one").stdout)
    assert outcome["failed"] == 1 and outcome["delivered"] == 0
    assert len(proxy.requests()) == 4
    assert shared.rows(source) == []


def test_segment_java_loses_a_batch_that_waits_when_it_is_shut_down(shared, proxy_to):
    """Known loss of the client: shutdown during the 15 s before the next try; no callback tells."""
    JAVA.prepare()
    source = shared.source()
    proxy = proxy_to(shared.patron, plan=[answer(500)])
    outcome = json.loads(JAVA.run(proxy.base, source["write_key"], "hasty", "one").stdout)
    assert outcome == {"delivered": 0, "failed": 0}
    assert shared.rows(source) == []
    assert len(proxy.requests()) == 1


def test_the_proxy_lets_through_what_is_not_planned(shared, proxy_to):
    source = shared.source()
    proxy = proxy_to(shared.patron, plan=[answer(429, 1)])
    for want in (429, 200):
        got = web.request("POST", proxy.base + "/v1/track", b'{"event":"one","userId":"u"}', web.basic(source["write_key"]))
        assert got.status == want
    assert names_of(shared.rows(source)) == ["one"]
