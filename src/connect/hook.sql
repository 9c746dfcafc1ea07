-- SPDX-License-Identifier: Apache-2.0

-- name: connector_list
-- All connectors by name; at most ?1 rows. Served by the index of unique names.
SELECT id, kind, name, source, enabled, settings, mapping, secret, previous, previous_until_ms, deliveries, events,
    duplicates, quarantined, stale, ignored, privacy, last_success_ms, created_by, created_ms, changed_ms
FROM connector ORDER BY name LIMIT ?1;

-- name: connector_count
-- scan: how many there are, at most 200 short rows of an index, when one is added
SELECT count(*) FROM connector;

-- name: connector_get
-- By the primary key. Columns as connector_list.
SELECT id, kind, name, source, enabled, settings, mapping, secret, previous, previous_until_ms, deliveries, events,
    duplicates, quarantined, stale, ignored, privacy, last_success_ms, created_by, created_ms, changed_ms
FROM connector WHERE id = ?1;

-- name: connector_add
INSERT INTO connector (id, kind, name, source, enabled, settings, mapping, secret, previous, previous_until_ms,
    deliveries, events, duplicates, quarantined, stale, ignored, privacy, last_success_ms, created_by, created_ms, changed_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, ?9, ?10, ?10);

-- name: connector_change
-- By the primary key.
UPDATE connector SET name = ?2, source = ?3, enabled = ?4, settings = ?5, mapping = ?6, changed_ms = ?7 WHERE id = ?1;

-- name: connector_rotate
-- By the primary key.
UPDATE connector SET secret = ?2, previous = ?3, previous_until_ms = ?4, changed_ms = ?5 WHERE id = ?1;

-- name: connector_remove
-- By the primary key.
DELETE FROM connector WHERE id = ?1;

-- name: connector_remove_deliveries
-- By the primary key's first column.
DELETE FROM connector_delivery WHERE connector = ?1;

-- name: connector_remove_objects
-- By the primary key's first column.
DELETE FROM connector_object WHERE connector = ?1;

-- name: connector_counted
-- By the primary key: what one delivery adds.
UPDATE connector SET deliveries = deliveries + 1, events = events + ?2, duplicates = duplicates + ?3,
    quarantined = quarantined + ?4, stale = stale + ?5, ignored = ignored + ?6, privacy = privacy + ?7,
    last_success_ms = CASE WHEN ?8 > last_success_ms THEN ?8 ELSE last_success_ms END
WHERE id = ?1;

-- name: connector_object_get
-- By the primary key.
SELECT version, who FROM connector_object WHERE connector = ?1 AND object = ?2;

-- name: connector_object_set
-- By the primary key: the higher version holds, and whoever was named first.
INSERT INTO connector_object (connector, object, version, who, seen_ms) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (connector, object) DO UPDATE SET
    version = CASE WHEN excluded.version > connector_object.version THEN excluded.version ELSE connector_object.version END,
    who = CASE WHEN connector_object.who = '' THEN excluded.who ELSE connector_object.who END,
    seen_ms = excluded.seen_ms;

-- name: connector_object_prune
-- What was not seen since ?2, at most ?3 rows. Served by connector_object_seen.
DELETE FROM connector_object WHERE connector = ?1 AND object IN
    (SELECT o.object FROM connector_object AS o WHERE o.connector = ?1 AND o.seen_ms < ?2 ORDER BY o.seen_ms LIMIT ?3);

-- name: connector_object_forget
-- Whose it was. Served by connector_object_who.
DELETE FROM connector_object WHERE who = ?1;

-- name: connector_delivery_put
-- By the primary key: the ring's oldest gives way.
INSERT INTO connector_delivery (connector, slot, number, time_ms, http, result, topic, delivery, peer, agent, reason, events,
    duplicates, bytes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
ON CONFLICT (connector, slot) DO UPDATE SET number = excluded.number, time_ms = excluded.time_ms, http = excluded.http,
    result = excluded.result, topic = excluded.topic, delivery = excluded.delivery, peer = excluded.peer,
    agent = excluded.agent, reason = excluded.reason, events = excluded.events, duplicates = excluded.duplicates,
    bytes = excluded.bytes;

-- name: connector_delivery_list
-- The ring of one, at most ?2 rows. By the primary key's first column.
SELECT number, time_ms, http, result, topic, delivery, peer, agent, reason, events, duplicates, bytes
FROM connector_delivery WHERE connector = ?1 ORDER BY slot LIMIT ?2;
