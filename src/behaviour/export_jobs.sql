-- SPDX-License-Identifier: Apache-2.0

-- name: export_job_list
-- All by name with their reports' names and last runs, at most ?1. Served by the unique name.
SELECT j.id, j.name, j.report, j.what, j.format, j.cell, j.every, j.at_min, j.weekday, j.zone, j.folder, j.keep_files,
    j.enabled, j.destination, j.version, j.created_ms, j.changed_ms, j.changed_by, j.runs, j.failures, j.due_ms, q.name,
    r.number, r.cause, r.outcome, r.reason, r.due_ms, r.started_ms, r.finished_ms, r.row_count, r.bytes, r.took_ms, r.file,
    r.sending, r.tries, r.try_ms, r.place, r.trouble, r.what, r.format
FROM export_job j LEFT JOIN report q ON q.id = j.report LEFT JOIN export_run r ON r.job = j.id AND r.number = j.runs
ORDER BY j.name LIMIT ?1;

-- name: export_job_get
-- Served by the primary key.
-- rows: one, as what is joined is found by its primary key
SELECT j.id, j.name, j.report, j.what, j.format, j.cell, j.every, j.at_min, j.weekday, j.zone, j.folder, j.keep_files,
    j.enabled, j.destination, j.version, j.created_ms, j.changed_ms, j.changed_by, j.runs, j.failures, j.due_ms, q.name,
    r.number, r.cause, r.outcome, r.reason, r.due_ms, r.started_ms, r.finished_ms, r.row_count, r.bytes, r.took_ms, r.file,
    r.sending, r.tries, r.try_ms, r.place, r.trouble, r.what, r.format
FROM export_job j LEFT JOIN report q ON q.id = j.report LEFT JOIN export_run r ON r.job = j.id AND r.number = j.runs
WHERE j.id = ?1;

-- name: export_job_count
-- scan: at most 100
SELECT COUNT(*) FROM export_job;

-- name: export_job_add
INSERT INTO export_job (id, name, report, what, format, cell, every, at_min, weekday, zone, folder, keep_files, enabled, due_ms,
    changed_ms, changed_by, destination, created_ms, version, runs, failures)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?15, 1, 0, 0);

-- name: export_job_save
-- Served by the primary key.
UPDATE export_job SET name = ?2, report = ?3, what = ?4, format = ?5, cell = ?6, every = ?7, at_min = ?8, weekday = ?9,
    zone = ?10, folder = ?11, keep_files = ?12, enabled = ?13, due_ms = ?14, changed_ms = ?15, changed_by = ?16,
    destination = ?17, version = version + 1, failures = 0
WHERE id = ?1;

-- name: export_job_delete
-- Served by the primary key.
DELETE FROM export_job WHERE id = ?1;

-- name: export_run_delete_all
-- Served by the primary key.
DELETE FROM export_run WHERE job = ?1;

-- name: export_job_next
-- When the next is due.
-- scan: at most 100
SELECT MIN(due_ms) FROM export_job WHERE enabled = 1;

-- name: export_job_due
-- scan: at most 100
SELECT id FROM export_job WHERE enabled = 1 AND due_ms <= ?1 ORDER BY due_ms, id LIMIT 1;

-- name: export_job_place
-- Served by the primary key.
UPDATE export_job SET runs = ?2, failures = ?3, due_ms = ?4 WHERE id = ?1;

-- name: export_job_put_off
-- One that cannot be begun, as its zone is gone. Served by the primary key.
UPDATE export_job SET runs = runs + 1, failures = failures + 1, due_ms = ?2 WHERE id = ?1;

-- name: export_run_add_failed
-- What export_job_put_off counted. Served by the primary key.
INSERT INTO export_run (job, number, cause, outcome, reason, due_ms, started_ms, finished_ms, row_count, bytes, took_ms, file)
VALUES (?1, (SELECT runs FROM export_job WHERE id = ?1), 'schedule', 'failed', ?2, ?3, ?3, ?3, 0, 0, 0, '');

