# SPDX-License-Identifier: Apache-2.0
"""A data folder and whose it is: root in the folder of a service, and a folder whose key is gone."""
import os
import pathlib
import shutil
import subprocess

import pytest
from harness.load import track
from harness.patron import PATROND

UID = GID = 65534  # nobody's: of every system
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, who is what this is about")


def give_away(patron):
    """The folder, and the way to it, to the user."""
    patron.folder.parent.chmod(0o711)
    patron.folder.chmod(0o711)
    patron.data.mkdir(mode=0o700, exist_ok=True)
    for path in [patron.data, *patron.data.rglob("*")]:
        os.chown(path, UID, GID)


def owners(patron):
    return {(path.lstat().st_uid, path.lstat().st_gid) for path in [patron.data, *patron.data.rglob("*")]}


def said(patron):
    return patron.stderr().replace("\\", "")


@needs_root
@pytest.mark.sqlite_only("a PostgreSQL server of the tests' own takes nobody's word")
def test_root_in_a_folder_of_a_service(make_patron):
    patron = make_patron(wrapper=["setpriv", f"--reuid={UID}", f"--regid={GID}", "--clear-groups"])
    give_away(patron)
    assert patron.cli("source", "add", "shop", "--json").stderr == ""
    assert owners(patron) == {(UID, GID)}
    loud = patron.cli("source", "list", "--verbose").stderr
    assert loud.count("\n") == 1 and f"(uid {UID}), who owns the data folder" in loud
    assert patron.cli("doctor", check=False).stderr.count("\n") <= 1
    assert owners(patron) == {(UID, GID)}
    done = subprocess.run([*patron.wrapper, "test", "-x", str(PATROND)], check=False)
    if done.returncode == 0:  # the build's own folder may be closed to the user
        patron.start()
        assert patron.cli("source", "list", "--verbose").stderr == ""  # the daemon answers: nothing to become
        assert patron.cli_json("source", "list")["data"][0]["name"] == "shop"


@needs_root
def test_the_daemon_of_root_keeps_out_of_anothers_folder(make_patron):
    patron = make_patron(settings={"diag-file": "own.log"})
    give_away(patron)
    patron.spawn()
    assert patron.process.wait(15) == 1
    assert f"(uid {UID}): start as that user, not as root" in said(patron)
    assert list(patron.data.iterdir()) == [] and not (patron.folder / "own.log").exists()
    patron.process = None


@needs_root
@pytest.mark.sqlite_only("files alone")
def test_restore_says_whose_the_folder_is(make_patron):
    patron, other, third = make_patron(), make_patron(), make_patron()
    patron.start()
    backup = other.folder / "backup.ptb"
    patron.cli("backup", backup)
    backup.chmod(0o644)
    give_away(other)
    assert other.cli_json("restore", backup, "--no-erasure-register")["owner_uid"] == UID
    assert owners(other) == {(UID, GID)}
    assert "owner    root (uid 0): chown -R it" in third.cli("restore", backup, "--no-erasure-register").stdout
    patron.stop()


def test_a_lost_key_beside_a_log(make_patron):
    patron = make_patron().start()
    patron.send_ok([track("a")], patron.add_source()["write_key"])
    patron.stop()
    key = (patron.data / "secret.key").read_bytes()
    (patron.data / "secret.key").unlink()
    for path in patron.data.glob("core.db*"):
        path.rename(patron.folder / path.name)
    patron.spawn()
    assert patron.process.wait(15) == 1
    assert "secret.key\" is missing from a folder in use" in said(patron)
    assert not (patron.data / "secret.key").exists()
    for path in patron.folder.glob("core.db*"):
        path.rename(patron.data / path.name)
    (patron.data / "secret.key").write_bytes(key)
    patron.start()
    assert [event["messageId"] for event in patron.export()] == ["a"]


@pytest.mark.postgres_only
def test_a_lost_folder_beside_a_schema(make_patron):
    patron = make_patron().start()
    patron.add_source()
    patron.stop()
    kept = pathlib.Path(patron.folder / "kept")
    patron.data.rename(kept)
    for _ in range(2):  # the first refusal leaves nothing that lets the second start pass
        patron.spawn()
        assert patron.process.wait(15) == 1
        assert f"the database of sql.url is in use and \"{patron.data}/secret.key\" is missing" in said(patron)
        assert not (patron.data / "secret.key").exists()
    shutil.rmtree(patron.data)
    kept.rename(patron.data)
    patron.start()


def test_a_disk_made_for_the_log_is_no_log(make_patron):
    patron = make_patron()
    (patron.data / "log/lost+found").mkdir(parents=True)
    patron.start()
    patron.send_ok([track("a")], patron.add_source()["write_key"])
    assert len(patron.export()) == 1
