-- SPDX-License-Identifier: Apache-2.0
-- Statements of platform/feed. Each becomes a constant SQL_<NAME> at build (tools/embed_sql.py).

-- name: feed_next_id
-- One row by its primary key.
UPDATE feed_position SET last_id = last_id + 1 WHERE one = 1;

-- name: feed_put
-- ?1 messageId, ?2 time (UTC ms), ?3 name, ?4 subject, ?5 properties, under the id just taken. Served by the primary key.
INSERT INTO feed (id, message_id, time_ms, name, subject, properties)
SELECT last_id, ?1, ?2, ?3, ?4, ?5
  FROM feed_position
 WHERE one = 1;
