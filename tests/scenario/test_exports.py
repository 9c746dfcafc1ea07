# SPDX-License-Identifier: Apache-2.0
"""Answers, people and events as files, and answers that follow what happens (docs/analytics.md, "Live" and "Export")."""
import csv
import io
import json
import time
import urllib.parse

import pytest
from harness import web
from harness.sse import Stream

API = "/api/v1/analytics"
RANGE = {"from": "2026-01-01", "to": "2026-01-31"}
FUNNEL = {"kind": "funnel", "range": RANGE, "steps": [{"event": "Product Viewed"}, {"event": "Order Completed"}], "window": {"days": 7}}
ORDERS = {"kind": "segmentation", "range": RANGE, "unit": "whole", "series": [{"event": "Order Completed", "measure": "total"}]}
FORMULA = "=HYPERLINK(\"http://bad\")"
PEOPLE = 40


def event(n, name, minute, **properties):
    return {"type": "track", "event": name, "userId": f"u{n}", "messageId": f"{name}-{n}-{minute}", "timestamp": f"2026-01-10T10:{minute:02}:00.000Z", "properties": properties}


def events():
    for n in range(PEOPLE):
        yield {"type": "identify", "userId": f"u{n}", "messageId": f"i{n}", "timestamp": "2026-01-10T09:00:00.000Z", "traits": {"name": FORMULA if n == 0 else f"Person {n}"}}
        yield event(n, "Product Viewed", 1, sku=FORMULA if n == 0 else "s1", total=-5)
        yield event(n, "Cart Viewed", 2)
        if n % 2 == 0:
            yield event(n, "Order Completed", 3, total=10 + n)


