# SPDX-License-Identifier: Apache-2.0
"""Starting, settings, one daemon a folder, stopping."""
import subprocess
import time

import pytest
from harness.load import track
from harness.patron import CLEAN_ENV, PATROND, Patron


def run_patrond(*arguments):
    return subprocess.run([str(PATROND), *map(str, arguments)], capture_output=True, text=True, timeout=20, env=CLEAN_ENV, check=False)


def test_ready_fast_when_empty(make_patron):
    patron = make_patron(settings={})
    patron.settings = {}  # the defaults, 64 MiB segments included
    begin = time.monotonic()
    patron.start()
    print(f"ready after {time.monotonic() - begin:.3f} s")
    assert time.monotonic() - begin < 2


def test_a_second_daemon_on_the_folder_is_refused(patron, scratch):
    second = Patron(scratch / "second", data=patron.data)
    second.spawn()
    assert second.process.wait(10) == 1
    assert second.stderr().strip()
    assert patron.get("/readyz").status == 200


def test_a_port_in_use_is_an_error(patron, scratch):
    second = Patron(scratch / "second", port=patron.port)
    second.spawn()
    assert second.process.wait(10) == 1
    assert str(patron.port) in second.stderr()


def test_stale_socket_and_lock_of_a_killed_daemon_are_no_hindrance(patron):
    patron.kill9()
    assert patron.socket_path.exists()
    patron.start()
    assert patron.api("GET", "/api/v1/status").status == 200


def test_the_socket_is_gone_after_a_stop(patron):
    patron.stop()
    assert not patron.socket_path.exists()


WRONG = [["--nosuch", "1"], ["--log-segment-mib", "0"], ["--log-segment-mib", "1025"], ["--log-segment-mib", "x"], ["--listen", "nonsense"],
         ["stray"]]


@pytest.mark.parametrize("flags", WRONG, ids=[" ".join(flags) for flags in WRONG])
def test_wrong_usage_names_the_setting(scratch, flags):
    done = run_patrond("--data", scratch / "d", "--listen", "127.0.0.1:0", *flags)
    assert done.returncode in (1, 2)
    assert flags[-1].lstrip("-") in done.stderr or flags[0].lstrip("-").replace("-", ".", 1) in done.stderr, done.stderr


def test_no_data_folder_is_wrong_usage():
    assert run_patrond("--listen", "127.0.0.1:0").returncode == 2


def test_help_and_version():
    assert "log.segment_mib" in (text := run_patrond("--help").stdout) or "--log-segment-mib" in text
    assert run_patrond("--version").stdout.strip()


def test_precedence_flag_environment_file_default(make_patron, scratch):
    """Seen by what it does: the bound on streams answers 429 at one, two or three."""
    config = scratch / "patron.conf"
    config.write_text("# a comment\napi.streams = 1\n")

    def streams(patron):
        from harness.sse import Stream  # pylint: disable=import-outside-toplevel
        opened = [Stream("/api/v1/events/live", unix=patron.socket_path).open() for _ in range(5)]
        count = sum(stream.status == 200 for stream in opened)
        for stream in opened:
            stream.close()
        return count

    assert streams(make_patron(settings={"config": config}).start()) == 1
    assert streams(make_patron(settings={"config": config}, env={"PATRON_API_STREAMS": "2"}).start()) == 2
    assert streams(make_patron(settings={"config": config, "api-streams": "3"}, env={"PATRON_API_STREAMS": "2"}).start()) == 3


@pytest.mark.parametrize("line", ["nosuch.key = 1", "api.streams = 0", "api.streams", "api.streams = 1\napi.streams = 2"])
def test_config_errors_name_file_and_line(scratch, line):
    config = scratch / "patron.conf"
    config.write_text(f"# first\n{line}\n")
    done = run_patrond("--data", scratch / "d", "--listen", "127.0.0.1:0", "--config", config)
    assert done.returncode in (1, 2)
    assert "patron.conf" in done.stderr and ("2" in done.stderr or "3" in done.stderr)


def test_everything_is_as_it_was_after_a_restart(patron):
    source = patron.add_source()
    patron.send_ok([track(f"m{i}", pad="x" * 500) for i in range(5000)] + [{"type": "track", "userId": "u"}], source["write_key"])
    patron.wait_own(1)
    everything = lambda: [{**row, "profile_id": None} for row in patron.export("all", own=True, timeout=60)]  # whose it is, a view tells in its own time
    before = everything()
    patron.restart()
    assert everything() == before
    patron.send_ok([track("after")], source["write_key"])
    assert patron.export(timeout=60)[-1]["_patron"]["position"] == len(before)


def test_a_damaged_log_is_named_and_not_skipped(patron):
    """A bad record in the middle: the daemon refuses with file and offset instead of going on without it."""
    key = patron.add_source()["write_key"]
    for i in range(20):
        patron.send_ok([track(f"x{i}", marker=f"victim-{i}-" + "y" * 300)], key)
    patron.kill9()
    [segment] = [p for p in (patron.data / "log").rglob("*") if p.is_file() and b"victim-7-" in p.read_bytes()]
    data = bytearray(segment.read_bytes())
    at = data.index(b"victim-7-")
    data[at] ^= 0xFF
    segment.write_bytes(data)
    patron.spawn()
    assert patron.process.wait(15) == 1
    assert segment.name in patron.stderr()
    patron.process = None


def test_sim_clock_stamps_events(make_patron):
    patron = make_patron(settings={"clock": "sim", "clock-start": "2030-01-01T00:00:00Z", "clock-speed": "0"}).start()
    patron.send_ok([track("a")], patron.add_source()["write_key"])
    assert patron.export()[0]["receivedAt"] == "2030-01-01T00:00:00.000Z"
