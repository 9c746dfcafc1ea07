# SPDX-License-Identifier: Apache-2.0
"""With PostgreSQL: its restarts, its refusals, and that one daemon holds its schemas."""
import time

import pytest

from harness.load import Load, assert_once
from harness.patron import DaemonFailed, Patron

pytestmark = pytest.mark.postgres_only


def fails_to_start(patron):
    """What the daemon says about why it does not start."""
    patron.spawn()
    assert patron.process.wait(30) == 1
    return patron.stderr()


@pytest.mark.limit(120)
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_restart_of_the_server_loses_nothing(patron, cluster, mode):
    """Clients' events go on meanwhile; a change is answered with 201 and stays, or with 503 and may be sent again."""
    key = patron.add_source("load")["write_key"]
    answers = {}
    with Load(patron.base, key, clients=2, pause_s=0.005) as load:
        load.wait_acknowledged(50)
        for i in range(60):
            name = f"s{i}"
            answers[name] = patron.api("POST", "/api/v1/sources", {"name": name}).status
            if i in (20, 40):
                cluster.restart(mode)
        load.wait_acknowledged(len(load.acknowledged) + 50)
    assert set(answers.values()) <= {201, 503}, answers
    assert answers["s59"] == 201
    patron.wait_views(30)
    names = [row["name"] for row in patron.cli_json("source", "list")["data"]]
    assert len(names) == len(set(names))
    assert {name for name, status in answers.items() if status == 201} <= set(names)
    patron.restart()
    patron.wait_views(30)
    assert_once(load.acknowledged, patron.export())
    stats = next(row for row in patron.api("GET", "/api/v1/stats/sources").json()["data"] if row["source"] == "load")
    assert stats["events"] == len(load.acknowledged)


def test_while_the_server_is_away_events_come_in_and_changes_are_told_503(patron, cluster):
    source = patron.add_source("shop")
    cluster.stop()
    try:
        patron.send_ok([{"type": "track", "event": "E", "userId": "u", "messageId": "m1"}], source["write_key"])
        answer = patron.api("POST", "/api/v1/sources", {"name": "other"})
        assert answer.status == 503 and answer.json()["code"] == "unavailable", answer
    finally:
        cluster.start_again()
    assert patron.api("POST", "/api/v1/sources", {"name": "other"}).status == 201
    patron.wait_views(30)
    assert [row["messageId"] for row in patron.export()] == ["m1"]


def test_a_second_daemon_on_the_schemas_is_refused(patron, scratch):
    second = Patron(scratch / "second", settings={"sql-url": patron.sql_url})
    assert "another server has the schema" in fails_to_start(second)
    patron.kill9()
    end = time.monotonic() + 10  # the lock goes with the session, whose end the server sees soon
    while True:
        try:
            second.start()
            break
        except DaemonFailed:
            if time.monotonic() > end:
                raise
    second.stop()


@pytest.mark.parametrize("url, why", [
    ("postgresql://patron:geheim@/nowhere?host=/nonexistent", "cannot connect to PostgreSQL"),
    ("mysql://patron:geheim@db/patron", "does not begin with postgresql://"),
    ("postgresql://patron:geheim@/patron?sslmode=sometimes&host=/tmp", "cannot connect to PostgreSQL"),
])
def test_a_wrong_url_is_told_without_its_password(scratch, engine, url, why):
    said = fails_to_start(Patron(scratch / "p", settings={"sql-url": url}))
    assert why in said and "geheim" not in said


def test_a_database_of_another_encoding_is_refused(scratch, engine, cluster):
    cluster.sql("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc OWNER patron")
    said = fails_to_start(Patron(scratch / "p", settings={"sql-url": cluster.url("latin")}))
    assert "the database has encoding LATIN1, not UTF8" in said


def test_the_tables_are_where_they_belong(patron, cluster):
    """Each set of tables in a schema of its own, compared and ordered by bytes as SQLite does."""
    name = patron.sql_url.partition("?")[0].rpartition("/")[2]
    rows = cluster.sql("SELECT table_schema, count(*) FROM information_schema.tables WHERE table_name = 'schema_migration'"
                       " OR table_name IN ('source', 'quarantine') GROUP BY 1 ORDER BY 1", name)
    assert rows == ["patron_core|2", "patron_views|2"]
    other = cluster.sql("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema LIKE 'patron_%'"
                        " AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
                        " AND table_name <> 'schema_migration'", name)
    assert other == []


def test_lost_views_are_made_anew(patron, cluster):
    """The log rebuilds them: their schema may be dropped, as SQLite's file may be deleted."""
    key = patron.add_source("shop")["write_key"]
    patron.send_ok([{"type": "track", "userId": "u", "messageId": "bad"},
                    {"type": "track", "event": "E", "userId": "u", "messageId": "good"}], key)
    patron.wait_views()
    before = patron.api("GET", "/api/v1/stats/sources").json()["data"][0]["events"]
    patron.stop()
    cluster.sql("DROP SCHEMA patron_views CASCADE", patron.sql_url.partition("?")[0].rpartition("/")[2])
    patron.start().wait_views()
    assert patron.api("GET", "/api/v1/stats/sources").json()["data"][0]["events"] == before
    assert len(patron.cli_json("quarantine", "list")["data"]) == 1
