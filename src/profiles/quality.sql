-- SPDX-License-Identifier: Apache-2.0
-- How good the events of each source are.

-- name: quality_count_add
-- ?1 source, ?2 step, ?3 its begin; counts in the order of QualityCount
INSERT INTO quality_count (source, step_ms, at_ms, received, events, checked, timed, missing, malformed, late, conflicting, quarantined,
                           late_0, late_1, late_2, late_3, late_4, late_5, late_6, late_7, late_8, late_9)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)
ON CONFLICT (source, step_ms, at_ms) DO UPDATE
   SET received = quality_count.received + excluded.received, events = quality_count.events + excluded.events,
       checked = quality_count.checked + excluded.checked, timed = quality_count.timed + excluded.timed,
       missing = quality_count.missing + excluded.missing, malformed = quality_count.malformed + excluded.malformed,
       late = quality_count.late + excluded.late, conflicting = quality_count.conflicting + excluded.conflicting,
       quarantined = quality_count.quarantined + excluded.quarantined,
       late_0 = quality_count.late_0 + excluded.late_0, late_1 = quality_count.late_1 + excluded.late_1,
       late_2 = quality_count.late_2 + excluded.late_2, late_3 = quality_count.late_3 + excluded.late_3,
       late_4 = quality_count.late_4 + excluded.late_4, late_5 = quality_count.late_5 + excluded.late_5,
       late_6 = quality_count.late_6 + excluded.late_6, late_7 = quality_count.late_7 + excluded.late_7,
       late_8 = quality_count.late_8 + excluded.late_8, late_9 = quality_count.late_9 + excluded.late_9;

-- name: quality_count_series
-- Of source ?1 in steps of ?2 from ?3 up to and without ?4; at most ?5 rows. Served by the primary key.
SELECT at_ms, received, events, checked, timed, missing, malformed, late, conflicting, quarantined,
       late_0, late_1, late_2, late_3, late_4, late_5, late_6, late_7, late_8, late_9
  FROM quality_count
 WHERE source = ?1 AND step_ms = ?2 AND at_ms >= ?3 AND at_ms < ?4
 ORDER BY at_ms
 LIMIT ?5;

-- name: quality_count_newest
-- The newest hour that was counted.
-- scan: at the start, of 90 days of hours a source
SELECT MAX(at_ms) FROM quality_count WHERE step_ms = 3600000;

-- name: quality_count_prune
-- Steps of ?1 before ?2 go.
-- scan: once a day, of 90 days of hours and 800 days a source
DELETE FROM quality_count WHERE step_ms = ?1 AND at_ms < ?2;

-- name: quality_count_clear
-- scan: a rebuild begins with nothing
DELETE FROM quality_count;

-- name: quality_duplicate_add
-- ?4 events of source ?1 in the step of ?2 that begins at ?3
INSERT INTO quality_duplicate (source, step_ms, at_ms, events) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (source, step_ms, at_ms) DO UPDATE SET events = quality_duplicate.events + excluded.events;

-- name: quality_duplicate_series
-- Of source ?1 in steps of ?2 from ?3 up to and without ?4; at most ?5 rows. Served by the primary key.
SELECT at_ms, events
  FROM quality_duplicate
 WHERE source = ?1 AND step_ms = ?2 AND at_ms >= ?3 AND at_ms < ?4
 ORDER BY at_ms
 LIMIT ?5;

-- name: quality_duplicate_prune
-- Steps of ?1 before ?2 go.
-- scan: once a day, of 90 days of hours and 800 days a source
DELETE FROM quality_duplicate WHERE step_ms = ?1 AND at_ms < ?2;

-- name: quality_field_get
-- ?1 source, ?2 day, ?3 kind, ?4 field, ?5 problem. Served by the primary key.
SELECT events, samples FROM quality_field WHERE source = ?1 AND day_ms = ?2 AND kind = ?3 AND field = ?4 AND problem = ?5;

-- name: quality_field_count
-- How many fields of a kind (?3) are told apart of source ?1 on the day ?2. Served by the primary key.
SELECT COUNT(*) FROM quality_field WHERE source = ?1 AND day_ms = ?2 AND kind = ?3;

-- name: quality_field_set
-- ?1 source, ?2 day, ?3 kind, ?4 field, ?5 problem, ?6 events, ?7 samples
INSERT INTO quality_field (source, day_ms, kind, field, problem, events, samples) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (source, day_ms, kind, field, problem) DO UPDATE SET events = excluded.events, samples = excluded.samples;

-- name: quality_field_top
-- Of source ?1 on days from ?2 up to and without ?3: most events first, at most ?4. Served by the primary key.
SELECT kind, field, problem, SUM(events)
  FROM quality_field
 WHERE source = ?1 AND day_ms >= ?2 AND day_ms < ?3
 GROUP BY kind, field, problem
 ORDER BY SUM(events) DESC, kind, field, problem
 LIMIT ?4;

-- name: quality_field_samples
-- Of a field, newest day first: at most 5 days. Served by the primary key.
SELECT samples
  FROM quality_field
 WHERE source = ?1 AND day_ms >= ?2 AND day_ms < ?3 AND kind = ?4 AND field = ?5 AND problem = ?6
 ORDER BY day_ms DESC
 LIMIT 5;

-- name: quality_field_prune
-- Days before ?1 go.
-- scan: once a day, of 90 days a source
DELETE FROM quality_field WHERE day_ms < ?1;

-- name: quality_field_clear
-- scan: a rebuild begins with nothing
DELETE FROM quality_field;
