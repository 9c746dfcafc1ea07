#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lighthouse gives every page of the console 100 for accessibility, in both languages.

usage: lighthouse.py [--routes NAME,...] [--looks light-en,dark-ar] [--demo-s SECONDS]
A daemon furnished as the browser tests furnish theirs (tests/browser/furnished.py), with the demo's retailer sending; each page of every list in
tests/browser/routes.py is opened by Lighthouse in Chromium (but for those that need keys pressed), and looked at in every look as it stands with its data.
The pinned Lighthouse is installed into .cache/lighthouse. Prints a line for each page; ends with 1 under 100, with 77 where it cannot run.
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path[1:1] = [str(TREE / "tests"), str(TREE / "tests/browser")]

from harness import node  # pylint: disable=wrong-import-position
from harness.patron import PATROND  # pylint: disable=wrong-import-position
from people import sign_in  # pylint: disable=wrong-import-position
from proof import Checks, run, skip  # pylint: disable=wrong-import-position
import furnished  # pylint: disable=wrong-import-position
import routes as pages  # pylint: disable=wrong-import-position

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
    """One line: the lowest score, in which ways the page was looked at, and what was found."""
    verdicts = found["verdicts"]
    scores = [one["score"] or 0 for one in verdicts]
    ways = ", ".join(f"{one['how']} {one['score']}" for one in verdicts)
    findings = [f"{one['how']}: {finding}" for one in verdicts for finding in one["findings"]]
    check(f"{found['name']:<24} {min(scores):>3}", min(scores) == 100, "; ".join([f"{ways} ({max(one['audits'] for one in verdicts)} audits)", *findings]))


def every_page(shop, demo_s, choose):
    """(cookie, routes) for one list of pages after the other, while the daemon is furnished; each route as it is to be opened."""
    yield None, choose(pages.SETUP)
    shop.furnish()
    demo = start_demo(shop, demo_s)
    try:
        yield None, choose(pages.DOORS)
        cookie = sign_in(shop, "owner@example.com")
        for routes, words in shop.areas():
            yield cookie, pages.filled(choose(routes), words)
    finally:
        demo.terminate()
        demo.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--routes", default="")
    parser.add_argument("--looks", default="light-en,dark-ar")
    parser.add_argument("--demo-s", type=float, default=20)
    args = parser.parse_args()
    if not pathlib.Path(os.environ.get("CHROMIUM", "/usr/bin/chromium")).exists():
        skip(NAME, "there is no chromium")
    install()
    check, begin, count = Checks(NAME), time.monotonic(), 0
    looks = [dict(zip(("theme", "locale"), look.split("-"))) for look in args.looks.split(",")]
    wanted = set(filter(None, args.routes.split(",")))
    choose = lambda routes: [route for route in routes if not wanted or route["name"] in wanted]
    with furnished.shop() as shop, contextlib.closing(every_page(shop, args.demo_s, choose)) as lists:
        for cookie, routes in lists:
            for found in audit(shop.base, cookie, looks, routes) if routes else []:
                judge(found, check)
                count += 1
    if not wanted:
        check.equal("every page of every list", count, len(pages.SETUP + pages.DOORS + pages.INSIDE))
    print(f"{count} pages in {time.monotonic() - begin:.0f} s")
    check.end()


if __name__ == "__main__":
    main()
