-- SPDX-License-Identifier: Apache-2.0

-- name: report_list
-- All by name, at most ?1. Served by the unique name.
SELECT id, name, description, kind, query, shown, changed_by, created_ms, changed_ms, version FROM report
ORDER BY name LIMIT ?1;

-- name: report_get
-- Served by the primary key.
SELECT id, name, description, kind, query, shown, changed_by, created_ms, changed_ms, version FROM report WHERE id = ?1;

-- name: report_size
-- How many there are but ?1, and their bytes.
-- scan: at most 1000
SELECT COUNT(*), CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM report WHERE id <> ?1;

-- name: report_named
-- Whether another than ?2 has the name ?1. Served by the unique name.
SELECT id FROM report WHERE name = ?1 AND id <> ?2;

-- name: report_add
INSERT INTO report (id, name, description, kind, query, shown, bytes, version, created_ms, changed_ms, changed_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?8, ?9);

-- name: report_save
-- Served by the primary key.
UPDATE report SET name = ?2, description = ?3, kind = ?4, query = ?5, shown = ?6, bytes = ?7, version = version + 1,
    changed_ms = ?8, changed_by = ?9
WHERE id = ?1;

-- name: report_delete
-- Served by the primary key.
DELETE FROM report WHERE id = ?1;

-- name: report_exported
-- An export that needs it. Served by export_job_report.
SELECT name FROM export_job WHERE report = ?1 ORDER BY name LIMIT 1;
