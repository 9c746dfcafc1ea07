-- SPDX-License-Identifier: Apache-2.0

-- name: triage_add
INSERT INTO desk_triage (ticket, at_ms, model, category, queue, confidence, threshold, accepted, fields, language, intent, sentiment, urgency, found,
    outcome, label, decided_ms, decided_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, '', '', 0, '');

-- name: triage_get
-- Served by the primary key.
SELECT at_ms, model, category, queue, confidence, threshold, accepted, fields, language, intent, sentiment, urgency, found, outcome, label,
    decided_ms, decided_by
FROM desk_triage WHERE ticket = ?1;

-- name: triage_decided
-- Served by the primary key.
UPDATE desk_triage SET outcome = ?2, label = ?3, decided_ms = ?4, decided_by = ?5 WHERE ticket = ?1;

-- name: finding_last
-- Served by the primary key.
SELECT COALESCE(MAX(number), 0) FROM desk_finding;

-- name: finding_add
INSERT INTO desk_finding (number, ticket, report, at_ms, model, category, confidence, accepted, language, intent, sentiment, urgency, words, found,
    origin, seq)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16);

-- name: finding_list
-- Of ticket ?1, the newest first, at most ?2. Served by desk_finding_ticket.
SELECT number, report, at_ms, model, category, confidence, accepted, language, intent, sentiment, urgency, words, found FROM desk_finding
WHERE ticket = ?1 ORDER BY number DESC LIMIT ?2;

-- name: finding_said
-- Of ticket ?1, the newest that sounds as ?2. Served by desk_finding_ticket.
SELECT words FROM desk_finding WHERE ticket = ?1 AND sentiment = ?2 ORDER BY number DESC LIMIT 1;

-- name: finding_counts
-- Served by desk_finding_ticket.
SELECT COUNT(*), COALESCE(MIN(sentiment), 0) FROM desk_finding WHERE ticket = ?1;

-- name: finding_report
-- Served by desk_finding_ticket.
SELECT sentiment, urgency FROM desk_finding WHERE ticket = ?1 AND report = ?2 ORDER BY number LIMIT 1;

-- name: finding_move
-- Those of ?1's report ?3 to ?2; where it is 0 all of them. Served by desk_finding_ticket.
UPDATE desk_finding SET ticket = ?2 WHERE ticket = ?1 AND (?3 = 0 OR report = ?3);

-- name: finding_erase_list
-- Behind ?1 (?2 is 0), at most ?3, with what was said and by whom. Served by primary keys.
SELECT f.number, 0, COALESCE(r.requester || ' ' || r.body, h.body, ''), f.words, f.found FROM desk_finding f
LEFT JOIN desk_report r ON r.number = f.report LEFT JOIN desk_history h ON h.ticket = f.origin AND h.seq = f.seq
WHERE f.number > ?1 AND ?2 = 0 ORDER BY f.number LIMIT ?3;

-- name: finding_erase
-- ?3: what was said, not kept here. Served by the primary key.
UPDATE desk_finding SET words = ?4, found = ?5 WHERE number = ?1 AND ?2 = 0 AND ?3 IS NOT NULL;

-- name: finding_erase_words
-- Of ticket ?1. Served by desk_finding_ticket.
UPDATE desk_finding SET words = '[]', found = '{}' WHERE ticket = ?1;

-- name: triage_weeks
-- Weeks from Monday on, the newest first, of tickets since ?1; at most ?2. Served by desk_triage_at.
SELECT (at_ms - 345600000) / 604800000 AS week, COUNT(*), COUNT(CASE WHEN fields LIKE '%"category"%' THEN 1 END),
    COUNT(CASE WHEN outcome = 'confirmed' THEN 1 END), COUNT(CASE WHEN outcome = 'corrected' THEN 1 END),
    COUNT(CASE WHEN outcome = 'corrected' AND fields LIKE '%"category"%' THEN 1 END)
FROM desk_triage WHERE at_ms >= ?1 AND category <> '' GROUP BY (at_ms - 345600000) / 604800000 ORDER BY week DESC LIMIT ?2;

-- name: triage_near_list
-- Behind ?1, at most ?2, for texts in memory. Served by the primary key.
SELECT number, title, description FROM desk_ticket WHERE number > ?1 AND type IN ('incident', 'service_request') ORDER BY number LIMIT ?2;

-- name: triage_near_last
-- Served by the primary key.
SELECT COALESCE(MAX(number), 0) FROM desk_ticket;

-- name: triage_near_get
-- Served by the primary key.
SELECT type, state, title, category FROM desk_ticket WHERE number = ?1;

-- name: triage_example_last
-- Served by the primary key.
SELECT COALESCE(MAX(number), 0) FROM triage_example;

-- name: triage_example_add
INSERT INTO triage_example (number, kind, source, part, ticket, body, label, at_ms, by_name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);

-- name: triage_example_drop
-- The decision of ticket ?1 about ?2. Served by triage_example_ticket.
DELETE FROM triage_example WHERE ticket = ?1 AND kind = ?2;

