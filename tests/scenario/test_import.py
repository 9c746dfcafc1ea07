# SPDX-License-Identifier: Apache-2.0
"""Files in: totals equal to the file's own, an import that can be killed at any instant, bad rows beside it."""
import csv
import gzip
import json
import random
import signal
import subprocess
import time
from decimal import Decimal

import pytest
from harness.patron import CLEAN_ENV, PATRON, DaemonFailed

MAPPING = {
    "format": "csv", "delimiter": ",", "header": True, "source": "till",
    "event": {"type": "track", "name": "Order Completed"},
    "columns": {
        "userId": "customer", "timestamp": {"column": "at", "type": "time", "format": "%Y-%m-%d %H:%M:%S"},
        "properties.order_id": "order", "properties.total": {"column": "total", "type": "decimal"},
        "properties.note": "note",
    },
}


def write_csv(path, rows, bad=()):
    """`rows` orders; those whose number is in `bad` have a total that is no number."""
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f)
        out.writerow(["order", "customer", "at", "total", "note"])
        for i in range(rows):
            total = "much" if i in bad else f"{i}.25"
            out.writerow([f"o{i}", f"c{i % 97}", f"2026-01-{1 + i % 28:02} 10:{i % 60:02}:00", total, f'zażółć "{i}", ok'])
    return path


@pytest.fixture
def mapping(scratch):
    path = scratch / "map.json"
    path.write_text(json.dumps(MAPPING))
    return path


def spawn_import(patron, file, mapping, stderr=subprocess.PIPE):
    """An import in the background; its messages are read by communicate()."""
    return subprocess.Popen([str(PATRON), "--data", str(patron.data), "import", str(file), "--map", str(mapping), "--yes"],
                            stdout=subprocess.DEVNULL, stderr=stderr, text=True, env=CLEAN_ENV)


def test_rows_become_events(patron, scratch, mapping):
    patron.cli("import", write_csv(scratch / "orders.csv", 100), "--map", mapping, "--yes")
    rows = patron.export()
    assert [row["properties"]["order_id"] for row in rows] == [f"o{i}" for i in range(100)]
    assert rows[7]["userId"] == "c7" and rows[7]["properties"]["total"] == 7.25
    assert rows[7]["properties"]["note"] == 'zażółć "7", ok'
    assert rows[7]["timestamp"] == "2026-01-08T10:07:00.000Z" == rows[7]["originalTimestamp"]
    assert rows[7]["_patron"]["source"] == "till" and "historical" in rows[7]["_patron"]["flags"]
    assert len({row["messageId"] for row in rows}) == 100


def test_the_same_file_twice_adds_nothing(patron, scratch, mapping):
    file = write_csv(scratch / "orders.csv", 500)
    patron.cli("import", file, "--map", mapping, "--yes")
    copy = scratch / "copy.csv"
    copy.write_bytes(file.read_bytes())
    patron.cli("import", copy, "--map", mapping, "--yes", check=False)
    assert len(patron.export()) == 500


@pytest.mark.parametrize("form", ["gzip", "zstd"])
def test_compressed_files(patron, scratch, mapping, form):
    file = write_csv(scratch / "orders.csv", 300)
    if form == "gzip":
        packed = scratch / "orders.csv.gz"
        packed.write_bytes(gzip.compress(file.read_bytes()))
    else:
        packed = scratch / "orders.csv.zst"
        subprocess.run(["zstd", "-q", "-o", str(packed), str(file)], check=True)
    patron.cli("import", packed, "--map", mapping, "--yes")
    assert len(patron.export()) == 300


def test_bad_rows_stand_in_a_side_file_with_line_and_reason(patron, scratch, mapping):
    file = write_csv(scratch / "orders.csv", 200, bad={3, 150})
    done = patron.cli("import", file, "--map", mapping, "--yes", check=False)
    assert len(patron.export()) == 198, done.stderr
    with open(f"{file}.rejected.csv", newline="", encoding="utf-8") as f:
        rejected = list(csv.DictReader(f))
    assert [row["line"] for row in rejected] == ["5", "152"]  # the header is line 1
    assert all("total" in row["reason"] and "much" in row["reason"] for row in rejected)
    assert [row["record"].split(",")[0] for row in rejected] == ["o3", "o150"]


def test_events_in_segment_shape(patron, scratch):
    lines = [{"type": "track", "event": "E", "userId": f"u{i}", "messageId": f"j{i}", "timestamp": "2020-01-02T03:04:05Z",
              "properties": {"i": i}} for i in range(50)]
    file = scratch / "events.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    mapping = scratch / "events.json"
    mapping.write_text(json.dumps({"format": "events", "source": "moved"}))
    patron.cli("import", file, "--map", mapping, "--yes")
    rows = patron.export()
    assert [row["messageId"] for row in rows] == [f"j{i}" for i in range(50)]
    assert all(row["timestamp"] == "2020-01-02T03:04:05.000Z" for row in rows)


