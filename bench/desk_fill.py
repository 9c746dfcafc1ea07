# SPDX-License-Identifier: Apache-2.0
"""Rows of many open tickets in a stopped daemon's SQLite: those of a few that were opened over the API, again and again under new numbers.

Numbers of tickets and of reports go on without gaps, links are among the copies, and instants lie some hours ahead, so that nothing comes
due while it is measured. What a ticket leaves elsewhere (the log, figures of views) is not there.
"""
import pathlib
import sqlite3

TICKET = {"desk_ticket": ("number",), "desk_report": ("ticket",), "desk_history": ("ticket",), "desk_link": ("ticket", "other"), "desk_lead": ("ticket",),
          "desk_triage": ("ticket",), "insight_ticket": ("number",), "work_item": ("id",)}
INSTANTS = {"opened_ms", "changed_ms", "last_report_ms", "acknowledged_ms", "at_ms", "since_ms"}
AHEAD_MS = 12 * 3600 * 1000
SPREAD_MS = 3600 * 1000


def later(history: bytes, ms: int) -> bytes:
    """Rows as src/work/live_internal.h has them, their instants moved."""
    out, at = bytearray(history), 0
    while at < len(out):
        out[at:at + 8] = (int.from_bytes(out[at:at + 8], "little") + ms).to_bytes(8, "little")
        at += 9 + out[at + 8]
        changes = out[at]
        at += 1
        for _ in range(changes):
            at += 2 + out[at + 1]
    return bytes(out)


def copies(db: sqlite3.Connection, table: str) -> str:
    names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    def value(name: str) -> str:
        if name in TICKET[table]:
            return f"{name} + :tickets"
        if table == "desk_report" and name == "number":
            return "number + :reports"
        if name == "history":
            return "later(history, :ms)"
        return f"CASE WHEN {name} > 0 THEN {name} + :ms ELSE 0 END" if name in INSTANTS else name
    return f"INSERT INTO {table} SELECT {', '.join(map(value, names))} FROM {table} WHERE {TICKET[table][0]} BETWEEN :first AND :last"


def fill(core: pathlib.Path, tickets: int) -> int:
    """Answers how many there are then."""
    db = sqlite3.connect(core, isolation_level=None)
    db.create_function("later", 2, later, deterministic=True)
    for pragma in ("synchronous = OFF", "cache_size = -2000000", "wal_autocheckpoint = 100000"):
        db.execute(f"PRAGMA {pragma}")
    first, last = db.execute("SELECT MIN(number), MAX(number) FROM desk_ticket").fetchone()
    reports = db.execute("SELECT MAX(number) FROM desk_report").fetchone()[0]
    statements = [copies(db, table) for table in TICKET]
    times = max(0, -(-tickets // (last - first + 1)) - 1)
    for n in range(1, times + 1):
        db.execute("BEGIN")
        for statement in statements:
            db.execute(statement, {"first": first, "last": last, "tickets": n * (last - first + 1), "reports": n * reports, "ms": AHEAD_MS + n * SPREAD_MS // times})
        db.execute("COMMIT")
    held = db.execute("SELECT COUNT(*) FROM desk_ticket").fetchone()[0]
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return held
