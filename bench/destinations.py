#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Destinations: from event to webhook, and what one dead destination costs the others.

usage: bench/destinations.py [--points latency,dead,redrive] [--seconds 60] [--rate 5000] [--batch 100] [--events 200000] [--pairs 3]
                             [--dead refused,hang,500] [--letters 1000000] [--json FILE]
Programs from $BUILD (default build/); every default feature on, SQLite.

latency  events at a rate, open loop, one webhook destination: from receivedAt to the moment the receiver has the request, by the same clock.
         Bar: p99 <= 1 s at 5,000 events/s.
dead     two webhooks, paused while N events come in; then both go on and the time until both have all of it is taken. In turn without (A) and
         with (B) a third that is dead: nobody listens, it takes requests and never answers, or it answers 500. Bar: the median of B / A within
         5 % beyond what A differs from A.
redrive  a destination refuses so many events one by one, which makes dead letters; then it is mended and all are driven again, while events go
         on at the rate to another one. Shown: how old those are on arrival and how long their sender waits, without and with the redrive.
"""
import argparse
import asyncio
import datetime
import json
import multiprocessing
import os
import pathlib
import statistics
import sys
import tempfile
import time

from management import load
from patron_bench import Patrond, UnixConnection, free_port, machine

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MOST_S = 600


class Receiver(asyncio.Protocol):
    """/live answers 204 and notes how old each event is; /hang never answers; /500 does what it says; /sick refuses until it is mended."""

    mended = False

    def __init__(self, ages):
        self.ages, self.bytes, self.transport = ages, b"", None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.bytes += data
        while True:
            end = self.bytes.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.bytes[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15:].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.bytes) < end + 4 + length:
                return
            body, self.bytes = self.bytes[end + 4:end + 4 + length], self.bytes[end + 4 + length:]
            self.answer(head.split(b" ", 2)[1], body)

    def answer(self, path, body):
        now = time.time()
        if path == b"/live":
            self.transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            read = json.loads(body)
            for event in read if isinstance(read, list) else [read]:
                received = datetime.datetime.fromisoformat(event["receivedAt"].replace("Z", "+00:00")).timestamp()
                self.ages.append((now - received) * 1000)
        elif path == b"/500":
            self.transport.write(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")
        elif path == b"/sick":
            self.transport.write(b"HTTP/1.1 204 No Content\r\n\r\n" if Receiver.mended else b"HTTP/1.1 422 Unprocessable Content\r\nContent-Length: 0\r\n\r\n")


def receive(port, pipe):
    """The receiver's process: at "ages" on the pipe it gives those so far and forgets them; "mend" mends /sick."""
    ages = []

    async def run():
        loop = asyncio.get_running_loop()
        await loop.create_server(lambda: Receiver(ages), "127.0.0.1", port, backlog=256)
        pipe.send("ready")
        while (word := await loop.run_in_executor(None, pipe.recv)) != "end":
            Receiver.mended = Receiver.mended or word == "mend"
            pipe.send(ages[:])
            ages.clear()

    asyncio.run(run())


class Listener:
    def __init__(self):
        self.port = free_port()
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=receive, args=(self.port, theirs), daemon=True)
        self.process.start()
        self.pipe.recv()

    def ages(self, word="ages"):
        self.pipe.send(word)
        return sorted(self.pipe.recv())

    def close(self):
        self.pipe.send("end")
        self.process.join(10)
        self.process.kill()


def api(daemon: Patrond, method: str, path: str, body=None) -> dict:
    c = UnixConnection(str(daemon.folder / "patron.sock"))
    c.request(method, f"/api/v1/destinations{path}", None if body is None else json.dumps(body), {"Content-Type": "application/json"})
    answer = c.getresponse()
    text = answer.read()
    if answer.status not in (200, 201):
        raise SystemExit(f"{method} {path} answered {answer.status}: {text[:300]!r}")
    return json.loads(text)


