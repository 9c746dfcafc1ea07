# SPDX-License-Identifier: Apache-2.0
"""Pulls and drop folders: systems that are asked for what is new, and files that are left in a folder."""
import base64
import contextlib
import csv
import http.server
import json
import os
import pathlib
import shutil
import tempfile
import threading
import time
import urllib.parse

import pytest

from harness.patron import Patron
from harness.shared import Databases, Shared

MAPPING = {
    "format": "jsonl", "event": {"type": "track", "name": "Order Completed"},
    "columns": {"userId": "customer.id", "timestamp": {"column": "updated_at", "type": "time"}, "properties.order_id": "id",
                "properties.total": {"column": "total", "type": "decimal"}},
}
CSV_MAPPING = {
    "format": "csv", "event": {"type": "track", "name": "Till Sale"},
    "columns": {"userId": "customer", "properties.order_id": "order", "properties.total": {"column": "total", "type": "decimal"}},
}


def order(number, version=0, **other):
    return {"id": number, "updated_at": f"2026-02-01T{version:02}:{number // 60:02}:{number % 60:02}Z", "total": f"{number}.10",
            "customer": {"id": f"c{number}"}, **other}


class Erp:
    """A small system of orders with an API that pages in every way. `plan` holds answers that come first: (status, headers, body)."""

    SIZE = 10

    def __init__(self, orders=()):
        self.orders = list(orders)
        self.plan, self.asked, self.headers = [], [], []
        self.gate = threading.Event()
        self.gate.set()
        handler = type("Handler", (ErpHandler,), {"erp": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def stop(self):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    def page(self, kind, query):
        size = self.SIZE
        if kind == "link" or kind == "header":
            at = int(query.get("at", 0))
            more = at + size < len(self.orders)
            link = f"/{kind}?at={at + size}" if more else None
            body = {"data": {"orders": self.orders[at:at + size]}, "links": {"next": link}}
            return body, {"Link": f'<{self.url}/x>; rel="prev", <{link}>; rel="next"'} if link and kind == "header" else {}
        if kind == "cursor":
            at = int(base64.b64decode(query["cursor"]).decode().split(":")[1]) if query.get("cursor") else 0
            more = at + size < len(self.orders)
            return {"data": {"orders": self.orders[at:at + size]},
                    "next": base64.b64encode(f"at:{at + size}".encode()).decode() if more else None}, {}
        if kind == "page":
            at = (int(query["page"]) - 1) * size
            return self.orders[at:at + size], {}
        since = query.get("since", "")
        newer = sorted((o for o in self.orders if o["updated_at"] >= since), key=lambda o: o["updated_at"])
        return {"data": {"orders": newer[:size]}}, {}


class ErpHandler(http.server.BaseHTTPRequestHandler):
    erp = None
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        pass

    def do_GET(self):
        erp = self.erp
        erp.asked.append(self.path)
        erp.headers.append(dict(self.headers))
        erp.gate.wait(20)
        if erp.plan:
            status, headers, body = erp.plan.pop(0)
        else:
            at = urllib.parse.urlsplit(self.path)
            body, headers = erp.page(at.path.strip("/"), dict(urllib.parse.parse_qsl(at.query)))
            status = 200
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        with contextlib.suppress(OSError):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)


@pytest.fixture
def erp():
    made = []

    def make(*args):
        made.append(Erp(*args))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture(scope="module")
def office(sql_cluster):
    """A daemon that may call this machine, and has a root for drop folders."""
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        root = pathlib.Path(folder) / "drops"
        root.mkdir()
        patron = Patron(folder, databases=Databases(sql_cluster),
                        settings={"connect-networks": "127.0.0.0/8", "connect-drop-root": str(root)}).start()
        try:
            yield Office(patron, root)
            patron.stop()
        finally:
            patron.discard()


class Office(Shared):
    def __init__(self, patron, root):
        super().__init__(patron)
        self.root = root
        self.made = 0

    def call(self, method, path, body=None, want=200):
        answer = self.patron.api(method, "/api/v1/" + path, body)
        assert answer.status == want, f"{method} {path}: {answer}\n{self.patron.stderr(3000)}"
        return answer.json()

    def pull(self, url, want=201, **fields):
        """A pull that does nothing by itself until it is told to."""
        self.made += 1
        return self.call("POST", "pulls", {"name": f"pull {self.made}", "source": f"erp {self.made}", "url": url, "items": "data.orders",
                                           "item_id": "id", "item_version": "updated_at", "mapping": MAPPING, "enabled": False, **fields}, want)

    def edit(self, pull, want=200, **fields):
        own = ("name", "url", "headers", "auth", "auth_name", "items", "item_id", "item_version", "paging", "next", "first_page", "page_step",
               "since", "since_start", "at_end", "every_min", "max_pages", "mapping", "enabled")
        return self.call("PUT", f"pulls/{pull['id']}", {**{name: pull[name] for name in own}, "source": pull["source_id"], **fields}, want)

    def runs(self, pull):
        return self.call("GET", f"pulls/{pull['id']}/runs")["data"]

    def run(self, pull, outcome="done"):
        """Runs it and gives the run it has become."""
        before = len(self.runs(pull))
        self.call("POST", f"pulls/{pull['id']}/run")
        return self.ended(pull, before, outcome)

    def ended(self, pull, before, outcome="done", timeout_s=20):
        end = time.monotonic() + timeout_s
        while True:
            runs = self.runs(pull)
            if len(runs) > before and runs[0]["outcome"] == outcome and not self.call("GET", f"pulls/{pull['id']}")["running"]:
                return runs[0]
            assert time.monotonic() < end, f"{runs}\n{self.patron.stderr(3000)}"
            time.sleep(0.01)

    def orders(self, pull):
        rows = self.rows({"id": pull["source_id"]})
        return sorted(row["properties"]["order_id"] for row in rows)


def ordered(rows):
    return sorted(int(row) for row in rows)


# --- the four ways of paging --------------------------------------------------------------------------------------


WAYS = [
    pytest.param("/link", {"paging": "link", "next": "links.next"}, id="link in the body"),
    pytest.param("/header", {"paging": "link"}, id="link in the header"),
    pytest.param("/cursor?cursor={cursor}", {"paging": "cursor", "next": "next"}, id="cursor"),
    pytest.param("/page?page={cursor}", {"paging": "page", "items": ""}, id="page number"),
    pytest.param("/since?since={since}", {"paging": "since", "since": "updated_at", "since_start": "2026-01-01T00:00:00Z"}, id="since"),
]


@pytest.mark.parametrize("path,fields", WAYS)
def test_all_pages_come_in_once(office, erp, path, fields):
    api = erp([order(n) for n in range(1, 26)])
    pull = office.pull(api.url + path, **fields)
    first = office.run(pull)
    assert (first["items"], first["landed"]) in [(25, 25), (27, 25), (28, 25)] and first["refused"] == 0, first
    assert ordered(office.orders(pull)) == list(range(1, 26))
    row = office.rows({"id": pull["source_id"]})[0]
    assert row["messageId"].startswith("pull-") and row["userId"] == f"c{row['properties']['order_id']}" and row["timestamp"].startswith("2026-02-01T00:00:")
    again = office.run(pull)
    assert again["landed"] == 0 and ordered(office.orders(pull)) == list(range(1, 26)), again
    api.orders[3] = order(4, version=5)  # changed at the source: a new version is an event of its own
    api.orders.append(order(26, version=5))
    third = office.run(pull)
    assert third["landed"] == 2, third
    assert ordered(office.orders(pull)) == sorted([*range(1, 27), 4])


def test_a_feed_that_stays_asks_only_for_its_end(office, erp):
    api = erp([order(n) for n in range(1, 26)])
    pull = office.pull(api.url + "/cursor?cursor={cursor}", paging="cursor", next="next", at_end="stay")
    assert office.run(pull)["pages"] == 3
    api.orders += [order(n) for n in range(26, 34)]
    second = office.run(pull)
    assert (second["pages"], second["landed"], second["duplicates"]) == (2, 8, 5)
    office.call("POST", f"pulls/{pull['id']}/reset")
    third = office.run(pull)
    assert (third["pages"], third["landed"], third["duplicates"]) == (4, 0, 33)


def test_a_bound_of_pages_is_met_and_the_run_goes_on(office, erp):
    api = erp([order(n) for n in range(1, 46)])
    pull = office.pull(api.url + "/page?page={cursor}", paging="page", items="", max_pages=2)
    office.run(pull)
    runs = office.runs(pull)
    assert [run["outcome"] for run in runs] == ["done", "more", "more"] and sum(run["pages"] for run in runs) == 6
    assert ordered(office.orders(pull)) == list(range(1, 46))


def test_the_schedule_runs_it_by_itself(office, erp):
    api = erp([order(1)])
    pull = office.pull(api.url + "/link", paging="link", next="links.next", enabled=True)
    run = office.ended(pull, 0)
    assert run["cause"] == "schedule" and run["landed"] == 1
    now = office.call("GET", f"pulls/{pull['id']}")
    assert now["due_at"] > now["started_at"] and now["state"] == "ok" and now["succeeded_at"]
    assert (now["last_outcome"], now["last_landed"], now["last_refused"]) == ("done", 1, 0)


# --- what goes wrong ----------------------------------------------------------------------------------------------


def test_a_failure_in_the_middle_goes_on_where_it_was(office, erp):
    api = erp([order(n) for n in range(1, 36)])
    pull = office.pull(api.url + "/cursor?cursor={cursor}", paging="cursor", next="next")
    true_page = api.page
    office.run(pull)
    api.orders += [order(n) for n in range(36, 56)]
    office.call("POST", f"pulls/{pull['id']}/reset")
    api.asked.clear()
    served = []

    def twice_then_broken(kind, query):
        served.append(query)
        if len(served) == 3:
            return {"data": {"orders": "none"}}, {}
        return true_page(kind, query)

    api.page = twice_then_broken
    failed = office.run(pull, "failed")
    assert failed["pages"] == 2 and failed["reason"] == 'items: "data.orders" is not a list'
    now = office.call("GET", f"pulls/{pull['id']}")
    assert now["in_pass"] and now["state"] == "failing" and now["failures"] == 1 and base64.b64decode(now["cursor"]) == b"at:20"
    api.page = true_page
    api.asked.clear()
    done = office.run(pull)
    assert done["pages"] == 4 and "YXQ6MjA" in api.asked[0] and ordered(office.orders(pull)) == list(range(1, 56))
    assert office.call("GET", f"pulls/{pull['id']}")["state"] == "ok"


def test_it_tries_again_as_it_is_asked_to(office, erp):
    api = erp([order(1)])
    api.plan = [(429, {"Retry-After": "1"}, b""), (503, {}, b"")]
    pull = office.pull(api.url + "/link", paging="link", next="links.next", enabled=True)
    begin = time.monotonic()
    run = office.ended(pull, 2)
    assert run["landed"] == 1 and time.monotonic() - begin > 1
    assert [(r["cause"], r["outcome"]) for r in office.runs(pull)] == [("retry", "done"), ("retry", "failed"), ("schedule", "failed")]


REFUSALS = [
    (401, b"", "stopped", "it answered 401: look at the credentials"),
    (403, b"", "stopped", "it answered 403: look at the credentials"),
    (302, b"", "failed", "it answered 302, a redirect, which is not followed"),
    (404, b"", "failed", "it answered 404"),
    (200, b"<html>", "failed", "the answer is not JSON: "),
    (200, b'{"data":{}}', "failed", 'items: the answer has no "data.orders"'),
    (200, b'{"data":{"orders":[]},"links":{"next":"http://elsewhere.example/"}}', "failed", "the next link goes to another server"),
    (200, b'{"data":{"orders":[' + b"1," * 10000 + b"1]}}", "failed", "items: over 10000 on a page"),
    (200, b" " * (8 << 20) + b"{}", "failed", "the answer is over 8388608 bytes"),
]


def test_answers_that_are_none(office, erp):
    api = erp()
    pull = office.pull(api.url + "/link", paging="link", next="links.next")
    for status, body, outcome, reason in REFUSALS:
        api.plan = [(status, {"Location": "/elsewhere"}, body)]
        run = office.run(pull, outcome)
        assert run["reason"].startswith(reason), (run, reason)
    assert api.asked == ["/link"] * len(REFUSALS)


def test_a_stopped_one_waits_for_a_person(office, erp):
    api = erp([order(1)])
    api.plan = [(401, {}, b"")]
    pull = office.pull(api.url + "/link", paging="link", next="links.next", enabled=True)
    office.ended(pull, 0, "stopped")
    now = office.call("GET", f"pulls/{pull['id']}")
    assert now["state"] == "stopped" and now["due_at"] is None and now["reason"] == "it answered 401: look at the credentials"
    office.edit(now, auth="bearer", secret="sesame")
    assert office.ended(pull, 1)["landed"] == 1 and api.headers[-1]["Authorization"] == "Bearer sesame"


def test_only_public_addresses_unless_they_are_allowed(office, erp):
    for address in ("http://10.0.0.1/", "http://[::1]:9/", "http://169.254.169.254/latest", "http://[::ffff:10.0.0.1]/"):
        run = office.run(office.pull(address), "stopped")
        assert "is not public and not in connect.networks" in run["reason"], run


# --- credentials, headers, checks -----------------------------------------------------------------------------------


def test_credentials_are_sent_and_never_shown(office, erp):
    api = erp([order(1)])
    ways = [({"auth": "basic", "auth_name": "ann", "secret": "s3cret-1"}, "Authorization", "Basic " + base64.b64encode(b"ann:s3cret-1").decode()),
            ({"auth": "header", "auth_name": "X-Api-Key", "secret": "s3cret-2"}, "X-Api-Key", "s3cret-2"),
            ({"auth": "bearer", "secret": "s3cret-3", "headers": {"X-Shop": "north"}}, "Authorization", "Bearer s3cret-3")]
    for fields, name, value in ways:
        pull = office.pull(api.url + "/link", paging="link", next="links.next", **fields)
        office.run(pull)
        assert api.headers[-1][name] == value and pull["has_secret"] and "secret" not in pull
    assert api.headers[-1]["X-Shop"] == "north"
    elsewhere = {"url": "http://198.51.100.7/link"}
    assert "secret: give it again" in office.patron.api("PUT", f"/api/v1/pulls/{pull['id']}", {
        "name": pull["name"], "source": pull["source_id"], "mapping": MAPPING, "auth": "bearer", **elsewhere}).text
    kept = office.edit(pull, every_min=20)
    assert kept["has_secret"] and kept["every_min"] == 20
    audit = office.patron.api("GET", "/api/v1/audit?limit=50").text
    everything = audit + office.patron.stderr() + office.patron.api("GET", "/api/v1/pulls").text
    assert "pull.added" in audit and "pull.changed" in audit and "s3cret" not in everything
    for file in office.patron.data.rglob("*"):
        assert not file.is_file() or b"s3cret-" not in file.read_bytes(), file


@pytest.mark.parametrize("fields,reason", [
    ({"url": "ftp://x.example/"}, "url: not a URL that begins with https:// or http://"),
    ({"url": "http://a:b@x.example/"}, "url: user and password do not stand in the URL"),
    ({"url": "http://x.example/{token}"}, "url: {token} is neither {cursor} nor {since}"),
    ({"url": "http://{cursor}.example/", "paging": "page"}, "url: { in front of the path"),
    ({"url": "http://x.example/?p={cursor}"}, "url: {cursor} is of the pagings cursor and page"),
    ({"paging": "page"}, "url: this paging wants {cursor} in it"),
    ({"paging": "since", "since": "at"}, "since: the URL has no {since}"),
    ({"url": "http://x.example/?s={since}"}, "since: the URL has {since}, so name the field that moves it"),
    ({"url": "http://x.example/?p={cursor}", "paging": "cursor"}, "next: the path of the next cursor is wanted"),
    ({"headers": {"Host": "other"}}, 'headers: "Host" is no header that can be set'),
    ({"headers": {"X-A": "b\r\nX-C: d"}}, "headers: the value of X-A has control characters"),
    ({"auth": "header", "auth_name": "a b"}, "auth_name: no header that can be set"),
    ({"mapping": {**CSV_MAPPING}}, "mapping: format is to be jsonl or events"),
    ({"mapping": {**MAPPING, "group_by": ["id"]}}, "mapping: group_by is for files; an item is an event"),
    ({"every_min": 0}, "every_min"),
])
def test_definitions_that_cannot_work(office, fields, reason):
    answer = office.patron.api("POST", "/api/v1/pulls", {"name": "bad", "source": "bad", "url": "http://x.example/", "mapping": MAPPING, **fields})
    assert answer.status == 400 and reason in answer.json()["detail"], answer


def test_items_that_are_none_are_refused_alone(office, erp):
    api = erp([order(1), {**order(2), "total": "much of anns-own@mail.example"}, {"total": 3}, 7, order(4)])
    pull = office.pull(api.url + "/link", paging="link", next="links.next")
    run = office.run(pull)
    assert (run["items"], run["refused"], run["landed"]) == (5, 3, 2)
    assert run["refusal"] == 'page 1, item 2: total "..." is not a number'  # without what the item says
    assert office.call("GET", f"pulls/{pull['id']}")["last_refused"] == 3 and pull["last_outcome"] is None
    shown = office.call("POST", f"pulls/{pull['id']}/preview", {})
    assert [row["outcome"] for row in shown["data"]] == ["event", "refused", "refused", "refused", "event"]
    assert shown["data"][0]["event"]["properties"]["order_id"] == "1" and shown["data"][0]["id"] == "1" and shown["items"] == 5
    assert shown["data"][1]["column"] == "total" and shown["data"][2]["reason"] == "the item has no id"
    other = {**MAPPING, "event": {"type": "track", "name": "Other"}}
    assert office.call("POST", f"pulls/{pull['id']}/preview", {"mapping": other})["data"][0]["event"]["event"] == "Other"
    assert len(office.runs(pull)) == 1 and ordered(office.orders(pull)) == [1, 4]


def test_delete_ends_what_runs(office, erp):
    api = erp([order(1)])
    api.gate.clear()
    pull = office.pull(api.url + "/link", paging="link", next="links.next")
    office.call("POST", f"pulls/{pull['id']}/run")
    while not api.asked:
        time.sleep(0.01)
    assert office.patron.api("POST", f"/api/v1/pulls/{pull['id']}/run").status == 409
    office.call("DELETE", f"pulls/{pull['id']}")
    assert office.patron.api("GET", f"/api/v1/pulls/{pull['id']}").status == 404
    api.gate.set()


def test_a_change_ends_what_runs(office, erp):
    api = erp([order(1)])
    api.gate.clear()
    pull = office.pull(api.url + "/link", paging="link", next="links.next")
    office.call("POST", f"pulls/{pull['id']}/run")
    while not api.asked:
        time.sleep(0.01)
    office.edit(pull, every_min=20)
    api.gate.set()
    run = office.ended(pull, 0, "interrupted")
    assert run["reason"] == "it was stopped at the last page that was saved" and run["finished_at"]
    assert office.run(office.call("GET", f"pulls/{pull['id']}"))["landed"] == 1


# --- kill -9 --------------------------------------------------------------------------------------------------------


def test_killed_in_the_middle_it_goes_on_and_doubles_nothing(make_patron, erp):
    api = erp([order(n) for n in range(1, 96)])
    patron = make_patron(settings={"connect-networks": "127.0.0.1"}).start()
    office = Office(patron, None)
    pull = office.pull(api.url + "/cursor?cursor={cursor}", paging="cursor", next="next", enabled=True)
    while len(api.asked) < 4:
        time.sleep(0.002)
    api.gate.clear()  # it hangs in a page while some are in
    time.sleep(0.05)
    patron.kill9()
    asked = len(api.asked)
    api.gate.set()
    patron.start()
    run = office.ended(pull, 1)
    runs = office.runs(pull)
    assert [r["outcome"] for r in runs] == ["done", "interrupted"] and runs[1]["reason"] == "the server ended in the middle of it"
    assert ordered(office.orders(pull)) == list(range(1, 96))
    assert runs[1]["pages"] + run["pages"] == 10 and run["duplicates"] <= 10, runs
    assert len(api.asked) <= asked + run["pages"] + 1


# --- drop folders ---------------------------------------------------------------------------------------------------


def sales(count, bad=(), first=1):
    rows = ["order,customer,total"] + [f"s{n},c{n},{'much' if n in bad else f'{n}.50'}" for n in range(first, first + count)]
    return "\n".join(rows) + "\n"


class Drop:
    def __init__(self, office, name, quiet_s=0, **fields):
        self.office = office
        self.row = office.call("POST", "drop-folders", {"name": name, "folder": f"tills/{name}", "source": f"till {name}",
                                                        "mapping": CSV_MAPPING, "quiet_s": quiet_s, **fields}, 201)
        self.path = office.root / "tills" / name

    def put(self, name, text):
        """Renamed into the folder, as it should be."""
        part = self.path / (name + ".part")
        part.write_text(text)
        part.rename(self.path / name)

    def files(self):
        return self.office.call("GET", f"drop-folders/{self.row['id']}/files")["data"]

    def settled(self, count, timeout_s=20):
        end = time.monotonic() + timeout_s
        while len(done := [file for file in self.files() if file["state"] != "importing"]) < count:
            assert time.monotonic() < end, f"{self.files()} {self.office.call('GET', 'imports')}\n{self.office.patron.stderr(3000)}"
            time.sleep(0.02)
        return {file["placed"]: file for file in done}

    def orders(self):
        return sorted(int(row["properties"]["order_id"][1:]) for row in self.office.rows({"id": self.row["source_id"]}))


def test_files_that_are_left_in_a_folder(office):
    drop = Drop(office, "north")
    drop.put("monday.csv", sales(20))
    assert drop.settled(1)["done/monday.csv"]["state"] == "done" and drop.orders() == list(range(1, 21))
    drop.put("again.csv", sales(20))  # the same bytes under another name
    repeated = drop.settled(2)["done/again.csv"]
    assert repeated["state"] == "repeated" and repeated["reason"].startswith('the same file as "monday.csv" of ') and repeated["import"] is None
    drop.put("monday.csv", sales(5, bad=[32], first=31))  # the same name, other bytes, a bad row
    placed = [name for name in drop.settled(3) if name.startswith("done/monday.csv.")]
    assert len(placed) == 1 and drop.orders() == [*range(1, 21), 31, 33, 34, 35]
    assert [(f["rows"], f["landed"], f["refused"]) for f in drop.files()] == [(5, 4, 1), (0, 0, 0), (20, 20, 0)]
    rows = list(csv.DictReader((drop.path / (placed[0] + ".errors.csv")).open()))
    assert [(row["line"], row["column"], row["text"]) for row in rows] == [("3", "total", "s32,c32,much")]
    drop.put("other.csv", "what,is,this\n1,2,3\n")
    failed = drop.settled(4)["failed/other.csv"]
    assert failed["state"] == "failed" and 'the file has no column "customer"' in failed["reason"]
    assert 'the file has no column' in (drop.path / "failed/other.csv.errors.csv").read_text()
    assert sorted(os.listdir(drop.path)) == ["done", "failed"]


def test_imports_outlive_their_folder(office):
    drop = Drop(office, "gone")
    drop.put("a.csv", sales(3))
    job = drop.settled(1)["done/a.csv"]["import"]
    office.call("DELETE", f"drop-folders/{drop.row['id']}")
    assert office.call("GET", f"drop-folders/{drop.row['id']}/files", want=404)
    kept = office.call("GET", f"imports/{job}")
    assert (kept["name"], kept["source"], kept["state"], kept["landed"]) == ("a.csv", "till gone", "done", 3)
    assert job in [one["id"] for one in office.call("GET", "imports")["data"]]
    assert (drop.path / "done/a.csv").exists()


def test_a_file_that_is_written_slowly_is_taken_when_it_is_whole(office):
    drop = Drop(office, "south", quiet_s=1)
    text = sales(30)
    with open(drop.path / "slow.csv", "w") as f:
        f.write(text[:50])
        f.flush()
        time.sleep(0.2)
    with open(drop.path / "slow.csv", "a") as f:  # closed once, and not whole yet
        f.write(text[50:])
    drop.put("quick.csv", sales(1, first=100))
    assert list(drop.settled(1)) == ["done/quick.csv"]
    drop.settled(2)
    assert drop.orders() == [*range(1, 31), 100]


def test_a_new_file_of_the_same_name_is_taken_in_its_turn(office):
    drop = Drop(office, "again")
    drop.put("sales.csv", sales(30000))
    end = time.monotonic() + 20
    while not (files := drop.files()) or office.call("GET", f"imports/{files[0]['import']}")["state"] == "uploading":
        assert time.monotonic() < end, files
        time.sleep(0.005)
    drop.put("sales.csv", sales(3, first=50001))  # over the one that is being imported
    placed = drop.settled(2)
    assert {file["state"] for file in placed.values()} == {"done"} and drop.orders() == [*range(1, 30001), 50001, 50002, 50003]
    assert (drop.path / "done/sales.csv").read_text() == sales(3, first=50001) and sorted(os.listdir(drop.path)) == ["done", "failed"]


def test_a_file_over_the_bound_is_refused_unread(office):
    drop = Drop(office, "large")
    part = drop.path / "huge.csv.part"
    part.touch()
    os.truncate(part, (20 << 30) + 1)  # sparse
    part.rename(drop.path / "huge.csv")
    drop.put("small.csv", sales(2))
    placed = drop.settled(2)
    (drop.path / "failed/huge.csv").unlink()
    assert placed["failed/huge.csv"]["reason"] == "the file is larger than an import may be" and placed["done/small.csv"]["state"] == "done"


def test_others_pass_by_a_file_that_is_held_up(office):
    held, other = Drop(office, "held"), Drop(office, "other")
    held.put("first.csv", sales(2))
    held.settled(1)
    shutil.rmtree(held.path / "done")
    held.put("second.csv", sales(2))  # the same bytes: settled at once, were there a place for it
    end = time.monotonic() + 20
    while not (problem := office.call("GET", f"drop-folders/{held.row['id']}")["problem"]):
        assert time.monotonic() < end, held.files()
        time.sleep(0.02)
    assert problem == 'cannot move "second.csv": done/ is gone: save the folder again'
    other.put("third.csv", sales(2))
    assert list(other.settled(1)) == ["done/third.csv"] and len(held.files()) == 1
    own = ("name", "folder", "recipe", "mapping", "quiet_s", "enabled")
    office.call("PUT", f"drop-folders/{held.row['id']}", {**{name: held.row[name] for name in own if held.row[name] is not None},
                                                          "source": held.row["source_id"]})
    assert held.settled(2)["done/second.csv"]["state"] == "repeated"
    assert office.call("GET", f"drop-folders/{held.row['id']}")["problem"] is None


def test_what_is_no_file_of_ours_stays(office, scratch):
    drop = Drop(office, "east")
    (scratch / "secret.csv").write_text(sales(3))
    (drop.path / "link.csv").symlink_to(scratch / "secret.csv")
    (drop.path / ".hidden.csv").write_text(sales(3))
    (drop.path / "folder.csv").mkdir()
    os.mkfifo(drop.path / "pipe.csv")
    drop.put("real.csv", sales(1))
    drop.settled(1)
    assert drop.orders() == [1] and len(drop.files()) == 1
    assert sorted(os.listdir(drop.path)) == [".hidden.csv", "done", "failed", "folder.csv", "link.csv", "pipe.csv"]


@pytest.mark.parametrize("folder,status", [("../out", 400), ("a/../../b", 400), ("/etc", 400), ("a//b", 400), (".ssh", 400), ("leads/out", 400)])
def test_no_folder_outside_of_the_root(office, scratch, folder, status):
    if not (office.root / "leads").exists():
        (office.root / "leads").mkdir()
        (office.root / "leads/out").symlink_to(scratch)
    answer = office.patron.api("POST", "/api/v1/drop-folders", {"name": "bad", "folder": folder, "source": "bad", "mapping": CSV_MAPPING})
    assert answer.status == status and "folder:" in answer.json()["detail"], answer


def test_drop_folders_after_a_kill(make_patron, scratch):
    root = scratch / "drops"
    root.mkdir()
    patron = make_patron(settings={"connect-drop-root": str(root)}).start()
    office = Office(patron, root)
    drop = Drop(office, "west")
    drop.put("large.csv", sales(30000))
    while not any(file["state"] == "importing" for file in drop.files()):
        time.sleep(0.005)
    patron.kill9()
    drop.put("while-away.csv", sales(3, first=50001))
    patron.start()
    done = drop.settled(2)
    assert {file["state"] for file in done.values()} == {"done"} and set(done) == {"done/large.csv", "done/while-away.csv"}
    assert drop.orders() == [*range(1, 30001), 50001, 50002, 50003]


def test_without_a_root_there_are_no_drop_folders(shared):
    answer = shared.patron.api("POST", "/api/v1/drop-folders", {"name": "n", "folder": "n", "source": "n", "mapping": CSV_MAPPING})
    assert answer.status == 409 and "connect.drop_root is not set" in answer.json()["detail"]
