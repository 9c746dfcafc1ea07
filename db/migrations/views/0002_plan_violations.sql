-- SPDX-License-Identifier: Apache-2.0
-- Violations of tracking plans over time, a view of the log. A row with keyword '' counts events, one
-- each; the others count what was wrong with them.

CREATE TABLE plan_violation (
    hour_ms BIGINT NOT NULL,        -- start of the hour of receipt, UTC ms
    source BIGINT NOT NULL,         -- source.number
    plan TEXT NOT NULL,             -- id
    type BIGINT NOT NULL,           -- of the event
    name TEXT NOT NULL,             -- of the event; '(other)' past the bound of names an hour
    path TEXT NOT NULL,             -- JSON pointer, * for places in arrays
    keyword TEXT NOT NULL,          -- what was violated
    warned BIGINT NOT NULL,         -- events that landed
    quarantined BIGINT NOT NULL,
    unplanned BIGINT NOT NULL,      -- of both: the plan has no rule for them; with keyword ''
    sample_offset BIGINT NOT NULL,  -- position of one of them
    first_ms BIGINT NOT NULL,       -- of receipt, UTC ms
    last_ms BIGINT NOT NULL,
    PRIMARY KEY (hour_ms, source, plan, type, name, path, keyword)
);
