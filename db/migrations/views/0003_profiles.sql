-- SPDX-License-Identifier: Apache-2.0
-- Who somebody is and what is known of them, a view of the log. Everything stands under identifiers
-- (nodes); a person is what its nodes say together.

CREATE TABLE profile_position (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    next_offset BIGINT NOT NULL,    -- the first record that is not in these tables; no row: none is
    rebuild BIGINT NOT NULL         -- of identity (core: identity_rebuild) that they are of; 0: none yet
);

CREATE TABLE identity_person (
    number BIGINT PRIMARY KEY,      -- from 1, in order of appearance
    created_offset BIGINT NOT NULL, -- position of the event it began with; gives its id
    created_ms BIGINT NOT NULL,     -- timestamp of that event, UTC ms
    changed_offset BIGINT NOT NULL, -- position of its last merge, split or lifted barrier, else of its beginning
    merged_into BIGINT              -- number of the person it became; NULL: it is one
);

CREATE TABLE identity_node (
    number BIGINT PRIMARY KEY,      -- from 1, in order of appearance
    type TEXT NOT NULL,
    value TEXT NOT NULL,            -- normalised
    person BIGINT NOT NULL,         -- whose it became last; who that is now: identity_person.merged_into
    first_offset BIGINT NOT NULL,   -- position of the event that brought it first
    first_ms BIGINT NOT NULL        -- timestamp of that event, UTC ms
);

-- What is not to be one person. Kept when lifted, so that numbers are not used again.
CREATE TABLE identity_barrier (
    number BIGINT PRIMARY KEY,      -- from 1
    node BIGINT NOT NULL,           -- of who was parted
    other_node BIGINT NOT NULL,     -- of who stayed
    at_ms BIGINT NOT NULL,          -- UTC ms
    record_offset BIGINT NOT NULL,  -- position of the split
    lifted_offset BIGINT            -- position of the decision that lifted it; NULL: it stands
);
CREATE INDEX identity_barrier_node ON identity_barrier (node);
CREATE INDEX identity_barrier_other ON identity_barrier (other_node);

-- How persons became one, and two.
CREATE TABLE identity_link (
    number BIGINT PRIMARY KEY,      -- from 1
    kind BIGINT NOT NULL,           -- ProfileLinkKind
    at_ms BIGINT NOT NULL,          -- timestamp of the event or decision, UTC ms
    record_offset BIGINT NOT NULL,  -- its position
    person BIGINT NOT NULL,         -- who stayed
    other_person BIGINT NOT NULL,   -- who was merged into it, or parted from it
    node BIGINT NOT NULL,           -- the identifiers that met, or were parted
    other_node BIGINT NOT NULL,
    decided_by TEXT NOT NULL,       -- whoever of the staff decided it; '': an event
    reason TEXT NOT NULL,           -- of staff
    refused TEXT NOT NULL           -- what forbade the decision when its turn came; '': it was done
);

-- The nodes that a link tells of: those that came along, and the one they met.
CREATE TABLE identity_link_node (
    node BIGINT NOT NULL,
    link BIGINT NOT NULL,
    came BIGINT NOT NULL CHECK (came IN (0, 1)),
    PRIMARY KEY (node, link)
);
CREATE INDEX identity_link_node_link ON identity_link_node (link, node);

CREATE TABLE profile_trait (
    node BIGINT NOT NULL,
    name TEXT NOT NULL,
    json TEXT NOT NULL,             -- the value
    at_ms BIGINT NOT NULL,          -- timestamp of the event that said it, UTC ms
    source BIGINT NOT NULL,         -- source.number
    precedence BIGINT NOT NULL,     -- higher wins before newer
    PRIMARY KEY (node, name)
);

CREATE TABLE profile_value (
    node BIGINT NOT NULL,
    currency TEXT NOT NULL,         -- ISO 4217
    micros BIGINT NOT NULL,         -- completed less refunded
    orders BIGINT NOT NULL,
    refunds BIGINT NOT NULL,
    PRIMARY KEY (node, currency)
);

CREATE TABLE profile_order (
    node BIGINT NOT NULL,
    seq BIGINT NOT NULL,            -- position of the event in the log
    number TEXT NOT NULL,           -- as the shop says it
    completed BIGINT NOT NULL CHECK (completed IN (0, 1)), -- 0: only refunds of it have come
    PRIMARY KEY (node, seq)
);
