-- SPDX-License-Identifier: Apache-2.0
-- Destinations: definitions. What they have reached is the outbox's.

-- name: destination_get
-- Served by the primary key.
SELECT id, name, kind, settings, secrets, filter, mapping, events, purposes, changed_by, enabled, in_order, historical,
    redrive_per_s, version, created_ms, changed_ms
FROM destination WHERE id = ?1;

-- name: destination_list
-- All by name, at most ?1. Served by the unique name.
SELECT id, name, kind, settings, secrets, filter, mapping, events, purposes, changed_by, enabled, in_order, historical,
    redrive_per_s, version, created_ms, changed_ms
FROM destination ORDER BY name LIMIT ?1;

-- name: destination_count
-- scan: at most 50
SELECT COUNT(*) FROM destination;

-- name: destination_named
-- Whether another than ?2 has the name ?1. Served by the unique name.
SELECT id FROM destination WHERE name = ?1 AND id <> ?2;

-- name: destination_insert
INSERT INTO destination (id, name, kind, settings, secrets, filter, mapping, events, purposes, changed_by, enabled, in_order,
    historical, redrive_per_s, version, created_ms, changed_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17);

-- name: destination_update
-- By id, the primary key.
UPDATE destination SET name = ?2, kind = ?3, settings = ?4, secrets = ?5, filter = ?6, mapping = ?7, events = ?8, purposes = ?9,
    changed_by = ?10, enabled = ?11, in_order = ?12, historical = ?13, redrive_per_s = ?14, version = ?15, created_ms = ?16,
    changed_ms = ?17
WHERE id = ?1;

-- name: destination_delete
DELETE FROM destination WHERE id = ?1;

-- name: destination_day_add
-- ?1 destination, ?2 day, ?3 source, ?4 name, ?5 to ?8 counts, ?9 and ?10 ends. A new name past ?11 names of its day and source
-- counts under "(other)". By the primary key.
INSERT INTO destination_day (destination, day_ms, source, name, delivered, replayed, switched_off, withheld, delivered_end,
    switched_off_end)
VALUES (?1, ?2, ?3,
        CASE WHEN EXISTS (SELECT 1 FROM destination_day WHERE destination = ?1 AND day_ms = ?2 AND source = ?3 AND name = ?4)
               OR (SELECT COUNT(*) FROM destination_day WHERE destination = ?1 AND day_ms = ?2 AND source = ?3) < ?11
             THEN ?4 ELSE '(other)' END,
        ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (destination, day_ms, source, name) DO UPDATE SET delivered = destination_day.delivered + excluded.delivered,
    replayed = destination_day.replayed + excluded.replayed,
    switched_off = destination_day.switched_off + excluded.switched_off,
    withheld = destination_day.withheld + excluded.withheld,
    delivered_end = CASE WHEN excluded.delivered_end > destination_day.delivered_end THEN excluded.delivered_end
                         ELSE destination_day.delivered_end END,
    switched_off_end = CASE WHEN excluded.switched_off_end > destination_day.switched_off_end THEN excluded.switched_off_end
                            ELSE destination_day.switched_off_end END;

-- name: destination_day_drop
-- Days before ?2. By the primary key.
DELETE FROM destination_day WHERE destination = ?1 AND day_ms < ?2;
