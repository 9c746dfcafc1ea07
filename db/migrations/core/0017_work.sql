-- SPDX-License-Identifier: Apache-2.0
-- Work items with their clocks' histories, what was fired, and policies. Times are UTC ms.

CREATE TABLE work_item (
    id BIGINT PRIMARY KEY,          -- owner << 48 | the owner's number
    opened_ms BIGINT NOT NULL,
    version BIGINT NOT NULL,        -- rises with each change of this row and its firings
    live BIGINT NOT NULL,           -- 1: deadlines may lie ahead
    history BLOB NOT NULL           -- rows of facts, packed (src/work/live_rows.c)
);
CREATE INDEX work_item_live ON work_item (id) WHERE live = 1;
CREATE INDEX work_item_opened ON work_item (opened_ms, id);

-- What has come, each once.
CREATE TABLE work_fired (
    item BIGINT NOT NULL,
    clock TEXT NOT NULL,            -- response, ...
    round BIGINT NOT NULL,
    kind TEXT NOT NULL,             -- at_risk, breached, step
    step TEXT NOT NULL,             -- the step's name; '': none
    due_ms BIGINT NOT NULL,         -- the instant that came
    at_ms BIGINT NOT NULL,          -- fired
    corrected_ms BIGINT NOT NULL,   -- taken back by an edit or a change; 0: it stands
    PRIMARY KEY (item, clock, round, kind, step, due_ms)
);

-- Versions of policies, each in force in [from_ms, until_ms).
CREATE TABLE work_policy (
    version BIGINT PRIMARY KEY,     -- unique over all policies
    id TEXT NOT NULL,
    rank BIGINT NOT NULL,           -- lower first
    from_ms BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    json TEXT NOT NULL,
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);
CREATE INDEX work_policy_id ON work_policy (id, version);
