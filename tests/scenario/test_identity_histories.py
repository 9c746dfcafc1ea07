# SPDX-License-Identifier: Apache-2.0
"""The random histories of data/identity through the public intake: the daemon finds exactly the people that are expected."""
import gzip
import json
import random
import re

import pytest
from harness.customers import Customers

# What a history's values look like. All else in them is nobody's (guest, 00000, ...), and stays as it is.
OWN = re.compile(r"[aud]\d+|L\d+|[pP]\d+@\S+ *")
PHONE = re.compile(r"\+44\d+")
BATCH = 400


def own_value(value, number):
    """The value as one that no other history has: three of them stand in two histories."""
    if PHONE.fullmatch(value):
        return f"+{1000 + number}{value[1:]}"
    return f"h{number}{value}" if OWN.fullmatch(value) else value


def own_event(event, number):
    event = json.loads(json.dumps(event))
    event["messageId"] = f"{number}-{event['messageId']}"
    for key in ("userId", "anonymousId"):
        if key in event:
            event[key] = own_value(event[key], number)
    for traits in (event.get("traits"), event.get("context", {}).get("traits")):
        for key in ("email", "phone"):
            if traits and key in traits:
                traits[key] = own_value(traits[key], number)
    for external in event.get("context", {}).get("externalIds", []):
        external["id"] = own_value(external["id"], number)
    if not event.get("userId") and not event.get("anonymousId"):
        event["anonymousId"] = "guest"  # an empty one is no event for the intake; a blocked one says as little
    return event


def shuffled_together(histories, rng):
    """All events, each history's in its order, and the histories' among each other."""
    queues = [[own_event(event, n) for event in reversed(history["events"])] for n, history in enumerate(histories)]
    turns = [n for n, queue in enumerate(queues) for _ in queue]
    rng.shuffle(turns)
    return [queues[n].pop() for n in turns]


def people(patron):
    """The clusters of message ids, by history."""
    found = {}
    for row in patron.export():
        assert row["profile_id"], row
        number, _, message = row["messageId"].partition("-")
        found.setdefault(int(number), {}).setdefault(row["profile_id"], []).append(message)
    return {number: sorted(sorted(cluster) for cluster in clusters.values()) for number, clusters in found.items()}


@pytest.mark.limit(120)
def test_all_histories_give_the_expected_people(patron, data_file):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    with gzip.open(data_file("identity/histories.jsonl.gz"), "rt") as f:
        histories = [json.loads(line) for line in f]
    assert len(histories) == 200
    events = shuffled_together(histories, random.Random(seed))
    key = patron.add_source()["write_key"]
    for begin in range(0, len(events), BATCH):
        patron.send_ok(events[begin:begin + BATCH], key)
    Customers(patron).ready()
    found = people(patron)
    wrong = [n for n, history in enumerate(histories) if found.get(n) != history["expect"]]
    assert not wrong, f"{len(wrong)} of 200 differ, first {histories[wrong[0]]['id']}: {found.get(wrong[0])}"
    patron.kill9()
    patron.start()
    Customers(patron).ready()
    assert people(patron) == found
