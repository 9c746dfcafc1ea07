-- SPDX-License-Identifier: Apache-2.0
-- Statements of the rules of identity and of rebuilds (core/0008_identity.sql).

-- name: identity_rules_all
-- By version, at most ?1. Served by the primary key.
SELECT version, position, rules FROM identity_rules WHERE version >= 1 ORDER BY version LIMIT ?1;

-- name: identity_rules_newest
-- Served by the primary key.
SELECT version, rules, changed_ms, changed_by, position FROM identity_rules ORDER BY version DESC LIMIT 1;

-- name: identity_rules_get
-- Of version ?1. Served by the primary key.
SELECT rules FROM identity_rules WHERE version = ?1;

-- name: identity_rules_add
-- ?1 version, ?2 JSON, ?3 now, ?4 by whom
INSERT INTO identity_rules (version, rules, changed_ms, changed_by, position) VALUES (?1, ?2, ?3, ?4, NULL);

-- name: identity_rules_hold
-- Version ?1 holds from ?2 on. Served by the primary key.
UPDATE identity_rules SET position = ?2 WHERE version = ?1 AND position IS NULL;

-- name: identity_rebuild_newest
-- Served by the primary key.
SELECT number, rules_version, decided_ms, decided_by, reason FROM identity_rebuild ORDER BY number DESC LIMIT 1;

-- name: identity_rebuild_get
-- ?1 number. Served by the primary key.
SELECT rules_version FROM identity_rebuild WHERE number = ?1;

-- name: identity_rebuild_add
-- ?1 number, ?2 version of the rules, ?3 now, ?4 by whom, ?5 reason
INSERT INTO identity_rebuild (number, rules_version, decided_ms, decided_by, reason) VALUES (?1, ?2, ?3, ?4, ?5);