def add(daemon: Patrond, name: str, port: int, path: str, batch: int) -> str:
    settings = {"url": f"http://127.0.0.1:{port}{path}", "secret": SECRET, "batch": str(batch)}
    return api(daemon, "POST", "", {"name": name, "kind": "webhook", "settings": settings, "purposes": []})["id"]


def settle(daemon: Patrond, ones: list, delivered: int = 0) -> float:
    """Seconds until each of them has reached the log's end, with at least so many delivered."""
    begun = time.monotonic()
    while True:
        shown = [api(daemon, "GET", f"/{one}") for one in ones]
        if all(d["lag"] == 0 and d["waiting"] == 0 and d["delivered"] >= delivered for d in shown):
            return time.monotonic() - begun
        if time.monotonic() - begun > MOST_S:
            raise SystemExit(f"not settled after {MOST_S} s: {[(d['name'], d['state'], d['lag'], d['last_error']) for d in shown]}")
        time.sleep(0.02)


def at(ages: list, share: float) -> float:
    return round(ages[min(len(ages) - 1, int(share * len(ages)))], 1)


def latency(o, work: pathlib.Path, listener: Listener) -> dict:
    daemon = Patrond(work / "latency")
    daemon.start()
    daemon.add_source()
    one = add(daemon, "live", listener.port, "/live", o.batch)
    run = load("--port", daemon.port, "--key", daemon.key, "--batch", 10, "--connections", 16, "--rate", o.rate, "--seconds", o.seconds, "--warmup", 2)
    intake = json.loads(run.communicate()[0])
    behind = settle(daemon, [one])
    ages = listener.ages()
    cpu = daemon.cpu_s()
    daemon.drop()
    if not ages:
        raise SystemExit("nothing arrived")
    return {"events": len(ages), "p50_ms": at(ages, 0.5), "p99_ms": at(ages, 0.99), "max_ms": round(ages[-1], 1), "behind_at_end_s": round(behind, 2),
            "cpu_s": round(cpu, 1), "intake": intake}


def drain(o, work: pathlib.Path, listener: Listener, dead: str) -> float:
    """Seconds that two live destinations take for the same events; dead: "" or how the third is dead."""
    daemon = Patrond(work / f"drain-{dead or 'none'}")
    daemon.start()
    daemon.add_source()
    ones = [add(daemon, f"live {i}", listener.port, "/live", o.batch) for i in (1, 2)]
    if dead:
        ones.append(add(daemon, "dead", free_port() if dead == "refused" else listener.port, f"/{dead}", o.batch))
    for one in ones:
        api(daemon, "POST", f"/{one}/pause")
    seconds = max(1.0, o.events / 20000)
    load("--port", daemon.port, "--key", daemon.key, "--batch", 100, "--connections", 8, "--rate", 20000, "--seconds", seconds, "--warmup", 0).communicate()
    daemon.wait_for_views()
    daemon.wait_for_archive()
    for one in reversed(ones):  # the dead one first
        api(daemon, "POST", f"/{one}/resume")
    took = settle(daemon, ones[:2], 1)
    listener.ages()
    daemon.drop()
    return took


def beside(o, daemon: Patrond, listener: Listener, live: str) -> dict:
    """Events to the live one, and how they fare."""
    listener.ages()
    run = load("--port", daemon.port, "--key", daemon.key, "--batch", 10, "--connections", 16, "--rate", o.rate, "--seconds", o.seconds, "--warmup", 2)
    intake = json.loads(run.communicate()[0])
    settle(daemon, [live])
    ages = listener.ages()
    return {"events": len(ages), "webhook_p50_ms": at(ages, 0.5), "webhook_p99_ms": at(ages, 0.99), "sender_p99_ms": intake["p99"]}


def wait_dead(daemon: Patrond, one: str, done) -> float:
    begun = time.monotonic()
    while not done(api(daemon, "GET", f"/{one}")):
        if time.monotonic() - begun > MOST_S:
            raise SystemExit(f"after {MOST_S} s: {api(daemon, 'GET', f'/{one}')}")
        time.sleep(0.1)
    return time.monotonic() - begun


