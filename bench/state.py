#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The state table: memory, ready time and disk of an empty daemon and of one with N demo events.

usage: bench/state.py [--events 0,1000000,10000000] [--dir DIR] [--json FILE]
Programs from $BUILD (default build/), or $PATROND, $PATRON, $DEMO. Memory is RssAnon + RssShmem; ready
is exec until /readyz answers 200, after a clean stop and after kill -9; disk is the folder's blocks.
"""
import argparse
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from patron_bench import Patrond, machine, program


def feed(daemon: Patrond, count: int) -> float:
    begun = time.monotonic()
    subprocess.run(
        [program("DEMO", "demo/patron-demo"), "--url", f"http://127.0.0.1:{daemon.port}", "--key",
         daemon.key, "--count", str(count), "--batch", "100", "--threads", "4", "--speed", "0",
         "--days-ago", str(count / (5 * 86400) * 1.3 + 3), "--seed", str(int(time.time()))],
        check=True, stdout=sys.stderr)
    return time.monotonic() - begun


def idle_cpu_percent(daemon: Patrond, seconds: float) -> float:
    before = daemon.cpu_s()
    time.sleep(seconds)
    return (daemon.cpu_s() - before) / seconds * 100


def row(daemon: Patrond, held: int, idle_s: float) -> dict:
    out = {"events": held, "memory_mib": round(daemon.memory_mib(), 1)}
    daemon.stop()
    out["ready_s"] = round(daemon.start(), 3)
    out["memory_after_start_mib"] = round(daemon.memory_mib(), 1)
    daemon.stop(signal.SIGKILL)
    out["ready_after_kill_s"] = round(daemon.start(), 3)
    daemon.wait_for_archive()
    time.sleep(5)  # what a start sets off is not idling
    out["idle_cpu_percent"] = round(idle_cpu_percent(daemon, idle_s), 2)
    out["disk_mib"] = round(daemon.disk_bytes() / 1048576, 1)
    out["status"] = daemon.status()
    log = out["status"]["log"]
    if log["archive_raw_bytes"] > 0:
        out["archive_percent"] = round(100 * log["archive_bytes"] / log["archive_raw_bytes"], 1)
        out["bytes_per_event"] = round(log["archive_raw_bytes"] / log["archive_records"])
    return out


def main() -> int:
    p = argparse.ArgumentParser()
    p.add_argument("--events", type=lambda s: [int(n) for n in s.split(",")], default=[0, 1000000])
    p.add_argument("--idle", type=float, default=10)
    p.add_argument("--dir")
    p.add_argument("--json", type=pathlib.Path)
    options = p.parse_args()
    report = machine() | {"rows": []}
    with tempfile.TemporaryDirectory(prefix="patron-state-", dir=options.dir) as name:
        daemon = Patrond(pathlib.Path(name) / "data")
        daemon.start()
        daemon.add_source()
        held = 0
        for count in sorted(options.events):
            seconds = feed(daemon, count - held) if count > held else 0
            held = max(count, held)
            caught_up = daemon.wait_for_views()
            r = row(daemon, held, options.idle) | {"feed_s": round(seconds, 1),
                                                   "views_s": round(caught_up, 2)}
            report["rows"].append(r)
            print({k: v for k, v in r.items() if k != "status"})
        daemon.drop()
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
