-- SPDX-License-Identifier: Apache-2.0

-- name: pull_get
-- With what came of its last run. Both by the primary key.
SELECT id, number, version, name, source_id, url, headers, auth, auth_name, secret, items, item_id, item_version,
    paging, next, first_page, page_step, since, since_start, at_end, every_min, max_pages, mapping, enabled,
    created_ms, changed_ms, changed_by, state, reason, failures, position_cursor, position_since, position_newest,
    in_pass, runs, started_ms, succeeded_ms,
    COALESCE((SELECT outcome FROM pull_run WHERE pull_run.pull = pull.id AND pull_run.number = pull.runs), 'running'),
    COALESCE((SELECT landed FROM pull_run WHERE pull_run.pull = pull.id AND pull_run.number = pull.runs), 0),
    COALESCE((SELECT refused FROM pull_run WHERE pull_run.pull = pull.id AND pull_run.number = pull.runs), 0)
FROM pull WHERE id = ?1;

-- name: pull_list
-- By name; at most ?1 rows, which all of them are. What came of each one's last run by the primary key.
SELECT id, number, version, name, source_id, url, headers, auth, auth_name, secret, items, item_id, item_version,
    paging, next, first_page, page_step, since, since_start, at_end, every_min, max_pages, mapping, enabled,
    created_ms, changed_ms, changed_by, state, reason, failures, position_cursor, position_since, position_newest,
    in_pass, runs, started_ms, succeeded_ms,
    COALESCE((SELECT outcome FROM pull_run WHERE pull_run.pull = pull.id AND pull_run.number = pull.runs), 'running'),
    COALESCE((SELECT landed FROM pull_run WHERE pull_run.pull = pull.id AND pull_run.number = pull.runs), 0),
    COALESCE((SELECT refused FROM pull_run WHERE pull_run.pull = pull.id AND pull_run.number = pull.runs), 0)
FROM pull ORDER BY name LIMIT ?1;

-- name: pull_counts
-- How many there are, and the highest number.
-- scan: at most 200 rows, when one is made
SELECT COUNT(*), CAST(COALESCE(MAX(number), 0) AS BIGINT) FROM pull;

-- name: pull_add
INSERT INTO pull (id, number, version, name, source_id, url, headers, auth, auth_name, secret, items, item_id,
    item_version, paging, next, first_page, page_step, since, since_start, at_end, every_min, max_pages, mapping,
    enabled, created_ms, changed_ms, changed_by, state, reason, failures, position_cursor, position_since,
    position_newest, in_pass, runs, started_ms, succeeded_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,
    ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37);

-- name: pull_set
-- What a person defines, and the place, which a change may begin anew. By the primary key.
UPDATE pull SET version = ?3, name = ?4, source_id = ?5, url = ?6, headers = ?7, auth = ?8, auth_name = ?9, secret = ?10,
    items = ?11, item_id = ?12, item_version = ?13, paging = ?14, next = ?15, first_page = ?16, page_step = ?17,
    since = ?18, since_start = ?19, at_end = ?20, every_min = ?21, max_pages = ?22, mapping = ?23, enabled = ?24,
    created_ms = ?25, changed_ms = ?26, changed_by = ?27, state = ?28, reason = ?29, failures = ?30,
    position_cursor = ?31, position_since = ?32, position_newest = ?33, in_pass = ?34, runs = ?35, started_ms = ?36,
    succeeded_ms = ?37
WHERE id = ?1 AND number = ?2;

-- name: pull_set_place
-- Of a run, where the definition is still the one it began with. By the primary key.
UPDATE pull SET state = ?3, reason = ?4, failures = ?5, position_cursor = ?6, position_since = ?7, position_newest = ?8,
    in_pass = ?9, runs = ?10, started_ms = ?11, succeeded_ms = ?12
WHERE id = ?1 AND version = ?2;

-- name: pull_drop
-- By the primary key.
DELETE FROM pull WHERE id = ?1;

-- name: pull_runs_drop
-- By the primary key.
DELETE FROM pull_run WHERE pull = ?1;

-- name: pull_run_put
INSERT INTO pull_run (pull, number, cause, outcome, reason, started_ms, finished_ms, pages, bytes, items, refused,
    skipped, landed, duplicates, quarantined, refusal)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
ON CONFLICT (pull, number) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason,
    finished_ms = excluded.finished_ms, pages = excluded.pages, bytes = excluded.bytes, items = excluded.items,
    refused = excluded.refused, skipped = excluded.skipped, landed = excluded.landed,
    duplicates = excluded.duplicates, quarantined = excluded.quarantined, refusal = excluded.refusal;

-- name: pull_run_end
-- Of a run whose definition is another by now: its figures stay those of the last page that was saved. By the primary
-- key.
UPDATE pull_run SET outcome = ?3, reason = ?4, finished_ms = ?5 WHERE pull = ?1 AND number = ?2;

-- name: pull_run_trim
-- Those up to number ?2. By the primary key.
DELETE FROM pull_run WHERE pull = ?1 AND number <= ?2;

-- name: pull_run_list
-- Newest first, before the number ?2. By the primary key.
SELECT number, cause, outcome, reason, started_ms, finished_ms, pages, bytes, items, refused, skipped, landed,
    duplicates, quarantined, refusal
FROM pull_run WHERE pull = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3;

-- name: pull_runs_interrupt
-- What a kill left running.
-- scan: at the start; at most 100 runs of 200 pulls
UPDATE pull_run SET outcome = 'interrupted', reason = 'the server ended in the middle of it', finished_ms = ?1
WHERE outcome = 'running';
