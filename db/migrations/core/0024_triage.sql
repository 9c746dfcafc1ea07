-- SPDX-License-Identifier: Apache-2.0
-- Triage: what the machine found in a ticket's text, what people made of it, and the models that learn from that.

CREATE TABLE desk_triage (
    ticket BIGINT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    model BIGINT NOT NULL,              -- triage_model.version of kind category that spoke
    category TEXT NOT NULL,             -- proposed
    queue TEXT NOT NULL,                -- proposed; '': none
    confidence DOUBLE PRECISION NOT NULL,
    threshold DOUBLE PRECISION NOT NULL,
    accepted BIGINT NOT NULL,           -- 1: the confidence reached the threshold
    fields TEXT NOT NULL,               -- JSON list: what the machine set
    language TEXT NOT NULL,
    intent TEXT NOT NULL,
    sentiment DOUBLE PRECISION NOT NULL, -- -1..1
    urgency DOUBLE PRECISION NOT NULL,  -- 0..1
    found TEXT NOT NULL,                -- JSON: words with weights, entities; {} once erased
    outcome TEXT NOT NULL,              -- confirmed, corrected; '': nobody said
    label TEXT NOT NULL,                -- the category that a person decided on
    decided_ms BIGINT NOT NULL,         -- 0: not yet
    decided_by TEXT NOT NULL
);
CREATE INDEX desk_triage_at ON desk_triage (at_ms, category, outcome, fields); -- all that a week's figures are made of

-- Texts with labels. Those of people's decisions are replaced by the ticket's next decision.
CREATE TABLE triage_example (
    number BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,                 -- category, queue, sentiment
    source TEXT NOT NULL,               -- decision, file
    part TEXT NOT NULL,                 -- train, valid, held; '': by the text's own hash
    ticket BIGINT NOT NULL,             -- 0: of none
    body TEXT NOT NULL,                 -- '': erased
    label TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    by_name TEXT NOT NULL
);
CREATE INDEX triage_example_kind ON triage_example (kind, source, number);
CREATE INDEX triage_example_ticket ON triage_example (ticket, kind);

CREATE TABLE triage_model (
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    origin TEXT NOT NULL,               -- starter, trained
    state TEXT NOT NULL,                -- in_force, candidate, retired
    reason TEXT NOT NULL,               -- why it is (not) in force
    before BIGINT NOT NULL,             -- version that it was compared with; 0: none
    made_ms BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    decisions BIGINT NOT NULL,          -- examples that it learnt from, by source
    files BIGINT NOT NULL,
    metrics TEXT NOT NULL,              -- JSON: on the texts held out
    bytes BLOB NOT NULL,
    PRIMARY KEY (kind, version)
);

-- One row, once somebody changed what is the default.
CREATE TABLE triage_setting (
    id BIGINT PRIMARY KEY,              -- 1
    version BIGINT NOT NULL,
    sets BIGINT NOT NULL,               -- 1: the machine sets what it is sure of; 0: it proposes
    retrain_after BIGINT NOT NULL,      -- decisions; 0: not by itself
    retrain_hour BIGINT NOT NULL,       -- of the day, UTC: what is new by then is learnt
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);
