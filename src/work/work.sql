-- SPDX-License-Identifier: Apache-2.0

-- name: work_item_add
INSERT INTO work_item (id, opened_ms, version, live, history) VALUES (?1, ?2, 1, 1, ?3);

-- name: work_item_get
-- Served by the primary key.
SELECT version, live, history FROM work_item WHERE id = ?1;

-- name: work_item_set
-- Served by the primary key.
UPDATE work_item SET version = ?2, live = 1, history = ?3 WHERE id = ?1;

-- name: work_item_touch
-- After firings, of the version that was read; live 0: it is over. Served by the primary key.
UPDATE work_item SET version = ?2 + 1, live = ?3 WHERE id = ?1 AND version = ?2;

-- name: work_item_live
-- All open items with what stands of their firings, a row each. Served by work_item_live and the primary keys.
-- rows: all of them, into memory
-- scan: the index holds open items only
SELECT i.id, i.version, i.history, f.clock, f.round, f.kind, f.step, f.due_ms
FROM work_item i LEFT JOIN work_fired f ON f.item = i.id AND f.corrected_ms = 0
WHERE i.live = 1 ORDER BY i.id;

-- name: work_item_since
-- Of those opened from ?1 on, from the newest behind (?2, ?3) on. Served by work_item_opened.
SELECT opened_ms, id, history FROM work_item WHERE opened_ms >= ?1 AND (opened_ms, id) < (?2, ?3) ORDER BY opened_ms DESC, id DESC LIMIT ?4;

-- name: work_fired_add
-- The same once more only where it was corrected: no row is changed else.
INSERT INTO work_fired (item, clock, round, kind, step, due_ms, at_ms, corrected_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)
ON CONFLICT (item, clock, round, kind, step, due_ms) DO UPDATE SET at_ms = excluded.at_ms, corrected_ms = 0 WHERE work_fired.corrected_ms <> 0;

-- name: work_fired_correct
-- Served by the primary key.
UPDATE work_fired SET corrected_ms = ?6 WHERE item = ?1 AND clock = ?2 AND round = ?3 AND kind = ?4 AND step = '' AND due_ms = ?5;

-- name: work_fired_of
-- What stands. Served by the primary key.
-- rows: of one item
SELECT clock, round, kind, step, due_ms FROM work_fired WHERE item = ?1 AND corrected_ms = 0 ORDER BY clock, round, kind, step, due_ms;

-- name: work_policy_list
-- rows: bounded when they are written
-- scan: policies are few
SELECT version, id, rank, from_ms, until_ms, json, changed_ms, changed_by FROM work_policy ORDER BY rank, id, from_ms, version;

-- name: work_policy_latest
-- Served by work_policy_id.
SELECT version, from_ms, rank FROM work_policy WHERE id = ?1 ORDER BY version DESC LIMIT 1;

-- name: work_policy_last
-- Versions have no gaps, so this is their count, too. Served by the primary key.
SELECT COALESCE(MAX(version), 0) FROM work_policy;

-- name: work_policy_add
INSERT INTO work_policy (version, id, rank, from_ms, until_ms, json, changed_ms, changed_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: work_policy_until
-- Served by work_policy_id.
UPDATE work_policy SET until_ms = ?2 WHERE id = ?1 AND until_ms > ?2;
