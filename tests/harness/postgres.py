# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of the tests' own: Debian's binaries, a temporary folder, a Unix socket, never root.

As a program it starts one, runs a command with its address in PATRON_TEST_POSTGRES, and stops it:
    postgres.py COMMAND...        where PostgreSQL is not installed the command runs without the variable

The cluster syncs (fsync = on) and sorts by a language (ICU en), not by bytes, as real ones do.
"""
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROLE = "patron"
START_S = 60


def binaries():
    """The newest installed server's folder of programs, or None."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    if found:
        return found[-1].parent
    beside = shutil.which("initdb")
    return pathlib.Path(beside).resolve().parent if beside else None


def as_nobody_special(*options):
    """PostgreSQL refuses to be root: Debian's package has made a user for it."""
    user = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *user, *options] if user or options else []


class Cluster:
    def __init__(self):
        self.bin = binaries()
        assert self.bin is not None, "no PostgreSQL: apt-get install postgresql"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pg-"))
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.databases = 0
        self.process = None
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")

    def program(self, name, *args, **kw):
        done = subprocess.run([*as_nobody_special(), str(self.bin / name), *map(str, args)], capture_output=True,
                              text=True, check=False, cwd="/", **kw)
        assert done.returncode == 0, f"{name} ended with {done.returncode}\n{done.stdout}{done.stderr}{self.tail()}"
        return done.stdout

    def tail(self):
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    def create(self):
        self.program("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                     "--locale-provider=icu", "--icu-locale=en", "--no-instructions")
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as f:
            f.write(f"listen_addresses = ''\nunix_socket_directories = '{self.folder}'\nmax_connections = 60\n"
                    "shared_buffers = 32MB\nfsync = on\nlog_min_messages = fatal\nmax_wal_size = 4GB\n"
                    "autovacuum_naptime = 10s\n")
        return self.start_again()

    def start(self):
        self.create()
        self.sql(f"CREATE ROLE {ROLE} LOGIN")
        return self

    def start_again(self):
        """The server is a child that ends with us, however we end."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*as_nobody_special("--pdeathsig=INT"), str(self.bin / "postgres"), "-D",
                                             str(self.data)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                                            start_new_session=True)  # Ctrl-C is ours, who then stop it
        end = time.monotonic() + START_S
        while subprocess.run([str(self.bin / "pg_isready"), "-q", "-h", str(self.folder)], check=False).returncode != 0:
            assert self.process.poll() is None and time.monotonic() < end, f"PostgreSQL did not start\n{self.tail()}"
            time.sleep(0.05)
        return self

    def stop(self, mode="fast"):
        """immediate: as a crash; it recovers from its write-ahead log at the next start."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT if mode == "immediate" else signal.SIGINT)
            self.process.wait(START_S)
            self.process = None

    def restart(self, mode="fast"):
        self.stop(mode)
        self.start_again()

    def sql(self, statement, database="postgres", role="postgres"):
        """Runs a statement and returns its rows, a line each, columns parted by |."""
        return self.program("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", role,
                            "-d", database, "-c", statement).splitlines()

    def url(self, database):
        return f"postgresql://{ROLE}@/{database}?host={self.folder}"

    def new_database(self):
        """The URL of an empty database that Patron's role owns."""
        self.databases += 1
        name = f"test_{self.databases}"
        self.sql(f"CREATE DATABASE {name} OWNER {ROLE}")
        return self.url(name)

    def drop_database(self, url):
        name = url.partition("?")[0].rpartition("/")[2]
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def discard(self):
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.discard()


def available():
    """Whether a server can be run here: its programs, and as root the user to run them as."""
    if binaries() is None:
        return False
    if shutil.which("setpriv") is None:
        return False
    return os.geteuid() != 0 or any(user.pw_name == "postgres" for user in pwd.getpwall())


def main(command):
    if not available():
        print("no PostgreSQL is installed: its tests are skipped", file=sys.stderr)
        return subprocess.run(command, check=False).returncode
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what a time limit sends: the server must not stay
    cluster = Cluster()
    try:
        cluster.start()
        env = {**os.environ, "PATRON_TEST_POSTGRES": cluster.new_database()}
        code = subprocess.run(command, check=False, env=env).returncode
        if code != 0:
            print(f"--- PostgreSQL\n{cluster.tail()}", file=sys.stderr)
        return code
    finally:
        cluster.discard()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
