-- SPDX-License-Identifier: Apache-2.0

-- name: desk_ticket_get
-- Served by the primary key.
SELECT number, version, type, priority, why, policy, state, waiting_for, title, description, requester, store, till, channel, category,
    services, touchpoints, impact, urgency, label, queue, assignee, watchers, resolution, custom, commander, review, reports, stores,
    tills, customers, major, merged_into, opened_ms, changed_ms, last_report_ms, acknowledged_ms, replied_ms, resolved_ms, closed_ms,
    apart, awaits_reply, tones, sentiment, sentiment_lowest, tone_urgency, fault
FROM desk_ticket WHERE number = ?1;

-- name: desk_ticket_last
-- Served by the primary key.
SELECT COALESCE(MAX(number), 0) FROM desk_ticket;

-- name: desk_ticket_add
INSERT INTO desk_ticket (number, version, type, priority, why, policy, state, waiting_for, title, description, requester, store, till, channel, category,
    services, touchpoints, impact, urgency, label, queue, assignee, watchers, resolution, custom, commander, review, reports, stores,
    tills, customers, major, merged_into, opened_ms, changed_ms, last_report_ms, acknowledged_ms, replied_ms, resolved_ms, closed_ms,
    apart, awaits_reply, tones, sentiment, sentiment_lowest, tone_urgency, fault)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29,
    ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40, ?41, ?42, ?43, ?44, ?45, ?46, ?47);

-- name: desk_ticket_set
-- Binds what desk_ticket_add binds. Served by the primary key.
UPDATE desk_ticket SET version = ?2, type = ?3, priority = ?4, why = ?5, policy = ?6, state = ?7, waiting_for = ?8, title = ?9, description = ?10,
    requester = ?11, store = ?12, till = ?13, channel = ?14, category = ?15, services = ?16, touchpoints = ?17, impact = ?18,
    urgency = ?19, label = ?20, queue = ?21, assignee = ?22, watchers = ?23, resolution = ?24, custom = ?25, commander = ?26,
    review = ?27, reports = ?28, stores = ?29, tills = ?30, customers = ?31, major = ?32, merged_into = ?33, opened_ms = ?34,
    changed_ms = ?35, last_report_ms = ?36, acknowledged_ms = ?37, replied_ms = ?38, resolved_ms = ?39, closed_ms = ?40, apart = ?41,
    awaits_reply = ?42, tones = ?43, sentiment = ?44, sentiment_lowest = ?45, tone_urgency = ?46, fault = ?47
WHERE number = ?1;

-- name: desk_ticket_said
-- Served by the primary key.
UPDATE desk_ticket SET version = version + 1 WHERE number = ?1;

-- name: desk_ticket_version
-- Served by the primary key.
SELECT version FROM desk_ticket WHERE number = ?1;

-- name: desk_ticket_open_fault
-- The open ticket of the fault ?1 that was last reported after ?2. Served by desk_ticket_fault.
SELECT number FROM desk_ticket WHERE fault = ?1 AND last_report_ms > ?2 ORDER BY last_report_ms DESC, number DESC LIMIT 1;

-- name: desk_ticket_facts
-- At most ?2 behind ?1, for the lists in memory. Served by the primary key.
SELECT number, version, type, state, priority, major, changed_ms, queue, assignee, store, category, requester, title, till,
    tones, sentiment, sentiment_lowest, tone_urgency
FROM desk_ticket WHERE number > ?1 ORDER BY number LIMIT ?2;

-- name: desk_search_notes
-- What people said of ticket ?1, the newest first, at most ?2. Served by the primary key.
SELECT seq, is_public, kind, body FROM desk_history
WHERE ticket = ?1 AND body <> '' AND kind IN ('note', 'changed', 'answered', 'confirmed', 'escalated', 'vendor_answered') ORDER BY seq DESC LIMIT ?2;

-- name: desk_report_last
-- Served by the primary key.
SELECT COALESCE(MAX(number), 0) FROM desk_report;

-- name: desk_report_add
INSERT INTO desk_report (number, ticket, at_ms, requester, store, till, channel, body, stores, tills, customers, by_name)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12);

-- name: desk_report_get
-- Served by the primary key.
SELECT number, at_ms, requester, store, till, channel, body, by_name, stores, tills, customers, ticket FROM desk_report WHERE number = ?1;

