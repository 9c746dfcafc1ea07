-- SPDX-License-Identifier: Apache-2.0
-- How identifiers make a person. A change holds from its place in the log; a rebuild says which rules hold for all that
-- stands before it there.

CREATE TABLE identity_rules (
    version BIGINT PRIMARY KEY,     -- from 1
    rules TEXT NOT NULL,            -- JSON, all members
    changed_ms BIGINT NOT NULL,     -- UTC ms
    changed_by TEXT NOT NULL,       -- '': the server itself, with its defaults
    position BIGINT                 -- offset of the event that tells of it; NULL: not met yet, and of version 1
);

CREATE TABLE identity_rebuild (
    number BIGINT PRIMARY KEY,      -- from 1; the highest one counts
    rules_version BIGINT NOT NULL,
    decided_ms BIGINT NOT NULL,     -- UTC ms
    decided_by TEXT NOT NULL,
    reason TEXT NOT NULL
);
