-- SPDX-License-Identifier: Apache-2.0
-- Statements of alerts and backups. Each becomes a constant SQL_<NAME> at build (tools/embed_sql.py).

-- name: alert_active
-- Served by alert_active.
SELECT id, name, severity, message, since_ms, acknowledged_ms, acknowledged_by, note, cleared_ms
  FROM alert WHERE cleared_ms IS NULL ORDER BY name LIMIT 100;

-- name: alert_page
-- Newest first before id ?1; ?2 1: active, 2: cleared, 0: any; at most ?3. Served by the primary key: ids rise with time.
SELECT id, name, severity, message, since_ms, acknowledged_ms, acknowledged_by, note, cleared_ms
  FROM alert
 WHERE id < ?1 AND (?2 = 0 OR (?2 = 1 AND cleared_ms IS NULL) OR (?2 = 2 AND cleared_ms IS NOT NULL))
 ORDER BY id DESC LIMIT ?3;

-- name: alert_get
SELECT id, name, severity, message, since_ms, acknowledged_ms, acknowledged_by, note, cleared_ms
  FROM alert WHERE id = ?1 ORDER BY id LIMIT 1;

-- name: alert_add
-- ?1 id, ?2 name, ?3 severity, ?4 message, ?5 since
INSERT INTO alert (id, name, severity, message, since_ms) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: alert_clear
-- ?1 id, ?2 when
UPDATE alert SET cleared_ms = ?2 WHERE id = ?1 AND cleared_ms IS NULL;

-- name: alert_acknowledge
-- ?1 id, ?2 when, ?3 who, ?4 note
UPDATE alert SET acknowledged_ms = ?2, acknowledged_by = ?3, note = ?4 WHERE id = ?1 AND acknowledged_ms IS NULL;

-- name: alert_forget
-- Cleared before ?1. Served by alert_since.
DELETE FROM alert WHERE since_ms < ?1 AND cleared_ms IS NOT NULL AND cleared_ms < ?1;

-- name: backup_add
-- ?1 id, ?2 kind, ?3 path, ?4 secrets, ?5 started, ?6 actor
INSERT INTO backup (id, state, kind, path, secrets, started_ms, bytes, actor) VALUES (?1, 'running', ?2, ?3, ?4, ?5, 0, ?6);

-- name: backup_end
-- ?1 id, ?2 state, ?3 when, ?4 end offset, ?5 bytes, ?6 digest, ?7 error
UPDATE backup SET state = ?2, finished_ms = ?3, end_offset = ?4, bytes = ?5, digest = ?6, error = ?7 WHERE id = ?1;

-- name: backup_interrupted
-- What was running when a server before this one ended. ?1 when. Served by backup_state.
UPDATE backup SET state = 'failed', finished_ms = ?1, error = 'the server ended before it was done' WHERE state = 'running';

-- name: backup_origin
-- In a restored database: the backup it was made of. ?1 when, ?2 end offset, ?3 bytes, ?4 digest. Served by backup_state.
UPDATE backup SET state = 'done', finished_ms = ?1, end_offset = ?2, bytes = ?3, digest = ?4 WHERE state = 'running';

-- name: backup_page
-- Newest first before id ?1, at most ?2. Served by the primary key.
SELECT id, state, kind, path, secrets, started_ms, finished_ms, end_offset, bytes, digest, error, actor
  FROM backup WHERE id < ?1 ORDER BY id DESC LIMIT ?2;

-- name: backup_get
SELECT id, state, kind, path, secrets, started_ms, finished_ms, end_offset, bytes, digest, error, actor
  FROM backup WHERE id = ?1 ORDER BY id LIMIT 1;

-- name: backup_newest
-- The newest whole one; its file may have been removed since. Served by backup_state.
SELECT started_ms FROM backup WHERE state IN ('done', 'removed') ORDER BY started_ms DESC LIMIT 1;

-- name: backup_last_try
-- Served by backup_state.
SELECT state, error FROM backup WHERE state IN ('done', 'failed', 'removed') ORDER BY started_ms DESC LIMIT 1;

-- name: backup_last_scheduled
SELECT started_ms FROM backup WHERE kind = 'scheduled' ORDER BY started_ms DESC LIMIT 1;

-- name: backup_surplus
-- Scheduled ones beyond the newest ?1, oldest last. Served by backup_state.
SELECT id, path FROM backup WHERE kind = 'scheduled' AND state = 'done' ORDER BY started_ms DESC LIMIT 100 OFFSET ?1;

-- name: backup_removed
UPDATE backup SET state = 'removed' WHERE id = ?1;

-- name: feed_oldest
-- The row of the feed that waits longest. Served by the primary key.
SELECT id FROM feed ORDER BY id LIMIT 1;

-- name: feed_waiting
-- How many wait, counted up to 10,001.
SELECT COUNT(*) FROM (SELECT id FROM feed ORDER BY id LIMIT 10001) AS waiting;
