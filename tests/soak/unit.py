#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The packaged service under a live systemd: installed, started, sandboxed, reloaded, restarted, upgraded, stopped, purged.

usage: unit.py [--build DIR] [--folder DIR] [--mirror URL]
Packs the build (build/) as a Debian package, makes a Debian 12 root with debootstrap, boots it with systemd-nspawn (a network
of its own, nothing registered with the machine's systemd) and does there what docs/operate says, looking after each step at
what systemd and the kernel say. --folder keeps the root and uses it again. Ends with 77 where it cannot run.
"""
import argparse
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import debian_root
from proof import Checks, need, output, run, skip, wait

NAME = "unit"
BOOT_S, READY_S, STOP_S = 90, 30, 10
EXPOSURE_MAX = 1.5
HARMLESS = {f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts/ptmx", "console")}
KILLS = 7  # more than systemd's own limit of starts, 5 in 10 s
INCLUDE = ("ca-certificates", "dbus", "logrotate", "openssl", "systemd", "systemd-sysv")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# run on the machine, in the network of the booted root; prints what the answer is
ASK = {
    "plain": """
import sys, urllib.request
print(urllib.request.urlopen("http://127.0.0.1:8080" + sys.argv[1], timeout=5).status)
""",
    "send": """
import base64, sys, urllib.request
key, body = sys.argv[1:]
head = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode(), "Content-Type": "application/json"}
print(urllib.request.urlopen(urllib.request.Request("http://127.0.0.1:8080/v1/batch", body.encode(), head), timeout=5).status)
""",
    "name": """
import socket, ssl, sys
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
with context.wrap_socket(socket.create_connection(("127.0.0.1", 8443), 5)) as s:
    pem = ssl.DER_cert_to_PEM_cert(s.getpeercert(True))
import subprocess
print(subprocess.run(["openssl", "x509", "-noout", "-subject"], input=pem, capture_output=True, text=True, check=True).stdout.split("=")[-1].strip())
""",
    # an open connection is asked before a line on stdin and after it
    "hold": """
import http.client, ssl, sys
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
one = http.client.HTTPSConnection("127.0.0.1", 8443, context=context, timeout=10)
one.connect()
one.auto_open = False
for _ in range(2):
    one.request("GET", "/readyz")
    answer = one.getresponse()
    answer.read()
    print(answer.status, flush=True)
    sys.stdin.readline()