-- name: desk_report_list
-- Of ticket ?1 behind ?2, at most ?3. Served by desk_report_ticket.
SELECT number, at_ms, requester, store, till, channel, body, by_name, stores, tills, customers FROM desk_report
WHERE ticket = ?1 AND number > ?2 ORDER BY number LIMIT ?3;

-- name: desk_report_count
-- Distinct stores and tills that were named (a till is its store's: ?2 parts them), the most that were said, and all customers. Served by desk_report_ticket.
SELECT COUNT(*), COUNT(DISTINCT NULLIF(store, '')), COUNT(DISTINCT CASE WHEN till <> '' THEN store || ?2 || till END),
    COALESCE(MAX(stores), 0), COALESCE(MAX(tills), 0), CAST(COALESCE(SUM(customers), 0) AS BIGINT), COALESCE(MAX(at_ms), 0)
FROM desk_report WHERE ticket = ?1;

-- name: desk_report_move
-- Served by the primary key.
UPDATE desk_report SET ticket = ?2 WHERE number = ?1;

-- name: desk_report_move_all
-- Served by desk_report_ticket.
UPDATE desk_report SET ticket = ?2 WHERE ticket = ?1;

-- name: desk_history_add
INSERT INTO desk_history (ticket, seq, at_ms, kind, is_public, by_kind, by_id, by_name, changes, body)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);

-- name: desk_history_list
-- Of ticket ?1 behind ?2, at most ?3, public ones where ?4 is 1. Served by the primary key.
SELECT seq, at_ms, kind, is_public, by_kind, by_id, by_name, changes, body FROM desk_history
WHERE ticket = ?1 AND seq > ?2 AND is_public >= ?4 ORDER BY seq LIMIT ?3;

-- name: desk_history_steps
-- Steps of ticket ?1 whose text begins with ?2, oldest first, at most ?3. Served by the primary key.
SELECT seq, at_ms, body FROM desk_history WHERE ticket = ?1 AND kind = 'sla_escalated' AND SUBSTR(body, 1, LENGTH(?2)) = ?2
ORDER BY seq LIMIT ?3;

-- name: desk_link_get
-- Served by the primary key.
SELECT at_ms FROM desk_link WHERE ticket = ?1 AND kind = ?2 AND other = ?3;

-- name: desk_link_add
INSERT INTO desk_link (ticket, kind, other, at_ms) VALUES (?1, ?2, ?3, ?4);

-- name: desk_link_delete
-- Served by the primary key.
DELETE FROM desk_link WHERE ticket = ?1 AND kind = ?2 AND other = ?3;

-- name: desk_link_list
-- What ?1 says of others, at most ?2. Served by the primary key.
SELECT l.kind, l.other, t.type, t.state, t.priority, t.title FROM desk_link l JOIN desk_ticket t ON t.number = l.other
WHERE l.ticket = ?1 ORDER BY l.kind, l.other LIMIT ?2;

-- name: desk_link_inverse
-- What others say of ?1, at most ?2. Served by desk_link_other.
SELECT l.kind, l.ticket, t.type, t.state, t.priority, t.title FROM desk_link l JOIN desk_ticket t ON t.number = l.ticket
WHERE l.other = ?1 ORDER BY l.ticket, l.kind LIMIT ?2;

-- name: desk_escalation_last
-- Served by the primary key.
SELECT COALESCE(MAX(number), 0) FROM desk_escalation;

-- name: desk_escalation_add
INSERT INTO desk_escalation (number, ticket, vendor, contract, contact, message, sent_ms, sent_by, due_ms, answered_ms, answer)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, '');

-- name: desk_escalation_list
-- Of ticket ?1, at most ?2. Served by desk_escalation_ticket.
SELECT number, vendor, contract, contact, message, sent_by, answer, sent_ms, due_ms, answered_ms FROM desk_escalation
WHERE ticket = ?1 ORDER BY number LIMIT ?2;

-- name: desk_escalation_get
-- Served by the primary key.
SELECT number, vendor, contract, contact, message, sent_by, answer, sent_ms, due_ms, answered_ms, ticket FROM desk_escalation WHERE number = ?1;

-- name: desk_escalation_answer
-- Served by the primary key.
UPDATE desk_escalation SET answered_ms = ?2, answer = ?3 WHERE number = ?1;

