# SPDX-License-Identifier: Apache-2.0
"""Random batches against a model of the intake's table written from the decisions alone: same classes, reasons and order."""
import json
import random

import pytest
from harness.mode import soak
from harness import web

BATCHES = 5000 if soak() else 300
TYPES = ["track", "identify", "page", "screen", "group", "alias"]
WRONG_OBJECTS = ["text", 5, True, [1]]
WRONG_IDS = [{}, [], True]


class Chance:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def often(self, percent):
        return self.random.randrange(100) < percent

    def text(self):
        return "".join(self.random.choice("abz żó😀\u2028\"\\/<>\x01\x7f") for _ in range(self.random.randrange(12)))

    def value(self, depth=0):
        kind = self.random.randrange(8 if depth < 4 else 5)
        if kind == 0:
            return None
        if kind == 1:
            return self.often(50)
        if kind == 2:
            return self.random.choice([0, -1, 1.5, 1e100, 2**53, self.random.randrange(10**9)])
        if kind in (3, 4):
            return self.text()
        if kind == 5:
            return [self.value(depth + 1) for _ in range(self.random.randrange(4))]
        return {self.text(): self.value(depth + 1) for _ in range(self.random.randrange(4))}

    def object(self):
        return {f"k{i}": self.value() for i in range(self.random.randrange(4))}

    def event(self, number):
        """An event, mostly good; each wrongness now and then."""
        kind = self.random.choice(TYPES)
        event = {"type": kind, "messageId": f"m{number}", "userId": "u", "anonymousId": "a"}
        if kind == "track":
            event["event"] = self.text() or "E"
        if kind == "group":
            event["groupId"] = "g"
        if kind == "alias":
            event["previousId"] = "p"
        if self.often(60):
            event["traits" if kind in ("identify", "group") else "properties"] = self.object()
        if self.often(30):
            event["context"] = self.object()
        for wrong in self.random.sample(list(WRONGS), 1 if self.often(35) else 0):
            event = WRONGS[wrong](self, event)
        return event


def without(event, *names):
    return {key: value for key, value in event.items() if key not in names}


WRONGS = {
    "no ids": lambda c, e: without(e, "userId", "anonymousId", "groupId", "previousId"),
    "no userId": lambda c, e: without(e, "userId"),
    "no group nor former id": lambda c, e: without(e, "groupId", "previousId"),
    "one id": lambda c, e: without(e, "anonymousId"),
    "empty ids": lambda c, e: {**without(e, "groupId", "previousId"), "userId": "", "anonymousId": None},
    "type": lambda c, e: {**e, "type": c.random.choice(["click", "", "Track", None])},
    "no type": lambda c, e: without(e, "type"),
    "event": lambda c, e: {**e, "event": c.random.choice(["", None])} if e["type"] == "track" else e,
    "event kind": lambda c, e: {**e, "event": c.random.choice([5, {}, []])} if e["type"] == "track" else e,
    "properties": lambda c, e: {**e, "properties": c.random.choice(WRONG_OBJECTS)},
    "traits": lambda c, e: {**e, "traits": c.random.choice(WRONG_OBJECTS)},
    "context": lambda c, e: {**e, "context": c.random.choice(WRONG_OBJECTS)},
    "userId": lambda c, e: {**e, "userId": c.random.choice(WRONG_IDS)},
    "numeric id": lambda c, e: {**e, "userId": c.random.randrange(10**6)},
    "messageId": lambda c, e: {**e, "messageId": "m" * c.random.choice([255, 256, 300]) + str(c.random.random())[:0]},
    "not an object": lambda c, e: c.random.choice([None, 5, "text", [e], True]),
    "depth": lambda c, e: {**e, "properties": nest(c.random.choice([30, 31, 32, 40]))},
    "null members": lambda c, e: {**e, "properties": None, "traits": None, "context": None},
}


def nest(levels):
    inner = {}
    for _ in range(levels - 1):
        inner = {"a": inner}
    return inner


def depth(value):
    if isinstance(value, dict):
        return 1 + max((depth(item) for item in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((depth(item) for item in value), default=0)
    return 0


def model(event):
    """The reasons for which the table sets the event aside; several may hold. Empty: it lands."""
    if not isinstance(event, dict):
        return {"not_an_object"}
    reasons = set()
    if depth(event) > 32:
        reasons.add("too_deep")
    if event.get("type") not in TYPES:
        reasons.add("no_type")
    if len(str(event.get("messageId") or "").encode()) > 255:
        reasons.add("message_id_too_long")
    for name in ("properties", "traits", "context"):
        if event.get(name) is not None and not isinstance(event[name], dict):
            reasons.add("wrong_type")
    ids = [event.get(name) for name in ("userId", "anonymousId")]
    if any(isinstance(value, (dict, list, bool)) for value in ids):
        reasons.add("wrong_type")
    if event.get("type") == "track":
        if isinstance(event.get("event"), (dict, list, int)):
            reasons.add("wrong_type")
        elif not event.get("event"):
            reasons.add("no_event_name")
    needed = {"alias": ("userId", "previousId"), "group": ("groupId",)}.get(event.get("type"), ())
    if not any(value not in (None, "") for value in ids) or any(event.get(name) in (None, "") for name in needed):
        reasons.add("no_id")
    return reasons


@pytest.mark.limit(600 if soak() else 60)
def test_random_batches_against_the_model(shared):
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    chance, source, number = Chance(seed), shared.source(), 0
    sent, seen = [], set()
    for _ in range(BATCHES):
        batch = []
        for _ in range(chance.random.randrange(1, 40)):
            number += not chance.often(5)  # now and then an id again
            batch.append(chance.event(number))
        body = json.dumps({"batch": batch, "sentAt": "2026-01-01T00:00:00Z"}, ensure_ascii=chance.often(50)).encode()
        gzip = chance.often(30)
        answer = shared.patron.post("/v1/batch", web.gzip(body) if gzip else body,
                                    headers={**web.basic(source["write_key"]), **({"Content-Encoding": "gzip"} if gzip else {})})
        assert answer.status == 200, f"seed {seed}: {answer}"
        sent += batch
    stored = shared.rows(source, "all")
    place = 0
    for event in sent:
        reasons = model(event)
        message_id = event.get("messageId") if isinstance(event, dict) else None
        if message_id is not None and message_id in seen:
            continue  # whatever became of the first
        if message_id is not None:
            seen.add(message_id)
        row, place = stored[place], place + 1
        patron = row["_patron"]
        assert (patron["class"] == "quarantine") == bool(reasons), f"seed {seed}: {event} gave {patron}, expected {reasons}"
        assert not reasons or patron["reason"] in reasons, f"seed {seed}: {event} gave {patron}, expected {reasons}"
        if not reasons:
            for name in ("type", "messageId", "properties", "traits", "context"):
                assert row.get(name) == event.get(name), f"seed {seed}: {name} of {event} is {row}"
    assert place == len(stored), f"seed {seed}: {len(stored) - place} rows too many"
