#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long an erasure takes on a long log: from the approval to the certificate.

usage: bench/erasure.py [--events 10000000] [--persons 3] [--data DIR] [--json FILE]
Programs from $BUILD (default build/). Demo traffic fills the log; then persons of many events are erased one after the other, while
another client sends 1,000 events a second, whose p99 is shown beside that of before. --data: a folder that stays, to be gone on with.
Bar: 60 s at 10 million events.
"""
import argparse
import http.client
import json
import pathlib
import sys
import tempfile
import time

from management import load, token
from patron_bench import Patrond, machine
from state import feed


def call(c: http.client.HTTPConnection, method: str, path: str, secret: str, body=None) -> dict:
    c.request(method, path, json.dumps(body) if body is not None else None, {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"})
    answer = c.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path} answered {answer.status}: {text[:300]!r}")
    return json.loads(text)


def sender(daemon: Patrond, seconds: float):
    return load("--port", daemon.port, "--key", daemon.key, "--batch", 10, "--connections", 8, "--rate", 1000, "--seconds", seconds, "--warmup", 1)


def erase(daemon: Patrond, c, secret: str, person: str) -> dict:
    events = call(c, "GET", f"/api/v1/profiles/{person}", secret)["events"]
    request = call(c, "POST", "/api/v1/privacy/requests", secret, {"kind": "erasure", "subjects": [{"id": person}]})
    others = sender(daemon, 20)
    time.sleep(1)
    begun = time.monotonic()
    call(c, "POST", f"/api/v1/privacy/requests/{request['id']}/approve", secret, {})
    while True:
        state = call(c, "GET", f"/api/v1/privacy/requests/{request['id']}", secret)
        if state["state"] in ("done", "failed", "refused"):
            break
        time.sleep(0.1)
    seconds = time.monotonic() - begun
    p99 = json.loads(others.communicate()[0])["p99"]
    return {"events": events, "seconds": round(seconds, 1), "state": state["state"], "others_p99_ms": p99}


def main() -> int:
    p = argparse.ArgumentParser()
    p.add_argument("--events", type=int, default=10000000)
    p.add_argument("--persons", type=int, default=3)
    p.add_argument("--data", type=pathlib.Path)
    p.add_argument("--json", type=pathlib.Path)
    o = p.parse_args()
    report = machine() | {"settings": "defaults", "erasures": []}
    with tempfile.TemporaryDirectory(prefix="patron-bench-") as folder:
        daemon = Patrond(o.data or pathlib.Path(folder) / "patrond")
        daemon.start()
        daemon.add_source(f"bench {int(time.time())}")
        secret = token(daemon)
        held = max(v["next_offset"] for v in daemon.status()["views"])
        if held < o.events:
            feed(daemon, o.events - held)
        daemon.wait_for_views()
        daemon.wait_for_archive()
        report["records"] = max(v["next_offset"] for v in daemon.status()["views"])
        before = sender(daemon, 20)
        report["before_p99_ms"] = json.loads(before.communicate()[0])["p99"]
        c = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=300)
        people = call(c, "GET", "/api/v1/profiles?limit=50", secret)["data"]
        for person in [x["id"] for x in people][:o.persons]:
            report["erasures"].append(erase(daemon, c, secret, person))
            print(json.dumps(report["erasures"][-1]), flush=True)
        daemon.stop() if o.data else daemon.drop()
    worst = max(e["seconds"] for e in report["erasures"])
    done = all(e["state"] == "done" for e in report["erasures"])
    print(f"{'holds' if done and worst <= 60 else 'FAILS'} erasure at {report['records']:,} events: {worst} s (bar 60); others' p99 {report['before_p99_ms']} ms before")
    if o.json:
        o.json.write_text(json.dumps(report, indent=1) + "\n")
    return 0 if done and worst <= 60 else 1


if __name__ == "__main__":
    sys.exit(main())
