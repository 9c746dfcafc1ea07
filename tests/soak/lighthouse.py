#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lighthouse gives every page of the console 100 for accessibility.

usage: lighthouse.py [--routes NAME,...] [--themes light,dark] [--locales en,ar] [--demo-s SECONDS]
A daemon with the people of the browser tests and the demo's retailer sending; each page of tests/browser/routes.py is opened by
Lighthouse in Chromium (but for those that need keys pressed), and looked at in every theme as it stands with its data. The pinned
Lighthouse is installed into .cache/lighthouse. Prints a table; ends with 1 under 100, with 77 where it cannot run.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path[1:1] = [str(TREE / "tests"), str(TREE / "tests/browser")]

from harness import node  # pylint: disable=wrong-import-position
from harness.customers import numbers  # pylint: disable=wrong-import-position
from harness.patron import PATROND  # pylint: disable=wrong-import-position
from people import Shop, sign_in  # pylint: disable=wrong-import-position
from proof import Checks, run, skip  # pylint: disable=wrong-import-position
import routes as pages  # pylint: disable=wrong-import-position
from test_customers_page import People  # pylint: disable=wrong-import-position

NAME = "lighthouse"
HERE = pathlib.Path(__file__).with_name("lighthouse")
CACHE = TREE / ".cache/lighthouse"
DEMO = PATROND.parents[2] / "demo/patron-demo"
PAGE_S = 60


def install():
    """npm ci, unless what is installed is what the lock file says."""
    lock = HERE / "package-lock.json"
    if not (CACHE / "installed").exists() or (CACHE / "installed").read_bytes() != lock.read_bytes():
        shutil.rmtree(CACHE, ignore_errors=True)
        CACHE.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy2(HERE / name, CACHE)
        script = node.wheel() / "lib/node_modules/npm/bin/npm-cli.js"
        run(node.node(), script, "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=CACHE, env=node.environment(), timeout=600,
            stdout=subprocess.DEVNULL)
        (CACHE / "installed").write_bytes(lock.read_bytes())


def start_demo(shop, seconds):
    """The retailer of ./dev demo, an hour a minute; it keeps sending while pages are looked at."""
    keys = [part for name in ("web", "app", "till") for part in (f"--{name}-key", shop.add_source(f"Larkfield {name}")["write_key"])]
    shop.cli("plan", "save", TREE / "demo/plan.json")
    shop.cli("plan", "assign", "Larkfield web", "Larkfield web")
    demo = subprocess.Popen([DEMO, "--url", shop.base, *keys, "--seed", "1", "--speed", "60"], stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    return demo


def known_customer(shop):
    """A person with a past in three channels, merged and parted: words for the paths of routes.CUSTOMERS."""
    people, low = People(shop), "lighthouse"
    card = {"externalIds": [{"type": "loyalty_card", "id": f"L-{people.mark}"}]}
    people.person(low, "Kovač", channel="app")
    people.send({"type": "identify", "messageId": f"c-{people.mark}", "anonymousId": f"till-{people.mark}", "context": {"channel": "store", **card}},
                {"type": "identify", "messageId": f"b-{people.mark}", "traits": {"email": people.mail(low)}, "context": card},
                people.order(low, "64.50", context={"channel": "web"}), people.order(low, "12.00", context={"channel": "store"}))
    merged = people.merge(people.find("email", people.mail(low))["id"], people.person(f"other{low}", "Kovač")["id"])
    people.split(merged["id"], [max(numbers(merged, "anonymous_id"))])
    event = people.get(merged["id"], "timeline")["data"][0]["_patron"]["position"]
    return {"customer": merged["id"], "other": people.person(f"third{low}", "Kovač")["id"], "event": str(event), "name": low}


def audit(base, cookie, looks, routes):
    """Verdicts, one by one as they come."""
    order = json.dumps({"base": base, "cookie": cookie, "looks": looks, "routes": routes})
    process = subprocess.Popen([node.node(), str(HERE / "audit.mjs"), str(CACHE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                               env=node.environment(), start_new_session=True)
    try:
        process.stdin.write(order)
        process.stdin.close()
        for line in process.stdout:
            yield json.loads(line)
        if process.wait(PAGE_S) != 0:
            raise RuntimeError(f"audit.mjs ended with {process.returncode}")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 15)


def judge(found, check):
    name = f"{found['name']:<20} {found['look']['theme']:<5} {found['look']['locale']}"
    if "error" in found:
        check(name, False, found["error"])
        return
    for how in ("opened", "standing"):
        if how in found:
            one = found[how]
            check(f"{name} {how:<8}", one["score"] == 100, f"{one['score']} of {one['audits']} audits {'; '.join(one['findings'])}".strip())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--routes", default="")
    parser.add_argument("--themes", default="light,dark")
    parser.add_argument("--locales", default="en")
    parser.add_argument("--demo-s", type=float, default=20)
    args = parser.parse_args()
    if not pathlib.Path(os.environ.get("CHROMIUM", "/usr/bin/chromium")).exists():
        skip(NAME, "there is no chromium")
    install()
    check, begin, count = Checks(NAME), time.monotonic(), 0
    looks = [{"theme": theme, "locale": locale} for theme in args.themes.split(",") for locale in args.locales.split(",")]
    wanted = set(filter(None, args.routes.split(",")))
    chosen = lambda routes: [route for route in routes if not wanted or route["name"] in wanted]
    with tempfile.TemporaryDirectory(prefix="patron-lh-", ignore_cleanup_errors=True) as folder:
        shop, demo = Shop(pathlib.Path(folder) / "shop").start(), None
        try:
            everyone = list(audit(shop.base, None, looks, chosen(pages.SETUP)))
            shop.furnish()
            demo = start_demo(shop, args.demo_s)
            words = {"web": shop.web["id"], **(known_customer(shop) if chosen(pages.CUSTOMERS) else {})}
            inside = [{**route, "path": route["path"].format(**words)} for route in chosen(pages.ROUTES) + chosen(pages.CUSTOMERS)]
            for found in everyone:
                judge(found, check)
            for routes, cookie in ((chosen(pages.DOORS), None), (inside, sign_in(shop, "owner@example.com"))):
                for found in audit(shop.base, cookie, looks, routes):
                    judge(found, check)
                    count += 1
        finally:
            if demo is not None:
                demo.terminate()
                demo.wait()
            shop.discard()
    print(f"{count + len(everyone)} pages in {time.monotonic() - begin:.0f} s")
    check.end()


if __name__ == "__main__":
    main()
