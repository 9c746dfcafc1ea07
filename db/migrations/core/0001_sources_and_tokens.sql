-- SPDX-License-Identifier: Apache-2.0
-- Who may write events, and who may call the API.

CREATE TABLE source (
    number BIGINT PRIMARY KEY,      -- in event records; from 1, never reused
    id TEXT NOT NULL UNIQUE,        -- UUIDv7
    name TEXT NOT NULL UNIQUE,
    write_key TEXT NOT NULL UNIQUE, -- public by nature: it stands in web pages
    enabled BIGINT NOT NULL CHECK (enabled IN (0, 1)),
    historical BIGINT NOT NULL CHECK (historical IN (0, 1)),
    skew TEXT NOT NULL CHECK (skew IN ('correct', 'keep')),
    created_ms BIGINT NOT NULL
);

CREATE TABLE api_token (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,      -- keyed hash: the token itself is shown once and not kept
    created_ms BIGINT NOT NULL,
    last_used_ms BIGINT,            -- NULL: never used
    revoked_ms BIGINT               -- NULL: valid
);
CREATE INDEX api_token_created ON api_token (created_ms, id);
