-- SPDX-License-Identifier: Apache-2.0
-- Statements of the audit chain. Each becomes a constant SQL_<NAME> at build (tools/embed_sql.py).

-- name: audit_last
-- The last entry, or no row. Served by the primary key.
SELECT seq, link
  FROM audit_entry
 ORDER BY seq DESC
 LIMIT 1;

-- name: audit_add_entry
-- ?1 seq, ?2 time (UTC ms), ?3 commitment, ?4 link
INSERT INTO audit_entry (seq, time_ms, commitment, link)
VALUES (?1, ?2, ?3, ?4);

-- name: audit_add_content
-- ?1 seq, ?2 salt, ?3.. the fields of AuditRecord in their order
INSERT INTO audit_content (seq, salt, actor_kind, actor, actor_name, peer, action, subject_type, subject, subject_name, detail)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);

-- name: audit_newest
-- At most ?7 entries below seq ?1, from time ?2 to before ?3, of actor ?4, with an action that begins with ?5, on subject ?6 (each any
-- when empty), newest first. Served by the primary key, backwards.
SELECT e.seq, e.time_ms, e.commitment, e.link, c.salt,
       c.actor_kind, c.actor, c.actor_name, c.peer, c.action, c.subject_type, c.subject, c.subject_name, c.detail
  FROM audit_entry e
  LEFT JOIN audit_content c ON c.seq = e.seq
 WHERE e.seq < ?1
   AND e.time_ms >= ?2
   AND e.time_ms < ?3
   AND (CAST(?4 AS TEXT) = '' OR c.actor = ?4)
   AND (CAST(?5 AS TEXT) = '' OR substr(c.action, 1, length(CAST(?5 AS TEXT))) = ?5)
   AND (CAST(?6 AS TEXT) = '' OR c.subject = ?6)
 ORDER BY e.seq DESC
 LIMIT ?7;

-- name: audit_oldest
-- The same above seq ?1, oldest first. Served by the primary key.
SELECT e.seq, e.time_ms, e.commitment, e.link, c.salt,
       c.actor_kind, c.actor, c.actor_name, c.peer, c.action, c.subject_type, c.subject, c.subject_name, c.detail
  FROM audit_entry e
  LEFT JOIN audit_content c ON c.seq = e.seq
 WHERE e.seq > ?1
   AND e.time_ms >= ?2
   AND e.time_ms < ?3
   AND (CAST(?4 AS TEXT) = '' OR c.actor = ?4)
   AND (CAST(?5 AS TEXT) = '' OR substr(c.action, 1, length(CAST(?5 AS TEXT))) = ?5)
   AND (CAST(?6 AS TEXT) = '' OR c.subject = ?6)
 ORDER BY e.seq
 LIMIT ?7;

-- name: audit_orphan
-- The first content that belongs to no entry, or NULL. Both walk their primary keys.
SELECT MIN(c.seq)
  FROM audit_content c
 WHERE NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.seq = c.seq);

-- name: audit_drop_content
-- By the primary key.
DELETE FROM audit_content WHERE seq = ?1;
