# SPDX-License-Identifier: Apache-2.0
"""The trace check: kill -9 alone proves little, since the page cache survives. Here the system calls themselves say that no
200 left before the sync that covers its bytes had returned."""
import concurrent.futures
import re
import shutil

import pytest
from harness import strace, web

MARKER = re.compile(r"trace-(\d+-\d+)-end")
CLIENTS, CALLS = 6, 40


@pytest.fixture
def traced(make_patron):
    """A daemon under strace, and a function that stops it and proves every marked answer; it returns their number."""
    if not strace.available():
        pytest.skip("no strace")
    patron = make_patron(env={"ASAN_OPTIONS": "detect_leaks=0"})  # the leak sanitizer does not work under ptrace
    trace = patron.folder / "trace"
    patron.wrapper = strace.wrapper(trace)
    patron.start(ready_s=30)

    def prove():
        patron.stop(stop_s=40)
        with open(trace, encoding="utf-8", errors="replace") as lines:
            return strace.check_acknowledged_after_sync(strace.parse(lines), MARKER)

    return patron, prove


@pytest.mark.limit(120)
def test_no_acknowledgement_before_its_sync(traced):
    patron, prove = traced
    key = patron.add_source()["write_key"]

    def client(index):
        connection = web.connect(patron.base)
        for number in range(CALLS):
            body = b'{"batch":[{"type":"track","event":"E","userId":"u","messageId":"trace-%d-%d-end"}]}' % (index, number)
            answer = web.exchange(connection, "POST", "/v1/batch", body, web.basic(key))
            assert answer.status == 200, answer
        connection.close()

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))
    assert prove() == CLIENTS * CALLS


@pytest.mark.limit(90)
def test_every_kind_of_promise_is_kept_the_same_way(traced):
    """Single calls, pixels, beacons, quarantined events, redrives; and what people decide: sources and tokens, in SQL."""
    patron, prove = traced
    key = patron.add_source()["write_key"]
    event = b'{"event":"E","userId":"u","messageId":"trace-%d-1-end"}'
    calls = [
        patron.post("/v1/track", event % 1, headers=web.basic(key)),
        patron.post("/v1/t", event % 2, headers=web.basic(key)),
        patron.get(f"/pixel/v1/track?writeKey={key}&event=E&userId=u&messageId=trace-3-1-end"),
        patron.post(f"/beacon/v1/batch?writeKey={key}", b'{"batch":[{"type":"track",' + event[1:] % 4 + b"]}"),
        patron.post("/v1/track", b'{"userId":"u","messageId":"trace-5-1-end"}', headers=web.basic(key)),  # no name: quarantined
    ]
    if not patron.sql_url:  # PostgreSQL syncs in processes of its own, which the trace does not see
        calls += [patron.api("POST", "/api/v1/sources", {"name": "trace-6-1-end"}),
                  patron.api("POST", "/api/v1/tokens", {"role": "admin", "name": "trace-7-1-end"})]
    assert all(answer.status in (200, 201) for answer in calls), calls
    [quarantined] = patron.wait_views().quarantine()
    redriven = patron.api("POST", "/api/v1/quarantine/redrive", {
        "positions": [quarantined["_patron"]["position"]], "patch": '{"type":"track","userId":"u","event":"trace-8-1-end"}'})
    assert redriven.json()["redriven"] == 1
    assert prove() == len(calls) + 1


def trace_lines(sync_at):
    """A small trace by hand: request 1-1 on a socket, its write, its sync, its answer, the sync at the given place."""
    steps = [
        '10 recvfrom(7<socket:[111]>, "POST ... trace-1-1-end", 4096, 0, NULL, NULL) = 22',
        '11 pwrite64(9</d/log/0.seg>, "... trace-1-1-end", 17, 0) = 17',
        '10 sendto(7<socket:[111]>, "HTTP/1.1 200 OK", 15, MSG_NOSIGNAL, NULL, 0) = 15',
    ]
    sync = {"whole": ["11 fdatasync(9</d/log/0.seg>) = 0"], "failed": ["11 fdatasync(9</d/log/0.seg>) = -1 EIO (Input/output error)"],
            "other file": ["11 fdatasync(8</d/core.db>) = 0"],
            "unfinished": ["11 fdatasync(9</d/log/0.seg> <unfinished ...>", "11 <... fdatasync resumed>) = 0"]}
    kind, place = sync_at
    parts = sync[kind]
    if kind == "unfinished":
        return steps[:2] + parts[:1] + (parts[1:] + steps[2:] if place == "before" else steps[2:] + parts[1:])
    return steps[:2] + parts + steps[2:] if place == "before" else \
        steps + parts if place == "after" else steps[:1] + parts + steps[1:]


@pytest.mark.parametrize("sync_at,fine", [
    (("whole", "before"), True), (("unfinished", "before"), True), (("whole", "after"), False), (("unfinished", "after"), False),
    (("failed", "before"), False), (("other file", "before"), False), (("whole", "before the write"), False)])
def test_the_check_itself_can_fail(sync_at, fine):
    calls = strace.parse(trace_lines(sync_at))
    if fine:
        assert strace.check_acknowledged_after_sync(calls, MARKER) == 1
    else:
        with pytest.raises(strace.Violation):
            strace.check_acknowledged_after_sync(calls, MARKER)


def test_strace_is_here_in_ci():
    """CI installs it; elsewhere the check above is skipped in plain sight."""
    import os  # pylint: disable=import-outside-toplevel
    if os.environ.get("CI") and os.path.exists("/usr/bin/apt-get"):
        assert shutil.which("strace")
