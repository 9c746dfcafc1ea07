#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The management API while events come in: open loop reads at a rate, latencies from the due time.

usage: bench/management.py [--seconds 60] [--rounds 2] [--rate 500] [--events 20000] [--json FILE]
Programs from $BUILD (default build/). Events come in batches of 100, open loop; reads take turns over
the lists and figures that the console shows. Bar: p99 of the reads <= 10 ms.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

from patron_bench import Patrond, machine, program

READS = ("/api/v1/session", "/api/v1/sources", "/api/v1/stats/sources", "/api/v1/quarantine?limit=50", "/api/v1/status",
         "/api/v1/tokens", "/api/v1/accounts", "/api/v1/audit?limit=50", "/api/v1/plans", "/api/v1/imports", "/api/v1/health",
         "/api/v1/alerts", "/api/v1/settings")


def token(daemon: Patrond) -> str:
    out = subprocess.run([program("PATRON", "src/app/patron"), "--data", str(daemon.folder), "token", "add", "--role",
                          "owner", "--name", "bench", "--json"], check=True, capture_output=True, text=True).stdout
    return json.loads(out)["token"]


def load(*args) -> subprocess.Popen:
    return subprocess.Popen([program("LOAD", "bench/bench-load"), *map(str, args)], stdout=subprocess.PIPE, text=True)


def one_round(o, work: pathlib.Path) -> dict:
    daemon = Patrond(work / "patrond")
    daemon.start()
    daemon.add_source()
    secret = token(daemon)
    events = load("--port", daemon.port, "--key", daemon.key, "--batch", 100, "--connections", 16, "--rate", o.events,
                  "--seconds", o.seconds + 2, "--warmup", 1) if o.events else None
    reads = load("--port", daemon.port, "--get", ",".join(READS), "--token", secret, "--connections", 32, "--rate", o.rate,
                 "--seconds", o.seconds, "--warmup", 2)
    out = {"reads": json.loads(reads.communicate()[0])}
    if events:
        out["events"] = json.loads(events.communicate()[0])
    daemon.wait_for_views()
    daemon.drop()
    return out


def main() -> int:
    p = argparse.ArgumentParser()
    p.add_argument("--seconds", type=float, default=60)
    p.add_argument("--rounds", type=int, default=2)
    p.add_argument("--rate", type=float, default=500)
    p.add_argument("--events", type=float, default=20000)
    p.add_argument("--json")
    o = p.parse_args()
    result = {"machine": machine(), "rounds": []}
    for _ in range(o.rounds):
        with tempfile.TemporaryDirectory(prefix="patron-bench-") as folder:
            result["rounds"].append(one_round(o, pathlib.Path(folder)))
            print(json.dumps(result["rounds"][-1]), file=sys.stderr)
    for row in ("p50", "p99", "max"):
        values = [r["reads"][row] for r in result["rounds"]]
        print(f"reads {row}: median {statistics.median(values):.2f} ms of {values}")
    print("answers:", [r["reads"]["statuses"] if "statuses" in r["reads"] else r["reads"] for r in result["rounds"]])
    if o.json:
        pathlib.Path(o.json).write_text(json.dumps(result, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
