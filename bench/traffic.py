#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Demo traffic with all views on: a burst, a steady rate, a rebuild from the archive, timelines over a long log.

usage: bench/traffic.py [--points burst,steady,fill,questions,rebuild,timeline] [--seconds 60] [--rate 40000] [--events 0] [--data DIR] [--json FILE]
Programs from $BUILD (default build/). All points share one daemon, in this order. burst: batches of 100, closed loop; its `sustained` counts the
time in which the views catch up. steady: open loop at a rate; asks every half second how far the views are behind. Before questions, rebuild and
timeline the log is filled up to --events. questions: singles at 10,000 a second, open loop, while one question of analytics follows the other; runs merge
meanwhile (PATRON_COLUMNS_MEMORY_MIB=8 makes more of them). rebuild: identity, profiles and what follows them, from the archive. timeline: the last 100 events of 50 persons,
200 a second, warm; and cold, once for each person after the kernel has dropped its pages (root). --data: a folder that stays, to be gone on with.
"""
import argparse
import http.client
import itertools
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

from management import load, token
from patron_bench import Patrond, machine
from profiles import quantile, rebuild

CONNECTIONS, BATCH = 16, 100


def send(daemon: Patrond, seconds: float, rate: float = 0) -> dict:
    p = load("--port", daemon.port, "--key", daemon.key, "--batch", BATCH, "--connections", CONNECTIONS, "--rate", rate, "--seconds", seconds)
    return json.loads(p.communicate()[0])


def burst(daemon: Patrond, o) -> dict:
    result = send(daemon, o.seconds)
    views_s = daemon.wait_for_views()
    return {"events_per_s": result["events_per_s"], "p99_ms": result["p99"], "views_s": round(views_s, 1),
            "sustained": round(result["acked"] / (result["seconds"] + views_s))}


def steady(daemon: Patrond, o) -> dict:
    stop, lags = threading.Event(), []

    def watch():
        while not stop.wait(0.5):
            lags.append(max((v["lag"], v["name"]) for v in daemon.status()["views"]))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    result = send(daemon, o.seconds, o.rate)
    stop.set()
    watcher.join()
    most, view = max(lags)
    return {"events_per_s": result["events_per_s"], "p99_ms": result["p99"], "behind_s": round(most / max(result["events_per_s"], 1), 2), "view": view,
            "views_s": round(daemon.wait_for_views(), 2)}


def held(daemon: Patrond) -> int:
    return max(v["next_offset"] for v in daemon.status()["views"])


def fill(daemon: Patrond, events: int):
    """In stretches, so that the archive and the views keep up."""
    while held(daemon) < events:
        send(daemon, 30)
        daemon.wait_for_views()
        daemon.wait_for_archive()
        print(f"{held(daemon):,} records", file=sys.stderr)


QUESTIONS = [
    {"kind": "segmentation", "unit": "day", "series": [{"measure": "uniques"}], "breakdown": {"field": "event"}},
    {"kind": "funnel", "steps": [{"event": "Product Viewed"}, {"event": "Product Added"}, {"event": "Order Completed"}]},
    {"kind": "retention", "begin": {}, "again": {}, "unit": "day"},
    {"kind": "paths", "from": {"event": "Product Viewed"}, "depth": 4},
    {"kind": "segmentation", "series": [{"event": "Order Completed", "measure": "sum", "of": {"field": "amount"}}], "breakdown": {"context": "device.type"}},
]


def runs(daemon: Patrond, secret: str) -> int:
    c = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=60)
    c.request("GET", "/metrics", headers={"Authorization": f"Bearer {secret}"})
    return int(re.search(r"^patron_behaviour_runs (\d+)", c.getresponse().read().decode(), re.M)[1])


def ask(daemon: Patrond, secret: str, query: dict, days: int = 400) -> float:
    """ms until the answer is there. Of other days than those before it is no kept answer."""
    c = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=120)
    begun = time.monotonic()
    c.request("POST", "/api/v1/analytics/query", json.dumps(query | {"range": {"last": {"days": days}}}),
              {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"})
    answer = c.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{query} answered {answer.status}: {body[:200]!r}")
    return (time.monotonic() - begun) * 1000


def questions(daemon: Patrond, secret: str, o) -> dict:
    stop, took, fewer = threading.Event(), [[] for _ in QUESTIONS], 0

    def asker():
        for days in itertools.cycle(range(100, 1000)):
            for query, times in zip(QUESTIONS, took):
                if stop.is_set():
                    return
                times.append(ask(daemon, secret, query, days))

    send(daemon, 1)
    daemon.wait_for_views()
    time.sleep(1)  # until the last step's rows can be asked about
    for query in QUESTIONS:
        ask(daemon, secret, query)
    thread = threading.Thread(target=asker, daemon=True)
    thread.start()
    intake = load("--port", daemon.port, "--key", daemon.key, "--connections", 64, "--rate", 10000, "--seconds", o.seconds, "--warmup", 2)
    before = runs(daemon, secret)
    while intake.poll() is None:
        time.sleep(0.2)
        now = runs(daemon, secret)
        fewer, before = fewer + (now < before), now
    stop.set()
    thread.join()
    result = json.loads(intake.stdout.read())
    return {"records": held(daemon), "events_per_s": result["events_per_s"], "intake_p99_ms": result["p99"], "intake_p999_ms": result["p999"], "intake_max_ms": result["max"],
            "merges_seen": fewer, "asked": sum(map(len, took)), "answers_ms": {f"{q['kind']} {i}": quantile(t, 0.5) for i, (q, t) in enumerate(zip(QUESTIONS, took))}}


def get(c: http.client.HTTPConnection, path: str, secret: str) -> dict:
    c.request("GET", path, headers={"Authorization": f"Bearer {secret}"})
    answer = c.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path} answered {answer.status}: {body[:200]!r}")
    return json.loads(body)


def timeline(daemon: Patrond, secret: str, o) -> dict:
    c = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=60)
    people = [p["id"] for p in get(c, "/api/v1/profiles?limit=50", secret)["data"]]
    paths = [f"/api/v1/profiles/{p}/timeline?limit=100" for p in people]
    full = sum(len(get(c, path, secret)["data"]) == 100 for path in paths)
    out = {"records": held(daemon), "persons": len(paths), "with_100_events": full}
    warm = load("--port", daemon.port, "--get", ",".join(paths), "--token", secret, "--connections", 8, "--rate", 200, "--seconds", min(o.seconds, 30), "--warmup", 3)
    result = json.loads(warm.communicate()[0])
    out |= {"warm_p50_ms": result["p50"], "warm_p99_ms": result["p99"]}
    cold = []
    for path in paths:
        subprocess.run("sync; echo 3 > /proc/sys/vm/drop_caches", shell=True, check=False, stderr=subprocess.DEVNULL)
        begun = time.monotonic()
        get(c, path, secret)
        cold.append((time.monotonic() - begun) * 1000)
    return out | {"cold_p50_ms": quantile(cold, 0.5), "cold_max_ms": round(max(cold), 1)}


def main() -> int:
    p = argparse.ArgumentParser()
    p.add_argument("--points", type=lambda s: s.split(","), default=["burst", "steady", "rebuild", "timeline"])
    p.add_argument("--seconds", type=float, default=60)
    p.add_argument("--rate", type=float, default=40000)
    p.add_argument("--events", type=int, default=0)
    p.add_argument("--data", type=pathlib.Path)
    p.add_argument("--json", type=pathlib.Path)
    o = p.parse_args()
    report = machine() | {"settings": "defaults"}
    with tempfile.TemporaryDirectory(prefix="patron-bench-") as folder:
        known = o.data is not None and o.data.exists()
        daemon = Patrond(o.data or pathlib.Path(folder) / "patrond")
        report["ready_s"] = round(daemon.start(), 2)
        daemon.add_source(f"bench {int(time.time())}" if known else "bench")
        secret = token(daemon)
        daemon.wait_for_views()
        for point in o.points:
            if point in ("fill", "questions", "rebuild", "timeline"):
                fill(daemon, o.events)
            if point == "rebuild":
                daemon.wait_for_archive()
            report[point] = {"fill": lambda: {"records": held(daemon)}, "burst": lambda: burst(daemon, o), "steady": lambda: steady(daemon, o), "rebuild": lambda: rebuild(daemon),
                             "questions": lambda: questions(daemon, secret, o),
                             "timeline": lambda: timeline(daemon, secret, o)}[point]()
            print(point, json.dumps(report[point]), flush=True)
        report["memory_mib"] = round(daemon.memory_mib())
        report["persons"] = daemon.status().get("profiles", {}).get("persons")
        print(f"ready after {report['ready_s']} s, memory {report['memory_mib']} MiB")
        daemon.stop() if o.data else daemon.drop()
    if o.json:
        o.json.write_text(json.dumps(report, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
