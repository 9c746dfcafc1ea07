#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a CSV file of orders of any size: seeded, so that the same arguments give the same bytes.

usage: make_rows.py ROWS [SEED] > FILE.csv      columns: order_id,customer_id,time,amount,currency,store
"""
import datetime
import random
import sys

BLOCK = 10_000


def main(rows: int, seed: int) -> None:
    rng = random.Random(seed)
    start = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
    out = sys.stdout
    out.write("order_id,customer_id,time,amount,currency,store\n")
    for first in range(0, rows, BLOCK):
        stamp = (start + datetime.timedelta(seconds=first)).strftime("%Y-%m-%dT%H:%M:%SZ")
        out.writelines(f"o{n},c{int(rng.random() ** 2 * 1_000_000)},{stamp},{rng.randrange(100, 100000) / 100:.2f},EUR,"
                       f"store {n % 250}\n" for n in range(first, min(first + BLOCK, rows)))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else 1)
