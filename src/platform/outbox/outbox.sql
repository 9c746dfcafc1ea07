-- SPDX-License-Identifier: Apache-2.0
-- The outbox: queues and what failed of them.

-- name: outbox_add
-- At position ?2; PT_CONFLICT by the primary key.
INSERT INTO outbox_queue (name, state, reason, position, doubt_end, trips, hold_ms, figures, job, job_number, job_reason,
    job_before_ms, job_after, job_total, job_done, replay_number, replay_state, replay_from, replay_until, replay_next, replay_sent)
VALUES (?1, 'running', '', ?2, ?2, 0, 0, '{}', '', 0, '', 0, -1, 0, 0, 0, '', 0, 0, 0, 0);

-- name: outbox_get
-- Served by the primary key.
SELECT name, state, reason, position, doubt_end, trips, hold_ms, figures, job, job_number, job_reason, job_before_ms, job_after,
    job_total, job_done, replay_number, replay_state, replay_from, replay_until, replay_next, replay_sent
FROM outbox_queue WHERE name = ?1;

-- name: outbox_drop
DELETE FROM outbox_queue WHERE name = ?1;

-- name: outbox_drop_counts
-- By the beginning of the primary key.
DELETE FROM outbox_count WHERE queue = ?1;

-- name: outbox_drop_items
-- At most ?2 of them, by the primary key.
DELETE FROM outbox_item WHERE queue = ?1 AND position IN
    (SELECT position FROM outbox_item WHERE queue = ?1 ORDER BY position LIMIT ?2);

-- name: outbox_save
-- ?7: running or broken; another state is a person's.
UPDATE outbox_queue SET position = ?2, doubt_end = ?3, trips = ?4, hold_ms = ?5, figures = ?6,
    reason = CASE WHEN state IN ('running', 'broken') THEN ?8 ELSE reason END,
    state = CASE WHEN state IN ('running', 'broken') THEN ?7 ELSE state END
WHERE name = ?1;

-- name: outbox_save_job
UPDATE outbox_queue SET job = ?3, job_after = ?4, job_done = ?5 WHERE name = ?1 AND job_number = ?2 AND job <> '';

-- name: outbox_save_replay
UPDATE outbox_queue SET replay_state = ?3, replay_next = ?4, replay_sent = ?5
WHERE name = ?1 AND replay_number = ?2 AND replay_state = 'running';

-- name: outbox_set_state
UPDATE outbox_queue SET state = ?2, reason = ?3 WHERE name = ?1;

-- name: outbox_set_position
UPDATE outbox_queue SET position = ?2, doubt_end = ?2 WHERE name = ?1;

-- name: outbox_start_job
UPDATE outbox_queue SET job = ?2, job_number = job_number + 1, job_reason = ?3, job_before_ms = ?4, job_after = -1, job_total = ?5,
    job_done = 0
WHERE name = ?1 AND job = '';

-- name: outbox_start_replay
UPDATE outbox_queue SET replay_state = 'running', replay_number = replay_number + 1, replay_from = ?2, replay_until = ?3,
    replay_next = ?2, replay_sent = 0
WHERE name = ?1 AND replay_state <> 'running';

-- name: outbox_cancel_replay
UPDATE outbox_queue SET replay_state = 'cancelled' WHERE name = ?1 AND replay_state = 'running';

-- name: outbox_item
-- Served by the primary key.
SELECT position, state, attempts, due_ms, failed_ms, reason, error FROM outbox_item WHERE queue = ?1 AND position = ?2;

-- name: outbox_put
INSERT INTO outbox_item (queue, position, state, attempts, due_ms, failed_ms, reason, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (queue, position) DO UPDATE SET state = excluded.state, attempts = excluded.attempts, due_ms = excluded.due_ms,
    failed_ms = excluded.failed_ms, reason = excluded.reason, error = excluded.error;

-- name: outbox_errors
-- Behind (?1, ?2), at most ?3 that have one. Served by the primary key.
SELECT queue, position, error FROM outbox_item WHERE (queue, position) > (?1, ?2) AND error <> ''
ORDER BY queue, position LIMIT ?3;

-- name: outbox_blank
UPDATE outbox_item SET error = '' WHERE queue = ?1 AND position = ?2;

-- name: outbox_reasons
-- Behind ?1, at most ?2. Served by the primary key.
SELECT name, reason FROM outbox_queue WHERE name > ?1 ORDER BY name LIMIT ?2;

-- name: outbox_blank_reason
UPDATE outbox_queue SET reason = '' WHERE name = ?1;

-- name: outbox_settle
DELETE FROM outbox_item WHERE queue = ?1 AND position = ?2;

-- name: outbox_due
-- Retries in the order of their time, at most ?2. Served by outbox_item_due.
SELECT position, state, attempts, due_ms, failed_ms, reason, error FROM outbox_item
WHERE queue = ?1 AND state = 'retry' ORDER BY due_ms, position LIMIT ?2;

-- name: outbox_dead
-- Behind ?2, failed before ?3, at most ?4. Served by outbox_item_due: a dead letter's due_ms is 0.
SELECT position, state, attempts, due_ms, failed_ms, reason, error FROM outbox_item
WHERE queue = ?1 AND state = 'dead' AND due_ms = 0 AND position > ?2 AND failed_ms < ?3 ORDER BY position LIMIT ?4;

-- name: outbox_dead_of
-- The same of the reason ?5.
SELECT position, state, attempts, due_ms, failed_ms, reason, error FROM outbox_item
WHERE queue = ?1 AND state = 'dead' AND due_ms = 0 AND position > ?2 AND failed_ms < ?3 AND reason = ?5 ORDER BY position LIMIT ?4;

-- name: outbox_count_add
INSERT INTO outbox_count (queue, state, reason, items) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (queue, state, reason) DO UPDATE SET items = outbox_count.items + excluded.items;

-- name: outbox_count_clean
-- By the primary key.
DELETE FROM outbox_count WHERE queue = ?1 AND state = ?2 AND reason = ?3 AND items <= 0;

-- name: outbox_counts
-- At most ?2. Served by the primary key.
SELECT state, reason, items FROM outbox_count WHERE queue = ?1 ORDER BY state, reason LIMIT ?2;
