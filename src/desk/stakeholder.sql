-- SPDX-License-Identifier: Apache-2.0

-- name: stakeholder_room_get
-- Served by the primary key.
SELECT due_ms, ended_ms FROM desk_room WHERE ticket = ?1;

-- name: stakeholder_room_set
-- Served by the primary key.
UPDATE desk_room SET due_ms = ?2, ended_ms = ?3 WHERE ticket = ?1;

-- name: stakeholder_room_add
INSERT INTO desk_room (ticket, due_ms, ended_ms) VALUES (?1, ?2, ?3);

-- name: stakeholder_room_due
-- Behind ticket ?1, at most ?2. Served by desk_room_due.
SELECT ticket, due_ms FROM desk_room WHERE due_ms > 0 AND ticket > ?1 ORDER BY ticket LIMIT ?2;

-- name: stakeholder_update_add
INSERT INTO desk_update (ticket, seq) VALUES (?1, ?2);

-- name: stakeholder_updates
-- Of ticket ?1, the newest first, at most ?2. Served by the primary keys.
SELECT u.seq, h.at_ms, h.body FROM desk_update u JOIN desk_history h ON h.ticket = u.ticket AND h.seq = u.seq
WHERE u.ticket = ?1 ORDER BY u.seq DESC LIMIT ?2;

-- name: stakeholder_link_last
-- Served by the primary key.
SELECT COALESCE(MAX(number), 0) FROM desk_status_link;

-- name: stakeholder_link_add
INSERT INTO desk_status_link (number, ticket, nonce, name, made_ms, made_by, revoked_ms, revoked_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, '');

-- name: stakeholder_link_get
-- Served by the primary key.
SELECT number, ticket, nonce, name, made_ms, made_by, revoked_ms, revoked_by FROM desk_status_link WHERE number = ?1;

-- name: stakeholder_link_list
-- Of ticket ?1, the newest first, at most ?2. Served by desk_status_link_ticket.
SELECT number, ticket, nonce, name, made_ms, made_by, revoked_ms, revoked_by FROM desk_status_link
WHERE ticket = ?1 ORDER BY number DESC LIMIT ?2;

-- name: stakeholder_link_revoke
-- Served by the primary key.
UPDATE desk_status_link SET revoked_ms = ?2, revoked_by = ?3 WHERE number = ?1 AND revoked_ms = 0;

-- name: stakeholder_list
-- Of ticket ?1, at most ?2. Served by the primary key.
SELECT kind, address, added_ms, added_by FROM desk_stakeholder WHERE ticket = ?1 ORDER BY kind, address LIMIT ?2;

-- name: stakeholder_add
INSERT INTO desk_stakeholder (ticket, kind, address, added_ms, added_by) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: stakeholder_clear
-- Served by the primary key.
DELETE FROM desk_stakeholder WHERE ticket = ?1;

-- name: stakeholder_erase_links
-- Behind ?1 (?2 is 0), at most ?3. Served by the primary key.
SELECT number, 0, name FROM desk_status_link WHERE number > ?1 AND ?2 = 0 ORDER BY number LIMIT ?3;

-- name: stakeholder_erase_link
-- Served by the primary key.
UPDATE desk_status_link SET name = ?3 WHERE number = ?1 AND ?2 = 0;

-- name: stakeholder_erase_scan
-- Mail addresses behind (?1, ?2), at most ?3. Served by the primary key.
SELECT ticket, address FROM desk_stakeholder WHERE kind = 'mail' AND (ticket > ?1 OR (ticket = ?1 AND address > ?2))
ORDER BY ticket, address LIMIT ?3;

-- name: stakeholder_erase
-- Served by the primary key.
DELETE FROM desk_stakeholder WHERE ticket = ?1 AND kind = 'mail' AND address = ?2;
