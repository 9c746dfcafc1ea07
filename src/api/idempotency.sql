-- SPDX-License-Identifier: Apache-2.0

-- name: idempotency_find
-- By key, which is unique.
SELECT request_hash, status, content_type, body FROM idempotency WHERE key_hash = ?1;

-- name: idempotency_begin
-- By key; what is there already stays.
INSERT INTO idempotency (key_hash, request_hash, created_ms, status, content_type)
VALUES (?1, ?2, ?3, 0, '')
ON CONFLICT (key_hash) DO NOTHING;

-- name: idempotency_end
-- By key, which is unique.
UPDATE idempotency SET status = ?2, content_type = ?3, body = ?4 WHERE key_hash = ?1;

-- name: idempotency_drop
-- By key: a request that came to nothing may be tried again.
DELETE FROM idempotency WHERE key_hash = ?1;

-- name: idempotency_expire
-- Served by idempotency_created.
DELETE FROM idempotency WHERE created_ms < ?1;
