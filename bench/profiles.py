#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Customers known, under load: the measures of profiles at N persons, with all views on.

usage: bench/profiles.py [--persons 1000000] [--seconds 60] [--rate 5000] [--reads 2000] [--searches 20] [--json FILE]
Programs from $BUILD (default build/). Every person is made by one identify (user id, device, mail, phone, name, address) and has 4
identifiers. Then, together: events at a rate in batches of 10, of at most 60,000 of the persons, reads by identifier and searches, all open loop;
and a probe that sends a trait and asks until the profile shows it. At the end: memory, and a rebuild of identity and profiles from the log.
"""
import argparse
import base64
import http.client
import json
import pathlib
import random
import sys
import tempfile
import threading
import time

from management import load, token
from patron_bench import Patrond, UnixConnection, machine

FIRST = "Ada Bela Cem Dora Emil Faye Gita Hans Ines Jan Kira Lars Mina Nils Olga Piet Quin Rosa Sven Tara Umar Vera Wim Xena Yara Zeno".split()
LAST = "Adler Bakker Cohen Dubois Eriksen Farkas Garcia Haas Ivanov Jansen Kowalski Lindgren Meyer Novak Olsen Peters Quist Rossi Smit Tamm".split()
TOWNS = "Utrecht Leeds Lyon Graz Gent Porto Turku Aarhus Brno Bari".split()
BATCH = 1000


def identify(n: int) -> str:
    first, last = FIRST[n % 26], LAST[n // 26 % 20]
    return json.dumps({"type": "identify", "messageId": f"00000000-0000-4000-8000-{n:012d}", "userId": f"u{n:07d}", "anonymousId": f"a{n:07d}",
                       "traits": {"email": f"{first}.{last}.{n}@example.com".lower(), "phone": f"+4477{n:08d}", "firstName": first, "lastName": f"{last}{n // 520}",
                                  "address": {"street": f"{n % 200 + 1} High Street", "city": TOWNS[n % 10], "postalCode": f"{n % 90000 + 10000}"}}})


def product(i: int) -> dict:
    return {"product_id": f"p{i}", "sku": f"sku-{i}", "name": f"Product number {i}", "brand": "Larkfield", "category": "Home/Kitchen/Small things", "price": 19.95, "quantity": 1,
            "url": f"https://shop.example.com/product/{i}", "image_url": f"https://shop.example.com/image/{i}.webp"}


def track(n: int, rng: random.Random) -> str:
    order = rng.random() < 0.05
    return json.dumps({"type": "track", "event": "Order Completed" if order else "Product List Viewed", "messageId": f"10000000-0000-4000-8000-{rng.randrange(10**12):012d}",
                       "userId": f"u{n:07d}", "anonymousId": f"a{n:07d}",
                       "context": {"channel": "web", "ip": "203.0.113.7", "locale": "en-GB", "page": {"path": "/kitchen", "url": "https://shop.example.com/kitchen", "title": "Kitchen"},
                                   "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"},
                       "properties": {**({"order_id": f"o{rng.randrange(10**9)}", "total": 59.85, "revenue": 55.0, "currency": "GBP"} if order else {"list_id": "kitchen", "category": "Kitchen"}),
                                      "products": [product(rng.randrange(5000)) for _ in range(5)]}}, separators=(",", ":"))


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def send(daemon: Patrond, bodies: list):
    c = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=60)
    for body in bodies:
        c.request("POST", "/v1/batch", f'{{"batch":[{",".join(body)}]}}', {"Content-Type": "application/json", "Authorization": basic(daemon.key)})
        answer = c.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"intake answered {answer.status}")


def furnish(daemon: Patrond, persons: int) -> dict:
    begun = time.monotonic()
    for at in range(0, persons, BATCH):
        send(daemon, [[identify(n) for n in range(at, min(at + BATCH, persons))]])
    sent = time.monotonic() - begun
    return {"sent_s": round(sent, 1), "views_s": round(daemon.wait_for_views(), 1)}


def probe(daemon: Patrond, secret: str, persons: int, stop: threading.Event, seen: list):
    """How long until a trait that was sent is read, ms: from before the request that sends it."""
    rng = random.Random(7)
    out, back = (http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=30) for _ in range(2))
    while not stop.wait(0.05):
        n, mark = rng.randrange(persons), f"m{rng.randrange(10**12)}"
        begun = time.monotonic()
        out.request("POST", "/v1/identify", json.dumps({"userId": f"u{n:07d}", "traits": {"mark": mark}}),
                    {"Content-Type": "application/json", "Authorization": basic(daemon.key)})
        out.getresponse().read()
        while time.monotonic() - begun < 30:
            back.request("GET", f"/api/v1/profiles/lookup?type=user_id&value=u{n:07d}", headers={"Authorization": f"Bearer {secret}"})
            if mark in back.getresponse().read().decode():
                break
            time.sleep(0.002)
        seen.append((time.monotonic() - begun) * 1000)


def quantile(values: list, q: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * q))], 1)


def searches(rng: random.Random) -> list:
    words = [f"{FIRST[rng.randrange(26)]}+{LAST[rng.randrange(20)][:4]}" for _ in range(40)] + [f"u{rng.randrange(10**6):07d}" for _ in range(20)]
    words += [f"{FIRST[rng.randrange(26)][:3].lower()}" for _ in range(20)] + [f"+4477{rng.randrange(10**6):08d}" for _ in range(20)]
    return [f"/api/v1/profiles?search={w.replace('+44', '%2B44')}&limit=20" for w in words]


def together(daemon: Patrond, secret: str, o, work: pathlib.Path) -> dict:
    rng = random.Random(1)
    events = work / "events.jsonl"
    with events.open("w") as f:
        for _ in range(min(o.persons // 10, 60000)):
            f.write(track(rng.randrange(o.persons), rng) + "\n")
    lookups = [f"/api/v1/profiles/lookup?type=user_id&value=u{rng.randrange(o.persons):07d}" for _ in range(1500)]
    stop, seen = threading.Event(), []
    sender = load("--port", daemon.port, "--key", daemon.key, "--file", events, "--batch", 10, "--connections", 16, "--rate", o.rate, "--seconds", o.seconds, "--warmup", 2)
    reader = load("--port", daemon.port, "--get", ",".join(lookups), "--token", secret, "--connections", 32, "--rate", o.reads, "--seconds", o.seconds, "--warmup", 2)
    finder = load("--port", daemon.port, "--get", ",".join(searches(rng)), "--token", secret, "--connections", 8, "--rate", o.searches, "--seconds", o.seconds, "--warmup", 2)
    prober = threading.Thread(target=probe, args=(daemon, secret, o.persons, stop, seen), daemon=True)
    prober.start()
    results = {name: json.loads(p.communicate()[0]) for name, p in (("events", sender), ("reads", reader), ("searches", finder))}
    stop.set()
    prober.join()
    return results | {"seen": {"n": len(seen), "p50": quantile(seen, 0.5), "p99": quantile(seen, 0.99), "max": round(max(seen), 1)},
                      "views_s": round(daemon.wait_for_views(), 2), "memory_mib": round(daemon.memory_mib())}


def rebuild(daemon: Patrond) -> dict:
    begun = time.monotonic()
    c = UnixConnection(str(daemon.folder / "patron.sock"))
    c.request("POST", "/api/v1/views/profiles/rebuild", "{}", {"Content-Type": "application/json"})
    answer = c.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"rebuild answered {answer.status}: {text[:200]!r}")
    daemon.wait_for_views()
    seconds = time.monotonic() - begun
    records = next(v["next_offset"] for v in daemon.status()["views"] if v["name"] == "profiles")
    return {"seconds": round(seconds, 1), "records_per_s": round(records / seconds)}


def main() -> int:
    p = argparse.ArgumentParser()
    p.add_argument("--persons", type=int, default=1000000)
    p.add_argument("--seconds", type=float, default=60)
    p.add_argument("--rate", type=float, default=5000)
    p.add_argument("--reads", type=float, default=2000)
    p.add_argument("--searches", type=float, default=20)
    p.add_argument("--json", type=pathlib.Path)
    o = p.parse_args()
    report = machine() | {"persons": o.persons, "settings": "defaults"}
    with tempfile.TemporaryDirectory(prefix="patron-bench-") as folder:
        work = pathlib.Path(folder)
        daemon = Patrond(work / "patrond")
        daemon.start()
        daemon.add_source()
        secret = token(daemon)
        report["furnished"] = furnish(daemon, o.persons)
        print(json.dumps(report["furnished"]), file=sys.stderr)
        report["together"] = together(daemon, secret, o, work)
        report["rebuild"] = rebuild(daemon)
        daemon.drop()
    t = report["together"]
    rows = [("event to profile, p99 ms", t["seen"]["p99"], 500), ("read by identifier, p99 ms", t["reads"]["p99"], 5), ("search, p99 ms", t["searches"]["p99"], 30),
            ("memory, MiB", t["memory_mib"], 1536), ("views behind at the end, s", t["views_s"], 5)]
    for name, value, bar in rows:
        print(f"{'holds' if value <= bar else 'FAILS':6} {name}: {value:,} (bar {bar:,})")
    print(f"rates: events {t['events']['events_per_s']:,.0f}/s, reads {t['reads']['requests_per_s']:,.0f}/s, searches {t['searches']['requests_per_s']:,.0f}/s; probe n {t['seen']['n']}")
    print(f"furnishing: {report['furnished']}; rebuild: {report['rebuild']}")
    if o.json:
        o.json.write_text(json.dumps(report, indent=1) + "\n")
    return 0 if all(value <= bar for _, value, bar in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
