-- SPDX-License-Identifier: Apache-2.0

-- name: privacy_get
-- By the primary key.
SELECT id, kind, state, channel, subjects, label, note, persons, bulk, requested_kind, requested_by, requested_name,
    received_ms, due_ms, decided_by, decided_name, decided_ms, started_ms, finished_ms, step, erased_ms, problem, figures,
    CASE WHEN certificate = '' THEN 0 ELSE 1 END, file_bytes, expires_ms, fetched_ms, origin
FROM privacy_request WHERE id = ?1;

-- name: privacy_list
-- Newest first, before the id ?1. By the primary key.
SELECT id, kind, state, channel, subjects, label, note, persons, bulk, requested_kind, requested_by, requested_name,
    received_ms, due_ms, decided_by, decided_name, decided_ms, started_ms, finished_ms, step, erased_ms, problem, figures,
    CASE WHEN certificate = '' THEN 0 ELSE 1 END, file_bytes, expires_ms, fetched_ms, origin
FROM privacy_request WHERE id < ?1 ORDER BY id DESC LIMIT ?2;

-- name: privacy_list_state
-- The same of one state. By privacy_request_state.
SELECT id, kind, state, channel, subjects, label, note, persons, bulk, requested_kind, requested_by, requested_name,
    received_ms, due_ms, decided_by, decided_name, decided_ms, started_ms, finished_ms, step, erased_ms, problem, figures,
    CASE WHEN certificate = '' THEN 0 ELSE 1 END, file_bytes, expires_ms, fetched_ms, origin
FROM privacy_request WHERE state = ?3 AND id < ?1 ORDER BY id DESC LIMIT ?2;

-- name: privacy_due
-- Of one kind, what is to be carried out, oldest first. By privacy_request_state.
SELECT id, kind, state, channel, subjects, label, note, persons, bulk, requested_kind, requested_by, requested_name,
    received_ms, due_ms, decided_by, decided_name, decided_ms, started_ms, finished_ms, step, erased_ms, problem, figures,
    CASE WHEN certificate = '' THEN 0 ELSE 1 END, file_bytes, expires_ms, fetched_ms, origin
FROM privacy_request WHERE state IN ('approved', 'running') AND kind = ?1 ORDER BY id LIMIT ?2;

-- name: privacy_by_origin
-- By the unique index on origin.
SELECT id FROM privacy_request WHERE origin = ?1;

-- name: privacy_add
INSERT INTO privacy_request (id, kind, state, channel, origin, subjects, label, note, persons, bulk, requested_kind,
    requested_by, requested_name, received_ms, due_ms, decided_by, decided_name, decided_ms, started_ms, finished_ms,
    changed_ms, step, erased_ms, problem, figures, certificate, file_bytes, expires_ms, fetched_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, '', '', 0, 0, 0, ?14, 0, 0, '', '{}', '', 0, 0, 0);

-- name: privacy_decide
-- By the primary key.
UPDATE privacy_request SET state = ?2, bulk = ?3, decided_by = ?4, decided_name = ?5, decided_ms = ?6, changed_ms = ?6,
    problem = ?7
WHERE id = ?1;

-- name: privacy_settle
-- It is over without having been carried out: whom it was about is forgotten. By the primary key.
UPDATE privacy_request SET state = ?2, subjects = '', label = '', note = '', finished_ms = ?3, changed_ms = ?3, problem = ?4
WHERE id = ?1;

-- name: privacy_run
-- By the primary key.
UPDATE privacy_request SET state = 'running', step = ?2, started_ms = CASE WHEN started_ms = 0 THEN ?3 ELSE started_ms END,
    changed_ms = ?3, figures = ?4, persons = ?5, problem = ''
WHERE id = ?1 AND state IN ('approved', 'running');

-- name: privacy_claim
-- It is taken up, unless it was cancelled meanwhile; its step stays. By the primary key.
UPDATE privacy_request SET state = 'running', started_ms = CASE WHEN started_ms = 0 THEN ?2 ELSE started_ms END, changed_ms = ?2
WHERE id = ?1 AND state IN ('approved', 'running');

-- name: privacy_problem
-- By the primary key.
UPDATE privacy_request SET state = ?2, problem = ?3, changed_ms = ?4 WHERE id = ?1 AND state IN ('approved', 'running');

-- name: privacy_narrow
-- Some of its persons were erased by another request. By the primary key.
UPDATE privacy_request SET subjects = ?2, label = '', note = '', problem = '', persons = ?3, changed_ms = ?4 WHERE id = ?1;

-- name: privacy_unsay
-- What was said of it named somebody. By the primary key.
UPDATE privacy_request SET problem = '' WHERE id = ?1;

-- name: privacy_running
-- Erasures that have begun. By privacy_request_state.
-- rows: one, a count
SELECT COUNT(*) FROM privacy_request WHERE state = 'running' AND kind = 'erasure';

-- name: privacy_certify
-- An erasure is carried out but for the last scrub: whom it was about is forgotten. By the primary key.
UPDATE privacy_request SET subjects = '', label = '', note = '', step = ?2, erased_ms = ?3, changed_ms = ?3, figures = ?4,
    certificate = ?5
WHERE id = ?1;

-- name: privacy_finish
-- By the primary key.
UPDATE privacy_request SET state = 'done', finished_ms = ?2, changed_ms = ?2 WHERE id = ?1;