""",
}


class Machine:
    """A root that systemd has booted."""

    def __init__(self, root, log):
        self.root = root
        command = ["systemd-nspawn", "--quiet", f"--directory={root}", "--boot", "--register=no", "--keep-unit", "--private-network",
                   "--machine=patron-soak", "--console=pipe", "--resolv-conf=off", "--timezone=off"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.leader = None

    def find_leader(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for pid in children.read_text().split() if self.process.poll() is None else []:
            if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "systemd":
                self.leader = int(pid)
        return self.leader

    def booted(self):
        return self.find_leader() and self.run("systemctl", "is-system-running")[1].strip() in ("running", "degraded")

    def enter(self, *command):
        return ["nsenter", f"--target={self.leader}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd=/",
                "env", "-i", f"PATH={PATH}", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", *map(str, command)]

    def run(self, *command, timeout_s=120):
        """(exit code, what it wrote)"""
        done = subprocess.run(self.enter(*command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=timeout_s, check=False)
        return done.returncode, done.stdout

    def must(self, *command):
        code, text = self.run(*command)
        if code != 0:
            raise RuntimeError(f"{' '.join(map(str, command))} ended with {code}: {text[-1500:]}\n{self.journal()}")
        return text.strip()

    def outside(self, script, *arguments):
        return ["nsenter", f"--target={self.leader}", "--net", sys.executable, "-c", ASK[script], *arguments]

    def ask(self, script, *arguments):
        """What the script prints; empty when it failed."""
        return subprocess.run(self.outside(script, *arguments), capture_output=True, text=True, check=False).stdout.strip()

    def show(self, *names):
        """Properties of the service as systemd holds them."""
        text = self.must("systemctl", "show", "patron.service", *[f"--property={name}" for name in names])
        return dict(line.split("=", 1) for line in text.splitlines())

    def pid(self):
        """The service's process as this machine counts it: the only patrond whose root is this one's."""
        inner = self.show("MainPID")["MainPID"]
        for status in pathlib.Path("/proc").glob("[0-9]*/status"):
            try:
                ids = re.search(r"^NSpid:\t(.*)$", status.read_text(), re.MULTILINE)[1].split()
                if ids[-1] == inner and len(ids) > 1 and (status.parent / "comm").read_text() == "patrond\n":
                    return int(ids[0])
            except (OSError, TypeError):
                continue
        return None

    def ready(self):
        return wait(lambda: self.ask("plain", "/readyz") == "200", READY_S)

    def patron(self, *command):
        return self.must("patron", "--data", "/var/lib/patron", *command)

    def events(self):
        return [line.split('"messageId":"')[1].split('"')[0] for line in self.patron("export", "events", "--json").splitlines()]

    def journal(self):
        return self.run("journalctl", "--no-pager", "--unit=patron.service", "--lines=40", "--output=cat")[1]

    def off(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)  # an orderly end of all services
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


# --- before the boot -----------------------------------------------------------------------------------------


def make_root(root, package, mirror):
    """What the package depends on is there already: the booted root has no network."""
    debian_root.make(root, mirror, INCLUDE)
    depends = output("dpkg-deb", "--field", package, "Depends")
    env = {"PATH": PATH, "DEBIAN_FRONTEND": "noninteractive", **debian_root.network_env()}
    run("chroot", root, "env", "PATRON_PURGE_DATA=yes", "dpkg", "--purge", "patron", env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for path in ("etc/patron", "var/log/journal"):  # of the run before
        shutil.rmtree(root / path, ignore_errors=True)
    run("chroot", root, "apt-get", "update", "-qq", env=env)
    run("chroot", root, "apt-get", "satisfy", "-qq", "-y", "--no-install-recommends", depends, env=env, stdout=subprocess.DEVNULL)
    shutil.copy2(package, root / "root/patron.deb")


# --- what is looked at ----------------------------------------------------------------------------------------


def install(one, check):
    code, text = one.run("dpkg", "-i", "/root/patron.deb")
    check("the package installs", code == 0, "" if code == 0 else text[-1500:])
    check.equal("active, enabled", [one.run("systemctl", word, "patron")[1].strip() for word in ("is-active", "is-enabled")],
                ["active", "enabled"])
    ready = one.ready()
    check("/readyz says 200", ready is not None, f"after {ready:.1f} s" if ready is not None else one.journal())


def unit_options(text):
    """[(name, value)] of the unit's part about the sandbox."""
    part = text.split("[Service]")[1].split("[Install]")[0].split("AmbientCapabilities")[1]
    return [tuple(line.split("=", 1)) for line in ("AmbientCapabilities" + part).splitlines() if "=" in line]


def in_force(one, check):
    """Each option as systemd holds it: a name it did not know would be missing here."""
    options = [(name, value) for name, value in unit_options(one.must("cat", "/lib/systemd/system/patron.service")) if name != "SystemCallFilter"]
    special = {"IPAddressAllow": {"any": "0.0.0.0/0 ::/0"}, "SystemCallErrorNumber": {"EPERM": "1"}}
    found = one.show(*[name for name, _ in options], "SystemCallFilter")
    wrong = []
    for name, value in options:
        values = {value, special.get(name, {}).get(value, value)}
        if " ".join(sorted(found.get(name, "missing").split())) not in {" ".join(sorted(v.split())) for v in values}:
            wrong.append(f"{name}={found.get(name, 'missing')}")
    check(f"{len(options)} options of the sandbox in force", not wrong, ", ".join(wrong))
    calls = found["SystemCallFilter"].split()
    check("system calls are listed", "read" in calls and not {"mount", "ptrace", "reboot", "init_module", "chroot"} & set(calls),
          f"{len(calls)} allowed")


