-- SPDX-License-Identifier: Apache-2.0

-- name: trait_list
-- What a node says, at most ?2 names. Served by the primary key.
SELECT name, json, at_ms, source, precedence FROM profile_trait WHERE node = ?1 ORDER BY name LIMIT ?2;

-- name: trait_set
INSERT INTO profile_trait (node, name, json, at_ms, source, precedence) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (node, name) DO UPDATE SET json = excluded.json, at_ms = excluded.at_ms, source = excluded.source,
    precedence = excluded.precedence;

-- name: trait_clear
-- scan: a rebuild begins with nothing
DELETE FROM profile_trait;

-- name: trait_texts
-- What search shows of the nodes ?1 up to and without ?2, by node; at most ?3 rows. Served by the primary key.
SELECT node, name, json FROM profile_trait
WHERE node >= ?1 AND node < ?2
    AND name IN ('email', 'first_name', 'firstName', 'last_name', 'lastName', 'name', 'phone')
ORDER BY node, name LIMIT ?3;

-- name: value_list
-- Orders of a node by currency: at most 16. Served by the primary key.
SELECT currency, micros, orders, refunds FROM profile_value WHERE node = ?1 ORDER BY currency LIMIT 16;

-- name: value_set
INSERT INTO profile_value (node, currency, micros, orders, refunds) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (node, currency) DO UPDATE SET micros = excluded.micros, orders = excluded.orders,
    refunds = excluded.refunds;

-- name: value_clear
-- scan: a rebuild begins with nothing
DELETE FROM profile_value;

-- name: order_list
-- The last orders of a node, oldest first: at most 20. Served by the primary key.
SELECT seq, number, completed FROM profile_order WHERE node = ?1 ORDER BY seq LIMIT 20;

-- name: order_set
INSERT INTO profile_order (node, seq, number, completed) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (node, seq) DO UPDATE SET completed = excluded.completed;

-- name: order_remove
DELETE FROM profile_order WHERE node = ?1 AND seq = ?2;

-- name: order_clear
-- scan: a rebuild begins with nothing
DELETE FROM profile_order;

-- name: order_texts
-- Order numbers of the nodes ?1 up to and without ?2, by node; at most ?3 rows. Served by the primary key.
SELECT node, number FROM profile_order WHERE node >= ?1 AND node < ?2 ORDER BY node, seq LIMIT ?3;

-- name: node_first
-- When a node was brought first. Served by the primary key.
SELECT first_ms FROM identity_node WHERE number = ?1;
