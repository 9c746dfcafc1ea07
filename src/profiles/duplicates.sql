-- SPDX-License-Identifier: Apache-2.0
-- Statements of the tables of probable duplicates.

-- name: duplicate_facts
-- What a node says that is compared: the names of duplicates_card_row, at most ?2 rows. Served by the primary key.
SELECT name, json FROM profile_trait
WHERE node = ?1
    AND name IN ('address', 'birthDate', 'birth_date', 'birthdate', 'birthday', 'city', 'country', 'dateOfBirth', 'email',
                 'firstName', 'first_name', 'lastName', 'last_name', 'name', 'phone', 'postalCode', 'postal_code', 'street', 'zip')
ORDER BY name LIMIT ?2;

-- name: duplicate_card_set
INSERT INTO duplicate_card (node, card) VALUES (?1, ?2)
ON CONFLICT (node) DO UPDATE SET card = excluded.card;

-- name: duplicate_card_remove
DELETE FROM duplicate_card WHERE node = ?1;

-- name: duplicate_card_get
-- Served by the primary key.
SELECT card FROM duplicate_card WHERE node = ?1;

-- name: duplicate_cards
-- By node from ?1 on, at most ?2. Served by the primary key.
SELECT node, card FROM duplicate_card WHERE node >= ?1 ORDER BY node LIMIT ?2;

-- name: duplicate_card_clear
-- scan: a rebuild begins with nothing
DELETE FROM duplicate_card;

-- name: duplicate_pair_set
-- ?1 and ?2 nodes, ?3 id, ?4 score, ?5 when found
INSERT INTO duplicate_pair (low, high, id, score_ppm, found_ms) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (low, high) DO UPDATE SET score_ppm = excluded.score_ppm, found_ms = excluded.found_ms;

-- name: duplicate_pair_remove
DELETE FROM duplicate_pair WHERE low = ?1 AND high = ?2;

-- name: duplicate_pairs
-- In order of their nodes behind ?1 and ?2, at most ?3. Served by the primary key.
SELECT low, high, score_ppm, found_ms
  FROM duplicate_pair
 WHERE low >= ?1
   AND (low > ?1 OR high > ?2)
 ORDER BY low, high
 LIMIT ?3;

-- name: duplicate_pair_best
-- By score, best first, behind ?1, ?2 and ?3; at most ?4. Served by duplicate_pair_score.
SELECT id, low, high, score_ppm, found_ms
  FROM duplicate_pair
 WHERE score_ppm <= ?1
   AND (score_ppm < ?1 OR low < ?2 OR (low = ?2 AND high < ?3))
 ORDER BY score_ppm DESC, low DESC, high DESC
 LIMIT ?4;

-- name: duplicate_pair_find
-- Two pairs do not have one id. Served by duplicate_pair_id.
SELECT id, low, high, score_ppm, found_ms FROM duplicate_pair WHERE id = ?1 ORDER BY low LIMIT 1;

-- name: duplicate_pair_low
-- Of the person whose lowest node is ?1, at most ?2. Served by the primary key.
SELECT id, low, high, score_ppm, found_ms FROM duplicate_pair WHERE low = ?1 ORDER BY high LIMIT ?2;

-- name: duplicate_pair_high
-- Of the person whose lowest node is ?1, at most ?2. Served by duplicate_pair_high.
SELECT id, low, high, score_ppm, found_ms FROM duplicate_pair WHERE high = ?1 ORDER BY low LIMIT ?2;

-- name: duplicate_pair_clear
-- scan: a rebuild begins with nothing
DELETE FROM duplicate_pair;

-- name: duplicate_decision_add
-- ?1 number, ?2 id, ?3 status, ?4 and ?5 nodes, ?6 score, ?7 evidence, ?8 when found, ?9 time, ?10 position, ?11 by whom, ?12 reason
INSERT INTO duplicate_decision (number, id, status, low, high, score_ppm, evidence, found_ms, at_ms, record_offset, decided_by,
                                reason)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12);

-- name: duplicate_decisions
-- By number from ?1 on, at most ?2. Served by the primary key.
SELECT number, status, low, high FROM duplicate_decision WHERE number >= ?1 ORDER BY number LIMIT ?2;

-- name: duplicate_decision_last
-- With status ?1, below the number ?2, newest first, at most ?3. Served by duplicate_decision_status.
SELECT id, low, high, score_ppm, found_ms, number, status, evidence, at_ms, decided_by, reason
  FROM duplicate_decision
 WHERE status = ?1
   AND number < ?2
 ORDER BY number DESC
 LIMIT ?3;

-- name: duplicate_decision_find
-- The last about a pair. Served by duplicate_decision_id.
SELECT id, low, high, score_ppm, found_ms, number, status, evidence, at_ms, decided_by, reason
  FROM duplicate_decision
 WHERE id = ?1
 ORDER BY number DESC
 LIMIT 1;

-- name: duplicate_decision_clear
-- scan: a rebuild begins with nothing
DELETE FROM duplicate_decision;