-- name: export_run_fail
-- Served by the primary key.
UPDATE export_run SET outcome = 'failed', reason = ?3, finished_ms = ?4, row_count = 0, bytes = 0, file = '' WHERE job = ?1 AND number = ?2;

-- name: export_run_waiting
-- Served by export_run_outcome.
SELECT job, number FROM export_run WHERE outcome = 'waiting' ORDER BY job, number LIMIT 1;

-- name: export_run_running
-- What a stop left. Served by export_run_outcome.
SELECT job, number FROM export_run WHERE outcome = 'running' ORDER BY job, number LIMIT ?1;

-- name: export_run_put
-- Served by the primary key.
INSERT INTO export_run (job, number, cause, outcome, reason, due_ms, started_ms, finished_ms, row_count, bytes, took_ms, file, sending,
    tries, try_ms, place, trouble, what, format)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
ON CONFLICT (job, number) DO UPDATE SET cause = excluded.cause, outcome = excluded.outcome, reason = excluded.reason,
    due_ms = excluded.due_ms, started_ms = excluded.started_ms, finished_ms = excluded.finished_ms,
    row_count = excluded.row_count, bytes = excluded.bytes, took_ms = excluded.took_ms, file = excluded.file,
    sending = excluded.sending, tries = excluded.tries, try_ms = excluded.try_ms, place = excluded.place, trouble = excluded.trouble,
    what = excluded.what, format = excluded.format;

-- name: export_run_get
-- Served by the primary key.
SELECT number, cause, outcome, reason, due_ms, started_ms, finished_ms, row_count, bytes, took_ms, file, sending, tries, try_ms,
    place, trouble, what, format
FROM export_run WHERE job = ?1 AND number = ?2;

-- name: export_run_list
-- Newest first, at most ?2. Served by the primary key.
SELECT number, cause, outcome, reason, due_ms, started_ms, finished_ms, row_count, bytes, took_ms, file, sending, tries, try_ms,
    place, trouble, what, format
FROM export_run WHERE job = ?1 ORDER BY number DESC LIMIT ?2;

-- name: export_run_old_files
-- Files behind the newest ?2. Served by the primary key.
SELECT number, file, sending, what, format FROM export_run WHERE job = ?1 AND outcome = 'done' AND file <> '' ORDER BY number DESC LIMIT 100 OFFSET ?2;

-- name: export_run_files
-- Files of a job behind run ?2, at most 200. Served by the primary key.
SELECT number, file, sending, what, format FROM export_run WHERE job = ?1 AND file <> '' AND number > ?2 ORDER BY number LIMIT 200;

-- name: export_run_forget_file
-- Served by the primary key.
UPDATE export_run SET file = '' WHERE job = ?1 AND number = ?2;

-- name: export_run_trim
-- All but the newest ?2, and those whose files are there. Served by the primary key.
DELETE FROM export_run WHERE job = ?1 AND number <= (SELECT runs FROM export_job WHERE id = ?1) - ?2 AND file = '';

-- name: export_run_unsent
-- The file that is to be sent first. Served by export_run_sending.
SELECT job, number FROM export_run WHERE sending = 'waiting' AND try_ms <= ?1 AND outcome = 'done'
ORDER BY try_ms, job, number LIMIT 1;

-- name: export_run_unsent_next
-- When the next is. Served by export_run_sending.
SELECT MIN(try_ms) FROM export_run WHERE sending = 'waiting' AND outcome = 'done';

-- name: export_run_lose_file
-- A file that holds somebody who was erased. Served by the primary key.
UPDATE export_run SET file = '', sending = CASE WHEN sending = 'waiting' THEN 'failed' ELSE sending END,
    trouble = CASE WHEN sending = 'waiting' THEN ?3 ELSE trouble END
WHERE job = ?1 AND number = ?2;
