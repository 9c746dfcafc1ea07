-- SPDX-License-Identifier: Apache-2.0
-- Requests of persons about their data, and how far this database knows the register of erasures.

CREATE TABLE privacy_request (
    id TEXT PRIMARY KEY NOT NULL,       -- UUIDv7
    kind TEXT NOT NULL CHECK (kind IN ('erasure', 'export')),
    state TEXT NOT NULL CHECK (state IN ('received', 'approved', 'running', 'done', 'refused', 'cancelled', 'failed')),
    channel TEXT NOT NULL CHECK (channel IN ('staff', 'shop', 'register')),
    origin TEXT UNIQUE,                 -- what a shop's request is known by when it is delivered again; NULL: of staff
    subjects TEXT NOT NULL,             -- JSON: whom it is about; '' once it is over
    label TEXT NOT NULL,                -- the same for people; '' once it is over
    note TEXT NOT NULL,                 -- of who made or decided it; '' once it is over
    persons BIGINT NOT NULL,
    bulk BIGINT NOT NULL CHECK (bulk IN (0, 1)), -- it takes two persons of staff
    requested_kind TEXT NOT NULL,       -- of AuditActor
    requested_by TEXT NOT NULL,
    requested_name TEXT NOT NULL,
    received_ms BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,
    decided_by TEXT NOT NULL,           -- '': not yet
    decided_name TEXT NOT NULL,
    decided_ms BIGINT NOT NULL,         -- 0: not yet
    started_ms BIGINT NOT NULL,
    finished_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    step BIGINT NOT NULL,               -- of a running erasure
    erased_ms BIGINT NOT NULL,          -- the instant that events are held against; 0: not yet
    problem TEXT NOT NULL,              -- why it failed or waits; ''
    figures TEXT NOT NULL,              -- JSON object of counts
    certificate TEXT NOT NULL,          -- signed JSON; '' none
    file_bytes BIGINT NOT NULL,         -- of an export's archive; 0: none is kept
    expires_ms BIGINT NOT NULL,         -- of that archive
    link BLOB,                          -- keyed hash of the newest link's secret
    fetched_ms BIGINT NOT NULL          -- 0: not fetched
);
CREATE INDEX privacy_request_state ON privacy_request (state, id);

-- One row: the register of erasures as this database saw it last.
CREATE TABLE privacy_register (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL,                   -- of the register; '' none was seen
    entries BIGINT NOT NULL
);
INSERT INTO privacy_register (one, id, entries) VALUES (1, '', 0);

-- How far each class of events (consent_retention) has been treated.
CREATE TABLE retention_class (
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    next_offset BIGINT NOT NULL,        -- records below it have been treated
    counted_offset BIGINT NOT NULL,     -- and below this one are counted; over next_offset: a kill came between
    treated_ms BIGINT NOT NULL,         -- what was received before it, UTC ms, is dropped; 0: nothing yet
    events BIGINT NOT NULL,             -- dropped so far
    quarantined BIGINT NOT NULL,
    files BIGINT NOT NULL,              -- of imports
    audited BIGINT NOT NULL,            -- of all three
    PRIMARY KEY (type, name)
);

-- One row: when retention was carried out last.
CREATE TABLE retention_run (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    last_ms BIGINT NOT NULL             -- UTC ms; 0: never
);
INSERT INTO retention_run (one, last_ms) VALUES (1, 0);
