#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a backup costs intake, and that it comes back whole.

usage: bench/backup.py [--gib 10] [--seconds 60] [--rounds 2] [--folder DIR]

Fills a daemon with demo-like events (gib: payload bytes before compression), then measures batches a second by bench-load in
alternation (A B A B), alone and with backups at the default pace running one after the other all the while; restores the last
backup, which compares its content hash. The bar is the median ratio. Prints one JSON object.
"""
import argparse
import base64
import http.client
import json
import pathlib
import random
import shutil
import statistics
import subprocess
import tempfile
import threading
import time

from patron_bench import Patrond, machine, program

FILL_THREADS = 4


def event(rng, number):
    """About 1 KiB as a shop sends it: skewed customers, changing products, a browser's context."""
    customer = int(rng.paretovariate(1.2)) % 200000
    items = [{"product_id": f"p{rng.randrange(5000)}", "sku": f"sku-{rng.randrange(99999):05d}", "name": f"Product {rng.randrange(5000)}",
              "price": rng.randrange(100, 20000) / 100, "quantity": rng.randrange(1, 4)} for _ in range(rng.randrange(1, 4))]
    return {"type": "track", "event": rng.choice(["Product Viewed", "Product Added", "Cart Viewed", "Order Completed"]),
            "messageId": f"fill-{number}", "userId": f"c{customer}", "anonymousId": f"{rng.getrandbits(128):032x}",
            "properties": {"order_id": f"o{number}", "currency": "EUR", "products": items, "coupon": f"{rng.getrandbits(64):016x}"},
            "context": {"ip": f"10.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(256)}",
                        "page": {"url": f"https://shop.example/p/{rng.randrange(5000)}?s={rng.getrandbits(64):x}", "title": "Shop"},
                        "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36", "locale": "de-DE"}}


def fill(patrond, gib):
    """Sends until that many bytes of payload are in the log."""
    want = int(gib * (1 << 30))
    auth = "Basic " + base64.b64encode(f"{patrond.key}:".encode()).decode()
    sent = [0]
    lock = threading.Lock()

    def run(index):
        rng = random.Random(index)
        connection = http.client.HTTPConnection("127.0.0.1", patrond.port, timeout=60)
        number = index << 40
        template = [event(rng, 0) for _ in range(2000)]
        while sent[0] < want:
            batch = []
            for _ in range(1000):
                one = dict(rng.choice(template))
                number += 1
                one["messageId"] = f"fill-{number}"
                one["anonymousId"] = f"{rng.getrandbits(128):032x}"
                batch.append(one)
            body = json.dumps({"batch": batch}).encode()
            connection.request("POST", "/v1/batch", body, {"Content-Type": "application/json", "Authorization": auth})
            answer = connection.getresponse()
            answer.read()
            if answer.status in (429, 503):
                time.sleep(0.2)
                continue
            assert answer.status == 200, answer.status
            with lock:
                sent[0] += len(body)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(FILL_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sent[0]


def settle(patrond):
    """Until the archive has caught up and the views too: before that the server is not idle."""
    patrond.wait_for_archive()
    patrond.wait_for_views()


def load(patrond, seconds):
    """Events a second that bench-load got acknowledged, in batches of 100."""
    done = subprocess.run([program("BENCH_LOAD", "bench/bench-load"), "--port", str(patrond.port), "--key", patrond.key, "--batch", "100",
                           "--connections", "16", "--seconds", str(seconds), "--seed", str(random.getrandbits(31))],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["events_per_s"]


class Backups:
    """One backup after the other for as long as the load runs; the last one is kept."""

    def __init__(self, patron, patrond, folder):
        self.command = [patron, "--data", str(patrond.folder), "--json", "backup"]
        self.folder, self.done, self.seconds = folder, [], 0.0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        begun = time.monotonic()
        while not self.stopping.is_set():
            path = self.folder / f"{len(self.done)}.ptb"
            out = subprocess.run([*self.command, str(path)], capture_output=True, text=True, check=True).stdout
            if self.done:
                pathlib.Path(self.done[-1]["path"]).unlink()
            self.done.append(json.loads(out))
        self.seconds = time.monotonic() - begun

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *args):
        self.stopping.set()
        self.thread.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gib", type=float, default=10)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--folder", default=None)
    args = parser.parse_args()
    patron = program("PATRON", "src/app/patron")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-backup-", dir=args.folder))
    patrond = Patrond(folder / "data")
    try:
        patrond.start()
        patrond.add_source()
        begun = time.monotonic()
        sent = fill(patrond, args.gib)
        settle(patrond)
        result = {"payload_bytes": sent, "fill_seconds": round(time.monotonic() - begun, 1), "rounds": []}
        for number in range(args.rounds):
            alone = load(patrond, args.seconds)
            settle(patrond)
            place = folder / f"round-{number}"
            place.mkdir()
            with Backups(patron, patrond, place) as backups:
                beside = load(patrond, args.seconds)
            settle(patrond)
            path = pathlib.Path(backups.done[-1]["path"])
            result["rounds"].append({"alone_events_per_s": round(alone), "beside_events_per_s": round(beside), "ratio": round(beside / alone, 3),
                                     "backups": len(backups.done), "backup_bytes": backups.done[-1]["bytes"],
                                     "seconds_each": round(backups.seconds / len(backups.done), 1)})
            if number + 1 < args.rounds:
                shutil.rmtree(place)
        result["machine"] = machine()
        result["ratio_median"] = statistics.median(r["ratio"] for r in result["rounds"])
        patrond.stop()
        begun = time.monotonic()
        done = subprocess.run([patron, "--data", str(folder / "other"), "--json", "restore", str(path)], capture_output=True, text=True, check=True)
        result["restore"] = {**json.loads(done.stdout), "seconds": round(time.monotonic() - begun, 1)}
        print(json.dumps(result, indent=1))
    finally:
        patrond.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