-- name: desk_policy_newest
-- Served by the primary key.
SELECT version, json, changed_ms, changed_by FROM desk_policy ORDER BY version DESC LIMIT 1;

-- name: desk_policy_get
-- Served by the primary key.
SELECT version, json, changed_ms, changed_by FROM desk_policy WHERE version = ?1;

-- name: desk_policy_add
INSERT INTO desk_policy (version, json, changed_ms, changed_by) VALUES (?1, ?2, ?3, ?4);

-- name: desk_record_list
-- Of kind ?1 behind ?2, at most ?3. Served by the primary key.
SELECT id, name, json, version, changed_ms, changed_by FROM desk_record WHERE kind = ?1 AND id > ?2 ORDER BY id LIMIT ?3;

-- name: desk_record_get
-- Served by the primary key.
SELECT id, name, json, version, changed_ms, changed_by FROM desk_record WHERE kind = ?1 AND id = ?2;

-- name: desk_record_count
-- Served by the primary key.
SELECT COUNT(*) FROM desk_record WHERE kind = ?1;

-- name: desk_record_add
INSERT INTO desk_record (kind, id, name, json, version, changed_ms, changed_by) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6);

-- name: desk_record_set
-- Served by the primary key.
UPDATE desk_record SET name = ?3, json = ?4, version = version + 1, changed_ms = ?5, changed_by = ?6 WHERE kind = ?1 AND id = ?2;

-- name: desk_record_delete
-- Served by the primary key.
DELETE FROM desk_record WHERE kind = ?1 AND id = ?2;

-- name: desk_erase_tickets
-- Behind ?1 (?2 is 0), at most ?3. Served by the primary key.
SELECT number, 0, title, description, requester, resolution, custom, review FROM desk_ticket
WHERE number > ?1 AND ?2 = 0 ORDER BY number LIMIT ?3;

-- name: desk_erase_reports
-- Behind ?1 (?2 is 0), at most ?3. Served by the primary key.
SELECT number, 0, requester, body FROM desk_report WHERE number > ?1 AND ?2 = 0 ORDER BY number LIMIT ?3;

-- name: desk_erase_report
-- Served by the primary key.
UPDATE desk_report SET requester = ?3, body = ?4 WHERE number = ?1 AND ?2 = 0;

-- name: desk_erase_histories
-- Behind row ?2 of ticket ?1, at most ?3. Served by the primary key.
SELECT ticket, seq, changes, body FROM desk_history WHERE ticket >= ?1 AND (ticket > ?1 OR seq > ?2) ORDER BY ticket, seq LIMIT ?3;

-- name: desk_erase_history
-- Served by the primary key.
UPDATE desk_history SET changes = ?3, body = ?4 WHERE ticket = ?1 AND seq = ?2;

-- name: desk_erase_escalations
-- Behind ?1 (?2 is 0), at most ?3. Served by the primary key.
SELECT number, 0, message, answer FROM desk_escalation WHERE number > ?1 AND ?2 = 0 ORDER BY number LIMIT ?3;

-- name: desk_erase_escalation
-- Served by the primary key.
UPDATE desk_escalation SET message = ?3, answer = ?4 WHERE number = ?1 AND ?2 = 0;

-- name: desk_erase_story
-- Served by the primary key.
UPDATE desk_history SET changes = '{}', body = CASE WHEN body = '' THEN '' ELSE '-' END WHERE ticket = ?1;

-- name: desk_erase_messages
-- Served by desk_escalation_ticket.
UPDATE desk_escalation SET message = '-', answer = CASE WHEN answer = '' THEN '' ELSE '-' END WHERE ticket = ?1;

-- name: desk_mine_own
-- Reports of requester ?1 before ?2, newest first, at most ?4; ?3 is 1: of tickets that are open, or resolved and not confirmed since. Served by desk_report_requester.
SELECT r.number, r.at_ms, r.requester, r.store, r.till, r.channel, r.body, r.by_name, r.stores, r.tills, r.customers, r.ticket, r.confirmed_ms
FROM desk_report r JOIN desk_ticket t ON t.number = r.ticket
WHERE r.requester = ?1 AND r.requester <> '' AND r.number < ?2
    AND (?3 = 0 OR t.state IN ('new', 'in_progress', 'waiting') OR (t.state = 'resolved' AND r.confirmed_ms < t.resolved_ms))
