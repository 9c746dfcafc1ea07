-- SPDX-License-Identifier: Apache-2.0

-- name: drop_get
-- By the primary key.
SELECT id, name, folder, source_id, recipe, mapping, quiet_s, enabled, problem, created_ms, changed_ms, changed_by
FROM drop_folder WHERE id = ?1;

-- name: drop_list
-- By name; at most ?1 rows, which all of them are.
SELECT id, name, folder, source_id, recipe, mapping, quiet_s, enabled, problem, created_ms, changed_ms, changed_by
FROM drop_folder ORDER BY name LIMIT ?1;

-- name: drop_count
-- scan: at most 50 rows, when one is made
SELECT COUNT(*) FROM drop_folder;

-- name: drop_add
INSERT INTO drop_folder (id, name, folder, source_id, recipe, mapping, quiet_s, enabled, created_ms, changed_ms, changed_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);

-- name: drop_set
-- By the primary key.
UPDATE drop_folder SET name = ?2, folder = ?3, source_id = ?4, recipe = ?5, mapping = ?6, quiet_s = ?7, enabled = ?8,
    created_ms = ?9, changed_ms = ?10, changed_by = ?11, problem = NULL
WHERE id = ?1;

-- name: drop_set_problem
-- By the primary key.
UPDATE drop_folder SET problem = ?2 WHERE id = ?1;

-- name: drop_drop
-- By the primary key.
DELETE FROM drop_folder WHERE id = ?1;

-- name: drop_files_drop
-- By drop_file_folder.
DELETE FROM drop_file WHERE folder = ?1;

-- name: drop_file_add
INSERT INTO drop_file (id, folder, name, source_id, digest, bytes, state, reason, job, taken_ms, finished_ms, placed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12);

-- name: drop_file_set
-- By the primary key.
UPDATE drop_file SET state = ?2, reason = ?3, finished_ms = ?4, placed = ?5 WHERE id = ?1;

-- name: drop_file_list
-- Newest first, before the id ?2. By drop_file_folder; the import's figures by its primary key.
SELECT f.id, f.name, f.digest, f.reason, f.job, f.placed, f.bytes, f.state, f.taken_ms, f.finished_ms, j.rows_read,
    j.landed, j.rows_refused
FROM drop_file f LEFT JOIN import_job j ON j.id = f.job
WHERE f.folder = ?1 AND f.id < ?2 ORDER BY f.id DESC LIMIT ?3;

-- name: drop_file_known
-- The first file of that content that went into the source. By drop_file_digest.
SELECT name, taken_ms FROM drop_file
WHERE source_id = ?1 AND digest = ?2 AND state = 'done'
ORDER BY id LIMIT 1;

-- name: drop_file_first_importing
-- What a stop or a kill left. By drop_file_state.
SELECT id, folder, name, source_id, digest, bytes, job FROM drop_file WHERE state = 'importing' ORDER BY id LIMIT 1;
