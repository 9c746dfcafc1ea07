# SPDX-License-Identifier: Apache-2.0
"""A mail host of the tests' own: Debian's Postfix takes submissions and hands them to Debian's Dovecot, a temporary folder, never root.

As a program it starts one, runs a command with where it is in PATRON_TEST_MAIL_*, and stops it:
    mail.py COMMAND...        where they are not installed the command runs without the variables

Mail to PEOPLE lies in their INBOX; other domains are refused. Postfix believes to be root (its own user is told from
root's): uid_wrapper and nss_wrapper say so to it. Every login is over TLS but for the ports `*_clear`.
"""
import grp
import os
import pathlib
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time

if __package__:
    from .ca import Ca
else:
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
    from ca import Ca  # as a program

DOMAIN = "shop.example"
PEOPLE = {f"{name}@{DOMAIN}": f"{name}'s \"pass\\word" for name in ("desk", "anna", "other")}
SIZE_MAX = 20_000_000
PORTS = ("imap", "imaps", "imap_clear", "lmtp", "smtp", "smtps", "smtp_clear")
DOVECOT = "/usr/sbin/dovecot"
POSTFIX = "/usr/lib/postfix/sbin/master"
WRAPPERS = ("libnss_wrapper.so", "libuid_wrapper.so")
START_S = 30

DOVECOT_CONF = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 1
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
ssl_dh =
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mailbox_list_index = no
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imap_clear {{
    address = 127.0.0.1
    port = {imap_clear}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service auth {{
  unix_listener auth-postfix {{
    mode = 0666
  }}
}}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%n
}}
"""

MAIN_CF = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
default_privs = nobody
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C LD_PRELOAD UID_WRAPPER UID_WRAPPER_ROOT NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.{domain}
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
relay_domains =
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = static:all
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = {refusals}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {folder}/run/auth-postfix
smtpd_sasl_security_options = noanonymous
smtpd_peername_lookup = no
smtpd_tls_cert_file = {cert}
smtpd_tls_key_file = {key}
smtpd_tls_session_cache_database =
smtputf8_enable = no
message_size_limit = {size}
mailbox_size_limit = 0
"""

# who is refused for ever, and who for now
REFUSALS = "inline:{{ {{nobody@{domain} = 550 5.1.1 no such person}}, {{later@{domain} = 451 4.7.1 greylisted}} }}"

MASTER_CF = """
127.0.0.1:{smtp} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
127.0.0.1:{smtp_clear} inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
postlog unix-dgram n n n - 1 postlogd
pickup unix n n n 60 1 pickup
cleanup unix n n n - 0 cleanup
qmgr unix n n n 300 1 qmgr
tlsmgr unix - n n 1000? 1 tlsmgr
rewrite unix - n n - - trivial-rewrite
bounce unix - n n - 0 bounce
defer unix - n n - 0 bounce
trace unix - n n - 0 bounce
verify unix - n n - 1 verify
flush unix n n n 1000? 0 flush
proxymap unix - n n - - proxymap
smtp unix - n n - - smtp
relay unix - n n - - smtp
error unix - n n - - error
retry unix - n n - - error
discard unix - n n - - discard
lmtp unix - n n - - lmtp
anvil unix - n n - 1 anvil
"""


def wrapper_paths():
    """The wrappers' libraries, or None."""
    found = [next(iter(pathlib.Path("/usr/lib").glob(f"*/{name}")), None) for name in WRAPPERS]
    return None if None in found else ":".join(map(str, found))


def available():
    return pathlib.Path(DOVECOT).exists() and pathlib.Path(POSTFIX).exists() and wrapper_paths() is not None


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


