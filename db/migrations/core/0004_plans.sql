-- SPDX-License-Identifier: Apache-2.0
-- Tracking plans: what events are to look like. Every save is a version of its own.

CREATE TABLE plan (
    id TEXT PRIMARY KEY NOT NULL,   -- UUIDv7
    name TEXT NOT NULL UNIQUE,      -- of the version in force
    version BIGINT NOT NULL,        -- in force
    created_ms BIGINT NOT NULL
);

CREATE TABLE plan_version (
    plan TEXT NOT NULL,
    version BIGINT NOT NULL,        -- from 1
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('allow', 'warn', 'quarantine')),
    unplanned_events TEXT NOT NULL CHECK (unplanned_events IN ('allow', 'warn', 'quarantine')),
    unplanned_properties TEXT NOT NULL CHECK (unplanned_properties IN ('allow', 'warn', 'quarantine')),
    formats BIGINT NOT NULL CHECK (formats IN (0, 1)),
    rules TEXT NOT NULL,            -- JSON array
    rule_count BIGINT NOT NULL,
    note TEXT NOT NULL,
    saved_ms BIGINT NOT NULL,
    saved_by TEXT NOT NULL,         -- as shown
    PRIMARY KEY (plan, version)
);

-- A source has at most one plan.
CREATE TABLE plan_source (
    source BIGINT PRIMARY KEY,      -- source.number
    plan TEXT NOT NULL
);
CREATE INDEX plan_source_plan ON plan_source (plan, source);
