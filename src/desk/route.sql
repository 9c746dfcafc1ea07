-- SPDX-License-Identifier: Apache-2.0

-- name: desk_route_setting_get
-- Served by the primary key.
SELECT id, number, json, version, changed_ms, changed_by, memory FROM desk_route_setting WHERE kind = ?1 AND id = ?2;

-- name: desk_route_setting_list
-- Of kind ?1 behind ?2, at most ?3. Served by the primary key.
SELECT id, number, json, version, changed_ms, changed_by, memory FROM desk_route_setting WHERE kind = ?1 AND id > ?2 ORDER BY id LIMIT ?3;

-- name: desk_route_setting_count
-- Served by the primary key.
SELECT COUNT(*) FROM desk_route_setting WHERE kind = ?1;

-- name: desk_route_setting_add
INSERT INTO desk_route_setting (kind, id, json, version, changed_ms, changed_by, number, memory) VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, 0);

-- name: desk_route_setting_last
-- Served by desk_route_setting_number.
SELECT COALESCE(MAX(number), 1) FROM desk_route_setting;

-- name: desk_route_setting_memory
-- Served by the primary key.
UPDATE desk_route_setting SET memory = ?3 WHERE kind = ?1 AND id = ?2;

-- name: desk_route_setting_set
-- Served by the primary key.
UPDATE desk_route_setting SET json = ?3, version = version + 1, changed_ms = ?4, changed_by = ?5 WHERE kind = ?1 AND id = ?2;

-- name: desk_route_presence_get
-- Served by the primary key.
SELECT account, presence, reason, since_ms, missed FROM desk_route_presence WHERE account = ?1;

-- name: desk_route_presence_list
-- Behind ?1, at most ?2. Served by the primary key.
SELECT account, presence, reason, since_ms, missed FROM desk_route_presence WHERE account > ?1 ORDER BY account LIMIT ?2;

-- name: desk_route_presence_set
-- Served by the primary key.
INSERT INTO desk_route_presence (account, presence, reason, since_ms, missed) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (account) DO UPDATE SET presence = excluded.presence, reason = excluded.reason, since_ms = excluded.since_ms, missed = excluded.missed;

-- name: desk_route_decision_last
-- Served by the primary key.
SELECT COALESCE(MAX(number), 0) FROM desk_route_decision;

-- name: desk_route_decision_add
INSERT INTO desk_route_decision (number, ticket, queue, account, at_ms, expires_ms, state, ended_ms, why)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8);

-- name: desk_route_decision_end
-- Of an offer that stands. Served by the primary key.
UPDATE desk_route_decision SET state = ?2, ended_ms = ?3 WHERE number = ?1 AND state = 'offered';

-- name: desk_route_decision_get
-- Served by the primary key.
SELECT number, ticket, queue, account, at_ms, expires_ms, state, ended_ms, why FROM desk_route_decision WHERE number = ?1;

-- name: desk_route_decision_of_ticket
-- Of ticket ?1, newest first, at most ?2. Served by desk_route_decision_ticket.
SELECT number, ticket, queue, account, at_ms, expires_ms, state, ended_ms, why FROM desk_route_decision
WHERE ticket = ?1 ORDER BY number DESC LIMIT ?2;

-- name: desk_route_decision_offered
-- Offers that stand, behind ?1, at most ?2. Served by desk_route_decision_state.
SELECT number, ticket, queue, account, at_ms, expires_ms, state, ended_ms, why FROM desk_route_decision
WHERE state = 'offered' AND number > ?1 ORDER BY number LIMIT ?2;

-- name: desk_route_decision_mine
-- Offers to account ?1 that stand, at most ?2. Served by desk_route_decision_state.
SELECT number, ticket, queue, account, at_ms, expires_ms, state, ended_ms, why FROM desk_route_decision
WHERE state = 'offered' AND account = ?1 ORDER BY number LIMIT ?2;

-- name: desk_route_decision_refused
-- Rejected ones and those without an answer that ended behind (?1, ?2), at most ?3. Served by desk_route_decision_ended.
SELECT number, ticket, queue, account, at_ms, expires_ms, state, ended_ms, why FROM desk_route_decision
WHERE (ended_ms, number) > (?1, ?2) AND (state || '') IN ('rejected', 'expired') ORDER BY ended_ms, number LIMIT ?3;

-- name: desk_route_tickets
-- Those that are with somebody or wait for one, at most ?2 behind ?1, of queue ?3 where it is not ''. Served by desk_ticket_live and the primary key.
SELECT t.number, t.state, t.priority, t.opened_ms, t.queue, t.assignee, t.channel, t.category, t.store, t.requester, COALESCE(f.language, '')
FROM desk_ticket t LEFT JOIN desk_triage f ON f.ticket = t.number
WHERE t.number > ?1 AND t.state IN ('new', 'in_progress') AND (?3 = '' OR t.queue = ?3) ORDER BY t.number LIMIT ?2;

-- name: desk_route_ticket
-- Served by the primary keys.
SELECT t.number, t.state, t.priority, t.opened_ms, t.queue, t.assignee, t.channel, t.category, t.store, t.requester, COALESCE(f.language, '')
FROM desk_ticket t LEFT JOIN desk_triage f ON f.ticket = t.number WHERE t.number = ?1 ORDER BY t.number LIMIT 1;

-- name: desk_route_spoke
-- Who answered requester ?1 last, since ?2. Served by desk_report_requester and the history's primary key.
SELECT h.by_id FROM (SELECT ticket FROM desk_report WHERE requester = ?1 AND requester <> '' ORDER BY number DESC LIMIT 200) r
JOIN desk_history h ON h.ticket = r.ticket
WHERE h.is_public = 1 AND h.by_kind = 'account' AND h.kind IN ('note', 'changed') AND h.at_ms >= ?2
ORDER BY h.at_ms DESC, h.ticket DESC, h.seq DESC LIMIT 1;

-- name: desk_route_languages
-- What tickets behind ?1 are written in, at most ?2. Served by the primary key.
SELECT ticket, language FROM desk_triage WHERE ticket > ?1 ORDER BY ticket LIMIT ?2;

-- name: desk_route_leaving_add
-- The first instant stays. Served by the primary key.
INSERT INTO desk_route_leaving (account, at_ms) VALUES (?1, ?2) ON CONFLICT (account) DO NOTHING;

-- name: desk_route_leaving_delete
-- Served by the primary key.
DELETE FROM desk_route_leaving WHERE account = ?1;

-- name: desk_route_leaving_list
-- At most ?1. Served by the primary key.
SELECT account FROM desk_route_leaving ORDER BY account LIMIT ?1;

-- name: desk_route_passed_get
-- Served by the primary key.
SELECT at_ms FROM desk_route_passed WHERE id = ?1;

-- name: desk_route_passed_set
-- Served by the primary key.
INSERT INTO desk_route_passed (id, at_ms) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms;
