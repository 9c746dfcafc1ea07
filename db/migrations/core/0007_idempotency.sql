-- SPDX-License-Identifier: Apache-2.0
-- What was answered to requests that carried an Idempotency-Key, kept for a day.

CREATE TABLE idempotency (
    key_hash TEXT PRIMARY KEY NOT NULL, -- SHA-256 of caller, operation, path and key, hex
    request_hash TEXT NOT NULL,         -- SHA-256 of query and body, hex
    created_ms BIGINT NOT NULL,         -- machine's clock
    status BIGINT NOT NULL,             -- HTTP status; 0: begun, its outcome is not known
    content_type TEXT NOT NULL,
    body BLOB                           -- NULL: not kept (a secret, or too large)
);
CREATE INDEX idempotency_created ON idempotency (created_ms);