def test_an_export_can_be_imported_elsewhere(make_patron, scratch):
    first, second = make_patron().start(), make_patron().start()
    key = first.add_source()["write_key"]
    first.send_ok([{"type": "track", "event": "E", "userId": "u", "messageId": f"x{i}", "properties": {"i": i}} for i in range(40)], key)
    file = scratch / "export.jsonl"
    file.write_text(first.cli("export", "events", "--source", "shop", "--json").stdout)
    mapping = scratch / "events.json"
    mapping.write_text(json.dumps({"format": "events", "source": "moved"}))
    second.cli("import", file, "--map", mapping, "--yes")
    here, there = first.export(), second.export()
    for one, other in zip(here, there, strict=True):
        assert (one["messageId"], one["timestamp"], one["properties"]) == (other["messageId"], other["timestamp"], other["properties"])


def test_a_guessed_mapping_is_shown_and_needs_a_yes(patron, scratch):
    file = scratch / "customers.csv"
    lines = [f"u{i}@example.com,u{i},2026-01-{1 + i % 28:02}T10:00:00Z,{i}.5" for i in range(60)]
    file.write_text("\n".join(["email,user_id,created_at,total", *lines, ""]))
    asked = patron.cli("import", file, check=False)
    assert asked.returncode == 1 and "user_id" in asked.stderr and patron.export() == []
    patron.cli("import", file, "--yes")
    rows = patron.export()
    assert len(rows) == 60 and {row["userId"] for row in rows} == {f"u{i}" for i in range(60)}
    assert all(row["timestamp"].startswith("2026-01-") for row in rows)


def test_dry_run_prints_what_would_be_sent_and_sends_nothing(patron, scratch, mapping):
    file = write_csv(scratch / "orders.csv", 20)
    printed = [json.loads(line) for line in patron.cli("import", file, "--map", mapping, "--dry-run").stdout.split("\n") if line]
    assert patron.export() == [] and len(printed) == 20
    patron.cli("import", file, "--map", mapping, "--yes")
    for dry, row in zip(printed, patron.export(), strict=True):
        assert (dry["messageId"], dry["userId"], dry["properties"]) == (row["messageId"], row["userId"], row["properties"])


@pytest.mark.parametrize("wrong", ["no file", "no mapping", "mapping not JSON", "column missing"])
def test_what_cannot_be_imported_fails_and_stores_nothing(patron, scratch, mapping, wrong):
    file = write_csv(scratch / "orders.csv", 10)
    if wrong == "no file":
        file = scratch / "nosuch.csv"
    elif wrong == "no mapping":
        mapping = scratch / "nosuch.json"
    elif wrong == "mapping not JSON":
        mapping.write_text("{")
    else:
        mapping.write_text(json.dumps({**MAPPING, "columns": {"userId": "nosuchcolumn"}}))
    done = patron.cli("import", file, "--map", mapping, "--yes", check=False)
    assert done.returncode == 1 and done.stderr.strip()
    assert patron.export() == []


# --- kill -9 --------------------------------------------------------------------------------------------------------------

ROWS = 60_000


def assert_every_row_once(patron, rows=ROWS):
    got = [row["properties"]["order_id"] for row in patron.export(timeout=60)]
    assert sorted(got) == sorted(f"o{i}" for i in range(rows)), f"{len(got)} events, {len(set(got))} different"


@pytest.mark.limit(120)
def test_resumes_after_kill_9_of_the_import(patron, scratch, mapping):
    file = write_csv(scratch / "orders.csv", ROWS)
    chance = random.Random(seed := random.SystemRandom().randrange(1 << 32))
    print(f"seed {seed}")
    killed = 0
    for _ in range(8):
        process = spawn_import(patron, file, mapping)
        time.sleep(chance.uniform(0.01, 0.12))  # an import of these rows takes about 0.2 s on a quick machine
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.communicate(timeout=10)
    assert killed > 0, "each import was over before it could be killed"
    patron.cli("import", file, "--map", mapping, "--yes")
    assert_every_row_once(patron)


def start_when_free(patron, process):
    """An import that found no daemon serves itself and holds the folder: then the daemon may start after it."""
    try:
        patron.start()
    except DaemonFailed as failed:
        assert "another process has the data folder" in str(failed)
        process.wait(60)
        patron.start()


@pytest.mark.limit(120)
def test_goes_on_when_the_daemon_is_killed_and_comes_back(patron, scratch, mapping):
    """Either it waits for the daemon, or it ends with 1 and the next run goes on; never a row lost or doubled."""
    file = write_csv(scratch / "orders.csv", ROWS)
    for delay in (0.05, 0.2, 0.35):
        process = spawn_import(patron, file, mapping)
        time.sleep(delay)
        patron.kill9()
        start_when_free(patron, process)
        _, message = process.communicate(timeout=60)
        assert process.returncode in (0, 1), message
        assert process.returncode == 0 or message.strip()
    patron.cli("import", file, "--map", mapping, "--yes")
    assert_every_row_once(patron)