-- name: triage_example_drop_files
-- Served by triage_example_kind.
DELETE FROM triage_example WHERE kind = ?1 AND source = 'file';

-- name: triage_example_count
-- Of kind ?1 and source ?2, at most 200,000. Served by triage_example_kind.
SELECT COUNT(*) FROM triage_example WHERE kind = ?1 AND source = ?2;

-- name: triage_example_from
-- The oldest of the newest ?3 of kind ?1 and source ?2. Served by triage_example_kind.
SELECT COALESCE(MIN(number), 1) FROM (SELECT number FROM triage_example WHERE kind = ?1 AND source = ?2 ORDER BY number DESC LIMIT ?3) AS newest;

-- name: triage_example_list
-- Of kind ?1 and source ?2 behind ?3, at most ?4. Served by triage_example_kind.
SELECT number, part, body, label FROM triage_example WHERE kind = ?1 AND source = ?2 AND number > ?3 ORDER BY number LIMIT ?4;

-- name: triage_example_newest
-- Of kind ?1 and source ?2, at most ?3. Served by triage_example_kind.
SELECT body, label FROM triage_example WHERE kind = ?1 AND source = ?2 ORDER BY number DESC LIMIT ?3;

-- name: triage_example_since
-- Decisions about ?1 from ?2 on, at most 200,000. Served by triage_example_kind.
SELECT COUNT(*) FROM triage_example WHERE kind = ?1 AND source = 'decision' AND at_ms >= ?2;

-- name: triage_erase_examples
-- Behind ?1 (?2 is 0), at most ?3. Served by the primary key.
SELECT number, 0, body FROM triage_example WHERE number > ?1 AND ?2 = 0 ORDER BY number LIMIT ?3;

-- name: triage_erase_example
-- Served by the primary key.
UPDATE triage_example SET body = ?3 WHERE number = ?1 AND ?2 = 0;

-- name: triage_erase_founds
-- Behind ?1 (?2 is 0), at most ?3. Served by the primary key.
SELECT ticket, 0, found FROM desk_triage WHERE ticket > ?1 AND ?2 = 0 ORDER BY ticket LIMIT ?3;

-- name: triage_erase_found
-- Served by the primary key.
UPDATE desk_triage SET found = ?3 WHERE ticket = ?1 AND ?2 = 0;

-- name: triage_erase_said
-- By which words, of ticket ?1, whose text named them. Served by the primary key.
UPDATE desk_history SET body = '-' WHERE ticket = ?1 AND kind IN ('triaged', 'sla_escalated');

-- name: triage_erase_words
-- Of ticket ?1, which is theirs. Served by the primary key.
UPDATE desk_triage SET found = '{}' WHERE ticket = ?1;

-- name: triage_erase_decisions
-- Of ticket ?1, which is theirs. Served by triage_example_ticket.
DELETE FROM triage_example WHERE ticket = ?1;

-- name: triage_model_last
-- Served by the primary key.
SELECT COALESCE(MAX(version), 0), COALESCE(MAX(made_ms), 0) FROM triage_model WHERE kind = ?1;

-- name: triage_model_add
INSERT INTO triage_model (kind, version, origin, state, reason, before, made_ms, made_by, decisions, files, metrics, bytes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12);

-- name: triage_model_list
-- Newest first, at most ?2. Served by the primary key.
SELECT version, origin, state, reason, before, made_ms, made_by, decisions, files, metrics FROM triage_model WHERE kind = ?1
ORDER BY version DESC LIMIT ?2;

-- name: triage_model_bytes
-- Served by the primary key.
SELECT bytes, before FROM triage_model WHERE kind = ?1 AND version = ?2;

-- name: triage_model_in_force
-- At most 22 of a kind. Served by the primary key.
SELECT version, bytes FROM triage_model WHERE kind = ?1 AND state = 'in_force' ORDER BY version DESC LIMIT 1;

-- name: triage_model_retire
-- Served by the primary key.
UPDATE triage_model SET state = 'retired' WHERE kind = ?1 AND state = 'in_force';

-- name: triage_model_use
-- Served by the primary key.
UPDATE triage_model SET state = 'in_force', reason = ?3 WHERE kind = ?1 AND version = ?2;

-- name: triage_model_prune
-- Those of ?1 up to version ?2 that nobody asks. Served by the primary key.
DELETE FROM triage_model WHERE kind = ?1 AND version <= ?2 AND version > 1 AND state <> 'in_force';

-- name: triage_setting_get
-- Served by the primary key.
SELECT version, sets, retrain_after, retrain_hour FROM triage_setting WHERE id = 1;

-- name: triage_setting_drop
-- Served by the primary key.
DELETE FROM triage_setting WHERE id = 1;

-- name: triage_setting_add
INSERT INTO triage_setting (id, version, sets, retrain_after, retrain_hour, changed_ms, changed_by) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6);