def process_is_caged(one, check):
    """The same from the kernel's side."""
    pid = one.pid()
    if not check("the service's process", pid is not None):
        return
    status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    found = {name: int(status[name], 16 if name.startswith("Cap") else 10) for name in ("CapEff", "CapPrm", "CapBnd", "NoNewPrivs", "Seccomp")}
    check.equal("no capabilities, no new privileges, system calls filtered", found,
                {"CapEff": 0, "CapPrm": 0, "CapBnd": 0, "NoNewPrivs": 1, "Seccomp": 2})
    check("not root", "0" not in status["Uid"].split(), status["Uid"].split()[0])
    here, there = pathlib.Path(f"/proc/{one.leader}/uid_map").read_text(), pathlib.Path(f"/proc/{pid}/uid_map").read_text()
    check("users of its own", here != there, " / ".join(" ".join(line.split()) for line in there.splitlines()))
    uid = status["Uid"].split()[0]
    can = {}
    for path in ("/etc", "/usr/bin", "/var/lib", "/home", "/root", "/dev/shm", "/var/lib/patron", "/var/log/patron", "/tmp"):
        can[path] = writes(pid, uid, path)
    check.equal("folders it can write", sorted(path for path, true in can.items() if true), ["/dev/shm", "/tmp", "/var/lib/patron", "/var/log/patron"])
    seen = output("nsenter", f"--target={pid}", "--mount", "--pid", "setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "ls", "/proc").split()
    devices = output("nsenter", f"--target={pid}", "--mount", "find", "/dev", "-type", "b", "-o", "-type", "c").split()
    check("devices without hardware", set(devices) <= HARMLESS and "/dev/null" in devices, len(devices) if set(devices) <= HARMLESS else devices)
    check("nothing of /proc but processes, and none of another user", "1" not in seen and set(filter(str.isalpha, seen)) <= {"self"}, seen)


def writes(pid, uid, folder):
    """Whether a process of the service's user in its view of the files could make a file there."""
    script = f"t={folder}/.patron-soak; (: >$t) 2>/dev/null && rm $t"
    return subprocess.run(["nsenter", f"--target={pid}", "--mount", "setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "sh", "-c", script],
                          capture_output=True, check=False).returncode == 0


def exposure(one, check):
    text = one.run("systemd-analyze", "security", "patron.service", "--no-pager")[1]
    found = re.search(r"exposure level for patron.service: ([\d.]+)", text)
    score = float(found[1]) if found else None
    check(f"systemd-analyze security says at most {EXPOSURE_MAX}", score is not None and score <= EXPOSURE_MAX, score or text[-500:])
    said = one.run("systemd-analyze", "verify", "/lib/systemd/system/patron.service")[1].splitlines()
    check.equal("systemd-analyze verify", [line for line in said if "'man " not in line], [])  # no man in a small Debian


def add_data(one, check):
    key = re.search(r'"write_key":\s*"([^"]+)"', one.patron("source", "add", "web", "--json"))[1]
    body = '{"batch":[{"type":"track","event":"Order Completed","userId":"u","messageId":"%s"}]}'
    check.equal("intake takes an event", one.ask("send", key, body % "first"), "200")
    check.equal("it is exported", one.events(), ["first"])
    return lambda name: one.ask("send", key, body % name)


def certificate(one, name, mode, group):
    one.must("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", f"/CN={name}",
             "-keyout", "/etc/patron/tls/key.pem", "-out", "/etc/patron/tls/certificate.pem")
    for file in ("key.pem", "certificate.pem"):
        one.must("chmod", mode, f"/etc/patron/tls/{file}")
        one.must("chgrp", group, f"/etc/patron/tls/{file}")


def set_tls(one, folder):
    path = one.root / "etc/patron/patron.conf"
    kept = [line for line in path.read_text().splitlines() if not line.startswith("tls.")]
    names = {"etc": ("/etc/patron/tls/certificate.pem", "/etc/patron/tls/key.pem"),
             "credential": ("/run/credentials/patron.service/tls_certificate.pem", "/run/credentials/patron.service/tls_key.pem")}[folder]
    lines = ["tls.listen = 0.0.0.0:8443", f"tls.certificate = {names[0]}", f"tls.key = {names[1]}"]
    path.write_text("\n".join(kept + lines) + "\n")
    one.must("patron", "config", "check", "/etc/patron/patron.conf") if folder == "etc" else None


def reload(one, check):
    """docs/operate/tls.md, both ways to give the key."""
    certificate(one, "first", "640", "patron")
    set_tls(one, "etc")
    one.must("systemctl", "restart", "patron")
    one.ready()
    check.equal("certificate after a restart", one.ask("name"), "first")
    before = one.show("MainPID")["MainPID"]
    open_one = subprocess.Popen(one.outside("hold"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    open_one.stdout.readline()
    certificate(one, "second", "640", "patron")
    one.must("systemctl", "reload", "patron")
    check("a reload takes the new certificate", wait(lambda: one.ask("name") == "second", 5) is not None, one.ask("name"))
    check.equal("an open connection goes on", open_one.communicate("\n\n", timeout=20)[0].strip(), "200")
    check.equal("the process is the same", one.show("MainPID")["MainPID"], before)
    (one.root / "etc/patron/tls/key.pem").write_text("no key\n")
    one.run("systemctl", "reload", "patron")
    told = wait(lambda: "certificate not reloaded" in one.journal(), 5)
    check("a broken key changes nothing, and the journal says so", told is not None and one.ask("name") == "second")
    certificate(one, "third", "600", "root")
    set_tls(one, "credential")
    one.must("systemctl", "restart", "patron")
    one.ready()
    check.equal("a key that only root may read, as a credential", one.ask("name"), "third")
    certificate(one, "fourth", "600", "root")
    one.must("systemctl", "restart", "patron")
    one.ready()
    check.equal("renewed by a restart", one.ask("name"), "fourth")


def rotate(one, check):
    path = one.root / "etc/patron/patron.conf"
    path.write_text(path.read_text() + "diag.file = /var/log/patron/patrond.log\n")
    one.must("systemctl", "restart", "patron")
    one.ready()
    one.must("logrotate", "--force", "/etc/logrotate.d/patron")
    folder = one.root / "var/log/patron"
    check("logrotate: a new file is opened", wait((folder / "patrond.log").exists, 10) is not None and (folder / "patrond.log.1").exists(),
          sorted(p.name for p in folder.iterdir()))


def kill(one):
    """Seconds until another process answers."""
    before = one.show("MainPID")["MainPID"]
    one.must("systemctl", "kill", "--signal=KILL", "patron")
    return wait(lambda: one.show("MainPID")["MainPID"] not in (before, "0") and one.ask("plain", "/readyz") == "200", READY_S)


def wrong_settings(one, check):
    path = one.root / "etc/patron/patron.conf"
    good = path.read_text()
    path.write_text(good + "no.such.setting = 1\n")
    one.run("systemctl", "restart", "patron")
    time.sleep(3)
    found = one.show("ActiveState", "ExecMainStatus", "NRestarts")
    check("wrong settings are not tried again and again", (found["ActiveState"], found["ExecMainStatus"]) == ("failed", "2"), found)
    path.write_text(good)
    one.must("systemctl", "start", "patron")
    check("right again, it starts", one.ready() is not None)


def restarts(one, send, check):
    begin = time.monotonic()
    one.must("systemctl", "restart", "patron")
    one.ready()
    check("a restart keeps data", one.events() == ["first"], f"{time.monotonic() - begin:.1f} s until ready")
    check.equal("and keys", send("second"), "200")
    begin, up = time.monotonic(), [kill(one) for _ in range(KILLS)]
    check(f"killed {KILLS} times, it is started each time", None not in up, f"{time.monotonic() - begin:.1f} s")
    check.equal("with what was acknowledged", one.events(), ["first", "second"])
    wrong_settings(one, check)
    before = one.show("MainPID")["MainPID"]
    code, text = one.run("dpkg", "-i", "/root/patron.deb")
    one.ready()
    check("an upgrade restarts it and keeps settings", code == 0 and one.show("MainPID")["MainPID"] != before
          and "tls.listen = 0.0.0.0:8443" in (one.root / "etc/patron/patron.conf").read_text(), "" if code == 0 else text[-1000:])
    check.equal("and data", one.events(), ["first", "second"])


def stop(one, check):
    begin = time.monotonic()
    one.must("systemctl", "stop", "patron")
    taken = time.monotonic() - begin
    found = one.show("ActiveState", "Result", "ExecMainStatus", "ExecMainCode")
    check(f"a stop is clean, within {STOP_S} s", taken <= STOP_S and found == {"ActiveState": "inactive", "Result": "success", "ExecMainStatus": "0",
                                                                          "ExecMainCode": "1"}, f"{taken:.1f} s {found}")
    one.must("systemctl", "start", "patron")
    check("and it starts again", one.ready() is not None)


def purge(one, check):
    def there(*paths):
        return [path for path in paths if (one.root / path).exists()]

    files = ("usr/bin/patrond", "etc/patron/patron.conf", "etc/patron", "var/log/patron", "var/lib/patron/core.db")
    code, text = one.run("dpkg", "--remove", "patron")
    check.equal("removed: the service is stopped, settings and data stay", (code, one.run("systemctl", "is-active", "patron")[1].strip(), there(*files)),
                (0, "inactive", list(files[1:])))
    code, text = one.run("dpkg", "--purge", "patron")
    check("purged: the data stays, and it says so", code == 0 and there(*files[:2], files[3], files[4]) == [files[4]] and "the data in" in text,
          f"{there(*files)}")
    check("its key folder is the owner's", there("etc/patron") in ([], ["etc/patron"]), there("etc/patron/tls/key.pem"))
    check.equal("its user", one.run("id", "-un", "patron"), (0, "patron\n"))
    one.must("dpkg", "-i", "/root/patron.deb")
    one.ready()
    check.equal("installed again it finds its data", one.events(), ["first", "second"])
    code, text = one.run("env", "PATRON_PURGE_DATA=yes", "dpkg", "--purge", "patron")
    check("purged with PATRON_PURGE_DATA=yes: data and user are gone", code == 0 and there("var/lib/patron", "var/log/patron", "usr/bin/patrond") == []
          and one.run("id", "patron")[0] != 0, text[-500:] if code else "")
    check.equal("nothing failed is left", one.must("systemctl", "--failed", "--plain", "--no-legend"), "")


def live(one, check):
    install(one, check)
    in_force(one, check)
    process_is_caged(one, check)
    exposure(one, check)
    send = add_data(one, check)
    reload(one, check)
    rotate(one, check)
    restarts(one, send, check)
    stop(one, check)
    purge(one, check)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=debian_root.TREE / "build")
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--mirror", default=debian_root.MIRROR)
    args = parser.parse_args()
    need(NAME, "systemd-nspawn", "debootstrap", "nsenter", "dpkg-shlibdeps", "openssl")
    folder = args.folder or pathlib.Path(tempfile.mkdtemp(prefix="patron-unit-"))
    folder.mkdir(parents=True, exist_ok=True)
    check, one = Checks(NAME), None
    try:
        package = output(debian_root.TREE / "packaging/deb.sh", args.build, folder, stderr=subprocess.DEVNULL)
        make_root(folder / "root", package, args.mirror)
        with open(folder / "boot.log", "wb") as log:
            one = Machine(folder / "root", log)
            begin = time.monotonic()
            if wait(one.booted, BOOT_S) is None:
                print((folder / "boot.log").read_text(errors="replace")[-3000:])
                skip(NAME, "systemd does not boot on this machine")
            check("systemd has booted", True, f"{time.monotonic() - begin:.1f} s, {one.must('systemctl', '--version').splitlines()[0]}")
            try:
                live(one, check)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                check("the next step", False, error)
    finally:
        if one is not None:
            one.off()
        if args.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    check.end()


if __name__ == "__main__":
    main()
