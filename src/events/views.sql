-- SPDX-License-Identifier: Apache-2.0
-- Statements of the module's views of the log. Each becomes a constant SQL_<NAME> at build (tools/embed_sql.py).

-- name: view_position_get
-- Where the view ?1 continues in partition ?2, or no row.  Served by the primary key.
SELECT next_offset
  FROM view_position
 WHERE view = ?1
   AND partition = ?2;

-- name: view_position_set
-- ?1 view, ?2 partition, ?3 next offset
INSERT INTO view_position (view, partition, next_offset)
VALUES (?1, ?2, ?3)
ON CONFLICT (view, partition) DO UPDATE SET next_offset = excluded.next_offset;

-- name: source_stat_add
-- ?1 source, ?2 hour (UTC ms), ?3 type, ?4 class, ?5 events, ?6 bytes, ?7 flagged, ?8 first and ?9 last received (UTC ms)
INSERT INTO source_stat (source, hour_ms, type, class, events, bytes, flagged, first_ms, last_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
ON CONFLICT (source, hour_ms, type, class) DO UPDATE
   SET events = source_stat.events + excluded.events,
       bytes = source_stat.bytes + excluded.bytes,
       flagged = source_stat.flagged + excluded.flagged,
       first_ms = CASE WHEN excluded.first_ms < source_stat.first_ms THEN excluded.first_ms ELSE source_stat.first_ms END,
       last_ms = CASE WHEN excluded.last_ms > source_stat.last_ms THEN excluded.last_ms ELSE source_stat.last_ms END;

-- name: source_stat_sums
-- All hours together. Served by the primary key (source first).
-- scan: the page of sources shows sums over all time
-- rows: a row for each source, type and class
SELECT source, type, class, SUM(events), SUM(bytes), SUM(flagged), MIN(first_ms), MAX(last_ms)
  FROM source_stat
 GROUP BY source, type, class
 ORDER BY source, type, class;

-- name: source_stat_clear
-- scan: a rebuild begins with nothing
DELETE FROM source_stat;

-- name: source_event_name_add
-- ?1 source, ?2 name, ?3 events, ?4 first and ?5 last received (UTC ms). A new name past ?6 names of its source counts under "(other)".
INSERT INTO source_event_name (source, name, events, first_ms, last_ms)
VALUES (?1,
        CASE WHEN EXISTS (SELECT 1 FROM source_event_name WHERE source = ?1 AND name = ?2)
               OR (SELECT COUNT(*) FROM source_event_name WHERE source = ?1) < ?6
             THEN ?2 ELSE '(other)' END,
        ?3, ?4, ?5)
ON CONFLICT (source, name) DO UPDATE
   SET events = source_event_name.events + excluded.events,
       first_ms = CASE WHEN excluded.first_ms < source_event_name.first_ms THEN excluded.first_ms ELSE source_event_name.first_ms END,
       last_ms = CASE WHEN excluded.last_ms > source_event_name.last_ms THEN excluded.last_ms ELSE source_event_name.last_ms END;

-- name: source_event_names
-- Every name of every source: at most 1,001 a source. Served by the primary key.
-- scan: the page of sources shows all names
-- rows: at most 1,001 a source
SELECT source, name, events, first_ms, last_ms
  FROM source_event_name
 ORDER BY source, name;

-- name: source_event_name_clear
-- scan: a rebuild begins with nothing
DELETE FROM source_event_name;

-- name: event_day_add
-- ?1 day, ?2 source, ?3 name, ?4 events. A new name past ?5 names of its source and day counts under "(other)".
INSERT INTO event_day (day_ms, source, name, events)
VALUES (?1, ?2,
        CASE WHEN EXISTS (SELECT 1 FROM event_day WHERE day_ms = ?1 AND source = ?2 AND name = ?3)
               OR (SELECT COUNT(*) FROM event_day WHERE day_ms = ?1 AND source = ?2) < ?5
             THEN ?3 ELSE '(other)' END,
        ?4)
ON CONFLICT (day_ms, source, name) DO UPDATE SET events = event_day.events + excluded.events;

-- name: event_day_clear
-- scan: a rebuild begins with nothing
DELETE FROM event_day;

-- name: quarantine_add
-- ?1 partition, ?2 offset, ?3 source, ?4 reason, ?5 detail, ?6 received (UTC ms), ?7 bytes
INSERT INTO quarantine (partition, record_offset, source, reason, detail, time_ms, bytes, redriven_as)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL)
ON CONFLICT (partition, record_offset) DO NOTHING;

-- name: quarantine_redriven
-- ?1 partition, ?2 offset of the quarantined record, ?3 offset of the event it became
UPDATE quarantine
   SET redriven_as = ?3
 WHERE partition = ?1
   AND record_offset = ?2;

-- name: quarantine_clear
-- scan: a rebuild begins with nothing
DELETE FROM quarantine;

-- name: quarantine_get
-- ?1 partition, ?2 offset. Served by the primary key.
SELECT redriven_as
  FROM quarantine
 WHERE partition = ?1
   AND record_offset = ?2;

-- name: quarantine_page
-- Newest first, from below offset ?2, at most ?6 rows. ?3 source (0: any), ?4 reason ('': any), ?5 state (0: open, 1: redriven, 2: any).
-- Served by the primary key, read backwards.
SELECT record_offset, source, reason, detail, time_ms, bytes, redriven_as
  FROM quarantine
 WHERE partition = ?1
   AND record_offset < ?2
   AND (?3 = 0 OR source = ?3)
   AND (?4 = '' OR reason = ?4)
   AND (?5 = 2 OR (?5 = 0 AND redriven_as IS NULL) OR (?5 = 1 AND redriven_as IS NOT NULL))
 ORDER BY record_offset DESC
 LIMIT ?6;

-- name: quarantine_open_after
-- The next open ones for a redrive, oldest first, from offset ?2 up to below ?5, at most ?6 rows. ?3 source (0: any), ?4 reason ('': any).
-- Served by the primary key.
SELECT record_offset
  FROM quarantine
 WHERE partition = ?1
   AND record_offset >= ?2
   AND record_offset < ?5
   AND redriven_as IS NULL
   AND (?3 = 0 OR source = ?3)
   AND (?4 = '' OR reason = ?4)
 ORDER BY record_offset
 LIMIT ?6;

-- name: quarantine_blank
-- Its person was erased. By the primary key.
UPDATE quarantine SET detail = '' WHERE partition = ?1 AND record_offset = ?2;
