# SPDX-License-Identifier: Apache-2.0
"""Customers across kills, restarts and rebuilds: the same people, by the same ids, to the last byte of every answer."""
import json
import os
import random
import threading
import time

import pytest
from harness.customers import API, Customers, ids
from harness.load import RetryingClient


class Crowd(Customers):
    """People who browse, sign in and buy on a few devices; random, by a seed."""

    def __init__(self, patron, rng, people=12):
        super().__init__(patron)
        self.rng, self.people, self.count = rng, people, 0
        self.key = patron.add_source("crowd")["write_key"]

    def event(self):
        rng, who = self.rng, self.rng.randrange(self.people)
        self.count += 1
        event = {"messageId": f"c{self.count}", "anonymousId": f"device-{(who + rng.randrange(3)) % self.people}",
                 "timestamp": f"2026-03-{rng.randint(1, 28):02}T{rng.randint(0, 23):02}:00:00Z"}
        kind = rng.randrange(4)
        if kind == 0:
            return {**event, "type": "identify", "userId": f"user-{who}",
                    "traits": {"name": f"Person {who}", "email": f"p{who}@example.org", "seen": self.count}}
        if kind == 1:
            return {**event, "type": "track", "event": "Order Completed", "context": {"traits": {"email": f"p{who}@example.org"}},
                    "properties": {"order_id": f"o{self.count}", "total": f"{rng.randint(1, 9999)}.5", "currency": rng.choice(["EUR", "JPY"])}}
        if kind == 2:
            return {**event, "type": "page", "name": "Home", "context": {"externalIds": [{"type": "loyalty_card", "id": f"card-{who}"}]}}
        return {**event, "type": "track", "event": "Product Added", "properties": {"product_id": f"p{rng.randrange(9)}"}}

    def send(self, count):
        self.patron.send_ok([self.event() for _ in range(count)], self.key)
        return self.ready()

    def known(self):
        return sorted({row["profile_id"] for row in self.patron.export()})

    def decide(self):
        """A merge or a split by chance; what is refused is no fault. The answer's status."""
        rng = self.rng
        one, other = rng.sample([hit["id"] for hit in self.search("", limit=50)], 2)
        profile = self.patron.api("GET", f"{API}/{one}").json()
        if rng.random() < 0.5 or len(profile["nodes"]) < 2:
            answer = self.patron.api("POST", f"{API}/{one}/merge", {"other": other, "reason": "by chance"})
        else:
            nodes = rng.sample([node["number"] for node in profile["nodes"]], rng.randint(1, len(profile["nodes"]) - 1))
            answer = self.patron.api("POST", f"{API}/{one}/split", {"nodes": nodes, "reason": "by chance"})
        assert answer.status in (200, 400, 409), answer
        return answer.status

    def answers(self):
        """Everything that can be read of everybody, as it was sent."""
        found = {}
        for person in self.known():
            for path in (f"{API}/{person}", *(f"{API}/{person}/{what}" for what in ("timeline?limit=100", "links", "barriers", "context"))):
                found[path] = self.patron.api("GET", path)
        for text in ("Person", "person 3", "p7@example", "card-1", "o1", "devcie-4"):
            found[text] = self.patron.api("GET", f"{API}?limit=50&search={text.replace(' ', '%20')}")
        found["export"] = self.patron.api("GET", "/api/v1/events/export")
        wrong = {path: answer for path, answer in found.items() if answer.status != 200}
        assert not wrong, wrong
        return {path: answer.text for path, answer in found.items()}

    def rebuild(self):
        self.ask("POST", "/api/v1/views/profiles/rebuild", {}, 202)
        return self.ready()


@pytest.fixture
def crowd(patron):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    return Crowd(patron, random.Random(seed))


def flat(text):
    """A value a line, so that a difference can be read."""
    return [json.dumps(json.loads(line), indent=0).splitlines() for line in text.splitlines()]


def same(before, after):
    assert before.keys() == after.keys()
    for path, text in before.items():
        if after[path] != text:
            pairs = [(a, b) for a, b in zip(sum(flat(text), []), sum(flat(after[path]), [])) if a != b]
            raise AssertionError(f"{path}: {len(pairs)} values differ, first {pairs[:6]}")


def test_a_rebuild_gives_the_same_bytes(crowd):
    for _ in range(6):
        crowd.send(30)
        for _ in range(4):
            crowd.decide()
    before = crowd.answers()
    assert any('"kind":"split"' in text for text in before.values()) or any('"kind":"person"' in text for text in before.values())
    same(before, crowd.rebuild().answers())
    crowd.patron.restart()
    same(before, crowd.ready().answers())
    crowd.patron.kill9()
    crowd.patron.start()
    same(before, crowd.ready().answers())


