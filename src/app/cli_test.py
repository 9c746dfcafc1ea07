#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The patron command from outside: exit codes, output, and imports that are killed and go on.

usage: cli_test.py PATRON PATROND [unittest arguments]
"""
import csv
import gzip
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PATRON = PATROND = ""
SANITIZER = re.compile(r"AddressSanitizer|LeakSanitizer|runtime error:")
ORDERS = {
    "event": {"name": "Order Completed"},
    "columns": {"userId": "user", "timestamp": {"column": "time", "type": "time"},
                "properties.order_id": "order", "properties.revenue": {"column": "amount", "type": "decimal"}},
}


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        self.data = self.root / "data"

    def start(self, *args, **kw):
        process = subprocess.Popen([PATRON, "--data", self.data, *map(str, args)], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kw)
        self.addCleanup(self.end, process)
        return process

    def patron(self, *args, code=0, folder=True):
        where = ["--data", self.data] if folder else []
        done = subprocess.run([PATRON, *where, *map(str, args)], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=120)
        self.assertIsNone(SANITIZER.search(done.stderr), done.stderr)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def json(self, *args, **kw):
        return json.loads(self.patron(*args, "--json", **kw).stdout)

    def daemon(self):
        daemon = subprocess.Popen([PATROND, "--data", self.data, "--listen="], stderr=subprocess.DEVNULL)
        self.addCleanup(self.end, daemon)
        for _ in range(500):
            try:
                with socket.socket(socket.AF_UNIX) as s:
                    s.connect(str(self.data / "patron.sock"))
                return daemon
            except OSError:
                time.sleep(0.02)
        self.fail("no daemon")

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()

    def orders(self, rows, bad=()):
        path = self.root / "orders.csv"
        with path.open("w", newline="") as f:
            out = csv.writer(f)
            out.writerow(["order", "user", "time", "amount"])
            for n in range(rows):
                out.writerow([f"o{n}", f"u{n % 997}", "2025-03-04T05:06:07Z", "x" if n in bad else f"{n}.25"])
        mapping = self.root / "orders.json"
        mapping.write_text(json.dumps(ORDERS))
        return path, mapping

    def stored(self):
        lines = self.patron("export", "events").stdout.splitlines()
        return [json.loads(line) for line in lines]


class Usage(Case):
    def test_wrong_words_are_2(self):
        for words in ([], ["nosuch"], ["source"], ["source", "add"], ["source", "add", "a", "b"],
                      ["token", "add"], ["stats", "--nosuch"], ["stats", "--raw"], ["import"],
                      ["quarantine", "redrive"], ["quarantine", "redrive", "--all", "--position", "1"],
                      ["quarantine", "redrive", "--position", "x"], ["version", "--json=1"], ["export", "events", "--since"],
                      ["view", "rebuild", "a", "--from", "-1"], ["profile", "get"], ["profile", "get", ""],
                      ["profile", "merge", "a", "b"], ["profile", "split", "a", "--reason", "r"],
                      ["profile", "split", "a", "--nodes", "1,x", "--reason", "r"]):
            with self.subTest(words=words):
                done = self.patron(*words, code=2)
                self.assertRegex(done.stderr, r"\Apatron: usage: [^\n]+\n\Z")
                self.assertEqual(done.stdout, "")

    def test_neither_folder_nor_address_is_2(self):
        self.patron("stats", code=2, folder=False)
        self.patron("stats", "--url", "http://127.0.0.1:1", code=2)

    def test_help(self):
        words = self.patron("--help", folder=False).stdout
        self.assertIn("quarantine redrive", words)
        self.assertIn("--rejects PATH", self.patron("import", "--help", folder=False).stdout)

    def test_nobody_answers_is_1(self):
        done = self.patron("stats", "--url", "http://127.0.0.1:1", code=1, folder=False)
        self.assertIn("no answer from the server", done.stderr)

    def test_version_and_settings_need_no_folder(self):
        self.assertRegex(self.patron("version", folder=False).stdout, r"\Apatron \d+\.\d+\.\d+\n\Z")
        keys = [s["key"] for s in self.json("config", "show", folder=False)["data"]]
        self.assertIn("listen", keys)


class Management(Case):
    def test_a_folder_without_daemon(self):
        added = self.json("source", "add", "till é")
        self.assertEqual(added["name"], "till é")
        self.assertEqual([s["write_key"] for s in self.json("source", "list")["data"]], [added["write_key"]])
        rotated = self.json("source", "rotate", "till é")
        self.assertNotEqual(rotated["write_key"], added["write_key"])
        self.assertFalse(self.json("source", "disable", added["id"])["enabled"])
        self.assertTrue(self.json("source", "enable", "till é")["enabled"])
        self.assertIn("till é", self.patron("source", "list").stdout)
        self.assertEqual(self.patron("source", "rotate", "nosuch", code=1).stderr,
                         'patron: there is no source "nosuch"\n')
        self.patron("source", "add", "till é", code=1)

    def test_tokens(self):
        self.daemon()
        added = self.json("token", "add", "--role", "admin", "--name", "ci")
        self.assertEqual([t["name"] for t in self.json("token", "list")["data"]], ["ci"])
        self.patron("token", "revoke", added["id"])
        self.patron("token", "revoke", "nosuch", code=1)

    def test_quarantine(self):
        self.daemon()
        key = self.json("source", "add", "s")["write_key"]
        path = self.root / "lines.jsonl"
        path.write_text('{"type":"nod","userId":"a"}\n{"type":"track","event":"A","userId":"b","x": 1}\n')
        mapping = self.root / "m.json"
        mapping.write_text('{"format":"events"}')
        self.patron("import", path, "--map", mapping, "--key", key)
        for _ in range(200):
            listed = self.json("quarantine", "list")["data"]
            if listed:
                break
            time.sleep(0.02)
        self.assertEqual([(q["reason"], q["source"]) for q in listed], [("no_type", "s")])
        self.assertIn("no_type", self.patron("quarantine", "list").stdout)
        self.assertEqual(self.json("quarantine", "list", "--reason", "no_id")["data"], [])
        self.assertEqual(self.json("quarantine", "redrive", "--all")["redriven"], 0)
        self.patron("quarantine", "redrive", "--position", listed[0]["position"], code=1)
        self.assertEqual(len(self.patron("export", "events", "--class", "all").stdout.splitlines()), 2)
        raw = self.patron("export", "events", "--raw").stdout
        self.assertIn('"event":"A"', raw)

    def test_tail_shows_what_arrives_and_ends_on_interrupt(self):
        self.daemon()
        path, mapping = self.orders(3)
        tail = self.start("tail", "--json")
        time.sleep(0.5)
        self.patron("import", path, "--map", mapping)
        seen = [json.loads(tail.stdout.readline())["properties"]["order_id"] for _ in range(3)]
        tail.send_signal(signal.SIGINT)
        _, errors = tail.communicate(timeout=20)
        self.assertEqual((seen, tail.returncode, errors), (["o0", "o1", "o2"], 0, ""))


class Profile(Case):
    """By a server of the command's own, which has to load what a server before it has seen."""

    def test_people_of_an_import(self):
        path, mapping = self.orders(5)
        self.patron("import", path, "--map", mapping)
        person = self.wait_for("user_id:u3", 1)
        self.assertEqual([(n["type"], n["value"]) for n in person["nodes"]], [("user_id", "u3")])
        self.assertEqual(person["values"], [{"currency": "XXX", "amount": "3.25", "orders": 1, "refunds": 0}])
        self.assertEqual([e["properties"]["order_id"] for e in self.json("profile", "timeline", person["id"])["data"]], ["o3"])
        self.assertIn(person["id"], self.patron("profile", "search", "u3").stdout)
        other = self.json("profile", "get", "user_id:u4")
        done = self.patron("profile", "merge", person["id"], other["id"], "--reason", "x", code=1)
        self.assertIn("2 of user_id, the most is 1", done.stderr)
        self.assertIn("PRIORITY", self.patron("identity", "rules").stdout)
        self.patron("profile", "get", "nobody", code=1)

    def wait_for(self, who, events):
        """What was imported is seen by one of the next servers."""
        for _ in range(50):
            done = subprocess.run([PATRON, "--data", self.data, "profile", "get", who, "--json"], capture_output=True, text=True)
            if done.returncode == 0 and json.loads(done.stdout)["events"] == events:
                return json.loads(done.stdout)
        self.fail(f"nobody is {who}: {done.stderr}")


