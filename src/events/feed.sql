-- SPDX-License-Identifier: Apache-2.0
-- Statements of the mover of the feed. Each becomes a constant SQL_<NAME> at build (tools/embed_sql.py).

-- name: feed_position_get
-- The one row, by its primary key.
SELECT last_id, tried_id, log_offset
  FROM feed_position
 WHERE one = 1;

-- name: feed_rows
-- The oldest ?1 rows. Served by the primary key.
SELECT id, message_id, time_ms, name, subject, properties
  FROM feed
 ORDER BY id
 LIMIT ?1;

-- name: feed_try
-- ?1 highest id that will be tried, ?2 end of the log before. The one row, by its primary key.
UPDATE feed_position
   SET tried_id = ?1,
       log_offset = ?2
 WHERE one = 1;

-- name: feed_moved
-- ?1 id up to which all are in the log. Served by the primary key.
DELETE FROM feed
 WHERE id <= ?1;
