-- SPDX-License-Identifier: Apache-2.0

-- name: commerce_calendar_list
-- All, at most ?1: the newest version of each. Served by the primary keys.
SELECT c.id, c.name, c.changed_by, v.zone, v.changed_by, c.version, c.changed_ms, v.from_ms, v.changed_ms,
    (SELECT COUNT(DISTINCT h.store) FROM commerce_store_hours h WHERE h.calendar = c.id)
FROM commerce_calendar c JOIN commerce_calendar_version v ON v.calendar = c.id
    AND v.from_ms = (SELECT MAX(n.from_ms) FROM commerce_calendar_version n WHERE n.calendar = c.id)
ORDER BY c.id LIMIT ?1;

-- name: commerce_calendar_get
-- Served by the primary key.
-- rows: one, by the primary key
SELECT id, name, changed_by, version, changed_ms, (SELECT COUNT(DISTINCT h.store) FROM commerce_store_hours h WHERE h.calendar = ?1)
FROM commerce_calendar WHERE id = ?1;

-- name: commerce_calendar_there
-- Served by the primary key.
SELECT COUNT(*) FROM commerce_calendar WHERE id = ?1;

-- name: commerce_calendar_count
-- Served by the primary key.
-- scan: at most 2,000
SELECT COUNT(*) FROM commerce_calendar;

-- name: commerce_calendar_bytes
-- Of all documents. At most 2,000 times 200 rows.
-- scan: at most 2,000 times 200, at a change of hours
-- rows: one
SELECT CAST(COALESCE(SUM(LENGTH(json)), 0) AS BIGINT) FROM commerce_calendar_version;

-- name: commerce_calendar_add
INSERT INTO commerce_calendar (id, name, version, changed_ms, changed_by) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: commerce_calendar_set
-- Served by the primary key.
UPDATE commerce_calendar SET name = ?2, version = ?3, changed_ms = ?4, changed_by = ?5 WHERE id = ?1;

-- name: commerce_calendar_delete
-- Served by the primary key.
DELETE FROM commerce_calendar WHERE id = ?1;

-- name: commerce_version_list
-- Of calendar ?1, at most ?2. Served by the primary key.
SELECT zone, json, changed_by, from_ms, changed_ms FROM commerce_calendar_version WHERE calendar = ?1 ORDER BY from_ms LIMIT ?2;

-- name: commerce_version_all
-- Of all calendars; commerce_calendar_bytes bounds them. Served by the primary key.
-- scan: hours are all read into memory
-- rows: their bytes are bounded by commerce_calendar_bytes
SELECT calendar, zone, json, from_ms FROM commerce_calendar_version ORDER BY calendar, from_ms;

-- name: commerce_version_count
-- At most 200 a calendar.
-- scan: as commerce_version_all
SELECT COUNT(*) FROM commerce_calendar_version;

-- name: commerce_version_add
INSERT INTO commerce_calendar_version (calendar, from_ms, zone, json, changed_ms, changed_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6);

-- name: commerce_version_drop
-- What was to hold from ?2 or later. Served by the primary key.
DELETE FROM commerce_calendar_version WHERE calendar = ?1 AND from_ms >= ?2;

-- name: commerce_store_list
-- Behind ?1, at most ?8; ?2..?5: '' is any; ?6 is -1 for any state at the date ?7. Served by the primary key.
SELECT code, name, zone, country, region, format, address, opened_on, closed_on, changed_by, version, changed_ms, number,
    (SELECT COUNT(*) FROM commerce_till t WHERE t.store = s.code AND t.state <> 'retired')
FROM commerce_store s
WHERE code > ?1 AND (?2 = '' OR country = ?2) AND (?3 = '' OR region = ?3) AND (?4 = '' OR format = ?4)
    AND (?5 = '' OR EXISTS (SELECT 1 FROM commerce_store_hours h WHERE h.store = s.code AND h.calendar = ?5))
    AND (?6 < 0 OR CASE WHEN closed_on <> '' AND closed_on < ?7 THEN 2 WHEN opened_on > ?7 THEN 1 ELSE 0 END = ?6)
ORDER BY code LIMIT ?8;

-- name: commerce_store_found
-- The store of number ?1, where it fits as above. Served by commerce_store_number.
-- rows: one, by the unique number
SELECT code, name, zone, country, region, format, address, opened_on, closed_on, changed_by, version, changed_ms, number,
    (SELECT COUNT(*) FROM commerce_till t WHERE t.store = s.code AND t.state <> 'retired')