class Import(Case):
    def check_stored(self, rows, bad=()):
        events = self.stored()
        orders = [e["properties"]["order_id"] for e in events]
        self.assertEqual(len(orders), len(set(orders)), "an event was stored twice")
        self.assertEqual(set(orders), {f"o{n}" for n in range(rows) if n not in bad})
        return events

    def test_rows_become_events_once(self):
        path, mapping = self.orders(1200, bad={5, 700})
        first = self.json("import", path, "--map", mapping)
        self.assertEqual((first["rows"], first["events"], first["rejected"]), (1200, 1198, 2))
        with open(first["rejects"], newline="") as f:
            rejected = list(csv.DictReader(f))
        self.assertEqual([(r["line"], r["reason"]) for r in rejected],
                         [("7", 'amount "x" is not a number'), ("702", 'amount "x" is not a number')])
        self.assertEqual(rejected[0]["record"], "o5,u5,2025-03-04T05:06:07Z,x")
        again = self.json("import", path, "--map", mapping)
        self.assertTrue(again["already"])
        self.assertEqual(again["sent"], 0)
        self.assertEqual(self.json("import", path, "--map", mapping, "--again")["sent"], 1198)
        events = self.check_stored(1200, {5, 700})
        [third] = [e for e in events if e["properties"]["order_id"] == "o3"]
        self.assertEqual(third["timestamp"], "2025-03-04T05:06:07.000Z")
        self.assertEqual(json.dumps(third["properties"]["revenue"]), "3.25")

    def test_another_mapping_of_the_same_file_is_refused(self):
        path, mapping = self.orders(10)
        self.patron("import", path, "--map", mapping)
        mapping.write_text(json.dumps(ORDERS | {"zone": "UTC"}))
        self.assertIn("another mapping", self.patron("import", path, "--map", mapping, code=1).stderr)
        self.assertEqual(self.json("import", path, "--map", mapping, "--source", "second")["sent"], 10)

    def test_a_source_that_may_not_write_the_past_is_refused(self):
        path, mapping = self.orders(10)
        self.patron("source", "add", "import")
        self.assertIn("may not write the past", self.patron("import", path, "--map", mapping, code=1).stderr)

    def test_a_guess_is_shown_and_asked_for(self):
        path, _ = self.orders(50)
        done = self.patron("import", path, code=1)
        self.assertIn('"userId": {"column": "user"}', done.stderr)
        self.assertEqual(done.stderr.count('{"messageId"'), 3)
        self.assertFalse((self.data / "patron.sock").exists())
        self.patron("import", path, "--yes")
        self.check_stored(50)

    def test_dry_run_sends_nothing_and_prints_the_same_events(self):
        path, mapping = self.orders(20)
        lines = self.patron("import", path, "--map", mapping, "--dry-run").stdout.splitlines()
        self.assertEqual([json.loads(line)["properties"]["order_id"] for line in lines], [f"o{n}" for n in range(20)])
        self.assertFalse(self.data.exists())

    def test_a_cut_gzip_file_fails_and_says_so(self):
        path, mapping = self.orders(5000)
        packed = self.root / "orders.csv.gz"
        packed.write_bytes(gzip.compress(path.read_bytes())[:-2000])
        self.assertIn("ends inside its compressed data", self.patron("import", packed, "--map", mapping, code=1).stderr)

    def test_wrong_key(self):
        path, mapping = self.orders(5)
        self.daemon()
        self.patron("import", path, "--map", mapping, "--key", "nosuch", code=1)

    def test_export_comes_back_in(self):
        path, mapping = self.orders(30)
        self.patron("import", path, "--map", mapping)
        out = self.root / "out.jsonl"
        self.patron("export", "events", "--output", out)
        other = self.root / "other"
        done = subprocess.run([PATRON, "--data", other, "import", out, "--yes", "--json"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        back = subprocess.run([PATRON, "--data", other, "export", "events"], capture_output=True, text=True, check=True)
        def known(events):
            return sorted((e["messageId"], e["timestamp"], str(e["properties"])) for e in events)
        self.assertEqual(known(map(json.loads, back.stdout.splitlines())), known(self.stored()))

    def test_killed_imports_go_on(self):
        """kill -9 of the import at random instants, until one run gets through: nothing lost, nothing twice."""
        rows, kills = 600_000, 0
        path, mapping = self.orders(rows)
        self.daemon()
        seed = int.from_bytes(os.urandom(4), "big")
        rng = random.Random(seed)
        print(f"seed {seed}", file=sys.stderr)
        resumed = []
        while kills < 12:
            run = self.start("import", path, "--map", mapping, "--json")
            try:
                run.communicate(timeout=rng.uniform(0.1, 0.8))
                break
            except subprocess.TimeoutExpired:
                run.kill()
                _, errors = run.communicate()
                resumed.append("continuing behind" in errors)
                kills += 1
        last = self.json("import", path, "--map", mapping)
        self.assertGreater(kills, 0)
        self.assertTrue(any(resumed) or last["resumed_from"] > 0, "no run went on behind another")
        self.assertEqual(last["events"], rows)
        self.check_stored(rows)

    def test_the_daemon_may_die_meanwhile(self):
        """kill -9 of the daemon under an import, three times: the import waits, sends again, and ends well."""
        rows = 150_000
        path, mapping = self.orders(rows)
        daemon = self.daemon()
        run = self.start("import", path, "--map", mapping, "--json")
        output = []
        reader = threading.Thread(target=lambda: output.append(run.communicate()))
        reader.start()
        kills = 0
        for _ in range(3):
            time.sleep(0.25)
            if run.poll() is None:
                daemon.kill()
                daemon.wait()
                kills += 1
                daemon = self.daemon()
        reader.join(120)
        self.assertEqual(run.returncode, 0, output)
        self.assertGreater(kills, 0)
        self.assertGreater(json.loads(output[0][0])["retries"], 0)
        self.check_stored(rows)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    PATRON, PATROND = sys.argv[1:3]
    del sys.argv[1:3]
    unittest.main()
