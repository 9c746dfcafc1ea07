-- SPDX-License-Identifier: Apache-2.0
-- How good the events of each source are, and which customers belong together: parts of the view of
-- profiles.

CREATE TABLE quality_count (
    source BIGINT NOT NULL,         -- source.number
    step_ms BIGINT NOT NULL,        -- 3600000: an hour, 86400000: a day
    at_ms BIGINT NOT NULL,          -- its begin, by receipt, UTC ms
    received BIGINT NOT NULL,       -- events and quarantined records, each once
    events BIGINT NOT NULL,         -- not quarantined
    checked BIGINT NOT NULL,        -- of a kind that has fields to miss
    timed BIGINT NOT NULL,          -- not brought in as history
    missing BIGINT NOT NULL,        -- events from here on, each once in a column
    malformed BIGINT NOT NULL,
    late BIGINT NOT NULL,           -- over an hour; by class below
    conflicting BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    late_0 BIGINT NOT NULL,         -- up to 2 hours
    late_1 BIGINT NOT NULL,         -- 4 hours
    late_2 BIGINT NOT NULL,         -- 12 hours
    late_3 BIGINT NOT NULL,         -- a day
    late_4 BIGINT NOT NULL,         -- 2 days
    late_5 BIGINT NOT NULL,         -- 4 days
    late_6 BIGINT NOT NULL,         -- 7 days
    late_7 BIGINT NOT NULL,         -- 30 days
    late_8 BIGINT NOT NULL,         -- 90 days
    late_9 BIGINT NOT NULL,         -- more
    PRIMARY KEY (source, step_ms, at_ms)
);

-- Not in the log, so that a rebuild leaves it alone.
CREATE TABLE quality_duplicate (
    source BIGINT NOT NULL,
    step_ms BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    events BIGINT NOT NULL,         -- dropped, their ids being known
    PRIMARY KEY (source, step_ms, at_ms)
);

CREATE TABLE quality_field (
    source BIGINT NOT NULL,
    day_ms BIGINT NOT NULL,         -- its begin, by receipt, UTC ms
    kind TEXT NOT NULL,             -- of event, "identifier" or "trait"
    field TEXT NOT NULL,            -- '(other)' past the bound of fields of a kind
    problem BIGINT NOT NULL,        -- QualityProblem
    events BIGINT NOT NULL,
    samples TEXT NOT NULL,          -- positions of the newest of them, newest first, with spaces between
    PRIMARY KEY (source, day_ms, kind, field, problem)
);

-- Accounts, and households that several identifiers make.
CREATE TABLE profile_group (
    id BLOB PRIMARY KEY,            -- 16 bytes: follows from basis and named
    kind BIGINT NOT NULL,           -- GroupKind
    basis BIGINT NOT NULL,          -- GroupBasis
    named TEXT NOT NULL,            -- the id as it came; of a derived household what its members share
    search BLOB NOT NULL            -- its name without case and accents, UTF-8
);
CREATE INDEX profile_group_search ON profile_group (kind, search, id);

CREATE TABLE profile_group_member (
    group_id BLOB NOT NULL,         -- may have no row: a household of one identifier
    node BIGINT NOT NULL,           -- identity_node.number
    basis BIGINT NOT NULL,          -- the group's
    at_ms BIGINT NOT NULL,          -- of the newest group call that said so, UTC ms; of a household 0: its traits tell
    label TEXT NOT NULL,            -- of a household: its name as this node writes it
    PRIMARY KEY (group_id, node)
);
CREATE INDEX profile_group_member_node ON profile_group_member (node, basis, group_id);

CREATE TABLE profile_group_trait (
    group_id BLOB NOT NULL,
    name TEXT NOT NULL,
    json TEXT NOT NULL,             -- the value
    at_ms BIGINT NOT NULL,          -- timestamp of the event that said it, UTC ms
    source BIGINT NOT NULL,         -- source.number
    PRIMARY KEY (group_id, name)
);
