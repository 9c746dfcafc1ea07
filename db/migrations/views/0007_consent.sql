-- SPDX-License-Identifier: Apache-2.0
-- What customers allow: part of the view of profiles.

-- Purposes as the log knows them, where they are not as they began.
CREATE TABLE consent_slot (
    slot BIGINT PRIMARY KEY,
    slug TEXT NOT NULL,
    categories TEXT NOT NULL        -- JSON list
);

-- The newest decision of each identifier and purpose.
CREATE TABLE consent_state (
    node BIGINT NOT NULL,           -- identity_node.number
    slot BIGINT NOT NULL,
    granted BIGINT NOT NULL,        -- 1; 0: refused
    record_offset BIGINT NOT NULL,  -- of its row in consent_decision
    PRIMARY KEY (node, slot)
);

-- The newest 200 of each identifier, and the newest of each purpose.
CREATE TABLE consent_decision (
    node BIGINT NOT NULL,
    record_offset BIGINT NOT NULL,  -- position of the event
    slot BIGINT NOT NULL,
    granted BIGINT NOT NULL,
    declared BIGINT NOT NULL,       -- 0: an event carried it along
    at_ms BIGINT NOT NULL,          -- timestamp of the event, UTC ms
    source BIGINT NOT NULL,         -- source.number; 0: the server itself
    via TEXT NOT NULL,              -- event, staff, page, unsubscribe
    evidence TEXT NOT NULL,
    text_version TEXT NOT NULL,
    page TEXT NOT NULL,
    ip TEXT NOT NULL,
    decided_by TEXT NOT NULL,       -- of staff
    PRIMARY KEY (node, record_offset, slot)
);
