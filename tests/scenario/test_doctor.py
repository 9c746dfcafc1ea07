# SPDX-License-Identifier: Apache-2.0
"""patron doctor says what is wrong and what to do; patron config check names each wrong line."""
import json
import os
import time

import pytest
from harness.load import track


def doctor(patron, *flags):
    done = patron.cli("doctor", "--json", *flags, check=False)
    report = json.loads(done.stdout)
    assert done.returncode == (0 if report["ok"] else 1)
    return report


def states(report):
    worst = {}
    for finding in report["findings"]:
        order = ["skipped", "ok", "warn", "bad"]
        old = worst.get(finding["check"], "skipped")
        worst[finding["check"]] = max(old, finding["state"], key=order.index)
    return worst


@pytest.fixture
def full(patron):
    patron.source = patron.add_source()
    for batch in range(8):
        patron.send_ok([track(f"d{batch}-{i}", pad="%05d" % i * 60) for i in range(500)], patron.source["write_key"])
    return patron


def test_a_running_server_is_asked(full, engine):
    report = doctor(full)
    found = states(report)
    assert report["ok"] and found["sql"] == ("ok" if engine == "sqlite" else "skipped") and found["daemon.log"] == "ok" and found["log"] == "skipped", report


def test_a_stopped_folder_is_read(full):
    full.stop()
    before = {p: p.read_bytes() for p in sorted((full.data / "log").iterdir())}
    report = doctor(full, "--deep")
    found = states(report)
    assert report["ok"] and found["log"] == "ok" and found["dedupe"] == "ok"
    assert {p: p.read_bytes() for p in sorted((full.data / "log").iterdir())} == before
    assert "every payload read" in next(f["text"] for f in report["findings"] if f["check"] == "log")


def flip_at(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 0x41
    path.write_bytes(data)


@pytest.mark.sqlite_only("looks at files")
@pytest.mark.parametrize("pattern, part, flags, check", [
    ("log/arc-*.pta", 0.999, [], "log"),
    ("log/arc-*.pta", 0.3, ["--deep"], "log"),
    ("log/hot-*.seg", None, [], "log"),
    ("dedupe/run-*.ids", 0.999, [], "dedupe"),
    ("core.db", 0.0, [], "sql"),
], ids=["archive index", "archive payload", "hot segment", "dedupe", "core.db"])
def test_damage_is_found(full, pattern, part, flags, check):
    full.restart()  # so that dedupe has a run
    for i in range(3):  # rounds of their own, so that the one before is known to have been acknowledged
        full.send_ok([track(f"late-{i}")], full.source["write_key"])
    full.stop()
    files = sorted(full.data.glob(pattern))
    if pattern.endswith(".seg"):
        live = max(files, key=lambda path: int.from_bytes(path.read_bytes()[16:24], "little"))  # the newest generation
        flip_at(live, 4096 + 90)
    else:
        flip_at(files[0], int(files[0].stat().st_size * part))
    report = doctor(full, *flags)
    found = [f for f in report["findings"] if f["check"] == check and f["state"] == "bad"]
    assert not report["ok"] and found and found[0]["advice"], report


@pytest.mark.sqlite_only("looks at files")
def test_rights_strangers_and_leftovers(full):
    full.stop()
    (full.data / "letter.txt").write_text("x")
    (full.data / "secret.key").chmod(0o644)
    full.data.chmod(0o755)
    found = states(doctor(full))
    assert (found["orphans"], found["secret"], found["folder"]) == ("warn", "bad", "warn")
    (full.data / "restore-unfinished").write_text("x")
    assert states(doctor(full))["folder"] == "bad"
    full.process = None
    text = full.cli("doctor", check=False)
    assert text.returncode == 1 and "-> " in text.stdout


def test_bounds_come_from_the_settings(full):
    full.stop()
    conf = full.folder / "p.conf"
    conf.write_text("alert.disk_free_mib = 1000000000\n")
    done = full.cli("--config", conf, "doctor", "--json", check=False)
    assert states(json.loads(done.stdout))["disk"] == "bad"


def test_a_backup_is_old_when_twice_the_schedule_is_over(full):
    full.stop()
    kept, conf = full.folder / "kept", full.folder / "p.conf"
    kept.mkdir()
    (kept / "one.ptb").write_bytes(b"")
    for hours, more, state in ((1, "", "ok"), (3, "", "warn"), (3, "alert.backup_age_hours = 4\n", "ok")):
        conf.write_text(f"backup.dir = {kept}\nbackup.every_hours = 1\n{more}")
        os.utime(kept / "one.ptb", (time.time() - hours * 3600,) * 2)
        done = full.cli("--config", conf, "doctor", "--json", check=False)
        assert states(json.loads(done.stdout))["backup"] == state, (hours, more)


def test_config_check_names_every_wrong_line(full):
    conf = full.folder / "p.conf"
    conf.write_text('# fine\nlog.segment_mib = 64\nlog.segment_mb = 64\nlog.spare_segments = 65\nlisten\ndiag.json = maybe\n'
                    'log.segment_mib = 32\nlisten = "x\n')
    done = full.cli("config", "check", conf, check=False)
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and [line.split(":")[1] for line in lines] == ["3", "4", "5", "6", "7", "8"]
    assert "0..64" in lines[1] and "no setting" in lines[0]
    assert json.loads(full.cli("config", "check", conf, "--json", check=False).stdout)["troubles"] == lines
    conf.write_text("log.segment_mib = 64\n")
    assert full.cli("config", "check", conf).returncode == 0
    assert full.cli("config", "check", full.folder / "none.conf", check=False).returncode == 1
    assert full.cli("config", "check", check=False).returncode == 2
