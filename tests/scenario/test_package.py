# SPDX-License-Identifier: Apache-2.0
"""The Debian package: what is in it, that it is the same twice, and that what lies in it runs."""
import hashlib
import os
import pathlib
import re
import shutil
import stat
import subprocess

import pytest
from harness.patron import CLEAN_ENV, PATROND, ROOT, Patron

PACKAGING = ROOT / "packaging"
EXPOSURE_MAX = 1.5


def needs(*tools):
    missing = [tool for tool in tools if shutil.which(tool) is None]
    return pytest.mark.skipif(bool(missing), reason=f"there is no {' '.join(missing)}")


def output(*command, **kw):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, timeout=120, **kw).stdout


def build_package(folder):
    env = {**CLEAN_ENV, "SOURCE_DATE_EPOCH": "1700000000"}
    return pathlib.Path(output(PACKAGING / "deb.sh", PATROND.parents[2], folder, env=env).strip())


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    if shutil.which("dpkg-shlibdeps") is None:
        pytest.skip("there is no dpkg-shlibdeps (package dpkg-dev)")
    if b"AddressSanitizer" in PATROND.read_bytes():
        pytest.skip("only the plain build is packaged")
    return build_package(tmp_path_factory.mktemp("deb"))


@pytest.fixture(scope="module")
def root(package, tmp_path_factory):
    """The package's files, unpacked as dpkg would."""
    folder = tmp_path_factory.mktemp("root")
    output("dpkg-deb", "-x", package, folder)
    return folder


@pytest.fixture(scope="module")
def scripts(package, tmp_path_factory):
    folder = tmp_path_factory.mktemp("control")
    output("dpkg-deb", "-e", package, folder)
    return folder


def test_equal_binaries_make_equal_packages(package, tmp_path):
    again = build_package(tmp_path)
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(package.read_bytes()).digest()


WANT = {
    "usr/bin/patrond": 0o755, "usr/bin/patron": 0o755, "lib/systemd/system/patron.service": 0o644,
    "etc/patron/patron.conf": 0o640, "etc/patron/tls": 0o750, "etc/logrotate.d/patron": 0o644,
    "usr/share/man/man8/patrond.8.gz": 0o644, "usr/share/man/man1/patron.1.gz": 0o644,
    "usr/share/doc/patron/copyright": 0o644, "usr/share/doc/patron/changelog.gz": 0o644,
    "usr/share/doc/patron/operate/install.md": 0o644, "usr/share/doc/patron/operate/settings.md": 0o644,
}


@pytest.mark.parametrize("path", WANT)
def test_files_and_modes(root, path):
    assert stat.S_IMODE((root / path).stat().st_mode) == WANT[path]


def test_nothing_may_be_written_by_others_or_changes_user(package):
    for line in output("dpkg-deb", "-c", package).splitlines():
        mode, owner = line.split()[:2]
        assert owner == "root/root" and mode[8] != "w" and "s" not in mode and "t" not in mode, line


def test_control_fields(package, scripts):
    fields = dict(line.split(": ", 1) for line in output("dpkg-deb", "-f", package).splitlines() if not line.startswith(" "))
    assert fields["Version"] == output(PATROND, "--version").split()[1]
    assert fields["Architecture"] == output("dpkg", "--print-architecture").strip()
    for library in ("libc6", "libssl3", "libsqlite3-0", "libzstd1", "zlib1g", "libutf8proc2"):
        assert re.search(rf"\b{library}\b \(>= ", fields["Depends"]), fields["Depends"]
    assert int(fields["Installed-Size"]) > 500
    assert (scripts / "conffiles").read_text().split() == ["/etc/patron/patron.conf", "/etc/logrotate.d/patron"]


def test_checksums_cover_every_file(root, scripts):
    sums = dict(reversed(line.split("  ", 1)) for line in (scripts / "md5sums").read_text().splitlines())
    files = {str(path.relative_to(root)): path for path in root.rglob("*") if path.is_file()}
    assert sums.keys() == files.keys()
    for name, path in files.items():
        assert hashlib.md5(path.read_bytes()).hexdigest() == sums[name]


def test_binaries_are_stripped_and_hardened(root):
    for name in ("patrond", "patron"):
        path = root / "usr/bin" / name
        headers = output("readelf", "-W", "-h", "-l", "-d", "-S", path)
        assert ".debug_info" not in headers and ".symtab" not in headers
        assert "DYN (" in headers and "GNU_RELRO" in headers and re.search(r"BIND_NOW|FLAGS_1.*NOW", headers)
        assert re.search(r"GNU_STACK.* RW +0x", headers)
        assert "RPATH" not in headers and "RUNPATH" not in headers


def test_symbols_fit_the_binaries(package, root, tmp_path):
    symbols, = package.parent.glob("patron-dbgsym_*.deb")
    output("dpkg-deb", "-x", symbols, tmp_path)
    for name in ("patrond", "patron"):
        build_id = re.search(r"Build ID: (\w+)", output("readelf", "-n", root / "usr/bin" / name))[1]
        debug = tmp_path / "usr/lib/debug/.build-id" / build_id[:2] / f"{build_id[2:]}.debug"
        assert ".debug_info" in output("readelf", "-W", "-S", debug)