-- name: privacy_exported
-- By the primary key.
UPDATE privacy_request SET state = 'done', finished_ms = ?2, changed_ms = ?2, figures = ?3, file_bytes = ?4, expires_ms = ?5
WHERE id = ?1 AND state IN ('approved', 'running');

-- name: privacy_certificate
-- By the primary key.
SELECT certificate FROM privacy_request WHERE id = ?1;

-- name: privacy_set_link
-- By the primary key.
UPDATE privacy_request SET link = ?2, changed_ms = ?3 WHERE id = ?1;

-- name: privacy_link
-- By the primary key.
SELECT link, file_bytes, expires_ms FROM privacy_request WHERE id = ?1;

-- name: privacy_fetched
-- Its archive is gone, and with it whom it was about. By the primary key.
UPDATE privacy_request SET subjects = '', label = '', note = '', file_bytes = 0, link = NULL, fetched_ms = ?2, changed_ms = ?3
WHERE id = ?1;

-- name: privacy_expired
-- Archives that are kept too long. Few requests are done and have one; by privacy_request_state.
SELECT id FROM privacy_request WHERE state = 'done' AND kind = 'export' AND file_bytes > 0 AND expires_ms <= ?1 ORDER BY id LIMIT 100;

-- name: privacy_next_expiry
-- By privacy_request_state.
SELECT MIN(expires_ms) FROM privacy_request WHERE state = 'done' AND kind = 'export' AND file_bytes > 0;

-- name: privacy_day_persons
-- Persons of erasures that one of the staff decided alone since ?1. By privacy_request_state.
-- rows: one, a sum
SELECT CAST(COALESCE(SUM(persons), 0) AS BIGINT) FROM privacy_request
WHERE state IN ('approved', 'running', 'done') AND kind = 'erasure' AND channel <> 'register' AND bulk = 0 AND decided_ms >= ?1;

-- name: privacy_subjects
-- Requests that still say whom they are about, after the id ?1. By the primary key.
SELECT id, kind, state, subjects, label, note, problem FROM privacy_request WHERE id > ?1 AND (subjects <> '' OR problem <> '') ORDER BY id LIMIT ?2;

-- name: privacy_token_owner
-- Who made an API token. By the primary key.
SELECT created_by FROM api_token WHERE id = ?1;

-- name: privacy_register_get
SELECT id, entries FROM privacy_register WHERE one = 1;

-- name: privacy_register_set
UPDATE privacy_register SET id = ?1, entries = ?2 WHERE one = 1;

-- name: privacy_answers
-- Answers kept for Idempotency-Key, behind the key ?1. By the primary key.
SELECT key_hash, body FROM idempotency WHERE key_hash > ?1 ORDER BY key_hash LIMIT ?2;

-- name: privacy_answer_drop
-- By the primary key.
DELETE FROM idempotency WHERE key_hash = ?1;

-- name: privacy_feed_waiting
-- Rows of the feed that are not in the log yet.
-- scan: they are few, and gone soon
SELECT COUNT(*) FROM feed;

-- name: retention_classes
-- Classes of events in force, the shortest days of each, and how far it is; at most 512.
-- scan: purposes are 32 at most, with 16 rows each
SELECT r.type, r.name, MIN(r.days), COUNT(*), COALESCE(MAX(c.next_offset), 0), COALESCE(MAX(c.counted_offset), 0),
    COALESCE(MAX(c.treated_ms), 0), COALESCE(MAX(c.events), 0), COALESCE(MAX(c.quarantined), 0), COALESCE(MAX(c.files), 0),
    COALESCE(MAX(c.audited), 0)
FROM consent_retention r LEFT JOIN retention_class c ON c.type = r.type AND c.name = r.name
GROUP BY r.type, r.name ORDER BY r.type, r.name LIMIT 512;

-- name: retention_count
-- Of the class ?1, ?2: more are dropped, counted up to ?4. By the primary key.
INSERT INTO retention_class (type, name, next_offset, counted_offset, treated_ms, events, quarantined, files, audited)
VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, 0)
ON CONFLICT (type, name) DO UPDATE SET
    counted_offset = CASE WHEN excluded.counted_offset > retention_class.counted_offset THEN excluded.counted_offset
                          ELSE retention_class.counted_offset END,
    events = retention_class.events + excluded.events, quarantined = retention_class.quarantined + excluded.quarantined,
    files = retention_class.files + excluded.files;

-- name: retention_advance
-- By the primary key.
UPDATE retention_class SET next_offset = ?3, treated_ms = ?4,
    counted_offset = CASE WHEN counted_offset < ?3 THEN ?3 ELSE counted_offset END
WHERE type = ?1 AND name = ?2;

-- name: retention_audited
-- What was dropped of the class ?1, ?2 up to ?3 is in the audit. By the primary key.
UPDATE retention_class SET audited = ?3 WHERE type = ?1 AND name = ?2;

-- name: retention_run_get
SELECT last_ms FROM retention_run WHERE one = 1;

-- name: retention_run_set
UPDATE retention_run SET last_ms = ?1 WHERE one = 1;

-- name: retention_refusals_drop
-- Refused rows of an import whose file is not kept any longer. By the primary key.
DELETE FROM import_refusal WHERE job = ?1;

-- name: retention_profiles_at
-- Up to where the tables of the profiles are; no row: they are being made anew.
SELECT next_offset FROM profile_position WHERE one = 1;
