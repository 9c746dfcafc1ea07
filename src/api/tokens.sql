-- SPDX-License-Identifier: Apache-2.0
-- Statements of api/tokens. Each becomes a constant SQL_<NAME> at build (tools/embed_sql.py).

-- name: token_add
-- ?1 id, ?2 name, ?3 role, ?4 keyed hash, ?5 created (UTC ms)
INSERT INTO api_token (id, name, role, hash, created_ms, last_used_ms, revoked_ms)
VALUES (?1, ?2, ?3, ?4, ?5, NULL, NULL);

-- name: token_find
-- The token with the keyed hash ?1, or no row. Served by the unique index on hash.
SELECT id, role, last_used_ms
  FROM api_token
 WHERE hash = ?1
   AND revoked_ms IS NULL;

-- name: token_list
-- At most ?1 tokens, oldest first. Served by index api_token_created.
SELECT id, name, role, created_ms, last_used_ms, revoked_ms
  FROM api_token
 ORDER BY created_ms, id
 LIMIT ?1;

-- name: token_used
-- ?1 id, ?2 used (UTC ms)
UPDATE api_token
   SET last_used_ms = ?2
 WHERE id = ?1;

-- name: token_revoke
-- ?1 id, ?2 revoked (UTC ms)
UPDATE api_token
   SET revoked_ms = ?2
 WHERE id = ?1
   AND revoked_ms IS NULL;
