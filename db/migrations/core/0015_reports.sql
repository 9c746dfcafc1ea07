-- SPDX-License-Identifier: Apache-2.0
-- Saved questions about what customers did.

CREATE TABLE report (
    id TEXT PRIMARY KEY NOT NULL,       -- UUIDv7
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- of the query
    query TEXT NOT NULL,                -- JSON, with all members
    shown TEXT NOT NULL,                -- JSON of the console's: chart, notes
    bytes BIGINT NOT NULL,              -- of all its texts
    version BIGINT NOT NULL,            -- rises with every change
    created_ms BIGINT NOT NULL,         -- UTC ms
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);
