#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The public data sets through `patron import --dry-run`: every row, invoice and penny is still there.

usage: dataset_test.py PATRON    (data in $PATRON_SHARED/data or ../shared/data beside the repository)
Totals are worked out here from the files alone, with exact decimals. Exit 77: the data is not there.
"""
import collections
import csv
import datetime
import decimal
import gzip
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import zoneinfo

D = decimal.Decimal
REPO = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("PATRON_SHARED", REPO.parent / "shared")) / "data"
RETAIL = SHARED / "online-retail" / "online_retail.csv.gz"
CDNOW = SHARED / "cdnow" / "CDNOW_master.txt.gz"
SAMPLE = SHARED / "cdnow" / "CDNOW_sample.txt"
PATRON = ""


def events_of(path: pathlib.Path, recipe: str) -> list[dict]:
    with tempfile.TemporaryDirectory() as folder:
        rejects = pathlib.Path(folder) / "rejected.csv"
        done = subprocess.run([PATRON, "import", str(path), "--map", recipe, "--dry-run", "--rejects", str(rejects)],
                              capture_output=True, check=True)
        assert not rejects.exists(), rejects.read_text()
    return [json.loads(line, parse_float=D) for line in done.stdout.splitlines()]


def utc(text: str, form: str, zone: str) -> str:
    wall = datetime.datetime.strptime(text, form).replace(tzinfo=zoneinfo.ZoneInfo(zone))
    return wall.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class OnlineRetail(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with io.TextIOWrapper(gzip.open(RETAIL), "utf-8", newline="") as f:
            cls.rows = list(csv.DictReader(f))
        cls.invoices = collections.defaultdict(list)
        for number, row in enumerate(cls.rows, 1):
            cls.invoices[row["InvoiceNo"]].append((number, row))
        cls.events = events_of(RETAIL, "online-retail")
        cls.orders = [e for e in cls.events if e["event"] != "Order Lines Continued"]

    def test_one_order_or_refund_per_invoice(self):
        ids = [e["properties"]["order_id"] for e in self.orders]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(set(ids), set(self.invoices))
        names = collections.Counter(e["event"] for e in self.orders)
        refunds = sum(1 for k, rows in self.invoices.items()
                      if k[0] == "C" or int(rows[0][1]["Quantity"]) < 0 or D(rows[0][1]["UnitPrice"]) < 0)
        self.assertEqual(names, {"Order Refunded": refunds, "Order Completed": len(self.invoices) - refunds})

    def test_every_line_is_there_in_order(self):
        lines = collections.defaultdict(list)
        for e in self.events:
            lines[e["properties"]["order_id"]] += e["properties"]["products"]
        for invoice, rows in self.invoices.items():
            want = [{k: v for k, v in (("product_id", r["StockCode"]), ("name", r["Description"].strip()),
                                       ("quantity", int(r["Quantity"])), ("price", D(r["UnitPrice"]))) if v != ""}
                    for _, r in rows]
            self.assertEqual(lines[invoice], want, invoice)
        self.assertEqual(sum(map(len, lines.values())), 541909)

    def test_revenue_is_exact(self):
        want = {k: sum(int(r["Quantity"]) * D(r["UnitPrice"]) for _, r in rows) for k, rows in self.invoices.items()}
        got = {e["properties"]["order_id"]: D(e["properties"]["revenue"]) for e in self.orders}
        self.assertEqual(got, want)
        self.assertEqual(sum(got.values()), sum(int(r["Quantity"]) * D(r["UnitPrice"]) for r in self.rows))

    def test_who_and_when(self):
        for e in self.events:
            _, first = self.invoices[e["properties"]["order_id"]][0]
            self.assertEqual(e["timestamp"], utc(first["InvoiceDate"], "%Y-%m-%d %H:%M:%S", "Europe/London"))
            if first["CustomerID"]:
                self.assertEqual(e["userId"], first["CustomerID"].removesuffix(".0"))
                self.assertNotIn("anonymousId", e)
            else:
                self.assertEqual(e["anonymousId"], "invoice-" + first["InvoiceNo"])
                self.assertNotIn("userId", e)

    def test_ids_follow_from_the_first_row_and_bounds_hold(self):
        ids = [e["messageId"] for e in self.events]
        self.assertEqual(len(ids), len(set(ids)))
        prefix = ids[0].split("-")[0]
        self.assertEqual({e["messageId"] for e in self.orders},
                         {f"{prefix}-{rows[0][0]}" for rows in self.invoices.values()})
        for e in self.events:
            self.assertLessEqual(len(json.dumps(e, default=str, ensure_ascii=False).encode()), 32768 * 1.2)

    def test_a_large_invoice_is_continued(self):
        parts = [e for e in self.events if e["properties"]["order_id"] == "573585"]
        self.assertGreater(len(parts), 1)
        self.assertEqual([e["properties"]["part"] for e in parts], list(range(1, len(parts) + 1)))
        self.assertEqual({e["properties"]["parts"] for e in parts}, {len(parts)})
        self.assertEqual([e["event"] for e in parts], ["Order Completed"] + ["Order Lines Continued"] * (len(parts) - 1))
        self.assertFalse(any("revenue" in e["properties"] for e in parts[1:]))


class Cdnow(unittest.TestCase):
    def check(self, events, rows):
        self.assertEqual(len(events), len(rows))
        for event, (user, date, count, dollars) in zip(events, rows):
            self.assertEqual(event["event"], "Order Completed")
            self.assertEqual(event["userId"], user)
            self.assertEqual(event["timestamp"], utc(date, "%Y%m%d", "America/New_York"))
            self.assertEqual(event["properties"],
                             {"quantity": int(count), "revenue": D(dollars), "currency": "USD"})

    def test_master(self):
        with gzip.open(CDNOW, "rt", encoding="ascii") as f:
            rows = [line.split() for line in f][1:]
        self.check(events_of(CDNOW, "cdnow"), rows)

    def test_sample_without_header(self):
        rows = [(r[0], *r[2:]) for r in (line.split() for line in SAMPLE.read_text().splitlines())]
        self.check(events_of(SAMPLE, "cdnow-sample"), rows)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    PATRON = sys.argv.pop()
    if not RETAIL.exists():
        print(f"skipped: no data at {SHARED}")
        sys.exit(77)
    unittest.main()
