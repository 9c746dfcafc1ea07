#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A twenty-fold hour: the first four hours of Black Friday at the demo retailer, and then until the desk has nothing left that waits.

usage: twentyfold.py [--speed N] [--minutes M] [--port P]
Every ticket was routed, no clock was missed, the rule of routing held at each look, and what the API counts is what was sent.
Prints a table; ends with 1 where one of these was not so. About five minutes at the speed of 60. PATROND and PATRON_DEMO say what is run.
"""
import argparse
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from harness.patron import Patron, free_port  # noqa: E402  pylint: disable=wrong-import-position
from harness.rush import START, Rush  # noqa: E402  pylint: disable=wrong-import-position

from proof import Checks  # noqa: E402  pylint: disable=wrong-import-position

ROWS = ("events", "reports", "joined", "tickets", "mails", "given", "most waiting", "most load", "looks", "clocks", "breached")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--speed", type=float, default=60)
    parser.add_argument("--minutes", type=float, default=240, help="of the clock, from the start of the scenario on")
    args = parser.parse_args()
    checks = Checks("twentyfold")
    with tempfile.TemporaryDirectory(prefix="patron-twentyfold-") as folder:
        patron = Patron(folder, {"clock": "sim", "clock-start": START, "clock-speed": "1", "connect-networks": "127.0.0.1"}).start()
        try:
            with Rush(patron, free_port(), args.speed) as rush:
                rush.begin()
                end = rush.now() + args.minutes * 60
                rush.live(lambda: rush.now() >= end, 0.25, 3600)
                rush.drain()
                rush.end()
                rush.check()
        finally:
            patron.stop()
    for name in ROWS:
        print(f"{name:>14} {rush.figures[name]:>9}" + (f"   sent {rush.sent[name]}" if name in rush.sent else ""))
    print(f"{'waited p50':>14} {rush.wait_at(0.5):>8.0f} s\n{'waited p90':>14} {rush.wait_at(0.9):>8.0f} s\n{'waited longest':>14} {max(rush.waits, default=0):>8.0f} s")
    checks("an hour of twenty times the reports was lived through", rush.figures["tickets"] > 100, rush.figures["tickets"])
    checks("nothing was broken", not rush.broken, "; ".join(rush.broken[:10]))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
