-- SPDX-License-Identifier: Apache-2.0
-- Statements of the graph's tables, of its links and barriers.

-- name: profile_position_get
SELECT next_offset, rebuild FROM profile_position WHERE one = 1;

-- name: profile_position_set
-- ?1 next offset, ?2 rebuild
INSERT INTO profile_position (one, next_offset, rebuild) VALUES (1, ?1, ?2)
ON CONFLICT (one) DO UPDATE SET next_offset = excluded.next_offset, rebuild = excluded.rebuild;

-- name: identity_person_add
-- ?1 number, ?2 position and ?3 timestamp of its first event
INSERT INTO identity_person (number, created_offset, created_ms, changed_offset, merged_into)
VALUES (?1, ?2, ?3, ?2, NULL);

-- name: identity_person_merge
-- ?1 becomes ?2. Served by the primary key.
UPDATE identity_person SET merged_into = ?2 WHERE number = ?1;

-- name: identity_person_change
-- ?2 position of the change of ?1. Served by the primary key.
UPDATE identity_person SET changed_offset = ?2 WHERE number = ?1;

-- name: identity_persons
-- By number from ?1 on, at most ?2. Served by the primary key.
SELECT number, created_offset, created_ms, changed_offset, merged_into
  FROM identity_person
 WHERE number >= ?1
 ORDER BY number
 LIMIT ?2;

-- name: identity_node_add
-- ?1 number, ?2 type, ?3 value, ?4 person, ?5 position and ?6 timestamp of the event that brought it
INSERT INTO identity_node (number, type, value, person, first_offset, first_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6);

-- name: identity_node_move
-- ?1 is ?2's. Served by the primary key.
UPDATE identity_node SET person = ?2 WHERE number = ?1;

-- name: identity_nodes
-- By number from ?1 on, at most ?2. Served by the primary key.
SELECT number, type, value, person
  FROM identity_node
 WHERE number >= ?1
 ORDER BY number
 LIMIT ?2;

-- name: identity_barrier_add
-- ?1 number, ?2 and ?3 nodes, ?4 time and ?5 position of the split
INSERT INTO identity_barrier (number, node, other_node, at_ms, record_offset, lifted_offset)
VALUES (?1, ?2, ?3, ?4, ?5, NULL);

-- name: identity_barrier_lift
-- ?2 position of the decision that lifts ?1. Served by the primary key.
UPDATE identity_barrier SET lifted_offset = ?2 WHERE number = ?1;

-- name: identity_barriers
-- By number from ?1 on, at most ?2. Served by the primary key.
SELECT number, node, other_node, lifted_offset
  FROM identity_barrier
 WHERE number >= ?1
 ORDER BY number
 LIMIT ?2;

-- name: identity_barriers_of
-- Those that stand beside the node ?1, by number, at most ?2. Served by identity_barrier_node and identity_barrier_other.
SELECT number, at_ms, node, other_node
  FROM identity_barrier
 WHERE (node = ?1 OR other_node = ?1)
   AND lifted_offset IS NULL
 ORDER BY number
 LIMIT ?2;

-- name: identity_link_add
-- ?1 number, ?2 kind, ?3 time, ?4 position, ?5 person and ?6 other, ?7 and ?8 nodes, ?9 by whom, ?10 reason, ?11 what forbade it
INSERT INTO identity_link (number, kind, at_ms, record_offset, person, other_person, node, other_node, decided_by, reason,
                           refused)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);

-- name: identity_link_node_add
-- ?1 node, ?2 link, ?3 whether it came along
INSERT INTO identity_link_node (node, link, came) VALUES (?1, ?2, ?3)
ON CONFLICT (node, link) DO NOTHING;

-- name: identity_link_last
-- The highest number, or NULL. Served by the primary key.
SELECT MAX(number) FROM identity_link;

-- name: identity_links_of
-- Numbers of the links below ?2 that tell of the node ?1, newest first, at most ?3. Served by the primary key (node first).
SELECT link
  FROM identity_link_node
 WHERE node = ?1
   AND link < ?2
 ORDER BY link DESC
 LIMIT ?3;

-- name: identity_link_get
-- ?1 number. Served by the primary key.
SELECT kind, at_ms, record_offset, person, other_person, node, other_node, decided_by, reason, refused
  FROM identity_link
 WHERE number = ?1;

-- name: identity_link_nodes
-- That came along with the link ?1, by number, at most ?2. Served by identity_link_node_link.
SELECT node
  FROM identity_link_node
 WHERE link = ?1
   AND came = 1
 ORDER BY node
 LIMIT ?2;

-- name: identity_person_clear
-- scan: a rebuild begins with nothing
DELETE FROM identity_person;

-- name: identity_node_clear
-- scan: a rebuild begins with nothing
DELETE FROM identity_node;

-- name: identity_barrier_clear
-- scan: a rebuild begins with nothing
DELETE FROM identity_barrier;

-- name: identity_link_clear
-- scan: a rebuild begins with nothing
DELETE FROM identity_link;

-- name: identity_link_node_clear
-- scan: a rebuild begins with nothing
DELETE FROM identity_link_node;

-- name: profile_position_clear
DELETE FROM profile_position WHERE one = 1;

-- name: profile_owes
-- What the graph and consent owe to the event at ?2: it brought the node ?1 first; persons met in it; it decided something. Served by
-- the primary keys.
-- rows: one
SELECT CASE WHEN n.first_offset = ?2 THEN 1 ELSE 0 END,
       CASE WHEN EXISTS (SELECT 1 FROM identity_link_node t JOIN identity_link l ON l.number = t.link
                          WHERE t.node = n.number AND l.record_offset = ?2) THEN 1 ELSE 0 END,
       CASE WHEN EXISTS (SELECT 1 FROM consent_decision d WHERE d.node = n.number AND d.record_offset = ?2) THEN 1 ELSE 0 END
  FROM identity_node n
 WHERE n.number = ?1;