FROM commerce_store s
WHERE number = ?1 AND (?2 = '' OR country = ?2) AND (?3 = '' OR region = ?3) AND (?4 = '' OR format = ?4)
    AND (?5 = '' OR EXISTS (SELECT 1 FROM commerce_store_hours h WHERE h.store = s.code AND h.calendar = ?5))
    AND (?6 < 0 OR CASE WHEN closed_on <> '' AND closed_on < ?7 THEN 2 WHEN opened_on > ?7 THEN 1 ELSE 0 END = ?6);

-- name: commerce_store_get
-- Served by the primary key.
-- rows: one, by the primary key
SELECT code, name, zone, country, region, format, address, opened_on, closed_on, changed_by, version, changed_ms, number,
    (SELECT COUNT(*) FROM commerce_till t WHERE t.store = s.code AND t.state <> 'retired')
FROM commerce_store s WHERE code = ?1;

-- name: commerce_store_all
-- At most ?1, for hours and search in memory. Served by the primary key.
SELECT code, name, zone, region, address, opened_on, closed_on, number FROM commerce_store ORDER BY code LIMIT ?1;

-- name: commerce_store_there
-- Served by the primary key.
SELECT COUNT(*) FROM commerce_store WHERE code = ?1;

-- name: commerce_store_count
-- Served by the primary key.
-- scan: at most 20,000
SELECT COUNT(*) FROM commerce_store;

-- name: commerce_store_last
-- Served by commerce_store_number.
SELECT COALESCE(MAX(number), 0) FROM commerce_store;

-- name: commerce_store_add
INSERT INTO commerce_store (code, name, zone, country, region, format, address, opened_on, closed_on, version, changed_ms, changed_by, number)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13);

-- name: commerce_store_set
-- Served by the primary key.
UPDATE commerce_store SET name = ?2, zone = ?3, country = ?4, region = ?5, format = ?6, address = ?7, opened_on = ?8, closed_on = ?9,
    version = ?10, changed_ms = ?11, changed_by = ?12
WHERE code = ?1 AND number = ?13;

-- name: commerce_store_delete
-- Served by the primary key.
DELETE FROM commerce_store WHERE code = ?1;

-- name: commerce_kept_list
-- Of the stores ?1..?2. Served by the primary key.
-- rows: at most 200 of each store of a page
SELECT store, from_ms, calendar FROM commerce_store_hours WHERE store >= ?1 AND store <= ?2 ORDER BY store, from_ms;

-- name: commerce_kept_all
-- At most 200 a store. Served by the primary key.
-- scan: hours are all read into memory
-- rows: at most 200 a store
SELECT store, from_ms, calendar FROM commerce_store_hours ORDER BY store, from_ms;

-- name: commerce_kept_count
-- At most 200 a store.
-- scan: as commerce_kept_all
SELECT COUNT(*) FROM commerce_store_hours;

-- name: commerce_kept_uses
-- Served by commerce_store_hours_calendar.
SELECT COUNT(*) FROM commerce_store_hours WHERE calendar = ?1;

-- name: commerce_kept_add
INSERT INTO commerce_store_hours (store, from_ms, calendar) VALUES (?1, ?2, ?3);

-- name: commerce_kept_drop
-- What was to hold from ?2 or later. Served by the primary key.
DELETE FROM commerce_store_hours WHERE store = ?1 AND from_ms >= ?2;

-- name: commerce_till_list
-- Of store ?1, at most ?2. Served by the primary key.
SELECT store, code, name, kind, state, changed_by, version, changed_ms FROM commerce_till WHERE store = ?1 ORDER BY code LIMIT ?2;

-- name: commerce_till_all
-- At most 1,000 a store. Served by the primary key.
-- scan: an export of all
-- rows: at most 1,000 a store
SELECT store, code, name, kind, state FROM commerce_till ORDER BY store, code;

-- name: commerce_till_get
-- Served by the primary key.
SELECT store, code, name, kind, state, changed_by, version, changed_ms FROM commerce_till WHERE store = ?1 AND code = ?2;

-- name: commerce_till_count
-- Served by the primary key.
SELECT COUNT(*) FROM commerce_till WHERE store = ?1;

-- name: commerce_till_add
INSERT INTO commerce_till (store, code, name, kind, state, version, changed_ms, changed_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: commerce_till_set
-- Served by the primary key.
UPDATE commerce_till SET name = ?3, kind = ?4, state = ?5, version = ?6, changed_ms = ?7, changed_by = ?8 WHERE store = ?1 AND code = ?2;

-- name: commerce_till_delete
-- Served by the primary key.
DELETE FROM commerce_till WHERE store = ?1 AND code = ?2;

-- name: commerce_till_drop
-- Served by the primary key.
DELETE FROM commerce_till WHERE store = ?1;
