#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Questions about histories: event columns beside ClickHouse (chdb) and DuckDB, on the same rows, each in its best known form (peer/histories.py).

usage: bench/columns.py --dir DIR [--events 100000000] [--rounds 3] [--threads 2] [--plans funnel,paths,uniques,segment,retention,filters,revenue]
                        [--peers clickhouse,duckdb] [--flushes N] [--states live,few,one] [--json FILE]
The rows are fed to the store directly, without log and daemon (bench-columns of $BUILD), once into DIR, and are kept there. All is asked with the
runs as they came, compacted to three, and to one. --flushes 11 leaves exactly 13 runs. Figures are CPU seconds of one question with a warm page cache, asked for the second time by its process (`first`: for the first time);
the median of the rounds, taken in turns. Answers have to be equal, else it ends with 1. Peers come from PyPI (chdb, duckdb) for the Python of $PEERS_PYTHON (default: this one).
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

from patron_bench import ROOT, machine, program

PEERS_PYTHON = os.environ.get("PEERS_PYTHON", sys.executable)
PLANS = ("funnel", "paths", "uniques", "segment", "retention", "filters", "revenue")


class Peer:
    """Another engine, in a process of its own."""

    def __init__(self, name, folder):
        self.name = name
        self.process = subprocess.Popen([PEERS_PYTHON, str(ROOT / "bench/peer/histories.py"), name, str(folder)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def do(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def columns(*arguments):
    done = subprocess.run([program("BENCH_COLUMNS", "bench/bench-columns"), *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def normal(rows):
    """Rows of an answer without zeros, which one engine lists and another leaves out; money to the cent."""
    return sorted((str(a), int(b), round(float(c), 2)) for a, b, c in rows if float(c) != 0)


def ask_all(plans, peers, o):
    """{plan: {engine: {"cpu_s", "wall_s"}}}; what differs is printed."""
    figures, differ = {}, []
    for plan in plans:
        taken, answers = {}, {}
        for peer in peers:
            peer.do(do="ask", plan=plan, threads=o.threads)  # warm
        for _ in range(o.rounds):
            first, own = columns("ask", "--dir", o.dir / "columns", "--plan", plan, "--threads", o.threads, "--rounds", 2)
            taken.setdefault("patron", []).append((own["cpu_s"], own["wall_s"]))
            taken.setdefault("first", []).append((first["cpu_s"], first["wall_s"]))
            if normal(first["answer"]) != normal(own["answer"]):
                differ.append(f"{plan}: the second answer is another than the first")
            answers["patron"] = normal(own["answer"])
            for peer in peers:
                told = peer.do(do="ask", plan=plan, threads=o.threads)
                if "no" not in told:
                    taken.setdefault(peer.name, []).append((told["cpu_s"], told["wall_s"]))
                    answers[peer.name] = normal(told["rows"])
        figures[plan] = {name: {"cpu_s": statistics.median(c for c, _ in all_), "wall_s": statistics.median(w for _, w in all_)}
                         for name, all_ in taken.items()}
        for name, answer in answers.items():
            if answer != answers["patron"]:
                differ.append(f"{plan}: {name} has {len(answer)} rows, patron {len(answers['patron'])}; first that differs: "
                              f"{next((a, b) for a, b in zip(answer + [None], answers['patron'] + [None]) if a != b)}")
        own = figures[plan]["patron"]["cpu_s"]
        print(f"{plan:10} " + "   ".join(f"{name} {f['cpu_s']:.3f} s ({f['cpu_s'] / own:.1f}x), wall {f['wall_s']:.2f}" for name, f in figures[plan].items()), flush=True)
    return figures, differ


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", type=pathlib.Path, required=True)
    parser.add_argument("--events", type=int, default=100_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--plans", default=",".join(PLANS))
    parser.add_argument("--peers", default="clickhouse,duckdb")
    parser.add_argument("--flushes", type=int, default=0)
    parser.add_argument("--states", default="live,few,one")
    parser.add_argument("--json", type=pathlib.Path)
    o = parser.parse_args()
    o.dir.mkdir(parents=True, exist_ok=True)
    result = {**machine(), "events": o.events, "threads": o.threads}
    rows = o.dir / "rows.bin"
    if not (o.dir / "columns").exists():
        flushes = ("--flushes", o.flushes) if o.flushes else ()
        result["fill"] = columns("fill", "--dir", o.dir / "columns", "--events", o.events, "--peers", rows, *flushes)[0]
        print("fill", json.dumps(result["fill"]), flush=True)
    peers = [Peer(name, o.dir) for name in o.peers.split(",") if name]
    for peer in peers:
        peer.do(do="load", file=str(rows), events=o.events)
    differ = []
    try:
        for state, runs in (("live", None), ("few", 3), ("one", 1)):
            if state not in o.states.split(","):
                continue
            if runs:
                result[f"compact_{state}"] = columns("merge", "--dir", o.dir / "columns", "--runs", runs)[0]
                print("compact", json.dumps(result[f"compact_{state}"]), flush=True)
            print(f"-- {state}", flush=True)
            result[state], wrong = ask_all(o.plans.split(","), peers, o)
            differ += wrong
    finally:
        for peer in peers:
            peer.close()
    if o.json:
        o.json.write_text(json.dumps(result, indent=1))
    for line in differ:
        print("DIFFERS", line)
    return 1 if differ else 0


sys.exit(main())
