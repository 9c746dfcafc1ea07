-- SPDX-License-Identifier: Apache-2.0

-- name: event_day_rows
-- Of the days from ?1 to before ?2 and of source ?3 (0: all). By the primary key; at most ?4 rows.
SELECT day_ms, name, CAST(SUM(events) AS BIGINT)
FROM event_day WHERE day_ms >= ?1 AND day_ms < ?2 AND (?3 = 0 OR source = ?3)
GROUP BY day_ms, name ORDER BY day_ms, name LIMIT ?4;

-- name: destination_day_rows
-- Of destination ?1, the days from ?2 to before ?3 and source ?4 (0: all). By the primary key; at most ?5 rows.
SELECT day_ms, name, CAST(SUM(delivered) AS BIGINT), CAST(SUM(replayed) AS BIGINT), CAST(SUM(switched_off) AS BIGINT),
    CAST(SUM(withheld) AS BIGINT), MAX(delivered_end), MAX(switched_off_end)
FROM destination_day WHERE destination = ?1 AND day_ms >= ?2 AND day_ms < ?3 AND (?4 = 0 OR source = ?4)
GROUP BY day_ms, name ORDER BY day_ms, name LIMIT ?5;

-- name: adopt_count_rows
-- By the primary key; at most ?3 rows.
SELECT day_ms, name, events
FROM adopt_count WHERE day_ms >= ?1 AND day_ms < ?2 ORDER BY day_ms, name LIMIT ?3;

-- name: adopt_count_drop
-- By the primary key.
DELETE FROM adopt_count WHERE day_ms = ?1;

-- name: adopt_count_add
INSERT INTO adopt_count (day_ms, name, events) VALUES (?1, ?2, ?3)
ON CONFLICT (day_ms, name) DO UPDATE SET events = adopt_count.events + excluded.events;

-- name: adopt_part_list
-- A row for each part that somebody has said something of.
SELECT part, state, note, changed_ms, changed_by FROM adopt_part ORDER BY part LIMIT 100;

-- name: adopt_part_set
INSERT INTO adopt_part (part, state, note, changed_ms, changed_by) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (part) DO UPDATE SET state = excluded.state, note = excluded.note, changed_ms = excluded.changed_ms,
    changed_by = excluded.changed_by;

-- name: adopt_identity_add
INSERT INTO adopt_identity (id, import_job, state, started_ms, finished_ms, started_by, rows_read, refused, unknown, theirs,
    ours, alike, parted, joined, examples)
VALUES (?1, ?2, 'running', ?3, 0, ?4, 0, 0, 0, 0, 0, 0, 0, 0, '[]');

-- name: adopt_identity_set
-- By the primary key.
UPDATE adopt_identity SET state = ?2, reason = ?3, finished_ms = ?4, rows_read = ?5, refused = ?6, unknown = ?7,
    theirs = ?8, ours = ?9, alike = ?10, parted = ?11, joined = ?12, examples = ?13
WHERE id = ?1;

-- name: adopt_identity_list
-- Newest first. By the primary key.
SELECT id, import_job, state, reason, started_ms, finished_ms, started_by, rows_read, refused, unknown, theirs, ours,
    alike, parted, joined, examples
FROM adopt_identity ORDER BY id DESC LIMIT ?1;

-- name: adopt_identity_trim
-- All but the newest ?1.
-- scan: at most 11 rows
DELETE FROM adopt_identity WHERE id NOT IN (SELECT id FROM adopt_identity ORDER BY id DESC LIMIT ?1);

-- name: adopt_identity_remove
-- By the primary key.
DELETE FROM adopt_identity WHERE id = ?1;

-- name: adopt_identity_interrupt
-- What a kill left.
-- scan: at most 10 rows, at the start
UPDATE adopt_identity SET state = 'failed', reason = 'the server ended in the middle of it', finished_ms = ?1
WHERE state = 'running';
