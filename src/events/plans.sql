-- SPDX-License-Identifier: Apache-2.0
-- Tracking plans. Columns of a plan, as read by plans.c: id, version, name, description, mode, unplanned_events,
-- unplanned_properties, formats, rules, rule_count, note, saved_ms, saved_by, created_ms.

-- name: plan_assigned
-- Sources with a plan and that plan's version in force; at most ?1 rows. Ordered by the index on plan.
SELECT s.source, p.id, p.version
  FROM plan_source s
  JOIN plan p ON p.id = s.plan
 ORDER BY s.plan, s.source
 LIMIT ?1;

-- name: plan_list
-- All by name, without their rules; at most ?1. Served by the unique name.
SELECT p.id, v.version, v.name, v.description, v.mode, v.unplanned_events, v.unplanned_properties, v.formats, '',
       v.rule_count, v.note, v.saved_ms, v.saved_by, p.created_ms
  FROM plan p
  JOIN plan_version v ON v.plan = p.id AND v.version = p.version
 ORDER BY p.name
 LIMIT ?1;

-- name: plan_get
-- By id or name ?1, version ?2 (0: in force); the id wins. Served by the primary key and the unique name.
SELECT p.id, v.version, v.name, v.description, v.mode, v.unplanned_events, v.unplanned_properties, v.formats, v.rules,
       v.rule_count, v.note, v.saved_ms, v.saved_by, p.created_ms
  FROM plan p
  JOIN plan_version v ON v.plan = p.id AND v.version = CASE WHEN ?2 = 0 THEN p.version ELSE ?2 END
 WHERE p.id = ?1 OR p.name = ?1
 ORDER BY CASE WHEN p.id = ?1 THEN 0 ELSE 1 END
 LIMIT 1;

-- name: plan_versions
-- Of the plan with id ?1, newest first below ?2, without their rules; at most ?3. Served by the primary key.
SELECT v.plan, v.version, v.name, v.description, v.mode, v.unplanned_events, v.unplanned_properties, v.formats, '',
       v.rule_count, v.note, v.saved_ms, v.saved_by, 0
  FROM plan_version v
 WHERE v.plan = ?1
   AND v.version < ?2
 ORDER BY v.version DESC
 LIMIT ?3;

-- name: plan_count
-- scan: at most a few hundred plans, made by hand
SELECT COUNT(*) FROM plan;

-- name: plan_add
INSERT INTO plan (id, name, version, created_ms) VALUES (?1, ?2, 1, ?3);

-- name: plan_save
-- By id, which is the primary key.
UPDATE plan SET name = ?2, version = ?3 WHERE id = ?1;

-- name: plan_version_add
INSERT INTO plan_version (plan, version, name, description, mode, unplanned_events, unplanned_properties, formats,
                          rules, rule_count, note, saved_ms, saved_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13);

-- name: plan_delete
DELETE FROM plan WHERE id = ?1;

-- name: plan_versions_delete
DELETE FROM plan_version WHERE plan = ?1;

-- name: plan_sources
-- Sources of the plan ?1, by number; at most ?2. Served by the index on plan.
SELECT source FROM plan_source WHERE plan = ?1 ORDER BY source LIMIT ?2;

-- name: plan_assign
-- ?1 source number, ?2 plan's id
INSERT INTO plan_source (source, plan) VALUES (?1, ?2)
ON CONFLICT (source) DO UPDATE SET plan = excluded.plan;

-- name: plan_unassign
DELETE FROM plan_source WHERE source = ?1;