def ready(patron):
    """Until nothing is behind."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        answer = patron.api("POST", f"{API}/query", ORDERS)
        if answer.status == 200 and answer.json()["watermark"]["behind"] == 0:
            return answer.json()
        time.sleep(0.05)
    raise AssertionError(answer)


@pytest.fixture(scope="module")
def shop(module_patron):
    patron = module_patron.patron
    key = patron.add_source("exports")["write_key"]
    patron.send_ok(list(events()), key)
    ready(patron)
    return patron, key


def export(patron, body, **kw):
    answer = patron.api("POST", f"{API}/export", body, **kw)
    assert answer.status == 200, answer
    return answer


def lines(answer):
    return [json.loads(line) for line in answer.text.splitlines()]


def table(answer):
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_an_answer(shop):
    patron, _ = shop
    as_csv, as_lines = export(patron, {"query": FUNNEL}), export(patron, {"query": FUNNEL, "format": "jsonl"})
    assert as_csv.header("Content-Type").startswith("text/csv") and ".csv" in as_csv.header("Content-Disposition")
    assert as_lines.header("Content-Type") == "application/x-ndjson" and as_lines.header("X-Total-Rows") == "2"
    assert [(row["step"], row["people"], row["percent_of_first"]) for row in lines(as_lines)] == [(1, PEOPLE, 100), (2, PEOPLE // 2, 50)]
    assert [(row["step"], row["people"], row["percent_of_first"]) for row in table(as_csv)] == [("1", str(PEOPLE), "100"), ("2", str(PEOPLE // 2), "50")]


def test_texts_of_customers_are_no_formulae(shop):
    patron, _ = shop
    query = {"kind": "segmentation", "range": RANGE, "unit": "whole", "series": [{"event": "Product Viewed", "measure": "sum", "of": {"property": "total"}}], "breakdown": {"property": "sku"}}
    rows = {row["value"]: row["result"] for row in table(export(patron, {"query": query}))}
    assert rows == {"'" + FORMULA: "-5", "s1": str(-5 * (PEOPLE - 1))}  # a number is none
    rows = {row["value"] for row in lines(export(patron, {"query": query, "format": "jsonl"}))}
    assert rows == {FORMULA, "s1"}


def test_people(shop):
    patron, _ = shop
    body = {"query": FUNNEL, "what": "people", "cell": {"step": 2, "dropped": True}}
    rows, as_lines = table(export(patron, body)), lines(export(patron, {**body, "format": "jsonl"}))
    page = patron.api("POST", f"{API}/people", {"query": FUNNEL, "cell": body["cell"], "limit": 1000}).json()
    assert as_lines == page["data"] and len(rows) == PEOPLE // 2 and [row["id"] for row in rows] == [row["id"] for row in page["data"]]
    everybody = table(export(patron, {**body, "cell": {"step": 1}}))
    assert sum(row["name"] == "'" + FORMULA for row in everybody) == 1


def test_events(shop):
    patron, _ = shop
    rows = lines(export(patron, {"query": FUNNEL, "what": "events", "format": "jsonl"}))
    log = [row for row in patron.export() if row.get("event") in ("Product Viewed", "Order Completed")]
    assert rows == log and len(rows) == PEOPLE + PEOPLE // 2
    of_few = {**FUNNEL, "where": {"property": "total", "is": "at_least", "value": 40}}
    assert [row["userId"] for row in lines(export(patron, {"query": of_few, "what": "events", "format": "jsonl"}))] == [f"u{n}" for n in range(30, PEOPLE, 2)]
    flat = table(export(patron, {"query": FUNNEL, "what": "events"}))
    assert [(row["messageId"], row["profile_id"], row["event"]) for row in flat] == [(row["messageId"], row["profile_id"], row["event"]) for row in log]
    assert [json.loads(row["properties"]) for row in flat] == [row["properties"] for row in log]


def test_nothing_is_a_head_alone(shop):
    patron, _ = shop
    nothing = {**FUNNEL, "range": {"from": "2020-01-01", "to": "2020-01-02"}}
    assert export(patron, {"query": nothing, "what": "events", "format": "jsonl"}).text == ""
    assert export(patron, {"query": nothing, "what": "events"}).text.startswith("timestamp,") and table(export(patron, {"query": nothing, "what": "people", "cell": {"step": 1}})) == []


def test_refusals(shop):
    patron, _ = shop
    for body, said in (({"query": {"kind": "guess"}}, "/kind"), ({"query": FUNNEL, "what": "people", "cell": {"step": 9}}, "/cell/step"), ({"query": FUNNEL, "format": "xls"}, "format")):
        answer = patron.api("POST", f"{API}/export", body)
        assert answer.status == 400 and said in answer.text, answer
    auditor = patron.add_token("auditor")  # figures only
    assert patron.api("POST", f"{API}/export", {"query": FUNNEL}, token=auditor).status == 200
    for what, permission in (("people", "profiles.read"), ("events", "profiles.read")):
        answer = patron.api("POST", f"{API}/export", {"query": FUNNEL, "what": what, "cell": {"step": 1}}, token=auditor)
        assert answer.status == 403 and permission in answer.text, answer
    by_text = {**ORDERS, "breakdown": {"property": "sku"}}
    assert patron.api("POST", f"{API}/export", {"query": by_text}, token=auditor).status == 403


def test_people_and_events_are_audited(shop):
    patron, _ = shop
    before = len(patron.cli_json("audit", "list")["data"])
    export(patron, {"query": FUNNEL})
    export(patron, {"query": FUNNEL, "what": "people", "cell": {"step": 1}})
    new = patron.cli_json("audit", "list")["data"]
    assert len(new) == before + 1 and any(row["action"] == "analytics.exported" for row in new), new[:2]


def test_a_key_is_for_one_export(shop):
    patron, _ = shop
    headers = {"Idempotency-Key": "export-once"}
    export(patron, {"query": FUNNEL}, headers=headers)
    assert patron.api("POST", f"{API}/export", {"query": FUNNEL}, headers=headers).status == 409


def test_patron_query_writes_files(shop, scratch):
    patron, _ = shop
    path, out = scratch / "q.json", scratch / "out"
    path.write_text(json.dumps(FUNNEL))
    patron.cli("query", path, "--format", "jsonl", "--events", "--output", out)
    assert len(out.read_text().splitlines()) == PEOPLE + PEOPLE // 2
    assert patron.cli("query", path, "--csv").stdout == patron.cli("query", path, "--format", "csv").stdout
    for args, said in ((("--events",), "--format"), (("--format", "csv", "--events", "--people", "{}"), "--people"), (("--format", "csv", "--json"), "--json")):
        done = patron.cli("query", path, *args, check=False)
        assert done.returncode == 2 and said in done.stderr, done


# --- live -----------------------------------------------------------------------------------------------------------


def live(patron, query, token=None, last_id=None, every=1):
    path = f"{API}/live?" + urllib.parse.urlencode({"query": json.dumps(query), "every": every})
    return Stream(patron.base + path, web.bearer(token), last_id) if token else Stream(path, None, last_id, unix=patron.socket_path)


def total(message):
    return message.json()["data"][0]["series"][0]["values"][0]


def until(stream, want, seconds=30):
    """The answer that says it; more may come before."""
    end = time.monotonic() + seconds
    while (message := stream.next(max(0.1, end - time.monotonic()), kinds=("answer",))) and total(message) != want:
        pass
    return message


def test_live_answers_follow(shop):
    patron, key = shop
    now = ready(patron)["data"][0]["series"][0]["values"][0]
    with live(patron, ORDERS) as one, live(patron, ORDERS) as other:
        assert one.status == 200 and one.response.getheader("Content-Type").startswith("text/event-stream")
        first = one.next(kinds=("answer",))
        assert total(first) == now and int(first.id) == first.json()["watermark"]["position"]
        patron.send_ok([event(900, "Order Completed", 5)], key)
        moved = until(one, now + 1)
        assert int(moved.id) > int(first.id)
        assert until(other, now + 1).data == moved.data  # found once, for both


def test_live_resumes(shop):
    patron, key = shop
    now = ready(patron)["data"][0]["series"][0]["values"][0]
    with live(patron, ORDERS) as stream:
        first = stream.next(kinds=("answer",))
    with live(patron, ORDERS, last_id=first.id) as stream:
        with pytest.raises(AssertionError):
            stream.next(2, kinds=("answer",))
        patron.send_ok([event(901, "Order Completed", 6)], key)
        until(stream, now + 1)


def test_live_refusals_and_the_end_of_rights(shop):
    patron, _ = shop
    for query, status in (({"kind": "guess"}, 400), ({**ORDERS, "breakdown": {"property": "sku"}}, 403)):
        with live(patron, query, token=patron.add_token("auditor")) as stream:
            assert stream.status == status
    made = patron.cli_json("token", "add", "--role", "auditor")
    with live(patron, ORDERS, token=made["token"]) as stream:
        stream.next(kinds=("answer",))
        patron.cli("token", "revoke", made["id"])
        assert stream.closed.wait(20)
