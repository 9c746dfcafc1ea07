# SPDX-License-Identifier: Apache-2.0
"""A peer of bench/columns.py: ClickHouse (chdb, PyPI) or DuckDB (PyPI) inside of this process. Lines of JSON on stdin, an answer for each.

{"do": "load", "file": F} fills its table, once (DuckDB reads F.parquet, which ClickHouse leaves); {"do": "ask", "plan": NAME, "threads": N} answers {"cpu_s", "wall_s", "rows": [[...], ...]}.
Best known forms: the table is sorted by (person, ts), ClickHouse told to aggregate in that order; events are numbers of one byte, other texts
dictionaries; retention by a bit for each week; daily uniques in the fastest of four ways that were tried (a set of days for each person).
"""
import json
import os
import resource
import sys
import time

BEGIN, DAY, WEEK, WINDOW, GAP = 1735689600000, 86400000, 604800000, 7 * 86400000, 1800000
MONDAY = 2 * DAY  # 2025-01-01 is a Wednesday
EVENTS = ("Page Viewed", "Product List Viewed", "Product Viewed", "Products Searched", "Promotion Viewed", "Product Added to Wishlist",
          "Error Shown", "Product Added", "Product Removed", "Cart Viewed", "Checkout Started", "Payment Info Entered", "Order Completed",
          "Product Reviewed", "Store Visited", "Application Opened")
ROW = ("person UInt32, ts Int64, event String, channel String, device String, category String, path String, query String, order_id String, "
       "coupon String, store String, price Nullable(Float64), amount Nullable(Int64)")
ENUM = "Enum8(" + ", ".join(f"'{name}' = {i}" for i, name in enumerate(EVENTS)) + ")"
FUNNEL = "('Product Viewed', 'Product Added', 'Order Completed')"


class ClickHouse:
    name = "clickhouse"
    settings = "SETTINGS optimize_aggregation_in_order = 1, max_threads = {threads}"
    asks = {
        "funnel": f"""SELECT '', step - 1, countIf(level >= step) FROM (SELECT windowFunnel({WINDOW - 1})(toUInt64(ts), event = 'Product Viewed',
            event = 'Product Added', event = 'Order Completed') AS level FROM ev WHERE event IN {FUNNEL} GROUP BY person)
            ARRAY JOIN [1, 2, 3] AS step GROUP BY step ORDER BY step""",
        "uniques": f"""SELECT '', day, count() FROM (SELECT arrayJoin(groupUniqArray(toUInt16(intDiv(ts - {BEGIN}, {DAY})))) AS day FROM ev
            GROUP BY person) GROUP BY day ORDER BY day""",
        "retention": f"""SELECT c, k, countIf(bitTest(weeks, c + k)) FROM (SELECT weeks, toUInt8(bitCount(bitXor(weeks, weeks - 1)) - 1) AS c FROM
            (SELECT groupBitOr(bitShiftLeft(toUInt64(1), intDiv(ts - {BEGIN} + {MONDAY}, {WEEK}))) AS weeks FROM ev GROUP BY person))
            ARRAY JOIN range(toUInt64(53 - c)) AS k GROUP BY c, k ORDER BY c, k""",
        "segment": f"""SELECT '', 0, count() FROM (SELECT person FROM ev WHERE event = 'Order Completed' AND ts >= {BEGIN + 335 * DAY} GROUP BY person)""",
        "paths": f"""SELECT concat(toString(a), '>', toString(b)), i, n FROM (SELECT steps[i] AS a, steps[i + 1] AS b, i, count() AS n FROM (
            SELECT if(length(walk) < 5, arrayPushBack(walk, -1), walk) AS steps FROM (
            SELECT arraySlice(session, indexOf(session, 0), 5) AS walk FROM (
            SELECT arraySplit((x, cut) -> cut, events, arrayMap((at, before) -> at - before > {GAP}, times, arrayPushFront(arrayPopBack(times), times[1]))) AS all
            FROM (SELECT arraySort(groupArray((ts, CAST(event, 'Int8')))) AS rows, rows.1 AS times, rows.2 AS events FROM ev GROUP BY person))
            ARRAY JOIN all AS session WHERE has(session, 0))) ARRAY JOIN range(1, length(steps)) AS i GROUP BY a, b, i)""",
        "revenue": """SELECT device, toMonth(toDateTime(intDiv(ts, 1000), 'UTC')) - 1 AS month, sum(amount) / 1e6 FROM ev
            WHERE event = 'Order Completed' GROUP BY device, month ORDER BY device, month""",
        "filters": """SELECT device, toMonth(toDateTime(intDiv(ts, 1000), 'UTC')) - 1 AS month, uniqExact(person) FROM ev
            WHERE event = 'Product Viewed' AND price >= 50 GROUP BY device, month ORDER BY device, month""",
    }

    def __init__(self, folder):
        import chdb.session
        self.session = chdb.session.Session(os.path.join(folder, "clickhouse"))

    def load(self, file):
        if str(self.session.query("EXISTS TABLE ev")).strip() == "1":
            return
        self.session.query(f"""CREATE TABLE ev (person UInt32 CODEC(Delta, ZSTD(1)), ts Int64 CODEC(Delta, ZSTD(1)), event {ENUM},
            channel LowCardinality(String), device LowCardinality(String), category LowCardinality(String), path LowCardinality(String),
            query LowCardinality(String), order_id String, coupon LowCardinality(String), store LowCardinality(String), price Nullable(Float64),
            amount Nullable(Int64)) ENGINE = MergeTree ORDER BY (person, ts)""")
        self.session.query(f"INSERT INTO ev SELECT * FROM file('{file}', RowBinary, '{ROW}') SETTINGS max_insert_threads = 2")
        self.session.query("OPTIMIZE TABLE ev FINAL")
        self.session.query(f"INSERT INTO FUNCTION file('{file}.parquet', Parquet) SELECT * REPLACE (toString(event) AS event) FROM ev")

    def ask(self, plan, threads):
        text = str(self.session.query(f"{self.asks[plan]} {self.settings.format(threads=threads)}", "JSONCompactEachRow"))
        return [json.loads(line) for line in text.splitlines()]


