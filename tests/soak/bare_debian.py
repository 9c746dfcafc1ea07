#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A fresh clone in a bare Debian 12 passes the two commands of the README.

usage: bare_debian.py [--root DIR] [--parts demo,test,package] [--quick] [--with-changes] [--mirror URL]
Makes a minimal root with debootstrap, gives it this machine's apt sources and certificates, clones the committed tree
into it (--with-changes: then copies what is not committed) and runs there, in namespaces of its own, `./dev demo` until it
answers, `./dev test`, and the life of the package: made, installed, started, purged. --quick stops `./dev test` before the
scenarios: install, both builds, linters and unit tests. Ends with one JSON line of seconds. Without root or debootstrap it
says so and ends with 77.
"""
import argparse
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

import debian_root
from proof import need

DEMO_S, TEST_S, PACKAGE_S = 1800, 5400, 1800
# the package's whole life; the service manager's part (its folders, its user) is done by hand here, by systemd in unit.py
PACKAGE_LIFE = """
./dev package
apt-get install -qq -y ./build/package/patron_*.deb
id patron
test "$(stat -c %a:%U:%G /etc/patron/tls)" = 750:root:patron
install -d -m 700 -o patron -g patron /var/lib/patron
setpriv --reuid=patron --regid=patron --clear-groups patrond --config /etc/patron/patron.conf --listen 127.0.0.1:@PORT@ &
for i in $(seq 200); do python3 -c 'import urllib.request as u; u.urlopen("http://127.0.0.1:@PORT@/readyz")' && break; sleep 0.1; done
patron --data /var/lib/patron status
patron --data /var/lib/patron source add web --json
kill %1
wait %1
echo "# mine" >>/etc/patron/patron.conf
apt-get install -qq -y --reinstall ./build/package/patron_*.deb
tail -1 /etc/patron/patron.conf | grep -q mine
apt-get purge -qq -y patron
test ! -e /usr/bin/patrond
test ! -e /etc/patron/patron.conf
test -e /var/lib/patron/core.db
apt-get install -qq -y ./build/package/patron_*.deb
PATRON_PURGE_DATA=yes apt-get purge -qq -y patron
test ! -e /var/lib/patron
"""


def make_root(root, mirror, with_changes):
    debian_root.make(root, mirror, ("ca-certificates", "git"))
    debian_root.clone(root / "home/patron", with_changes)


def inside(root, command, **kw):
    """Starts a shell command in the root, as the first process of its own namespaces: with it all others end."""
    script = (f"mount -t proc proc {root}/proc && mount --rbind /dev {root}/dev && mount -t tmpfs tmpfs {root}/dev/shm && "
              f"exec chroot {root} /bin/bash -c 'cd /home/patron && {command}'")
    env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8",
           **debian_root.network_env()}
    return subprocess.Popen(["unshare", "--mount", "--pid", "--fork", "--kill-child", "/bin/sh", "-c", script], env=env,
                            stdin=subprocess.DEVNULL, **kw)


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def demo(root, log):
    port = random.randint(20000, 32000)
    begin = time.monotonic()
    process = inside(root, f"DEMO_LISTEN=127.0.0.1:{port} exec ./dev demo", stdout=log, stderr=log)
    try:
        while not answers(f"http://127.0.0.1:{port}/readyz"):
            if process.poll() is not None or time.monotonic() - begin > DEMO_S:
                return None
            time.sleep(0.5)
        return time.monotonic() - begin
    finally:
        process.send_signal(signal.SIGKILL)  # and with it everything inside
        process.wait()


def test(root, log, quick):
    begin = time.monotonic()
    process = inside(root, "./dev test" + (" --collect-only" if quick else ""), stdout=log, stderr=log)
    try:
        return time.monotonic() - begin if process.wait(TEST_S) == 0 else None
    finally:
        process.kill()
        process.wait()


def package(root, log):
    begin = time.monotonic()
    life = PACKAGE_LIFE.replace("@PORT@", str(random.randint(20000, 32000)))
    (root / "tmp/package_life").write_text(f"set -eux\nexport DEBIAN_FRONTEND=noninteractive\n{life}")
    process = inside(root, "exec bash /tmp/package_life", stdout=log, stderr=log)
    try:
        return time.monotonic() - begin if process.wait(PACKAGE_S) == 0 else None
    finally:
        process.kill()
        process.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, help="a folder to keep and use again")
    parser.add_argument("--mirror", default=debian_root.MIRROR)
    parser.add_argument("--parts", default="demo,test,package")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--with-changes", action="store_true")
    args = parser.parse_args()
    need("bare Debian", "debootstrap", "unshare", "git")
    folder = args.root or pathlib.Path(tempfile.mkdtemp(prefix="patron-bare-"))
    folder.mkdir(parents=True, exist_ok=True)
    seconds, log_path = {}, folder.with_name(folder.name + ".log")
    try:
        begin = time.monotonic()
        make_root(folder, args.mirror, args.with_changes)
        seconds["root"] = time.monotonic() - begin
        with open(log_path, "wb") as log:
            steps = {"demo": demo, "test": lambda root, out: test(root, out, args.quick), "package": package}
            for part in args.parts.split(","):
                seconds[part] = steps[part](folder, log)
    finally:
        if args.root is None:
            shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps({name: value and round(value, 1) for name, value in seconds.items()}))
    if None in seconds.values():
        print(log_path.read_text(errors="replace")[-6000:])
        sys.exit(1)
    log_path.unlink()


if __name__ == "__main__":
    main()