class Deciding(threading.Thread):
    """Merges and splits until told to stop, across restarts."""

    def __init__(self, crowd):
        super().__init__(daemon=True)
        self.crowd = crowd
        self.stopping = threading.Event()
        self.decided, self.wrong = 0, None

    def run(self):
        while not self.stopping.is_set():
            try:
                self.decided += self.crowd.decide() == 200
            except (OSError, ValueError, KeyError):
                time.sleep(0.02)  # the server is down, or loads
            except AssertionError as e:
                if "503" not in str(e):
                    self.wrong = e
                    return


@pytest.mark.limit(150)
def test_kill_9_in_the_middle_of_decisions_and_of_intake(crowd):
    """Whatever was acknowledged is there, and a rebuild from the log finds the same people."""
    patron = crowd.patron
    crowd.send(40)
    rounds = 25 if os.environ.get("PATRON_SOAK") == "1" else 4
    deciding = Deciding(Crowd.__new__(Crowd))
    deciding.crowd.__dict__ = {**crowd.__dict__, "rng": random.Random(crowd.rng.random())}
    client = RetryingClient(patron.base, crowd.key)
    stopping = threading.Event()

    def send():
        while not stopping.is_set():
            client.deliver([crowd.event() for _ in range(20)])
            time.sleep(0.01)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    deciding.start()
    for _ in range(rounds):
        time.sleep(crowd.rng.uniform(0.3, 0.9))
        patron.kill9()
        patron.start()
    stopping.set()
    sender.join(60)
    deciding.stopping.set()
    deciding.join(60)
    assert deciding.wrong is None and not sender.is_alive() and not deciding.is_alive()
    assert deciding.decided > 0
    crowd.ready()
    exported = ids(patron.export())
    assert set(client.acknowledged) <= set(exported) and len(exported) == len(set(exported))
    fed = [row for row in patron.export(own=True) if row.get("event") in ("Identity Merged", "Identity Split")]
    assert len(fed) >= deciding.decided
    before = crowd.answers()
    same(before, crowd.rebuild().answers())


def test_a_timeline_is_paged_while_a_merge_happens(crowd):
    """No event twice, none left out of the person that was asked for, and the other's from the merge on."""
    patron, customers = crowd.patron, crowd
    patron.send_ok([{"type": "track", "event": "E", "messageId": f"{who}{n}", "anonymousId": who} for n in range(20) for who in ("x", "y")],
                   crowd.key)
    crowd.ready()
    x, y = (customers.find("anonymous_id", who) for who in ("x", "y"))
    rows, cursor, merged = [], None, False
    while cursor is not None or not rows:
        page = customers.get(x["id"], "timeline", limit=4, **({"cursor": cursor} if cursor else {}))
        rows, cursor = rows + page["data"], page["next_cursor"]
        if not merged and len(rows) == 8:
            customers.merge(x["id"], y["id"])
            merged = True
    positions = [row["_patron"]["position"] for row in rows]
    assert positions == sorted(set(positions), reverse=True)
    assert {f"x{n}" for n in range(20)} <= set(ids(rows))
    assert [name for name in ids(rows) if name[0] == "y"] == [f"y{n}" for n in reversed(range(12))]

    # and while merges and splits go on all the time, a page never holds an event twice or out of order
    stopping = threading.Event()

    def flip():
        while not stopping.is_set():
            one = customers.get(x["id"])
            customers.split(x["id"], [node["number"] for node in one["nodes"] if node["value"] == "y"])
            for row in customers.pages(x["id"], "barriers"):
                customers.lift(row["number"])
            customers.merge(x["id"], customers.find("anonymous_id", "y")["id"])

    flipping = threading.Thread(target=flip, daemon=True)
    flipping.start()
    for _ in range(30):
        positions = [row["_patron"]["position"] for row in customers.timeline(x["id"], limit=7)]
        assert positions == sorted(set(positions), reverse=True) and len(positions) in range(20, 41)
    stopping.set()
    flipping.join(60)
    assert not flipping.is_alive() and len(customers.timeline(x["id"])) == 40


def test_a_server_that_loads_says_so(crowd):
    crowd.send(200)
    crowd.patron.kill9()
    crowd.patron.spawn()
    seen = set()
    end = time.monotonic() + 15
    while 200 not in seen:
        assert time.monotonic() < end, seen
        try:
            answer = crowd.patron.api("GET", f"{API}/lookup?type=email&value=p1@example.org")
        except OSError:
            continue
        assert answer.status in (200, 503), answer
        assert answer.status == 200 or answer.header("Retry-After").isdigit()
        seen.add(answer.status)
    crowd.patron.wait_ready()
    assert crowd.find("email", "p1@example.org")["events"] > 0