class DuckDB:
    name = "duckdb"
    asks = {
        "uniques": f"SELECT '', (ts - {BEGIN}) // {DAY} AS day, count(DISTINCT person) FROM ev GROUP BY day ORDER BY day",
        "retention": f"""SELECT c, k, count(*) FILTER ((weeks >> (c + k)::UBIGINT) & 1 = 1) FROM (SELECT weeks,
            (bit_count(xor(weeks, weeks - 1)) - 1)::BIGINT AS c FROM (SELECT bit_or(1::UBIGINT << ((ts - {BEGIN} + {MONDAY}) // {WEEK})::UBIGINT) AS weeks
            FROM ev GROUP BY person)), range(53) AS r(k) WHERE k < 53 - c GROUP BY c, k ORDER BY c, k""",
        "filters": """SELECT device, month(make_timestamp(ts * 1000)) - 1 AS m, count(DISTINCT person) FROM ev
            WHERE event = 'Product Viewed' AND price >= 50 GROUP BY device, m ORDER BY device, m""",
        "revenue": """SELECT device, month(make_timestamp(ts * 1000)) - 1 AS m, sum(amount) / 1e6 FROM ev WHERE event = 'Order Completed'
            GROUP BY device, m ORDER BY device, m""",
    }

    def __init__(self, folder):
        import duckdb
        self.base = duckdb.connect(os.path.join(folder, "duckdb.db"))

    def load(self, file):
        if self.base.execute("SELECT count(*) FROM information_schema.tables WHERE table_name = 'ev'").fetchone()[0]:
            return
        kinds = ", ".join(f"'{name}'" for name in EVENTS)
        self.base.execute(f"CREATE TYPE event_kind AS ENUM ({kinds})")
        self.base.execute(f"""CREATE TABLE ev AS SELECT person, ts, event::event_kind AS event, channel, device, category, path, query, order_id, coupon, store,
            price, amount FROM read_parquet('{file}.parquet') ORDER BY person, ts""")

    def ask(self, plan, threads):
        self.base.execute(f"SET threads = {threads}")
        return [list(row) for row in self.base.execute(self.asks[plan]).fetchall()]


def main():
    kind = {"clickhouse": ClickHouse, "duckdb": DuckDB}[sys.argv[1]]
    peer = kind(sys.argv[2])
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "load":
            peer.load(command["file"])
            print(json.dumps({}), flush=True)
        elif command["plan"] not in peer.asks:
            print(json.dumps({"no": True}), flush=True)
        else:
            before, begun = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
            rows = peer.ask(command["plan"], command["threads"])
            wall, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_SELF)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(json.dumps({"cpu_s": cpu, "wall_s": wall, "rows": rows}), flush=True)


main()
