# SPDX-License-Identifier: Apache-2.0
"""A minimal Debian 12 root by debootstrap, which reaches package servers as this machine does, and the tree to put into it."""
import os
import pathlib
import re
import shutil
import subprocess

from proof import run

TREE = pathlib.Path(__file__).resolve().parents[2]
MIRROR = "http://deb.debian.org/debian"
# what a machine needs to reach its package servers; everything else must come from the tree itself
APT = ["sources.list", "sources.list.d", "apt.conf", "apt.conf.d", "preferences.d", "keyrings", "trusted.gpg.d", "auth.conf.d"]
NETWORK = re.compile(r"(https?|ftp|all|no)_proxy$|PIP_(INDEX_URL|EXTRA_INDEX_URL|CERT|DEFAULT_TIMEOUT)$|"
                     r"(SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS|npm_config_registry)$", re.IGNORECASE)


def network_env():
    return {name: value for name, value in os.environ.items() if NETWORK.match(name)}


def debian_only(folder):
    """Other makers' package sources are no part of a bare Debian."""
    for path in (folder / "etc/apt/sources.list.d").glob("*"):
        if "debian.org" not in path.read_text(errors="replace") and "/debian" not in path.read_text(errors="replace"):
            path.unlink()


def copy_settings(root):
    (root / "etc/apt/sources.list").unlink(missing_ok=True)
    for name in APT:
        source, target = pathlib.Path("/etc/apt") / name, root / "etc/apt" / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True)
        elif source.exists():
            shutil.copy2(source, target)
    debian_only(root)
    for authority in pathlib.Path("/usr/local/share/ca-certificates").glob("*.crt"):
        (root / "usr/local/share/ca-certificates").mkdir(parents=True, exist_ok=True)
        shutil.copy2(authority, root / "usr/local/share/ca-certificates")
    # Java's store is made of the links that this makes: when Java is installed or, where it is already, now, by a Java that asks /proc
    run("unshare", "--mount", "--pid", "--fork", "sh", "-c", f"mount -t proc proc {root}/proc && exec chroot {root} update-ca-certificates --fresh",
        stdout=subprocess.DEVNULL)
    for name in ("etc/resolv.conf", "etc/hosts", "etc/pip.conf", "etc/ssl/certs/ca-certificates.crt"):
        if pathlib.Path("/", name).exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(pathlib.Path("/", name), root / name)


def make(root, mirror=MIRROR, include=("ca-certificates",)):
    """Makes the root unless one is there; this machine's apt sources and certificates are copied anew each time."""
    if not (root / "usr/bin/apt-get").exists():
        run("debootstrap", "--variant=minbase", f"--include={','.join(include)}", "bookworm", root, mirror,
            stdout=subprocess.DEVNULL)
    root.chmod(0o755)  # a temporary folder is its owner's alone; in the root there are other users
    copy_settings(root)


def copy_changes(tree):
    """What is not committed: changed, new and deleted files."""
    listed = subprocess.run(["git", "ls-files", "-z", "--modified", "--others", "--deleted", "--exclude-standard"], cwd=TREE,
                            check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        source, target = TREE / name, tree / name
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
        else:
            target.unlink(missing_ok=True)


def clone(target, with_changes=False):
    """The committed tree as a fresh clone, and on request what is not committed on top of it."""
    shutil.rmtree(target, ignore_errors=True)
    run("git", "clone", "--quiet", "--no-local", TREE, target)
    if with_changes:
        copy_changes(target)
