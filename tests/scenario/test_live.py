# SPDX-License-Identifier: Apache-2.0
"""The live stream behind the debugger: each event within a second, filters, and resuming where it was."""
import http.client
import socket
import time
import urllib.parse

import pytest
from harness import web
from harness.load import Load, track
from harness.person import colleague
from harness.sse import Stream

PATH = "/api/v1/events/live"


def live(patron, token=None, last_id=None, **query):
    """A stream over TCP with a token, or over the socket."""
    path = f"{PATH}?{urllib.parse.urlencode(query)}" if query else PATH
    if token:
        return Stream(patron.base + path, web.bearer(token), last_id)
    return Stream(path, None, last_id, unix=patron.socket_path)


def test_an_event_is_seen_within_a_second(shared):
    source, token = shared.source(), shared.patron.add_token()
    with live(shared.patron, token, source=source["id"]) as stream:
        assert stream.status == 200
        assert stream.response.getheader("Content-Type").startswith("text/event-stream")
        for i in range(5):
            sent = time.monotonic()
            shared.patron.send_ok([track(f"live-{i}")], source["write_key"])
            message = stream.next(2)
            assert message.time - sent < 1
            row = message.json()
            assert row["messageId"] == f"live-{i}"
            assert message.id == str(row["_patron"]["position"])


def test_the_same_rows_as_the_export(shared):
    source = shared.source()
    with live(shared.patron, source=source["id"]) as stream:
        shared.patron.send_ok([track("a"), {"type": "track", "userId": "u"}], source["write_key"])
        seen = [stream.next(), stream.next()]
    assert [message.json() for message in seen] == shared.rows(source, "all")


def test_filter_by_type_and_validity(shared):
    source = shared.source()
    events = [track("t"), {"type": "identify", "userId": "u1", "messageId": "i"}, {"type": "page", "userId": "u1", "messageId": "p"},
              {"type": "track", "userId": "u1", "messageId": "q"}]
    wanted = {("type", "identify"): ["i"], ("type", "identify,page"): ["i", "p"], ("validity", "quarantined"): ["q"],
              ("validity", "valid"): ["t", "i", "p"], ("validity", "all"): ["t", "i", "p", "q"], ("user", "u1"): ["t", "i", "p", "q"],
              ("user", "u"): [], ("name", "loa"): ["t"]}
    streams = {name: live(shared.patron, source=source["id"], **dict([name])).open() for name in wanted}
    shared.patron.send_ok(events, source["write_key"])
    try:
        for name, stream in streams.items():
            got = [stream.next().json()["messageId"] for _ in wanted[name]]
            assert got == wanted[name], name
            stream.quiet(0.2)
    finally:
        for stream in streams.values():
            stream.close()


def test_filter_by_source_name_and_by_anonymous_id(shared):
    source, other = shared.source(), shared.source()
    with live(shared.patron, source=source["name"], user="anon-7") as stream:
        shared.patron.send_ok([{"type": "page", "anonymousId": "anon-7"}], other["write_key"])
        shared.patron.send_ok([{"type": "page", "anonymousId": "anon-8"}, {"type": "page", "anonymousId": "anon-7", "messageId": "x"}],
                              source["write_key"])
        assert stream.next().json()["messageId"] == "x"
        stream.quiet(0.2)


def test_rejected_calls_are_shown(shared):
    with live(shared.patron, validity="rejected") as stream:
        time.sleep(0.1)
        shared.patron.post("/v1/batch", b"{}", headers=web.basic("nosuchkey"))
        while True:
            message = stream.next(2)
            if message.kind == "rejected" and message.json()["status"] == 401:
                break
        assert message.json()["path"] == "/v1/batch" and message.id is None


@pytest.mark.parametrize("query", ["source=nosuch", "type=nosuch", "validity=nosuch", "recent=1001", "user=" + "u" * 300])
def test_a_wrong_filter_is_an_error(shared, query):
    answer = shared.patron.api("GET", f"{PATH}?{query}")
    assert 400 <= answer.status < 500, answer


def test_recent_ones_come_first(shared):
    source = shared.source()
    shared.patron.wait_own(shared.sources)  # they would be among the recent
    shared.patron.send_ok([track(f"old-{i}") for i in range(5)], source["write_key"])
    with live(shared.patron, source=source["id"], recent=3) as stream:
        assert [stream.next().json()["messageId"] for _ in range(3)] == ["old-2", "old-3", "old-4"]


@pytest.mark.parametrize("end", ["stop", "kill9"])
def test_resumes_by_last_event_id_after_a_restart(patron, end):
    key = patron.add_source()["write_key"]
    patron.wait_own(1)  # so that the stream shows clients' events only
    with live(patron) as stream:
        patron.send_ok([track(f"m{i}") for i in range(3)], key)
        stream.next()
        last = stream.next().id
        getattr(patron, end)()
        assert stream.closed.wait(5), "the stream outlived the daemon"
    patron.start()
    patron.send_ok([track("later")], key)
    with live(patron, last_id=last) as stream:
        assert [stream.next().json()["messageId"] for _ in range(2)] == ["m2", "later"]


