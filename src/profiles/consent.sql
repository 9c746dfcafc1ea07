-- SPDX-License-Identifier: Apache-2.0
-- Consent: purposes and suppressed addresses (core), what customers allow (views).

-- name: consent_slot_set
INSERT INTO consent_slot (slot, slug, categories) VALUES (?1, ?2, ?3)
ON CONFLICT (slot) DO UPDATE SET slug = excluded.slug, categories = excluded.categories;

-- name: consent_slots
-- rows: at most 32, by primary key
SELECT slot, slug, categories FROM consent_slot WHERE slot >= 0 ORDER BY slot LIMIT 32;

-- name: consent_slot_clear
-- scan: a rebuild begins with nothing
DELETE FROM consent_slot;

-- name: consent_state_set
-- ?1 node, ?2 slot, ?3 granted, ?4 offset; a later one stays
INSERT INTO consent_state (node, slot, granted, record_offset) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (node, slot) DO UPDATE SET granted = excluded.granted, record_offset = excluded.record_offset
 WHERE excluded.record_offset >= consent_state.record_offset;

-- name: consent_states
-- Behind node ?1 and slot ?2, by both; at most ?3 rows. Served by the primary key.
SELECT node, slot, granted FROM consent_state WHERE (node, slot) > (?1, ?2) ORDER BY node, slot LIMIT ?3;

-- name: consent_state_erase
DELETE FROM consent_state WHERE node = ?1;

-- name: consent_state_clear
-- scan: a rebuild begins with nothing
DELETE FROM consent_state;

-- name: consent_decision_add
INSERT INTO consent_decision (node, record_offset, slot, granted, declared, at_ms, source, via, evidence, text_version,
                              page, ip, decided_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
ON CONFLICT (node, record_offset, slot) DO NOTHING;

-- name: consent_decision_past
-- The newest of node ?1 behind its ?2 newest. Served by the primary key.
SELECT record_offset, slot FROM consent_decision WHERE node = ?1 ORDER BY record_offset DESC, slot DESC LIMIT 1 OFFSET ?2;

-- name: consent_decision_drop
-- Of node ?1 up to (?2, ?3), but the newest of each purpose. Served by the primary keys.
DELETE FROM consent_decision
 WHERE node = ?1 AND (record_offset, slot) <= (?2, ?3)
   AND NOT EXISTS (SELECT 1 FROM consent_state s
                    WHERE s.node = consent_decision.node AND s.slot = consent_decision.slot
                      AND s.record_offset = consent_decision.record_offset);

-- name: consent_decision_erase
DELETE FROM consent_decision WHERE node = ?1;

-- name: consent_decision_clear
-- scan: a rebuild begins with nothing
DELETE FROM consent_decision;

-- name: consent_newest
-- What holds of node ?1, by slot: at most 32. Served by the primary keys.
SELECT d.slot, d.granted, d.record_offset, d.at_ms, d.source, d.via, d.evidence, d.text_version, d.decided_by
  FROM consent_state s
  JOIN consent_decision d ON d.node = s.node AND d.record_offset = s.record_offset AND d.slot = s.slot
 WHERE s.node = ?1
 ORDER BY d.slot
 LIMIT 32;

-- name: consent_decisions
-- Of node ?1 below offset ?2, newest first; at most ?3 rows. Served by the primary key.
SELECT record_offset, slot, granted, declared, at_ms, source, via, evidence, text_version, page, ip, decided_by
  FROM consent_decision
 WHERE node = ?1 AND record_offset < ?2
 ORDER BY record_offset DESC, slot DESC
 LIMIT ?3;

-- name: consent_purposes
-- By id; at most ?1. Served by the primary key.
SELECT id, slot, name, description, basis, messages, channels, categories, text_version, version, created_ms, changed_ms,
       changed_by, archived_ms
  FROM consent_purpose
 WHERE id >= ''
 ORDER BY id
 LIMIT ?1;

-- name: consent_purpose_get
-- Served by the primary key.
SELECT id, slot, name, description, basis, messages, channels, categories, text_version, version, created_ms, changed_ms,
       changed_by, archived_ms
  FROM consent_purpose
 WHERE id = ?1;

-- name: consent_purpose_count
-- scan: at most 32 rows
SELECT COUNT(*) FROM consent_purpose;

-- name: consent_purpose_add
INSERT INTO consent_purpose (id, slot, name, description, basis, messages, channels, categories, text_version, version,
                             created_ms, changed_ms, changed_by, archived_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, ?10, ?10, ?11, 0);

-- name: consent_purpose_save
UPDATE consent_purpose
   SET name = ?2, description = ?3, basis = ?4, messages = ?5, channels = ?6, categories = ?7, text_version = ?8,
       version = version + 1, changed_ms = ?9, changed_by = ?10
 WHERE id = ?1;

-- name: consent_purpose_archive
UPDATE consent_purpose SET archived_ms = ?2, version = version + 1, changed_ms = ?3, changed_by = ?4 WHERE id = ?1;

-- name: consent_retention_of
-- Of purpose ?1, by type and name: at most 16. Served by the primary key.
SELECT type, name, days FROM consent_retention WHERE purpose = ?1 ORDER BY type, name LIMIT 16;

-- name: consent_retention_add
INSERT INTO consent_retention (purpose, type, name, days) VALUES (?1, ?2, ?3, ?4);

-- name: consent_retention_remove
DELETE FROM consent_retention WHERE purpose = ?1;

-- name: consent_suppression_get
-- Served by the primary key.
SELECT id, channel, reason, since_ms, masked, added_by FROM consent_suppression WHERE id = ?1;

-- name: consent_suppression_add
-- ?1 id, ?2 channel, ?3 reason, ?4 since, ?5 masked, ?6 by; of one that is there a graver reason is taken over
INSERT INTO consent_suppression (id, channel, reason, since_ms, masked, added_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, masked = excluded.masked, added_by = excluded.added_by
 WHERE excluded.reason > consent_suppression.reason;

-- name: consent_suppression_erase
-- ?1 id, ?2 reason: it stays on the list, and nobody can recognise it. Served by the primary key.
UPDATE consent_suppression SET reason = ?2, masked = '', added_by = '' WHERE id = ?1;

-- name: consent_suppression_remove
DELETE FROM consent_suppression WHERE id = ?1;

-- name: consent_suppressions
-- Behind id ?1, by id; at most ?2 rows. Served by the primary key.
SELECT id, channel, reason, since_ms, masked, added_by FROM consent_suppression WHERE id > ?1 ORDER BY id LIMIT ?2;

-- name: consent_suppressions_for
-- Of reason ?1 behind id ?2, by id; at most ?3 rows. Served by consent_suppression_reason.
SELECT id, channel, reason, since_ms, masked, added_by
  FROM consent_suppression
 WHERE reason = ?1 AND id > ?2
 ORDER BY id
 LIMIT ?3;
