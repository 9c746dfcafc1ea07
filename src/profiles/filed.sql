-- SPDX-License-Identifier: Apache-2.0
-- Numbers, for views that file events under identifiers.

-- name: numbering_get
-- The one row, by its primary key.
SELECT label FROM profile_numbering WHERE one = 1;

-- name: numbering_set
INSERT INTO profile_numbering (one, label) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET label = excluded.label;

-- name: numbering_clear
DELETE FROM profile_numbering WHERE one = 1;

-- name: trait_of_nodes
-- What the nodes ?1 up to and without ?2 say of ?3, by node; at most ?4 rows. Served by the primary key.
SELECT node, json, at_ms, precedence FROM profile_trait WHERE node >= ?1 AND node < ?2 AND name = ?3 ORDER BY node LIMIT ?4;

-- name: state_of_nodes
-- States of the definition ?3 at the nodes ?1 up to and without ?2, by node; at most ?4 rows. Served by the primary key.
SELECT node, state, as_of_ms FROM computed_state WHERE node >= ?1 AND node < ?2 AND definition = ?3 ORDER BY node LIMIT ?4;