ORDER BY r.number DESC LIMIT ?4;

-- name: desk_mine_store
-- Likewise of store ?1: what came through the portal, or names no person. Served by desk_report_store.
SELECT r.number, r.at_ms, r.requester, r.store, r.till, r.channel, r.body, r.by_name, r.stores, r.tills, r.customers, r.ticket, r.confirmed_ms
FROM desk_report r JOIN desk_ticket t ON t.number = r.ticket
WHERE r.store = ?1 AND (r.requester = '' OR r.channel = 'portal') AND r.number < ?2
    AND (?3 = 0 OR t.state IN ('new', 'in_progress', 'waiting') OR (t.state = 'resolved' AND r.confirmed_ms < t.resolved_ms))
ORDER BY r.number DESC LIMIT ?4;

-- name: desk_mine_ticket
-- All of ticket ?1; the reader stops. Served by desk_report_ticket.
-- rows: as many as report one fault; 200 of a party are kept
SELECT number, at_ms, requester, store, till, channel, body, by_name, stores, tills, customers, ticket, confirmed_ms
FROM desk_report WHERE ticket = ?1 ORDER BY number;

-- name: desk_report_confirm
-- Served by the primary key.
UPDATE desk_report SET confirmed_ms = ?2 WHERE number = ?1;

-- name: desk_report_unconfirmed
-- Of ticket ?1, not confirmed since ?2. Served by desk_report_ticket.
SELECT COUNT(*) FROM desk_report WHERE ticket = ?1 AND confirmed_ms < ?2;

-- name: desk_file_last
-- Served by the primary key.
SELECT COALESCE(MAX(number), 0) FROM desk_attachment;

-- name: desk_file_add
INSERT INTO desk_attachment (number, ticket, report, at_ms, name, type, bytes, sha256, is_public, by_kind, by_id, by_name)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12);

-- name: desk_file_list
-- Of ticket ?1, at most ?2. Served by desk_attachment_ticket.
SELECT number, report, at_ms, name, type, bytes, sha256, is_public, by_kind, by_id, by_name FROM desk_attachment
WHERE ticket = ?1 ORDER BY number LIMIT ?2;

-- name: desk_file_get
-- Served by the primary key.
SELECT number, report, at_ms, name, type, bytes, sha256, is_public, by_kind, by_id, by_name FROM desk_attachment
WHERE number = ?1 AND ticket = ?2;

-- name: desk_file_named
-- Served by desk_attachment_sha256.
SELECT 1 FROM desk_attachment WHERE sha256 = ?1 LIMIT 1;

-- name: desk_file_delete
-- Served by the primary key.
DELETE FROM desk_attachment WHERE number = ?1;

-- name: desk_file_move
-- Those of report ?1 go with it. Served by desk_attachment_report.
UPDATE desk_attachment SET ticket = ?2 WHERE report = ?1;

-- name: desk_file_move_all
-- Served by desk_attachment_ticket.
UPDATE desk_attachment SET ticket = ?2 WHERE ticket = ?1;

-- name: desk_file_erase_scan
-- Behind ?1, at most ?2, with whose they are. Served by the primary keys.
SELECT a.number, a.sha256, a.name, t.requester, COALESCE(r.requester, '') FROM desk_attachment a JOIN desk_ticket t ON t.number = a.ticket
LEFT JOIN desk_report r ON r.number = a.report WHERE a.number > ?1 ORDER BY a.number LIMIT ?2;

-- name: desk_lead_set
-- Served by the primary key.
INSERT INTO desk_lead (ticket, at_ms) VALUES (?1, ?2);

-- name: desk_lead_get
-- Served by the primary key.
SELECT at_ms FROM desk_lead WHERE ticket = ?1;

-- name: desk_lead_delete
-- Served by the primary key.
DELETE FROM desk_lead WHERE ticket = ?1;

-- name: desk_lead_list
-- Behind ticket ?1, at most ?2. Served by the primary key.
SELECT ticket, at_ms FROM desk_lead WHERE ticket > ?1 ORDER BY ticket LIMIT ?2;

-- name: desk_history_times
-- All of ticket ?1. Served by the primary key.
-- rows: each stretch of an explanation is given its row
SELECT seq, at_ms FROM desk_history WHERE ticket = ?1 ORDER BY seq;
