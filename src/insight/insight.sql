-- SPDX-License-Identifier: Apache-2.0

-- name: insight_get
-- Served by the primary key.
SELECT version, type, priority, state, store, queue, category, channel, assignee, requester, major, merged, child, opened_ms, resolved_ms,
    since_ms, waiting, wait_ms, business_ms, contacts, reopened, transferred, switched, score, invited, met, breached, judged
FROM insight_ticket WHERE number = ?1;

-- name: insight_add
INSERT INTO insight_ticket (version, type, priority, state, store, queue, category, channel, assignee, requester, major, merged, child, opened_ms,
    resolved_ms, since_ms, waiting, wait_ms, business_ms, contacts, reopened, transferred, switched, score, invited, met, breached, judged, number)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29);

-- name: insight_set
-- Binds what insight_add binds. Served by the primary key.
UPDATE insight_ticket SET version = ?1, type = ?2, priority = ?3, state = ?4, store = ?5, queue = ?6, category = ?7, channel = ?8, assignee = ?9,
    requester = ?10, major = ?11, merged = ?12, child = ?13, opened_ms = ?14, resolved_ms = ?15, since_ms = ?16, waiting = ?17, wait_ms = ?18,
    business_ms = ?19, contacts = ?20, reopened = ?21, transferred = ?22, switched = ?23, score = ?24, invited = ?25, met = ?26, breached = ?27,
    judged = ?28
WHERE number = ?29;

-- name: insight_asked
-- Served by the primary key.
UPDATE insight_ticket SET invited = 1 WHERE number = ?1;

-- name: insight_late
-- A row of the ticket's history that tells nobody of a change. Served by the primary key.
UPDATE insight_ticket SET version = version + 1, judged = 0 WHERE number = ?1;

-- name: insight_scored
-- Served by the primary key.
UPDATE insight_ticket SET score = ?2 WHERE number = ?1;

-- name: insight_count
-- scan: once, at the start
SELECT COUNT(*) FROM insight_ticket;

-- name: insight_unjudged
-- At most ?1. Served by insight_ticket_unjudged.
SELECT number, version FROM insight_ticket WHERE judged = 0 ORDER BY number LIMIT ?1;

-- name: insight_judge
-- Unless it changed meanwhile. Served by the primary key.
UPDATE insight_ticket SET met = ?3, breached = ?4, judged = 1 WHERE number = ?1 AND version = ?2;

-- name: insight_resolved
-- Resolved in [?1, ?2). repeats: other tickets of the same requester and category from its opening until 7 days (?3 ms) after it was resolved.
-- Served by insight_ticket_resolved and insight_ticket_requester.
-- rows: figures are of all of them
SELECT t.number, t.type, t.priority, t.store, t.queue, t.category, t.channel, t.opened_ms, t.resolved_ms, t.wait_ms, t.business_ms, t.contacts,
    t.reopened, t.transferred, t.switched, t.score, t.invited, t.met, t.breached, t.judged,
    CASE WHEN t.requester = '' OR t.category = '' THEN 0 ELSE (SELECT COUNT(*) FROM insight_ticket o
        WHERE o.requester = t.requester AND o.category = t.category AND o.opened_ms >= t.opened_ms AND o.opened_ms < t.resolved_ms + ?3
            AND (o.opened_ms > t.opened_ms OR o.number > t.number)) END
FROM insight_ticket t
WHERE t.resolved_ms >= ?1 AND t.resolved_ms < ?2 AND t.merged = 0 AND t.child = 0 AND (t.type = 'incident' OR t.type = 'service_request')
ORDER BY t.resolved_ms, t.number;

-- name: insight_behind
-- As insight_resolved, by number behind ?4. Served by insight_ticket_resolved.
-- rows: read until the page is full
SELECT t.number, t.type, t.priority, t.store, t.queue, t.category, t.channel, t.opened_ms, t.resolved_ms, t.wait_ms, t.business_ms, t.contacts,
    t.reopened, t.transferred, t.switched, t.score, t.invited, t.met, t.breached, t.judged,
    CASE WHEN t.requester = '' OR t.category = '' THEN 0 ELSE (SELECT COUNT(*) FROM insight_ticket o
        WHERE o.requester = t.requester AND o.category = t.category AND o.opened_ms >= t.opened_ms AND o.opened_ms < t.resolved_ms + ?3
            AND (o.opened_ms > t.opened_ms OR o.number > t.number)) END
FROM insight_ticket t
WHERE t.resolved_ms >= ?1 AND t.resolved_ms < ?2 AND t.number > ?4 AND t.merged = 0 AND t.child = 0
    AND (t.type = 'incident' OR t.type = 'service_request')
ORDER BY t.number;

-- name: insight_incidents
-- Major ones that were open in [?1, ?2), at most ?3. Served by insight_ticket_major.
SELECT number, priority, category, store, opened_ms, resolved_ms FROM insight_ticket
WHERE major = 1 AND opened_ms < ?2 AND (resolved_ms > ?1 OR resolved_ms = 0) AND state <> 'cancelled' AND merged = 0
ORDER BY opened_ms, number LIMIT ?3;

-- name: insight_open
-- Served by insight_ticket_resolved.
-- rows: figures are of all of them, in no order
SELECT number, type, priority, store, queue, category, channel, opened_ms, breached FROM insight_ticket
WHERE resolved_ms = 0 AND state <> 'cancelled' AND merged = 0 AND child = 0 AND (type = 'incident' OR type = 'service_request');
