-- SPDX-License-Identifier: Apache-2.0
-- Computed traits: definitions (core) and what they come to (views).

-- name: computed_list
-- All by name, at most ?1. Served by the unique name.
SELECT id, number, name, description, fold, created_ms, changed_ms, changed_by FROM computed_trait ORDER BY name LIMIT ?1;

-- name: computed_get
-- Served by the primary key.
SELECT id, number, name, description, fold, created_ms, changed_ms, changed_by FROM computed_trait WHERE id = ?1;

-- name: computed_count
-- scan: at most 100
SELECT COUNT(*) FROM computed_trait;

-- name: computed_named
-- Whether another than ?2 has the name ?1. Served by the unique name.
SELECT id FROM computed_trait WHERE name = ?1 AND id <> ?2;

-- name: computed_add
INSERT INTO computed_trait (id, number, name, description, fold, created_ms, changed_ms, changed_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7);

-- name: computed_save
-- By id, the primary key.
UPDATE computed_trait SET number = ?2, name = ?3, description = ?4, fold = ?5, changed_ms = ?6, changed_by = ?7 WHERE id = ?1;

-- name: computed_delete
DELETE FROM computed_trait WHERE id = ?1;

-- name: computed_change_get
-- The one row, by its primary key.
SELECT last FROM computed_trait_change WHERE one = 1;

-- name: computed_change_bump
UPDATE computed_trait_change SET last = last + 1 WHERE one = 1;

-- name: computed_positions
-- By definition, at most ?1. Served by the primary key.
SELECT definition, next_offset, since_offset FROM computed_position ORDER BY definition LIMIT ?1;

-- name: computed_position_set
INSERT INTO computed_position (definition, next_offset, since_offset) VALUES (?1, ?2, ?3)
ON CONFLICT (definition) DO UPDATE SET next_offset = excluded.next_offset, since_offset = excluded.since_offset;

-- name: computed_position_remove
DELETE FROM computed_position WHERE definition = ?1;

-- name: computed_position_clear
-- scan: a rebuild begins with nothing
DELETE FROM computed_position;

-- name: computed_state_get
-- Served by the primary key.
SELECT state, as_of_ms, timer_offset FROM computed_state WHERE node = ?1 AND definition = ?2;

-- name: computed_state_set
INSERT INTO computed_state (node, definition, state, as_of_ms, due_ms, timer_offset) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (node, definition) DO UPDATE SET state = excluded.state, as_of_ms = excluded.as_of_ms,
    due_ms = excluded.due_ms, timer_offset = excluded.timer_offset;

-- name: computed_states_of
-- Of the node ?1, by definition, at most ?2. Served by the primary key.
SELECT definition, state, as_of_ms, timer_offset FROM computed_state WHERE node = ?1 ORDER BY definition LIMIT ?2;

-- name: computed_states_due
-- Of the definition ?1, due up to ?2, the earliest ?3. Served by computed_state_due.
SELECT node FROM computed_state WHERE definition = ?1 AND due_ms <= ?2 ORDER BY due_ms, node LIMIT ?3;

-- name: computed_states_armed
-- Of the definition ?1 behind due ?2 and node ?3, before due ?4, at most ?5. Served by computed_state_due.
SELECT due_ms, node FROM computed_state
WHERE definition = ?1 AND due_ms >= ?2 AND (due_ms > ?2 OR node > ?3) AND due_ms < ?4 ORDER BY due_ms, node LIMIT ?5;

-- name: computed_states_some
-- Nodes of the definition ?1, at most ?2. Served by computed_state_due.
SELECT node FROM computed_state WHERE definition = ?1 ORDER BY due_ms, node LIMIT ?2;

-- name: computed_state_remove
DELETE FROM computed_state WHERE node = ?1 AND definition = ?2;

-- name: computed_state_clear
-- scan: a rebuild begins with nothing
DELETE FROM computed_state;