class MailHost:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mail-"))
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.ports = dict(zip(PORTS, free_ports(len(PORTS))))
        self.ca = Ca(self.folder / "ca")
        self.processes = {}

    # --- life ---------------------------------------------------------------------------------------------------

    def _write(self):
        cert, key = self.ca.issue()
        fields = {**self.ports, "folder": self.folder, "domain": DOMAIN, "size": SIZE_MAX, "cert": cert, "key": key,
                  "user": self.user.pw_name, "group": grp.getgrgid(self.user.pw_gid).gr_name, "uid": self.user.pw_uid,
                  "gid": self.user.pw_gid, "refusals": "check_recipient_access " + REFUSALS.format(domain=DOMAIN)}
        for name in ("run", "state", "mail", "data", "etc"):
            (self.folder / name).mkdir()
        for name in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "maildrop", "pid",
                     "private", "public", "saved", "trace"):
            (self.folder / "queue" / name).mkdir(parents=True)
        (self.folder / "users").write_text("".join(f"{who}:{{PLAIN}}{secret}\n" for who, secret in PEOPLE.items()))
        (self.folder / "dovecot.conf").write_text(DOVECOT_CONF.format(**fields))
        (self.folder / "etc/main.cf").write_text(MAIN_CF.format(**fields))
        (self.folder / "etc/master.cf").write_text(MASTER_CF.format(**fields))
        if os.geteuid() == 0:
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def _run(self, name, command, env=None):
        drop = ["setpriv", f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}", "--clear-groups", "--pdeathsig=TERM"]
        with open(self.folder / f"{name}.out", "ab") as out:
            self.processes[name] = subprocess.Popen(
                [*(drop if os.geteuid() == 0 else drop[:1] + drop[-1:]), *command], stdin=subprocess.DEVNULL, stdout=out,
                stderr=out, cwd="/", env={**os.environ, **(env or {})}, start_new_session=True)

    def start_dovecot(self):
        self._run("dovecot", [DOVECOT, "-F", "-c", self.folder / "dovecot.conf"])
        for port in ("imap", "imaps", "imap_clear", "lmtp"):
            self._wait("dovecot", port)

    def start_postfix(self):
        env = {"LD_PRELOAD": wrapper_paths(), "UID_WRAPPER": "1", "UID_WRAPPER_ROOT": "1",
               "NSS_WRAPPER_PASSWD": "/etc/passwd", "NSS_WRAPPER_GROUP": "/etc/group"}
        self._run("postfix", ["env", *(f"{k}={v}" for k, v in env.items()), POSTFIX, "-c", self.folder / "etc", "-d"])
        for port in ("smtp", "smtps", "smtp_clear"):
            self._wait("postfix", port)

    def _wait(self, name, port):
        end = time.monotonic() + START_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.ports[port]), 5).close()
                return
            except OSError:
                assert self.processes[name].poll() is None and time.monotonic() < end, f"{name} does not start\n{self.log()}"
                time.sleep(0.05)

    def start(self):
        self._write()
        self.start_dovecot()
        self.start_postfix()
        return self

    def kill(self, name):
        """As a crash: all of its processes at once."""
        process = self.processes.pop(name, None)
        if process is not None:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait(START_S)

    def stop(self):
        for name in list(self.processes):
            self.processes[name].terminate()
            try:
                self.processes[name].wait(10)
            except subprocess.TimeoutExpired:
                pass
            self.kill(name)

    def discard(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.discard()

    def log(self):
        names = ("dovecot.log", "dovecot.out", "postfix.log", "postfix.out")
        return "\n".join(f"--- {n}\n{(self.folder / n).read_text(errors='replace')[-3000:]}" for n in names if (self.folder / n).exists())

    # --- mail ---------------------------------------------------------------------------------------------------

    def deliver(self, message, to=f"desk@{DOMAIN}", sender="someone@elsewhere.example"):
        """Puts the bytes of a message into a mailbox, as they are."""
        with smtplib.LMTP("127.0.0.1", self.ports["lmtp"]) as lmtp:
            lmtp.sendmail(sender, [to], message)

    def mailbox(self, who=f"desk@{DOMAIN}"):
        """What lies in a person's INBOX, by time of arrival."""
        folder = self.folder / "mail" / who.partition("@")[0] / "Maildir"
        files = [p for name in ("new", "cur") for p in (folder / name).glob("*")]
        return [p.read_bytes() for p in sorted(files, key=lambda p: (p.stat().st_mtime_ns, p.name))]

    def env(self):
        """Where it is, for a program."""
        return {"PATRON_TEST_MAIL_CA": str(self.ca.root), "PATRON_TEST_MAIL_FOLDER": str(self.folder),
                **{f"PATRON_TEST_MAIL_{name.upper()}": str(port) for name, port in self.ports.items()},
                **{f"PATRON_TEST_MAIL_{name.upper()}_PID": str(p.pid) for name, p in self.processes.items()}}


def main(command):
    if not available():
        print("Dovecot, Postfix and the wrappers are not installed: their tests are skipped", file=sys.stderr)
        return subprocess.run(command, check=False).returncode
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what a time limit sends: the servers must not stay
    host = MailHost()
    try:
        host.start()
        code = subprocess.run(command, check=False, env={**os.environ, **host.env()}).returncode
        if code != 0:
            print(host.log(), file=sys.stderr)
        return code
    finally:
        host.discard()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
