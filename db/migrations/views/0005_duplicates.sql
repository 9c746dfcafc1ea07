-- SPDX-License-Identifier: Apache-2.0
-- Probable duplicates, a part of the view of profiles.

-- Standard forms of what a node says, for comparing.
CREATE TABLE duplicate_card (
    node BIGINT PRIMARY KEY,
    card TEXT NOT NULL              -- fields in the order of CardField, a line each
);

-- Persons who may be one, by the lowest node of each.
CREATE TABLE duplicate_pair (
    low BIGINT NOT NULL,
    high BIGINT NOT NULL,
    id TEXT NOT NULL,               -- a keyed hash of the two
    score_ppm BIGINT NOT NULL,      -- probability, in millionths
    found_ms BIGINT NOT NULL,       -- when the later of the two persons began, UTC ms
    PRIMARY KEY (low, high)
);
CREATE INDEX duplicate_pair_high ON duplicate_pair (high, low);
CREATE INDEX duplicate_pair_id ON duplicate_pair (id);
CREATE INDEX duplicate_pair_score ON duplicate_pair (score_ppm, low, high);

-- What staff decided about them.
CREATE TABLE duplicate_decision (
    number BIGINT PRIMARY KEY,      -- from 1
    id TEXT NOT NULL,               -- of the pair, as it was called then
    status BIGINT NOT NULL,         -- ProfileDuplicateStatus
    low BIGINT NOT NULL,            -- nodes of the two
    high BIGINT NOT NULL,
    score_ppm BIGINT NOT NULL,      -- at that time
    evidence TEXT NOT NULL,         -- JSON, at that time
    found_ms BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,          -- UTC ms
    record_offset BIGINT NOT NULL,  -- position of the decision in the log
    decided_by TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX duplicate_decision_id ON duplicate_decision (id, number);
CREATE INDEX duplicate_decision_status ON duplicate_decision (status, number);
