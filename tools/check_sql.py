#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prepares every named statement of src/ on migrated databases and looks at how it would run.

usage: check_sql.py PATROND SRC

The daemon makes the databases, SQLite's and, where PostgreSQL is installed, PostgreSQL's. A statement
  - prepares on both engines,
  - reads no table from end to end,
  - has ORDER BY and LIMIT where it can give several rows.
A statement may say in its comment lines why it is right all the same:
  -- scan: REASON    reads a whole table, which cannot grow or must be read
  -- rows: REASON    has no LIMIT or no ORDER BY
"""
import contextlib
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from harness import postgres  # noqa: E402 # the harness stands beside the tests

READY_S = 30
NAME = re.compile(r"^-- name: ([a-z][a-z0-9_]*)\s*$", re.M)
ALLOW = re.compile(r"^-- (scan|rows): (\S.*)$", re.M)
AGGREGATE = re.compile(r"^SELECT\s+(COALESCE\s*\(\s*)?(COUNT|SUM|MIN|MAX|AVG|EXISTS|NOT EXISTS)\b", re.I)
UNTYPED = re.compile(r"could not determine data type of parameter \$(\d+)")


class Statement:
    def __init__(self, file, name, body):
        self.file, self.name = file, name
        self.allowed = {kind for kind, _ in ALLOW.findall(body)}
        lines = [line.strip() for line in body.splitlines()]
        self.text = "\n".join(line for line in lines if line and not line.startswith("--"))
        self.parameters = max((int(n) for n in re.findall(r"\?(\d+)", without_quoted(self.text))), default=0)
        self.schema = None  # "core" or "views"

    def __str__(self):
        return f"{self.file}: {self.name}"


def without_quoted(text):
    return re.sub(r"'(?:[^']|'')*'", "''", text)


def statements(folder):
    for path in sorted(folder.rglob("*.sql")):
        parts = NAME.split(path.read_text(encoding="utf-8"))[1:]
        for name, body in zip(parts[::2], parts[1::2]):
            yield Statement(path.relative_to(folder.parent), name, body)


@contextlib.contextmanager
def migrated(patrond, url=""):
    """A data folder, or the schemas of a database, as the daemon makes them."""
    with tempfile.TemporaryDirectory(prefix="pt-") as folder:
        env = {name: value for name, value in os.environ.items() if not name.startswith("PATRON")}
        command = [patrond, "--data", folder, "--listen", "", *(["--sql-url", url] if url else [])]
        with open(f"{folder}/stderr", "wb") as err, \
                subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=err, stderr=err, env=env) as daemon:
            end = time.monotonic() + READY_S
            while not os.path.exists(f"{folder}/patron.sock"):
                if daemon.poll() is not None or time.monotonic() > end:
                    daemon.kill()
                    sys.exit(f"patrond made no databases: {pathlib.Path(folder, 'stderr').read_text()}")
                time.sleep(0.02)
            daemon.send_signal(signal.SIGTERM)
        yield pathlib.Path(folder)


# --- SQLite ------------------------------------------------------------------------------------------------------

def unique_columns(db, table):
    """The sets of columns that name one row of the table."""
    for _, index, unique, *_ in db.execute(f"PRAGMA index_list('{table}')"):
        if unique:
            yield {column for _, _, column in db.execute(f"PRAGMA index_info('{index}')")}


def plan(db, statement):
    return [row[3] for row in db.execute("EXPLAIN QUERY PLAN " + statement.text, [None] * statement.parameters)]


def tables_of(db, statement):
    """Real name by the name in the statement."""
    names = {name for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    found = {name: name for name in names}
    for name, alias in re.findall(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+(\w+)(?:\s+(?:AS\s+)?(\w+))?", statement.text, re.I):
        if name in names and alias:
            found[alias] = name
    return found


def gives_one_row(db, statement, steps):
    """An aggregate of all, or a search by all columns of a unique index of the first table."""
    text = without_quoted(statement.text)
    if re.search(r"\bLIMIT\s+1\b", text, re.I) or (AGGREGATE.match(text) and not re.search(r"\bGROUP BY\b", text, re.I)):
        return True
    if not re.search(r"\bFROM\b", text, re.I):
        return True
    tables = tables_of(db, statement)
    searches = [re.match(r"SEARCH (\w+) .*\((.*)\)$", step) for step in steps if step.startswith(("SEARCH", "SCAN"))]
    if not searches or any(search is None for search in searches):
        return False
    for search in searches:
        fixed = set(re.findall(r"(\w+)=\?", search[2]))
        if not any(columns <= fixed for columns in unique_columns(db, tables.get(search[1], search[1]))):
            return False
    return True


def faults_on_sqlite(databases, statement):
    errors = []
    for schema, db in databases.items():
        try:
            steps = plan(db, statement)
        except sqlite3.Error as error:
            errors.append(str(error))
            continue
        statement.schema = schema
        text = without_quoted(statement.text)
        tables = tables_of(db, statement)
        limited = re.search(r"\bLIMIT\b", text, re.I)
        for step in steps:
            scan = re.match(r"SCAN (\w+)( USING.* INDEX )?", step)
            whole = scan and scan[1] in tables and not (scan[2] and limited)
            if whole and not is_end_of_index(text, scan) and "scan" not in statement.allowed:
                yield f"reads all of a table ({step}): give it an index or say why with \"-- scan: reason\""
        if re.match(r"(SELECT|WITH)\b", text, re.I) and "rows" not in statement.allowed:
            ordered = re.search(r"\bORDER BY\b", text, re.I)
            if not (ordered and limited) and not gives_one_row(db, statement, steps):
                yield "can give several rows without ORDER BY and LIMIT: add them or say why with \"-- rows: reason\""
        return
    yield f"does not prepare on SQLite: {'; '.join(errors)}"


def is_end_of_index(text, scan):
    """MIN or MAX of an indexed column reads one end of the index."""
    return bool(scan[2]) and re.match(r"SELECT\s+(COALESCE\s*\(\s*)?(MIN|MAX)\s*\(\w+\)", text, re.I) \
        and not re.search(r"\bWHERE\b|\bGROUP BY\b", text, re.I)


# --- PostgreSQL --------------------------------------------------------------------------------------------------

def for_postgres(statement):
    """As the engine does it (platform/sql/postgres_text.c)."""
    parts = re.split(r"('(?:[^']|'')*')", statement.text)
    parts[::2] = [re.sub(r"\bBLOB\b", "BYTEA", re.sub(r"\?(\d+)", r"$\1", part), flags=re.I) for part in parts[::2]]
    return "".join(parts).strip().rstrip(";")


def explain(cluster, url, statement, types=""):
    """Plan or error. With sequential scans made dear, one that is left means that no index serves."""
    nulls = ", ".join(["NULL"] * statement.parameters)
    script = (f"SET search_path TO patron_{statement.schema}; SET enable_seqscan = off; SET enable_sort = on;"
              f"SET plan_cache_mode = force_generic_plan; PREPARE s{types} AS {for_postgres(statement)};"
              f"EXPLAIN (COSTS OFF) EXECUTE s{f'({nulls})' if nulls else ''};")
    done = subprocess.run([str(cluster.bin / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url,
                           "-c", script], capture_output=True, text=True, check=False)
    return done.stdout, done.stderr.strip()


def faults_on_postgres(cluster, url, statement):
    types = ["unknown"] * statement.parameters
    steps, error = explain(cluster, url, statement)
    for _ in range(2 * statement.parameters):  # the seam says the types; here any that fits will do
        untyped = UNTYPED.search(error)
        if not untyped:
            break
        at = int(untyped[1]) - 1
        types[at] = "bigint" if types[at] == "unknown" else "text"
        steps, error = explain(cluster, url, statement, f"({', '.join(types)})")
    if error:
        yield f"does not prepare on PostgreSQL: {error.splitlines()[0]}"
    for step in re.findall(r"Seq Scan on \w+", steps):
        if "scan" not in statement.allowed:
            yield f"reads all of a table on PostgreSQL ({step})"


def main(patrond, source):
    listed = list(statements(pathlib.Path(source).resolve()))
    assert listed, f"no statements below {source}"
    faults = []
    with migrated(patrond) as folder:
        databases = {name: sqlite3.connect(folder / f"{name}.db") for name in ("core", "views")}
        for statement in listed:
            faults += [f"{statement} {fault}" for fault in faults_on_sqlite(databases, statement)]
    engines = "SQLite"
    if postgres.available():
        engines = "SQLite and PostgreSQL"
        with postgres.Cluster() as cluster:
            url = cluster.new_database()
            with migrated(patrond, url):
                for statement in listed:
                    if statement.schema:
                        faults += [f"{statement} {fault}" for fault in faults_on_postgres(cluster, url, statement)]
    for fault in faults:
        print(fault)
    print(f"{len(listed)} statements on {engines}, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
