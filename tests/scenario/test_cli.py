# SPDX-License-Identifier: Apache-2.0
"""The command line as people and scripts use it: every command, with and without --json, with a daemon and without one."""
import json
import signal
import subprocess
import time

import pytest
from harness.load import track
from harness.patron import CLEAN_ENV, PATRON

BAD = {"type": "track", "userId": "u"}


@pytest.fixture
def filled(patron):
    source = patron.add_source("web")
    patron.send_ok([track("a", "Order Completed"), track("b", "Wyświetlono ąę"), BAD], source["write_key"])
    return patron.wait_views()


COMMANDS = [["source", "list"], ["token", "list"], ["quarantine", "list"], ["stats"], ["status"], ["config", "show"], ["version"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_listing_is_json_with_the_flag_and_text_without(filled, command):
    assert isinstance(json.loads(filled.cli(*command, "--json").stdout), (dict, list))
    text = filled.cli(*command).stdout
    assert text.strip() and not text.lstrip().startswith(("{", "["))


def test_the_flag_goes_anywhere(filled):
    for words in (["--json", "source", "list"], ["source", "--json", "list"], ["source", "list", "--json"]):
        assert json.loads(filled.cli(*words).stdout)["data"][0]["name"] == "web"


def test_source_life(patron):
    key = patron.add_source("till")["write_key"]
    patron.cli("source", "disable", "till")
    patron.send_ok([track("dropped")], key)
    patron.cli("source", "enable", "till")
    patron.send_ok([track("kept")], key)
    rotated = patron.cli_json("source", "rotate", "till")["write_key"]
    assert patron.send([track("old key")], key).status == 401
    patron.send_ok([track("new key")], rotated)
    assert [row["messageId"] for row in patron.export()] == ["kept", "new key"]
    assert patron.cli("source", "disable", "nosuch", check=False).returncode == 1


def test_token_life(patron):
    added = patron.cli_json("token", "add", "--role", "admin", "--name", "my laptop")
    assert patron.api("GET", "/api/v1/status", token=added["token"]).status == 200
    listed = json.loads(patron.cli("token", "list", "--json").stdout)["data"]
    assert [row["name"] for row in listed] == ["my laptop"] and "token" not in listed[0]
    patron.cli("token", "revoke", added["id"])
    assert patron.api("GET", "/api/v1/status", token=added["token"]).status == 401
    assert patron.cli("token", "add", "--role", "king", check=False).returncode in (1, 2)
    assert patron.cli("token", "add", check=False).returncode == 2


def test_export_filters_and_output_file(filled, scratch):
    other = filled.add_source("other")
    filled.send_ok([track("c")], other["write_key"])
    assert [row["messageId"] for row in map(json.loads, filled.cli("export", "events", "--source", "other").stdout.splitlines())] == ["c"]
    stored = filled.export("all", own=True)
    assert len(filled.cli("export", "events", "--from", "2", "--class", "all", "--own").stdout.splitlines()) == len(stored) - 2
    out = scratch / "out.jsonl"
    done = filled.cli("export", "events", "--output", out)
    assert done.stdout == ""
    assert [row["messageId"] for row in map(json.loads, out.read_text().splitlines()) if row["_patron"]["source_id"]] == ["a", "b", "c"]
    assert filled.cli("export", "events", "--since", "yesterday", check=False).returncode in (1, 2)
    assert filled.cli("export", "events", "--output", scratch / "no" / "such", check=False).returncode == 1
    row = filled.export()[0]
    assert filled.cli("export", "events", "--source", "web", "--until", row["receivedAt"]).stdout == ""


def test_export_into_a_closed_pipe_ends(filled):
    """patron export | head"""
    done = subprocess.run(f"'{PATRON}' --data '{filled.data}' export events | head -c 10", shell=True, capture_output=True, timeout=20,
                          env=CLEAN_ENV, check=False)
    assert len(done.stdout) == 10


def test_export_to_a_full_device_fails(filled):
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([str(PATRON), "--data", str(filled.data), "export", "events"], stdout=full, stderr=subprocess.PIPE,
                              timeout=20, env=CLEAN_ENV, check=False)
    assert done.returncode == 1 and done.stderr.strip()


def test_tail_shows_events_as_they_come_and_goes_on_after_a_restart(filled):
    process = subprocess.Popen([str(PATRON), "--data", str(filled.data), "--json", "tail", "--source", "web"],
                               stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL, env=CLEAN_ENV)
    try:
        time.sleep(0.5)
        key = json.loads(filled.cli("source", "list", "--json").stdout)["data"][0]["write_key"]
        filled.send_ok([track("tailed")], key)
        assert json.loads(process.stdout.readline())["messageId"] == "tailed"
        filled.restart()
        filled.send_ok([track("after")], key)
        assert json.loads(process.stdout.readline())["messageId"] == "after"
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(10) in (0, 130, -signal.SIGINT)


def test_view_rebuild(filled):
    before = filled.api("GET", "/api/v1/stats/sources").json()
    for view in json.loads(filled.cli("status", "--json").stdout)["views"]:
        filled.cli("view", "rebuild", view["name"])
    time.sleep(0.2)
    assert filled.wait_views().api("GET", "/api/v1/stats/sources").json() == before
    assert len(filled.cli_json("quarantine", "list")["data"]) == 1
    assert filled.cli("view", "rebuild", "nosuch", check=False).returncode == 1


def test_rebuilding_the_quarantine_view_does_not_open_a_second_redrive(filled):
    """What was redriven stands in the log, so a view made anew knows it."""
    patch = '{"type":"track","userId":"u","event":"Fixed"}'
    body = {"positions": [filled.quarantine()[0]["_patron"]["position"]], "patch": patch}
    assert filled.api("POST", "/api/v1/quarantine/redrive", body).json()["redriven"] == 1
    filled.cli("view", "rebuild", "quarantine")
    assert filled.api("POST", "/api/v1/quarantine/redrive", body).json()["redriven"] == 0
    filled.wait_views()
    assert filled.api("POST", "/api/v1/quarantine/redrive", body).json()["redriven"] == 0
    assert len(filled.export()) == 3


def test_control_characters_of_events_do_not_reach_the_terminal(filled):
    """A client must not write escape sequences onto an operator's screen."""
    source = filled.add_source("evil")
    filled.send_ok([track("e", "\x1b[2J\x1b]0;owned\x07", user="\x9b31m")] * 2 + [{"type": "\x1b[31m", "userId": "u"}], source["write_key"])
    filled.wait_views()
    for command in (["stats"], ["quarantine", "list"], ["source", "list"], ["status"]):
        text = filled.cli(*command).stdout
        assert "\x1b" not in text and "\x9b" not in text, command


WRONG = [[], ["nosuch"], ["source"], ["source", "add"], ["source", "add", "a", "b"], ["export"], ["export", "events", "--nosuch"],
         ["import"], ["quarantine", "redrive"], ["stats", "extra"], ["source", "list", "--role", "admin"], ["export", "events", "--from"]]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_usage_is_2_with_a_line_on_stderr(shared, words):
    done = shared.patron.cli(*words, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("patron: ")


def test_help_of_everything(shared):
    text = shared.patron.cli("--help").stdout
    assert "import FILE" in text and "exit codes" in text
    assert "--rejects" in shared.patron.cli("import", "--help").stdout


def test_a_server_that_is_not_there(scratch):
    done = subprocess.run([str(PATRON), "--url", "http://127.0.0.1:9", "--token", "x", "source", "list"], capture_output=True, text=True,
                          timeout=20, env=CLEAN_ENV, check=False)
    assert done.returncode == 1 and done.stderr.startswith("patron: ")


def test_a_wrong_token(shared):
    done = subprocess.run([str(PATRON), "--url", shared.patron.base, "--token", "wrong", "source", "list"], capture_output=True, text=True,
                          timeout=20, env=CLEAN_ENV, check=False)
    assert done.returncode == 1 and "token" in done.stderr


def test_commands_side_by_side_without_a_daemon(patron):
    """Each serves itself from the folder in turn: none is lost, whatever the order; one that finds it taken says so."""
    patron.add_source("first")
    patron.stop()
    running = [subprocess.Popen([str(PATRON), "--data", str(patron.data), "source", "add", f"s{i}"], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, env=patron.env) for i in range(6)]
    done = [(process.communicate(timeout=30), process.returncode) for process in running]
    added = {f"s{i}" for i, (_, code) in enumerate(done) if code == 0}
    assert all(code in (0, 1) for _, code in done), done
    assert all(errors.strip() for (_, errors), code in done if code == 1), done
    patron.start()
    names = {row["name"] for row in json.loads(patron.cli("source", "list", "--json").stdout)["data"]}
    assert names == added | {"first"} and added
