-- SPDX-License-Identifier: Apache-2.0
-- Accounts and households, under nodes.

-- name: group_get
-- Served by the primary key.
SELECT kind, basis, named FROM profile_group WHERE id = ?1;

-- name: group_set
-- ?1 id, ?2 kind, ?3 basis, ?4 named, ?5 search
INSERT INTO profile_group (id, kind, basis, named, search) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (id) DO UPDATE SET search = excluded.search;

-- name: group_search_set
UPDATE profile_group SET search = ?2 WHERE id = ?1;

-- name: group_remove
DELETE FROM profile_group WHERE id = ?1;

-- name: group_search
-- Of kind ?1 behind (?2, ?3) by search and id, below ?4; at most ?5 rows. Served by profile_group_search.
SELECT id, basis, named, search
  FROM profile_group
 WHERE kind = ?1 AND (search, id) > (?2, ?3) AND search < ?4
 ORDER BY search, id
 LIMIT ?5;

-- name: group_clear
-- scan: a rebuild begins with nothing
DELETE FROM profile_group;

-- name: group_member_set
-- ?1 group, ?2 node, ?3 basis, ?4 at, ?5 label; the newest instant stays
INSERT INTO profile_group_member (group_id, node, basis, at_ms, label) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (group_id, node) DO UPDATE
   SET at_ms = CASE WHEN excluded.at_ms > profile_group_member.at_ms THEN excluded.at_ms ELSE profile_group_member.at_ms END,
       label = excluded.label;

-- name: group_member_remove
DELETE FROM profile_group_member WHERE group_id = ?1 AND node = ?2;

-- name: group_members
-- Of group ?1 behind node ?2, by node; at most ?3 rows. Served by the primary key.
SELECT node, at_ms, label FROM profile_group_member WHERE group_id = ?1 AND node > ?2 ORDER BY node LIMIT ?3;

-- name: group_member_get
-- Served by the primary key.
SELECT at_ms FROM profile_group_member WHERE group_id = ?1 AND node = ?2;

-- name: group_accounts_of
-- Accounts of node ?1, at most 50. Served by profile_group_member_node.
SELECT group_id FROM profile_group_member WHERE node = ?1 AND basis = 1 ORDER BY group_id LIMIT 50;

-- name: group_accounts_count
-- Of node ?1, without group ?2. Served by profile_group_member_node.
SELECT COUNT(*) FROM profile_group_member WHERE node = ?1 AND basis = 1 AND group_id <> ?2;

-- name: group_households_of
-- Of node ?1: one declared and one derived at most. Served by profile_group_member_node.
SELECT group_id, basis, label FROM profile_group_member WHERE node = ?1 AND basis > 1 ORDER BY basis LIMIT 2;

-- name: group_all_of
-- Groups of node ?1 with their bases, at most ?2. Served by profile_group_member_node.
SELECT group_id, basis FROM profile_group_member WHERE node = ?1 ORDER BY basis, group_id LIMIT ?2;

-- name: group_traits_forsaken
-- Of group ?1, if it has no member. Served by the primary keys.
DELETE FROM profile_group_trait WHERE group_id = ?1 AND NOT EXISTS (SELECT 1 FROM profile_group_member WHERE group_id = ?1);

-- name: group_forsaken
-- Group ?1, if it has no member. Served by the primary keys.
DELETE FROM profile_group WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM profile_group_member WHERE group_id = ?1);

-- name: group_member_clear
-- scan: a rebuild begins with nothing
DELETE FROM profile_group_member;

-- name: group_trait_set
-- ?1 group, ?2 name, ?3 json, ?4 at, ?5 source; what is older than the one that is there stays out
INSERT INTO profile_group_trait (group_id, name, json, at_ms, source) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (group_id, name) DO UPDATE SET json = excluded.json, at_ms = excluded.at_ms, source = excluded.source
 WHERE excluded.at_ms >= profile_group_trait.at_ms;

-- name: group_traits
-- By name, at most 100. Served by the primary key.
SELECT name, json, at_ms, source FROM profile_group_trait WHERE group_id = ?1 ORDER BY name LIMIT 100;

-- name: group_trait_get
-- Served by the primary key.
SELECT json FROM profile_group_trait WHERE group_id = ?1 AND name = ?2;

-- name: group_trait_count
-- Names of group ?1 other than ?2. Served by the primary key.
SELECT COUNT(*) FROM profile_group_trait WHERE group_id = ?1 AND name <> ?2;

-- name: group_trait_clear
-- scan: a rebuild begins with nothing
DELETE FROM profile_group_trait;

-- name: group_household_said
-- What node ?1 says that makes a household. Served by the primary key.
SELECT name, json
  FROM profile_trait
 WHERE node = ?1
    AND name IN ('address', 'city', 'country', 'firstName', 'first_name', 'householdId', 'household_id', 'lastName', 'last_name',
                 'name', 'postalCode', 'postal_code', 'street')
 ORDER BY name LIMIT 13;

-- name: group_household_at
-- When node ?1 said it last. Served by the primary key.
SELECT MAX(at_ms)
  FROM profile_trait
 WHERE node = ?1
    AND name IN ('address', 'city', 'country', 'firstName', 'first_name', 'householdId', 'household_id', 'lastName', 'last_name',
                 'name', 'postalCode', 'postal_code', 'street');