def redrive(o, work: pathlib.Path, listener: Listener) -> dict:
    daemon = Patrond(work / "redrive")
    daemon.start()
    daemon.add_source()
    sick = add(daemon, "sick", listener.port, "/sick", o.batch)
    load("--port", daemon.port, "--key", daemon.key, "--batch", 100, "--connections", 8, "--rate", 20000, "--seconds", o.letters / 20000, "--warmup", 0).communicate()
    made = wait_dead(daemon, sick, lambda d: d["lag"] == 0 and d["waiting"] == 0 and d["dead"] >= 0.9 * o.letters)
    letters = api(daemon, "GET", f"/{sick}")["dead"]
    api(daemon, "PATCH", f"/{sick}", {"redrive_per_s": 10000})
    live = add(daemon, "live", listener.port, "/live", o.batch)
    listener.ages("mend")
    without = beside(o, daemon, listener, live)
    begun = time.monotonic()
    api(daemon, "POST", f"/{sick}/redrive", {})
    during = beside(o, daemon, listener, live)
    wait_dead(daemon, sick, lambda d: d["dead"] == 0 and d["job"] is None)
    took = time.monotonic() - begun
    delivered = api(daemon, "GET", f"/{sick}")["delivered"]
    daemon.drop()
    return {"letters": letters, "made_s": round(made, 1), "redriven_s": round(took, 1), "delivered": delivered, "without": without, "during": during}


def main() -> int:
    p = argparse.ArgumentParser()
    p.add_argument("--seconds", type=float, default=60)
    p.add_argument("--rate", type=float, default=5000)
    p.add_argument("--batch", type=int, default=100)
    p.add_argument("--events", type=int, default=200000)
    p.add_argument("--pairs", type=int, default=3)
    p.add_argument("--dead", default="refused,hang,500")
    p.add_argument("--points", type=lambda s: s.split(","), default=["latency", "dead", "redrive"])
    p.add_argument("--letters", type=int, default=1000000)
    p.add_argument("--json")
    o = p.parse_args()
    os.environ["PATRON_CONNECT_NETWORKS"] = "127.0.0.1"
    result = {"machine": machine(), "options": vars(o).copy(), "dead": {}}
    listener = Listener()
    try:
        with tempfile.TemporaryDirectory(prefix="patron-bench-") as folder:
            work = pathlib.Path(folder)
            if "latency" in o.points:
                result["latency"] = latency(o, work, listener)
                print(f"event to webhook at {o.rate:.0f}/s, {o.batch} a request: p50 {result['latency']['p50_ms']} ms, p99 {result['latency']['p99_ms']} ms")
            if "redrive" in o.points:
                result["redrive"] = r = redrive(o, work, listener)
                print(f"{r['letters']} dead letters driven again in {r['redriven_s']} s; others meanwhile {r['during']}, without {r['without']}")
            for how in o.dead.split(",") if "dead" in o.points else []:
                pairs = [(drain(o, work, listener, ""), drain(o, work, listener, how)) for _ in range(o.pairs)]
                alone = [a for a, _ in pairs]
                ratio = statistics.median(b / a for a, b in pairs)
                noise = max(alone) / min(alone) - 1
                result["dead"][how] = {"pairs_s": pairs, "median_ratio": round(ratio, 3), "noise": round(noise, 3)}
                print(f"dead ({how}): {100 * (ratio - 1):+.1f} % time for the others, A against A {100 * noise:.1f} %; A {alone[0]:.2f} s for 2 x {o.events} events")
    finally:
        listener.close()
    if o.json:
        pathlib.Path(o.json).write_text(json.dumps(result, indent=1))
    slow = "latency" in result and result["latency"]["p99_ms"] > 1000
    costly = [how for how, r in result["dead"].items() if r["median_ratio"] - 1 > 0.05 + r["noise"]]
    print("within the bars" if not slow and not costly else f"over a bar: {'p99 ' if slow else ''}{' '.join(costly)}")
    return 1 if slow or costly else 0


if __name__ == "__main__":
    sys.exit(main())
