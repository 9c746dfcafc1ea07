# SPDX-License-Identifier: Apache-2.0
"""The management API: deny by default. The data folder's socket is its owner's; TCP needs loopback and a token."""
import json
import os
import shutil
import stat
import subprocess
import sys

import pytest
from harness import web
from harness.load import track
from harness.patron import CLEAN_ENV, PATRON

GUARDED = ["/api/v1/sources", "/api/v1/events/export", "/api/v1/events/live", "/api/v1/quarantine", "/api/v1/stats/sources",
           "/api/v1/status", "/metrics"]


@pytest.mark.parametrize("path", GUARDED)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, web.bearer("nosuchtoken"), web.bearer("x" * 5000),
                                     {"Authorization": "Basic YWRtaW46YWRtaW4="}],
                         ids=["none", "empty", "wrong", "long", "basic"])
def test_tcp_refuses_without_a_valid_token(shared, path, headers):
    answer = shared.patron.api("GET", path, tcp=True, headers=headers)
    assert answer.status == 401, answer
    assert answer.header("Content-Type").startswith("application/problem+json")


def test_a_write_key_is_no_token(shared):
    key = shared.source()["write_key"]
    for headers in (web.bearer(key), web.basic(key)):
        assert shared.patron.api("GET", "/api/v1/sources", tcp=True, headers=headers).status == 401


def test_a_token_is_no_write_key(shared):
    assert shared.patron.send([track("x")], shared.patron.add_token()).status == 401


def test_token_opens_tcp(shared):
    token = shared.patron.add_token()
    for path in ("/api/v1/sources", "/api/v1/status", "/api/v1/stats/sources", "/metrics"):
        assert shared.patron.api("GET", path, token=token).status == 200


def test_tokens_are_given_out_by_those_who_hold_the_right(shared):
    """Nobody gives away more than they have: an engineer makes tokens of engineers, not of owners."""
    engineer = shared.patron.add_token("engineer")
    assert shared.patron.api("POST", "/api/v1/tokens", {"role": "engineer"}, token=engineer).status == 201
    for role in ("owner", "admin"):
        assert shared.patron.api("POST", "/api/v1/tokens", {"role": role}, token=engineer).status == 403
    assert shared.patron.api("POST", "/api/v1/tokens", {"role": "analyst"}, token=shared.patron.add_token("analyst")).status == 403


def test_a_revoked_token_is_refused_at_once(shared):
    added = shared.patron.cli_json("token", "add", "--role", "admin")
    assert shared.patron.api("GET", "/api/v1/status", token=added["token"]).status == 200
    assert shared.patron.api("DELETE", f"/api/v1/tokens/{added['id']}").status in (200, 204)
    assert shared.patron.api("GET", "/api/v1/status", token=added["token"]).status == 401


def test_tokens_are_not_stored_readable(shared):
    token = shared.patron.add_token()
    for file in shared.patron.data.rglob("*"):
        if file.is_file() and file.stat().st_size < 64 << 20:
            assert token.encode() not in file.read_bytes(), file


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example"])
def test_a_name_that_points_here_is_not_this_machine(shared, host):
    """DNS rebinding: a page elsewhere may not speak to the management API by its own name."""
    answer = shared.patron.api("GET", "/api/v1/sources", token=shared.patron.add_token(), headers={"Host": host})
    assert answer.status == 403, answer


def test_management_sends_no_cors_headers(shared):
    answer = shared.patron.api("GET", "/api/v1/sources", token=shared.patron.add_token(), headers={"Origin": "https://evil.example"})
    assert answer.header("Access-Control-Allow-Origin") is None


def test_socket_and_folder_belong_to_their_owner_alone(shared):
    mode = shared.patron.socket_path.stat().st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600
    for file in shared.patron.data.rglob("*"):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0 or file.parent != shared.patron.data, file
    assert stat.S_IMODE(shared.patron.data.stat().st_mode) & 0o007 == 0


ASK = """
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(5)
try:
    s.connect(sys.argv[1])
    s.sendall(b"GET /api/v1/sources HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n")
    print(s.recv(65536).decode()[:12])
except PermissionError:
    print("permission")
except OSError:
    print("closed")
"""


