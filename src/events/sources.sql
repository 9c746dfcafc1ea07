-- SPDX-License-Identifier: Apache-2.0

-- name: source_list
-- All sources by number; at most ?1 rows. Served by the primary key.
SELECT number, id, name, write_key, enabled, historical, skew, created_ms
FROM source ORDER BY number LIMIT ?1;

-- name: source_last_number
-- The highest number given so far, 0 when there is none. Served by the primary key.
SELECT COALESCE(MAX(number), 0) FROM source;

-- name: source_add
INSERT INTO source (number, id, name, write_key, enabled, historical, skew, created_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: source_change
-- By id, which is unique.
UPDATE source SET name = ?2, enabled = ?3, historical = ?4, skew = ?5 WHERE id = ?1;

-- name: source_rotate
-- By id, which is unique.
UPDATE source SET write_key = ?2 WHERE id = ?1;
