-- SPDX-License-Identifier: Apache-2.0
-- Statements that take an identifier (node) out of the tables of the profiles; cards and pairs of duplicates, and groups, have
-- theirs beside them.

-- name: erase_node
-- ?1 number: it stays, with its type, and is nobody's. Served by the primary key.
UPDATE identity_node SET value = '', person = 0, first_ms = 0 WHERE number = ?1;

-- name: erase_person
-- ?1 is nobody: marked by being merged into itself. Served by the primary key.
UPDATE identity_person SET merged_into = number, created_ms = 0 WHERE number = ?1;

-- name: erase_barriers
-- Of the node ?1, lifted at ?2. Served by identity_barrier_node and identity_barrier_other.
UPDATE identity_barrier SET lifted_offset = ?2 WHERE (node = ?1 OR other_node = ?1) AND lifted_offset IS NULL;

-- name: erase_link_texts
-- What staff wrote about the node ?1. Served by the primary keys.
UPDATE identity_link SET reason = '', refused = CASE WHEN refused = '' THEN '' ELSE '-' END
 WHERE number IN (SELECT link FROM identity_link_node WHERE node = ?1);

-- name: erase_link_nodes
-- Served by the primary key.
DELETE FROM identity_link_node WHERE node = ?1;

-- name: erase_traits
-- Served by the primary key.
DELETE FROM profile_trait WHERE node = ?1;

-- name: erase_values
-- Served by the primary key.
DELETE FROM profile_value WHERE node = ?1;

-- name: erase_orders
-- Served by the primary key.
DELETE FROM profile_order WHERE node = ?1;

-- name: erase_computed
-- Served by the primary key.
DELETE FROM computed_state WHERE node = ?1;

-- name: erase_card
-- Served by the primary key.
DELETE FROM duplicate_card WHERE node = ?1;

-- name: erase_pairs
-- Served by the primary key and duplicate_pair_high.
DELETE FROM duplicate_pair WHERE low = ?1 OR high = ?1;

-- name: erase_decisions
-- scan: as many as staff decided
DELETE FROM duplicate_decision WHERE low = ?1 OR high = ?1;

-- name: erase_decision_offsets
-- Where decisions about the node ?1 stand in the log, behind ?2, at most ?3.
-- scan: as many as staff decided
SELECT record_offset FROM duplicate_decision WHERE (low = ?1 OR high = ?1) AND record_offset > ?2 ORDER BY record_offset LIMIT ?3;

-- name: erase_link_offsets
-- Where what staff decided about the node ?1 stands in the log, behind the link ?2, at most ?3. Served by the primary keys.
SELECT l.number, l.record_offset
  FROM identity_link_node n
  JOIN identity_link l ON l.number = n.link
 WHERE n.node = ?1 AND n.link > ?2 AND l.kind <> 0
 ORDER BY l.number
 LIMIT ?3;

-- name: erase_barrier_offsets
-- Where barriers of the node ?1 were set, behind the number ?2, at most ?3. Served by identity_barrier_node and
-- identity_barrier_other.
SELECT number, record_offset, node, other_node
  FROM identity_barrier
 WHERE (node = ?1 OR other_node = ?1) AND number > ?2
 ORDER BY number
 LIMIT ?3;

-- name: erase_count
-- rows: one
-- Rows of the node ?1: traits, orders, computed traits, groups, proposed duplicates. Served by the primary keys,
-- duplicate_pair_high and profile_group_member_node.
SELECT (SELECT COUNT(*) FROM profile_trait WHERE node = ?1),
       (SELECT COUNT(*) FROM profile_order WHERE node = ?1),
       (SELECT COUNT(*) FROM computed_state WHERE node = ?1),
       (SELECT COUNT(*) FROM profile_group_member WHERE node = ?1),
       (SELECT COUNT(*) FROM duplicate_pair WHERE low = ?1 OR high = ?1);

-- name: erase_texts
-- What the node ?1 says that tells who somebody is, at most 100. Served by the primary key.
SELECT name, json
  FROM profile_trait
 WHERE node = ?1
   AND name IN ('address', 'birthDate', 'birth_date', 'birthdate', 'birthday', 'dateOfBirth', 'email', 'firstName', 'first_name',
                'id', 'lastName', 'last_name', 'name', 'phone', 'street', 'username')
 ORDER BY name
 LIMIT 100;

-- name: erase_all_traits
-- Behind the node ?1 and the name ?2, at most ?3. Served by the primary key.
SELECT node, name, json, at_ms, source, precedence
  FROM profile_trait
 WHERE node >= ?1 AND (node > ?1 OR name > ?2)
 ORDER BY node, name
 LIMIT ?3;

-- name: erase_all_group_traits
-- Behind the group ?1 and the name ?2, at most ?3. Served by the primary key.
SELECT group_id, name, json
  FROM profile_group_trait
 WHERE (group_id, name) > (?1, ?2)
 ORDER BY group_id, name
 LIMIT ?3;

-- name: erase_group_trait
-- ?2 of group ?1. Served by the primary key.
UPDATE profile_group_trait SET json = '"-"' WHERE group_id = ?1 AND name = ?2;

-- name: erase_apart
-- A row where the nodes ?1 and ?2, which are one person's today, were not at the position ?3: ?1 was not there yet, or they were
-- merged later. Served by the primary keys.
SELECT 1 FROM identity_node WHERE number = ?1 AND first_offset > ?3
UNION ALL
SELECT 1
  FROM identity_link_node n
  JOIN identity_link l ON l.number = n.link
 WHERE n.node IN (?1, ?2) AND n.came = 1 AND l.kind <> 2 AND l.record_offset > ?3
   AND NOT EXISTS (SELECT 1 FROM identity_link_node m WHERE m.link = n.link AND m.came = 1 AND m.node IN (?1, ?2)
                      AND m.node <> n.node)
 LIMIT 1;

-- name: erase_parted_since
-- A row where the nodes ?1 and ?2 were one person's at the position ?3 and were parted later. Served by identity_barrier_node.
SELECT 1
  FROM identity_barrier
 WHERE ((node = ?1 AND other_node = ?2) OR (node = ?2 AND other_node = ?1)) AND record_offset > ?3
 LIMIT 1;
