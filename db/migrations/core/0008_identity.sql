-- SPDX-License-Identifier: Apache-2.0
-- How identifiers make a person: the row with the highest version holds.

CREATE TABLE identity_rules (
    version BIGINT PRIMARY KEY,     -- from 1
    rules TEXT NOT NULL,            -- JSON, all members
    changed_ms BIGINT NOT NULL,     -- UTC ms
    changed_by TEXT NOT NULL        -- '': the server itself, with its defaults
);