@pytest.mark.parametrize("script", ["postinst", "prerm", "postrm"])
def test_scripts_are_plain_shell(scripts, script):
    path = scripts / script
    assert path.stat().st_mode & 0o111 and path.read_text().startswith("#!/bin/sh\n") and "set -e" in path.read_text()
    output("sh", "-n", path)


def test_the_packaged_daemon_runs_with_the_packaged_settings(root, scratch):
    """The settings file as it is, but for the two places that belong to the machine."""
    text = (root / "etc/patron/patron.conf").read_text()
    patron = Patron(scratch / "p", settings={})
    config = scratch / "patron.conf"
    config.write_text(text.replace("/var/lib/patron", str(patron.data)).replace("127.0.0.1:8080", f"127.0.0.1:{patron.port}"))
    patron.settings = {}
    patron.command = lambda: [str(root / "usr/bin/patrond"), "--config", str(config)]
    try:
        patron.start()
        assert str(patron.data) in text.replace("/var/lib/patron", str(patron.data))
        done = subprocess.run([root / "usr/bin/patron", "--data", patron.data, "status"], env=CLEAN_ENV, timeout=20, check=False)
        assert done.returncode == 0
        patron.stop()
    finally:
        patron.discard()


def test_every_commented_setting_is_one(root):
    known = set(re.findall(r"^([a-z0-9_.]+) = ", output(PATROND, "--help"), re.MULTILINE))
    used = set(re.findall(r"^#?([a-z0-9_.]+) = ", (root / "etc/patron/patron.conf").read_text(), re.MULTILINE))
    assert {"data", "tls.key", "diag.file"} <= used <= known


@needs("man")
def test_man_pages_hold_every_setting_command_and_option(root):
    env = {**CLEAN_ENV, "MANWIDTH": "500", "LC_ALL": "C.UTF-8"}

    def page(name):
        done = subprocess.run(["man", "--warnings", "-l", str(root / "usr/share/man" / name)], capture_output=True, text=True,
                              timeout=60, env=env, check=True)
        assert not done.stderr, done.stderr
        return re.sub(r"\s+", " ", done.stdout)

    daemon, command = page("man8/patrond.8.gz"), page("man1/patron.1.gz")
    for key, about in re.findall(r"^([a-z0-9_.]+) = .*\)  (.*)$", output(PATROND, "--help"), re.MULTILINE):
        assert f" {key} {about}." in daemon, key
    listed = [line for line in output(PATROND.with_name("patron"), "--help").splitlines() if line.startswith("  ")]
    assert len(listed) > 20
    for line in listed:
        assert " ".join(line.split()) in command, line
    assert "--historical" in command


@needs("systemd-analyze")
def test_the_unit_is_valid_and_sandboxed(root, tmp_path):
    unit = tmp_path / "patron.service"
    text = (root / "lib/systemd/system/patron.service").read_text()
    unit.write_text(text.replace("/usr/bin/patrond", str(root / "usr/bin/patrond")).replace("man:patrond(8) ", ""))
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False)
    about_us = [line for line in done.stderr.splitlines() if "patron" in line and "Failed to create" not in line]
    assert not about_us
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)], capture_output=True, text=True,
                          timeout=60, check=False)
    score = float(re.search(r"exposure level for patron.service: ([\d.]+)", done.stdout)[1])
    print(f"systemd-analyze security: {score}")
    assert score <= EXPOSURE_MAX


@needs("logrotate")
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: logrotate changes user")
def test_logrotate_takes_the_file(root, tmp_path):
    log = tmp_path / "patrond.log"
    log.write_text("line\n" * 100)
    config = tmp_path / "logrotate"
    text = (root / "etc/logrotate.d/patron").read_text().replace("/var/log/patron", str(tmp_path))
    config.write_text(text.replace("su patron patron", "su root root"))
    config.chmod(0o644)
    output("logrotate", "-s", tmp_path / "state", "-f", config)
    assert not log.exists() and (tmp_path / "patrond.log.1").read_text() == "line\n" * 100


@needs("hadolint")
def test_the_dockerfile_has_no_findings():
    output("hadolint", PACKAGING / "docker/Dockerfile")


def test_the_dockerfile_copies_what_the_package_makes():
    """Built and run by tests/soak/container.py; here its paths, user and port are those of the package and the settings."""
    text = (PACKAGING / "docker/Dockerfile").read_text()
    assert "RUN ./dev package" in text and "/src/build/package/patron_*.deb" in text
    stages = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert stages == ["debian:12", "debian:12-slim"]
    assert "USER patron" in text.split("FROM")[-1] and "HEALTHCHECK" in text
    package = re.search(r"^cmd_package\(\).*?^}", (ROOT / "dev").read_text(), re.MULTILINE | re.DOTALL)[0]
    assert "build/package" in package