def test_another_uid_is_refused_on_the_socket(shared):
    """Also where someone opened the file's mode by mistake."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root and setpriv")
    path = shared.patron.socket_path
    parents = [p for p in path.parents if str(p).startswith("/tmp/")]
    modes = {p: stat.S_IMODE(p.stat().st_mode) for p in [path, *parents]}
    try:
        for p in parents:
            p.chmod(0o755)
        assert ask_as_nobody(path) == "permission"
        path.chmod(0o666)
        assert ask_as_nobody(path) in ("closed", "HTTP/1.1 403", "")
    finally:
        for p, mode in modes.items():
            p.chmod(mode)


def ask_as_nobody(path):
    python = os.path.realpath(sys.executable)
    usable = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else python
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", usable, "-c", ASK, str(path)],
                          capture_output=True, text=True, timeout=20, cwd="/", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# --- sources ---------------------------------------------------------------------------------------------------------


def test_source_add_list_and_conflict(patron):
    first = patron.add_source("Sklep ąę 1")
    assert set(first) >= {"id", "name", "write_key"} and len(first["write_key"]) == 32
    assert first["name"] == "Sklep ąę 1"
    assert patron.cli("source", "add", "Sklep ąę 1", check=False).returncode == 1
    listed = json.loads(patron.cli("source", "list", "--json").stdout)
    assert [row["id"] for row in listed["data"]] == [first["id"]]


@pytest.mark.parametrize("name,status", [("n" * 100, 201), ("n" * 101, 400), ("ż" * 100, 201), ("ż" * 101, 400), ("", 400),
                                         ("a\nb", 400), ("a\u007fb", 400)])
def test_source_name_bounds(patron, name, status):
    assert patron.api("POST", "/api/v1/sources", {"name": name}).status == status


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"name":5}', b'{"nam":"x"}', b'{"name":"a","name":"b"}', b'{"name":"x","enabled":1}'])
def test_source_bodies_that_are_wrong(patron, body):
    answer = patron.api("POST", "/api/v1/sources", body)
    assert answer.status == 400, answer
    assert answer.json()["status"] == 400 and answer.json()["detail"]


def test_sources_are_paged(patron):
    names = [f"s{i}" for i in range(7)]
    for name in names:
        assert patron.api("POST", "/api/v1/sources", {"name": name}).status == 201
    got, cursor = [], ""
    while True:
        page = patron.api("GET", f"/api/v1/sources?limit=3{cursor}").json()
        got += [row["name"] for row in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert got == names


def test_rotated_key_stops_at_once(patron):
    source = patron.add_source()
    rotated = patron.api("POST", f"/api/v1/sources/{source['id']}/rotate").json()
    assert rotated["write_key"] != source["write_key"]
    assert patron.send([track("a")], source["write_key"]).status == 401
    assert patron.send([track("a")], rotated["write_key"]).status == 200


def test_unknown_paths_and_methods(shared):
    assert shared.patron.api("GET", "/api/v1/nosuch").status == 404
    assert shared.patron.api("GET", "/api/v1/sources/nosuch").status == 404
    assert shared.patron.api("DELETE", "/api/v1/sources").status == 405


# --- statistics, export, status ---------------------------------------------------------------------------------------


def stats_of(patron, source):
    return [row for row in patron.api("GET", "/api/v1/stats/sources").json()["data"] if row["source_id"] == source["id"]][0]


def test_statistics_of_a_source(shared):
    source = shared.source()
    shared.patron.send_ok([track("a"), track("b", "Other"), {"type": "page", "userId": "u"}, {"type": "track", "userId": "u"}],
                          source["write_key"])
    row = stats_of(shared.patron.wait_views(), source)
    assert row["events"] == 3 and row["quarantined"] == 1
    assert row["by_type"] == {"track": 2, "page": 1}
    assert row["bytes"] > 0 and row["first_at"] <= row["last_at"]


def test_the_servers_own_events_have_a_row_when_asked_for(patron):
    patron.add_source()
    patron.wait_own(1)
    patron.wait_views()
    rows = patron.api("GET", "/api/v1/stats/sources").json()["data"]
    assert [row["source"] for row in rows] == ["shop"]
    for query in ("?own=true", "?own=true&from=0"):
        source, own = patron.api("GET", "/api/v1/stats/sources" + query).json()["data"]
        assert source == rows[0]
        assert own["source"] == "patron" and own["source_id"] is None and own["events"] >= 1


def test_replay_of_a_range_gives_what_the_live_view_has(patron):
    """The same events from hot segments and archive, and again after the view was dropped."""
    import time  # pylint: disable=import-outside-toplevel
    source = patron.add_source()
    for batch in range(12):
        patron.send_ok([track(f"{batch}-{i}", "Name" if i % 3 else "Other", pad="x" * 700) for i in range(400)], source["write_key"])
    live = stats_of(patron.wait_views(), source)
    assert live["events"] == 4800
    replayed = [row for row in patron.api("GET", "/api/v1/stats/sources?from=0").json()["data"] if row["source_id"] == source["id"]][0]
    assert replayed == live
    part = [row for row in patron.api("GET", "/api/v1/stats/sources?from=100&to=200").json()["data"] if row["source_id"] == source["id"]][0]
    assert part["events"] == 100
    view = patron.api("GET", "/api/v1/status").json()["views"][0]["name"]
    assert patron.api("POST", f"/api/v1/views/{view}/rebuild", {}).status == 202
    end = time.monotonic() + 10
    while stats_of(patron, source) != live:
        assert time.monotonic() < end, stats_of(patron, source)
        time.sleep(0.05)


def test_statistics_survive_kill_9_exactly(patron):
    source = patron.add_source()
    for i in range(5):
        patron.send_ok([track(f"{i}-{n}") for n in range(300)], source["write_key"])
        patron.kill9()
        patron.start()
    assert stats_of(patron.wait_views(), source)["events"] == 1500


def test_export_ranges(patron):
    source, other = patron.add_source(), patron.add_source("other")
    patron.wait_own(2)  # what the server itself puts into the log comes a moment later
    patron.send_ok([track(f"a{i}") for i in range(10)], source["write_key"])
    patron.send_ok([track("b")], other["write_key"])
    rows = patron.export(own=True)
    assert [row["_patron"]["position"] for row in rows] == list(range(13))

    def some(query):
        text = patron.api("GET", f"/api/v1/events/export?{query}").text
        return [json.loads(line)["messageId"] for line in text.split("\n") if line]

    assert some("from=5&to=7") == ["a3", "a4"]
    assert some(f"source={other['id']}") == ["b"]
    assert some("source=other") == ["b"]
    assert some(f"since={rows[12]['receivedAt']}")[-1] == "b"
    assert some("since=2100-01-01T00:00:00Z") == []
    assert some("from=999") == []
    for wrong in ("from=-1", "from=x", "since=yesterday", "source=nosuch", "class=nosuch"):
        assert 400 <= patron.api("GET", f"/api/v1/events/export?{wrong}").status < 500


def test_export_while_events_come_in_ends(patron):
    from harness.load import Load  # pylint: disable=import-outside-toplevel
    key = patron.add_source()["write_key"]
    with Load(patron.base, key, clients=2, batch=50) as load:
        load.wait_acknowledged(2000)
        before = len(load.acknowledged)
        rows = patron.export(own=True, timeout=20)
    assert len(rows) >= before
    positions = [row["_patron"]["position"] for row in rows]
    assert positions == list(range(len(rows)))


def test_export_from_the_archive_equals_what_came(make_patron):
    patron = make_patron().start()
    key = patron.add_source()["write_key"]
    for batch in range(25):
        patron.send_ok([track(f"{batch}-{i}", text="zażółć " * 40) for i in range(300)], key)
    patron.restart()
    rows = patron.export(timeout=60)
    assert [row["messageId"] for row in rows] == [f"{batch}-{i}" for batch in range(25) for i in range(300)]
    assert all(row["properties"]["text"] == "zażółć " * 40 for row in rows)
    assert patron.api("GET", "/api/v1/status").json()["log"]["archive_records"] > 0


# --- command line ------------------------------------------------------------------------------------------------------


def test_exit_codes_of_the_command_line(patron):
    assert patron.cli("source", "list").returncode == 0
    assert patron.cli("source", check=False).returncode == 2
    assert patron.cli("nosuch", check=False).returncode == 2
    failed = patron.cli("source", "add", "", check=False)
    assert failed.returncode in (1, 2) and failed.stderr.strip()


def test_url_and_token_instead_of_the_folder(patron):
    patron.add_source("seen")
    token = patron.add_token()
    done = subprocess.run([str(PATRON), "--url", patron.base, "--token", token, "source", "list", "--json"],
                          capture_output=True, text=True, timeout=20, env=CLEAN_ENV, check=False)
    assert done.returncode == 0, done.stderr
    assert [row["name"] for row in json.loads(done.stdout)["data"]] == ["seen"]


def test_command_line_without_a_daemon(patron):
    """Opens the files itself when the lock is free."""
    source = patron.add_source()
    patron.send_ok([track("a")], source["write_key"])
    patron.stop()
    assert [row["messageId"] for row in patron.export()] == ["a"]
    assert patron.add_source("offline")["write_key"]
    patron.start()
    assert len(patron.api("GET", "/api/v1/sources").json()["data"]) == 2

