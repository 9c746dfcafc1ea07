-- SPDX-License-Identifier: Apache-2.0
-- The view of violations of tracking plans. In all: ?1 since and ?2 until (start of an hour, UTC ms), ?3 source (0: any),
-- ?4 plan ('': any), ?5 type (0: any), ?6 name ('': any). Served by the primary key (hour first).

-- name: violation_add
-- ?1 hour, ?2 source, ?3 plan, ?4 type, ?5 name, ?6 path, ?7 keyword, ?8 warned, ?9 quarantined, ?10 unplanned, ?11 sample,
-- ?12 first, ?13 last. A new one past ?14 of its hour and source counts under "(other)". Served by the primary key.
INSERT INTO plan_violation (hour_ms, source, plan, type, name, path, keyword, warned, quarantined, unplanned, sample_offset,
                            first_ms, last_ms)
SELECT ?1, ?2, ?3, ?4, CASE WHEN f.free THEN ?5 ELSE '(other)' END, CASE WHEN f.free THEN ?6 ELSE '' END, ?7, ?8, ?9, ?10, ?11,
       ?12, ?13
  FROM (SELECT (EXISTS (SELECT 1 FROM plan_violation
                         WHERE hour_ms = ?1 AND source = ?2 AND plan = ?3 AND type = ?4 AND name = ?5 AND path = ?6
                           AND keyword = ?7)
                OR (SELECT COUNT(*) FROM plan_violation WHERE hour_ms = ?1 AND source = ?2) < ?14) AS free) f
 WHERE 1 = 1
ON CONFLICT (hour_ms, source, plan, type, name, path, keyword) DO UPDATE
   SET warned = plan_violation.warned + excluded.warned,
       quarantined = plan_violation.quarantined + excluded.quarantined,
       unplanned = plan_violation.unplanned + excluded.unplanned,
       sample_offset = excluded.sample_offset,
       first_ms = CASE WHEN excluded.first_ms < plan_violation.first_ms THEN excluded.first_ms ELSE plan_violation.first_ms END,
       last_ms = CASE WHEN excluded.last_ms > plan_violation.last_ms THEN excluded.last_ms ELSE plan_violation.last_ms END;

-- name: violation_clear
-- scan: a rebuild begins with nothing
DELETE FROM plan_violation;

-- name: violation_series
-- Events by hour; at most ?7 rows, the newest.
SELECT hour_ms, SUM(warned), SUM(quarantined), SUM(unplanned)
  FROM plan_violation
 WHERE hour_ms >= ?1 AND hour_ms < ?2 AND keyword = ''
   AND (?3 = 0 OR source = ?3) AND (?4 = '' OR plan = ?4) AND (?5 = 0 OR type = ?5) AND (?6 = '' OR name = ?6)
 GROUP BY hour_ms
 ORDER BY hour_ms DESC
 LIMIT ?7;

-- name: violation_top
-- What was violated most; at most ?7 rows.
SELECT source, plan, type, name, path, keyword, SUM(warned), SUM(quarantined), MAX(sample_offset), MIN(first_ms), MAX(last_ms)
  FROM plan_violation
 WHERE hour_ms >= ?1 AND hour_ms < ?2 AND keyword <> ''
   AND (?3 = 0 OR source = ?3) AND (?4 = '' OR plan = ?4) AND (?5 = 0 OR type = ?5) AND (?6 = '' OR name = ?6)
 GROUP BY source, plan, type, name, path, keyword
 ORDER BY SUM(warned) + SUM(quarantined) DESC, source, plan, type, name, path, keyword
 LIMIT ?7;
