# SPDX-License-Identifier: Apache-2.0
"""Files that were damaged, lost or cut behind the daemon's back: named clearly, rebuilt where they are views, never skipped."""
import json
import pathlib
import socket

import pytest
from harness.load import RetryingClient, track
from harness.patron import DaemonFailed

ROWS = 6000


@pytest.fixture
def full(patron):
    """A stopped daemon with events in hot segments and in the archive."""
    patron.source = patron.add_source()
    for batch in range(ROWS // 500):
        patron.send_ok([track(f"d{batch}-{i}", pad="%05d" % i * 60) for i in range(500)], patron.source["write_key"])
    patron.restart()  # closes what can be archived
    assert len(patron.export()) == ROWS
    patron.stop()
    return patron


def files(patron, pattern):
    found = sorted((patron.data).rglob(pattern))
    assert found, f"no {pattern} in {[str(p) for p in patron.data.rglob('*')]}"
    return found


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at if at >= 0 else len(data) + at] ^= 0x55
    path.write_bytes(data)


def start_fails(patron):
    patron.spawn()
    assert patron.process.wait(15) == 1
    patron.process = None
    return patron.stderr()


def outcome(patron):
    """Either the start is refused, or every read of the damaged part fails. Returns what people are told."""
    patron.spawn()
    try:
        patron.wait_ready()
    except AssertionError:
        assert patron.process.wait(15) == 1
        patron.process = None
        return patron.stderr()
    done = patron.cli("export", "events", "--json", check=False)
    rows = [line for line in done.stdout.split("\n") if line]
    assert done.returncode == 1, f"{len(rows)} of {ROWS} rows exported with exit 0\n{patron.stderr()}"
    return done.stderr + patron.stderr()


@pytest.mark.parametrize("part", [0.001, 0.3, 0.7, 0.999], ids=["start", "third", "two thirds", "end"])
def test_a_damaged_archive_is_never_skipped(full, part):
    archive = files(full, "*.pta")[0]
    flip(archive, int(archive.stat().st_size * part))
    assert archive.name in outcome(full)


def test_a_cut_archive_is_never_skipped(full):
    archive = files(full, "*.pta")[0]
    with open(archive, "r+b") as f:
        f.truncate(archive.stat().st_size // 2)
    assert archive.name in outcome(full)


def test_a_lost_archive_is_never_skipped(full):
    """Where hot segments still hold it all, all is read; else it is an error, never a shorter history."""
    for archive in files(full, "*.pta"):
        archive.unlink()
    try:
        outcome(full)
    except AssertionError:
        assert len(full.export()) == ROWS


@pytest.mark.sqlite_only(reason="SQLite's file; PostgreSQL's schema: test_postgres")
def test_lost_views_are_made_anew(full):
    full.start()
    before = full.wait_views().api("GET", "/api/v1/stats/sources").json()
    full.stop()
    for file in files(full, "views.db*"):
        file.unlink()
    full.start()
    assert full.wait_views().api("GET", "/api/v1/stats/sources").json() == before


@pytest.mark.sqlite_only(reason="damages SQLite's file")
def test_damaged_views_are_named_or_made_anew(full):
    database = files(full, "views.db")[0]
    database.write_bytes(b"not a database at all" * 1000)
    full.spawn()
    try:
        full.wait_ready()
    except AssertionError:
        full.process = None
        assert "views.db" in full.stderr()
        return
    assert len(full.export()) == ROWS


def test_damaged_dedupe_is_named_and_can_be_deleted(full):
    """An id that cannot be looked up is refused with 503, not taken on trust; whoever runs the server is told, the client not
    where its files lie; and with the folder deleted the ids are read from the log again."""
    runs = files(full, "*.ids")
    flip(runs[0], runs[0].stat().st_size // 2)
    again = [track(f"d0-{i}", pad="%05d" % i * 60) for i in range(500)]
    full.spawn()
    try:
        full.wait_ready()
        answer = full.send(again, full.source["write_key"])
        assert answer.status == 503, answer
        assert str(full.data) not in answer.text
        full.stop()
    except DaemonFailed:
        full.process = None
    assert "dedupe" in full.stderr()
    for file in runs[0].parent.iterdir():
        file.unlink()
    full.start()
    full.send_ok(again, full.source["write_key"])
    assert len(full.export()) == ROWS


def test_an_unfinished_archive_file_is_swept(full):
    """What a crash left behind half written is not read, and goes."""
    stray = pathlib.Path(files(full, "*.pta")[0].parent) / "arc-9999999999999999.pta.tmp"
    stray.write_bytes(b"\x00" * 1000)
    full.start()
    assert len(full.export()) == ROWS


@pytest.mark.sqlite_only(reason="damages SQLite's file")
def test_a_damaged_core_database_is_named(full):
    files(full, "core.db")[0].write_bytes(b"garbage" * 1000)
    assert "core.db" in start_fails(full)


def test_a_folder_that_cannot_be_written(patron, scratch):
    blocked = scratch / "file"
    blocked.write_text("not a folder")
    patron.stop()
    patron.data = blocked
    assert str(blocked) in start_fails(patron)


def test_few_descriptors(make_patron):
    """At the limit of open files it refuses or waits, keeps what it has promised, and recovers."""
    patron = make_patron(wrapper=["sh", "-c", 'ulimit -n 80; exec "$@"', "sh"]).start()
    key = patron.add_source()["write_key"]
    patron.send_ok([track("before")], key)
    held = []
    for _ in range(150):
        try:
            held.append(socket.create_connection(("127.0.0.1", patron.port), timeout=2))
        except OSError:
            break
    for s in held:
        s.close()
    RetryingClient(patron.base, key).deliver([track(f"after-{i}", pad="x" * 900) for i in range(3000)])
    assert len(patron.export()) == 3001
    patron.stop()


@pytest.mark.sqlite_only(reason="the bar holds on SQLite (decision 18)")
def test_ready_and_small_when_empty(make_patron):
    """Decision 25: an empty server, with its defaults, is ready in 0.5 s and holds at most 60 MiB."""
    patron = make_patron()
    patron.settings = {}
    patron.spawn()
    ready_s = patron.wait_ready()
    maps = pathlib.Path(f"/proc/{patron.pid}/maps").read_text()
    if "libasan" in maps or "libtsan" in maps:
        pytest.skip("a sanitizer's own memory and time")
    status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{patron.pid}/status").read_text().splitlines())
    resident_kib = sum(int(status[name].split()[0]) for name in ("RssAnon", "RssShmem"))
    print(f"ready after {ready_s * 1000:.0f} ms, {resident_kib} KiB resident")
    assert ready_s < 0.5 and resident_kib <= 60 * 1024
    told = json.loads(patron.cli("status", "--json").stdout)["resident_bytes"] // 1024
    assert abs(told - resident_kib) < 20 * 1024
