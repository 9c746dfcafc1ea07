-- SPDX-License-Identifier: Apache-2.0

-- name: import_get
-- By the primary key.
SELECT id, name, source, source_id, state, reason, promised, digest, bytes, uploaded, file_kept,
    CASE WHEN mapping IS NULL THEN 0 ELSE 1 END, recipe, note, created_by, created_ms, queued_ms, started_ms,
    changed_ms, finished_ms, bytes_read, rows_read, rows_refused, rows_skipped, acked, landed, duplicates, resent,
    quarantined, sent_max, refusals
FROM import_job WHERE id = ?1;

-- name: import_list
-- Newest first, before the id ?1. By the primary key.
SELECT id, name, source, source_id, state, reason, promised, digest, bytes, uploaded, file_kept,
    CASE WHEN mapping IS NULL THEN 0 ELSE 1 END, recipe, note, created_by, created_ms, queued_ms, started_ms,
    changed_ms, finished_ms, bytes_read, rows_read, rows_refused, rows_skipped, acked, landed, duplicates, resent,
    quarantined, sent_max, refusals
FROM import_job WHERE id < ?1 ORDER BY id DESC LIMIT ?2;

-- name: import_list_state
-- The same of one state. By import_job_state.
SELECT id, name, source, source_id, state, reason, promised, digest, bytes, uploaded, file_kept,
    CASE WHEN mapping IS NULL THEN 0 ELSE 1 END, recipe, note, created_by, created_ms, queued_ms, started_ms,
    changed_ms, finished_ms, bytes_read, rows_read, rows_refused, rows_skipped, acked, landed, duplicates, resent,
    quarantined, sent_max, refusals
FROM import_job WHERE state = ?3 AND id < ?1 ORDER BY id DESC LIMIT ?2;

-- name: import_first_queued
-- The one that waits longest. By import_job_state; few are queued.
SELECT id FROM import_job WHERE state = 'queued' ORDER BY queued_ms, id LIMIT 1;

-- name: import_first_unchecked
-- By import_job_state.
SELECT id FROM import_job WHERE state = 'checking' ORDER BY id LIMIT 1;

-- name: import_first_leftover
-- A file that nothing was done with since ?1. By import_job_kept.
SELECT id FROM import_job
WHERE file_kept = 1 AND changed_ms < ?1 AND state NOT IN ('checking', 'queued', 'running')
ORDER BY changed_ms, id LIMIT 1;

-- name: import_other_mapping
-- The same file into the same source under another mapping than that of job ?3. By import_job_digest.
SELECT o.name FROM import_job o, import_job m
WHERE m.id = ?3 AND o.digest = ?1 AND o.source_id = ?2 AND o.acked > 0 AND o.id <> m.id AND o.mapping <> m.mapping
ORDER BY o.id LIMIT 1;

-- name: import_kept
-- Files kept and their bytes, as announced. By import_job_kept.
SELECT COUNT(*), CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM import_job WHERE file_kept = 1;

-- name: import_add
INSERT INTO import_job (id, name, source, source_id, state, promised, bytes, uploaded, file_kept, created_by, created_ms,
    changed_ms, bytes_read, rows_read, rows_refused, rows_skipped, acked, landed, duplicates, resent, quarantined,
    sent_max, refusals)
VALUES (?1, ?2, ?3, ?4, 'uploading', ?5, ?6, 0, 1, ?7, ?8, ?8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

-- name: import_save
-- Everything but mapping and checkpoint. By the primary key.
UPDATE import_job SET name = ?2, source = ?3, source_id = ?4, state = ?5, reason = ?6, digest = ?7, uploaded = ?8,
    file_kept = ?9, note = ?10, queued_ms = ?11, started_ms = ?12, changed_ms = ?13, finished_ms = ?14
WHERE id = ?1;

-- name: import_set_mapping
-- By the primary key.
UPDATE import_job SET mapping = ?2, recipe = ?3 WHERE id = ?1;

-- name: import_mapping
-- By the primary key.
SELECT mapping, recipe FROM import_job WHERE id = ?1;

-- name: import_checkpoint
-- By the primary key.
UPDATE import_job SET bytes_read = ?2, rows_read = ?3, rows_refused = ?4, rows_skipped = ?5, acked = ?6, landed = ?7,
    duplicates = ?8, resent = ?9, quarantined = ?10, sent_max = ?11, refusals = ?12
WHERE id = ?1;

-- name: import_put_back
-- What a kill left running is queued: it began first and goes first. By import_job_state.
UPDATE import_job SET state = 'queued' WHERE state = 'running';

-- name: import_refusal_add
INSERT INTO import_refusal (job, number, row_number, line_number, column_name, reason, content)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (job, number) DO NOTHING;

-- name: import_refusal_list
-- Behind number ?2. By the primary key.
SELECT number, row_number, line_number, column_name, reason, content
FROM import_refusal WHERE job = ?1 AND number > ?2 ORDER BY number LIMIT ?3;

-- name: import_refusals_drop
-- Of a job that begins anew under another mapping. By the primary key.
DELETE FROM import_refusal WHERE job = ?1;

-- name: import_refusal_drop
-- One of them. By the primary key.
DELETE FROM import_refusal WHERE job = ?1 AND number = ?2;
