#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The desk with many open tickets: what one costs to open, beside a bare SQLite that writes the same rows; lists, search, memory, start.

usage: bench/desk.py [--tickets 100000] [--seconds 20] [--rounds 2] [--rate 200] [--fill api|direct] [--dir DIR] [--json FILE]
Programs from $BUILD (default build/). The daemon runs with all that it does by default: clocks, feed, views. Tickets are opened over the API by
64 connections, each durable with its clocks before it is answered. The floor takes the rows that this left in the database (all tables whose
count grew) and writes them into an empty one of the same schema: one connection, statements kept, WAL, synchronous FULL, as many tickets a
commit as the daemon is asked for at once. Lists and searches: open loop, latency from the due time. A B A B for the first two.
The rest of the tickets is opened over the API, too; with --fill direct it is copied into the stopped daemon's tables (desk_fill.py), which is
fast, and says so in its output. Bars at a million: 600 MiB, ready after 10 s, lists p99 30 ms, an edited policy in force after 5 s.
"""
import argparse
import http.client
import json
import pathlib
import random
import re
import signal
import sqlite3
import statistics
import sys
import tempfile
import time

from desk_fill import fill
from management import load, token
from patron_bench import Patrond, machine

CONNECTIONS = 64
CATEGORIES = ("signage_offline", "inventory_sync", "till_fault", "ecommerce_slow", "loyalty_auth", "")
WHAT = ("screen", "till", "printer", "scanner", "scale", "label", "router", "drawer", "terminal", "kiosk", "freezer", "camera")
HOW = ("stays dark", "prints nothing", "restarts at noon", "shows an old price", "cannot be reached", "beeps", "loses its network", "is slow")
READS = ("/api/v1/tickets?limit=50", "/api/v1/tickets?limit=50&sort=priority", "/api/v1/tickets?limit=50&priority=P2", "/api/v1/tickets?limit=50&store=0007",
         "/api/v1/tickets?limit=50&search=printer", "/api/v1/tickets?limit=50&search=till%20restarts", "/api/v1/tickets?limit=50&search=kiosk%20aisle%2017", "/api/v1/tickets?limit=50&due_state=at_risk")


def bodies(path: pathlib.Path, count: int, seed: int = 1) -> pathlib.Path:
    rng = random.Random(seed)
    with open(path, "w", encoding="utf-8") as f:
        for _ in range(count):
            what, how = rng.choice(WHAT), rng.choice(HOW)
            f.write(json.dumps({"title": f"The {what} in aisle {rng.randrange(40)} {how}", "description": f"Since {rng.randrange(7, 20)} o'clock the {what} {how}. " * 3,
                                "requester": f"staff{rng.randrange(5000)}", "store": f"{rng.randrange(400):04d}", "till": str(rng.randrange(12)),
                                "category": rng.choice(CATEGORIES), "channel": "api", "alone": True}) + "\n")
    return path


def opened(daemon: Patrond, secret: str, lines: pathlib.Path, seconds: float, rate: float = 0) -> dict:
    return json.loads(load("--port", daemon.port, "--post", "/api/v1/tickets", "--token", secret, "--file", lines, "--connections", CONNECTIONS,
                           "--seconds", seconds, "--warmup", 1, *(("--rate", rate) if rate else ())).communicate()[0])


def counts(db: sqlite3.Connection) -> dict:
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    return {name: db.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in names}


def grown(core: pathlib.Path, before: dict) -> dict:
    """The newest rows of every table that has more of them than before."""
    db = sqlite3.connect(f"file:{core}?mode=ro", uri=True)
    rows = {}
    for name, count in counts(db).items():
        more = count - before.get(name, 0)
        if more > 0:
            rows[name] = db.execute(f'SELECT * FROM "{name}" ORDER BY ROWID DESC LIMIT {more}').fetchall() if has_rowid(db, name) else \
                db.execute(f'SELECT * FROM "{name}" LIMIT {more}').fetchall()
    schema = [sql for (sql,) in db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC")]
    db.close()
    return {"rows": rows, "schema": schema}


def has_rowid(db: sqlite3.Connection, name: str) -> bool:
    return "WITHOUT ROWID" not in (db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0] or "").upper()


def floor(path: pathlib.Path, what: dict, tickets: int) -> float:
    """Tickets a second of a bare SQLite."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    for sql in what["schema"]:
        db.execute(sql)
    groups = -(-tickets // CONNECTIONS)
    parts = []
    for name, rows in what["rows"].items():
        each = -(-len(rows) // groups)
        parts.append((f'INSERT OR REPLACE INTO "{name}" VALUES ({",".join("?" * len(rows[0]))})', [rows[i:i + each] for i in range(0, len(rows), each)]))
    begun = time.monotonic()
    for group in range(groups):
        db.execute("BEGIN IMMEDIATE")
        for statement, pieces in parts:
            if group < len(pieces):
                db.executemany(statement, pieces[group])
        db.execute("COMMIT")
    took = time.monotonic() - begun
    db.close()
    return tickets / took


def metric(daemon: Patrond, secret: str, name: str) -> float:
    c = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=30)
    c.request("GET", "/metrics", headers={"Authorization": f"Bearer {secret}"})
    return float(re.search(rf"^{name} (\S+)", c.getresponse().read().decode(), re.M)[1])


def policy_edited(daemon: Patrond, secret: str) -> float:
    """Seconds from an edit of the default policy until all clocks are as it says."""
    def ask(method: str, body: dict | None = None) -> dict:
        c = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=60)
        c.request(method, "/api/v1/sla/policies/default", json.dumps(body) if body else None, {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"})
        answer = c.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{method} of the policy answered {answer.status}: {text[:300]!r}")
        return json.loads(text)
    held = ask("GET")
    held["policy"]["clocks"]["resolution"]["targets"]["P3"] = {"hours": 9, "in": "queue"}
    before = metric(daemon, secret, "patron_work_anew_total")
    begun = time.monotonic()
    ask("PUT", {"version": held["version"], "policy": held["policy"]})
    while metric(daemon, secret, "patron_work_anew_total") == before or metric(daemon, secret, "patron_work_behind") > 0:
        time.sleep(0.02)
    return time.monotonic() - begun


def compare(daemon: Patrond, secret: str, lines: pathlib.Path, o, work: pathlib.Path) -> dict:
    out = {"opened": [], "floor": []}
    core = daemon.folder / "core.db"
    for number in range(o.rounds):
        db = sqlite3.connect(f"file:{core}?mode=ro", uri=True)
        before = counts(db)
        db.close()
        out["opened"].append(opened(daemon, secret, lines, o.seconds))
        daemon.wait_for_views()
        what = grown(core, before)
        out["rows"] = {name: len(rows) for name, rows in what["rows"].items()}
        out["floor"].append(round(floor(work / f"floor{number}.db", what, out["rows"]["desk_ticket"])))
    out["share_of_floor"] = round(statistics.median(a["requests_per_s"] / b for a, b in zip(out["opened"], out["floor"])), 3)
    return out


def main() -> int:
    p = argparse.ArgumentParser()
    p.add_argument("--tickets", type=int, default=100000)
    p.add_argument("--seconds", type=float, default=20)
    p.add_argument("--rounds", type=int, default=2)
    p.add_argument("--rate", type=float, default=200)
    p.add_argument("--fill", choices=("api", "direct"), default="api")
    p.add_argument("--dir")
    p.add_argument("--json", type=pathlib.Path)
    o = p.parse_args()
    out = {"machine": machine()}
    with tempfile.TemporaryDirectory(prefix="patron-bench-", dir=o.dir) as name:
        work = pathlib.Path(name)
        daemon = Patrond(work / "patrond")
        daemon.start()
        secret = token(daemon)
        lines = bodies(work / "bodies", 20000)
        out |= compare(daemon, secret, lines, o, work)
        print(json.dumps({k: out[k] for k in ("share_of_floor", "floor", "rows")} | {"opened": [{k: r[k] for k in ("requests_per_s", "p50", "p99", "max", "other")} for r in out["opened"]]}))
        held = sum(r["acked"] for r in out["opened"])
        if held < o.tickets and o.fill == "direct":
            daemon.wait_for_views()
            daemon.stop()
            begun = time.monotonic()
            held = fill(daemon.folder / "core.db", o.tickets)
            out["filled"] = {"tickets": held, "how": "rows copied under new numbers", "seconds": round(time.monotonic() - begun)}
            daemon.start()
        elif held < o.tickets:
            out["fill"] = opened(daemon, secret, lines, (o.tickets - held) / max(r["requests_per_s"] for r in out["opened"]))
            held += out["fill"]["acked"]
        daemon.wait_for_views()
        out["tickets"] = held
        out["reads"] = json.loads(load("--port", daemon.port, "--get", ",".join(READS), "--token", secret, "--connections", 32, "--rate", o.rate,
                                       "--seconds", o.seconds, "--warmup", 2).communicate()[0])
        out["beside"] = opened(daemon, secret, lines, o.seconds, 500)
        out["policy_in_force_s"] = round(policy_edited(daemon, secret), 2)
        out["memory_mib"] = round(daemon.memory_mib(), 1)
        daemon.stop()
        out["ready_s"] = round(daemon.start(), 2)
        daemon.stop(signal.SIGKILL)
        out["ready_after_kill_s"] = round(daemon.start(), 2)
        out["memory_after_start_mib"] = round(daemon.memory_mib(), 1)
        daemon.drop()
    print(json.dumps({k: out[k] for k in ("tickets", "memory_mib", "memory_after_start_mib", "ready_s", "ready_after_kill_s", "policy_in_force_s", "filled") if k in out} |
                     {k: {m: out[k][m] for m in ("requests_per_s", "p50", "p99", "max", "other")} for k in ("reads", "beside")}))
    if o.json:
        o.json.write_text(json.dumps(out, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