def test_import_without_a_daemon(patron, scratch, mapping):
    patron.stop()
    patron.cli("import", write_csv(scratch / "orders.csv", 200), "--map", mapping, "--yes")
    patron.start()
    assert_every_row_once(patron, 200)


def peak_kib(process):
    """Most memory it held, read while it runs: its parent's own does not count."""
    peak = 0
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status", encoding="ascii") as f:
                peak = max([peak, *(int(line.split()[1]) for line in f if line.startswith("VmHWM"))])
        except OSError:
            pass  # it has just ended
        time.sleep(0.05)
    return peak


@pytest.mark.soak
@pytest.mark.limit(1800)
def test_ten_million_rows_with_flat_memory(patron, scratch, mapping):
    """Peak memory of the import for 10 million rows is within 20 % of that for 1 million."""
    peaks = []
    for rows in (1_000_000, 10_000_000):
        file = write_csv(scratch / f"{rows}.csv", rows)
        begin = time.monotonic()
        process = spawn_import(patron, file, mapping, stderr=subprocess.DEVNULL)
        peaks.append(peak_kib(process))
        print(f"{rows} rows in {time.monotonic() - begin:.0f} s, peak {peaks[-1]} KiB")
        assert process.returncode == 0
        file.unlink()
    assert peaks[1] < peaks[0] * 1.2


# --- the shared data ---------------------------------------------------------------------------------------------------------


@pytest.mark.limit(180)
def test_online_retail_totals(patron, scratch, data_file):
    """541,909 lines: every order, line, piece and pound is there, by the file read independently here."""
    file = data_file("online-retail/online_retail.csv.gz")
    with gzip.open(file, "rt", encoding="utf-8", newline="") as f:
        lines = list(csv.DictReader(f))
    assert len(lines) == 541_909
    begin = time.monotonic()
    rejects = scratch / "rejected.csv"
    patron.cli("import", file, "--map", "online-retail", "--yes", "--rejects", rejects, timeout=150)
    assert not rejects.exists(), rejects.read_text()[:2000]
    print(f"imported in {time.monotonic() - begin:.1f} s")
    events = patron.export(parse_float=Decimal, timeout=120)
    assert patron.quarantine() == []
    orders = {}
    for event in events:
        orders.setdefault(event["properties"]["order_id"], []).append(event)
    invoices = {}
    for line in lines:
        invoices.setdefault(line["InvoiceNo"], []).append(line)
    assert len(orders) == len(invoices) == 25_900
    assert_lines(orders, invoices)
    assert sum(e["properties"]["revenue"] for e in events if "revenue" in e["properties"]) == \
        sum(int(line["Quantity"]) * Decimal(line["UnitPrice"]) for line in lines) == Decimal("9747747.934")
    assert len({event["userId"] for event in events if event.get("userId")}) == 4372
    assert {event["event"] for event in events} <= {"Order Completed", "Order Refunded", "Order Lines Continued"}
    refunded = {number for number, parts in orders.items() if any(part["event"] == "Order Refunded" for part in parts)}
    assert refunded >= {number for number in invoices if number.startswith("C")}
    completed = {number for number, parts in orders.items() if any(part["event"] == "Order Completed" for part in parts)}
    assert not completed & refunded and completed | refunded == set(orders)


def assert_lines(orders, invoices):
    """The lines of each order in their order, to the last digit; times in London."""
    for number, lines in invoices.items():
        products = [product for event in orders[number] for product in event["properties"].get("products", [])]
        got = [(p["product_id"], p["quantity"], Decimal(p["price"])) for p in products]
        want = [(line["StockCode"], int(line["Quantity"]), Decimal(line["UnitPrice"])) for line in lines]
        assert got == want, number


@pytest.mark.parametrize("name,recipe,rows", [("cdnow/CDNOW_master.txt.gz", "cdnow", 69_659),
                                              ("cdnow/CDNOW_sample.txt", "cdnow-sample", 6_919)])
@pytest.mark.limit(120)
def test_cdnow_totals(patron, scratch, data_file, name, recipe, rows):
    file = data_file(name)
    opener = gzip.open if name.endswith(".gz") else open
    with opener(file, "rt", encoding="ascii") as f:
        lines = [line.split() for line in f if line.strip() and not line.lstrip().startswith("customer_id")]
    assert len(lines) == rows
    rejects = scratch / "rejected.csv"
    patron.cli("import", file, "--map", recipe, "--yes", "--rejects", rejects, timeout=100)
    assert not rejects.exists(), rejects.read_text()[:2000]
    events = patron.export(parse_float=Decimal, timeout=100)
    assert len(events) == rows
    assert {event["userId"] for event in events} == {line[0] for line in lines}
    assert sum(event["properties"]["quantity"] for event in events) == sum(int(line[-2]) for line in lines)
    assert sum(event["properties"]["revenue"] for event in events) == sum(Decimal(line[-1]) for line in lines)