def test_resumes_from_the_archive(make_patron):
    """What was missed may have left the hot segments long ago."""
    patron = make_patron().start()
    key = patron.add_source()["write_key"]
    patron.wait_own(1)  # so that the stream shows clients' events only
    with live(patron, user="watched") as stream:
        patron.send_ok([track("first", user="watched")], key)
        last = stream.next().id
    patron.send_ok([track("missed", user="watched")], key)
    for batch in range(20):
        patron.send_ok([track(f"f{batch}-{i}", pad="x" * 900) for i in range(400)], key)
    patron.restart()
    with live(patron, last_id=last, user="watched") as stream:
        assert stream.next(10).json()["messageId"] == "missed"


def test_a_flood_is_thinned_and_says_so(shared):
    """A person cannot read 20,000 a second: what is left out is counted, and the stream stays alive."""
    source = shared.source()
    with live(shared.patron, source=source["id"]) as stream:
        for batch in range(4):
            shared.patron.send_ok([track(f"flood-{batch}-{i}") for i in range(2500)], source["write_key"])
        shown = skipped = 0
        end = time.monotonic() + 15
        while shown + skipped < 10000 and time.monotonic() < end:
            message = stream.next(5)
            if message.kind == "skipped":
                skipped += message.json()["count"]
            else:
                shown += 1
        assert shown + skipped == 10000 and skipped > 0


def test_a_watcher_that_does_not_read_does_not_slow_intake(patron):
    import socket  # pylint: disable=import-outside-toplevel
    key = patron.add_source()["write_key"]
    patron.wait_own(1)  # so that the stream shows clients' events only
    token = patron.add_token()
    deaf = []
    for _ in range(5):
        s = socket.create_connection(("127.0.0.1", patron.port))
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        s.sendall(f"GET {PATH}?recent=1000 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        deaf.append(s)
    with Load(patron.base, key, clients=4, batch=100) as load:
        load.wait_acknowledged(20000, 20)
    for s in deaf:
        s.close()
    patron.stop()


def test_streams_are_bounded(make_patron):
    patron = make_patron(settings={"api-streams": "3"}).start()
    streams = [live(patron).open() for _ in range(3)]
    assert [stream.status for stream in streams] == [200] * 3
    refused = live(patron).open()
    assert refused.status == 429 and refused.response.getheader("Retry-After").isdigit()
    for stream in streams:
        stream.close()
    end = time.monotonic() + 5
    while live(patron).open().status != 200:
        assert time.monotonic() < end, "closed streams still count"
        time.sleep(0.1)


def test_open_streams_do_not_hold_up_a_stop(patron):
    streams = [live(patron).open() for _ in range(5)]
    begin = time.monotonic()
    patron.stop()
    assert time.monotonic() - begin < 5
    for stream in streams:
        assert stream.closed.wait(2)


# --- who may no more ---------------------------------------------------------------------------------------------

WATCHED_S = 15  # so long at most a stream outlives the right to it


def streams_of(patron, headers):
    token_paths = [f"{PATH}?source=patron", "/api/v1/pulse", "/api/v1/imports/live"]
    return [Stream(patron.base + path, headers).open() for path in token_paths]


def ends(streams):
    end = time.monotonic() + WATCHED_S
    for stream in streams:
        assert stream.closed.wait(end - time.monotonic()), f"{stream.path} goes on"
        stream.close()


def test_a_revoked_token_ends_its_streams(patron):
    made, other = patron.cli_json("token", "add", "--role", "admin"), patron.add_token()
    streams, kept = streams_of(patron, web.bearer(made["token"])), streams_of(patron, web.bearer(other))
    assert all(stream.status == 200 for stream in streams + kept)
    patron.cli("token", "revoke", made["id"])
    ends(streams)
    assert not any(stream.closed.is_set() for stream in kept)
    for stream in kept:
        stream.close()


def test_a_disabled_account_ends_its_streams(patron):
    person = colleague(patron, "eve@example.com", "engineer")
    streams = streams_of(patron, {"Cookie": f"patron_session={person.cookie}"})
    assert all(stream.status == 200 for stream in streams)
    time.sleep(6)  # looked at once: the right is still there
    assert not any(stream.closed.is_set() for stream in streams)
    patron.cli("user", "disable", "eve@example.com")
    ends(streams)


def test_a_revoked_token_ends_an_export(patron):
    """With a client that takes its time: the export is cut, not finished."""
    made, source = patron.cli_json("token", "add", "--role", "admin"), patron.add_source()
    for part in range(20):
        patron.send_ok([track(f"{part}-{i}", pad="x" * 2000) for i in range(500)], source["write_key"])
    connection = web.connect(patron.base)
    connection.connect()
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    connection.request("GET", "/api/v1/events/export", headers=web.bearer(made["token"]))
    answer = connection.getresponse()
    assert answer.status == 200 and answer.read(1000)
    patron.cli("token", "revoke", made["id"])
    time.sleep(6)
    with pytest.raises(http.client.IncompleteRead):
        answer.read()
    connection.close()
