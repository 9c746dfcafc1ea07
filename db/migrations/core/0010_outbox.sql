-- SPDX-License-Identifier: Apache-2.0
-- What leaves the building: queues that read the log, what failed of them; destinations.

CREATE TABLE outbox_queue (
    name TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'broken', 'stopped')),
    reason TEXT NOT NULL,           -- why it is broken or stopped
    position BIGINT NOT NULL,       -- every offset below is settled
    doubt_end BIGINT NOT NULL,      -- offsets from position to below it may have been sent
    trips BIGINT NOT NULL,          -- how often the breaker opened in a row
    hold_ms BIGINT NOT NULL,        -- nothing is sent before, UTC ms of the machine's clock
    figures TEXT NOT NULL,          -- the owner's counters, JSON
    -- redrive or discard of dead letters
    job TEXT NOT NULL CHECK (job IN ('', 'redrive', 'discard')),
    job_number BIGINT NOT NULL,
    job_reason TEXT NOT NULL,       -- of these only; '': all
    job_before_ms BIGINT NOT NULL,  -- that failed before
    job_after BIGINT NOT NULL,      -- behind this position
    job_total BIGINT NOT NULL,
    job_done BIGINT NOT NULL,
    -- replay of a range
    replay_number BIGINT NOT NULL,
    replay_state TEXT NOT NULL CHECK (replay_state IN ('', 'running', 'done', 'cancelled')),
    replay_from BIGINT NOT NULL,
    replay_until BIGINT NOT NULL,
    replay_next BIGINT NOT NULL,
    replay_sent BIGINT NOT NULL
);

-- What failed, by its place in the log. Payloads stay there.
CREATE TABLE outbox_item (
    queue TEXT NOT NULL,
    position BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('retry', 'dead')),
    attempts BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,         -- of a retry; 0 of a dead letter
    failed_ms BIGINT NOT NULL,
    reason TEXT NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (queue, position)
);
CREATE INDEX outbox_item_due ON outbox_item (queue, state, due_ms, position);

-- How many items there are of each reason.
CREATE TABLE outbox_count (
    queue TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    items BIGINT NOT NULL,
    PRIMARY KEY (queue, state, reason)
);

CREATE TABLE destination (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    settings TEXT NOT NULL,         -- JSON object of texts, without secrets
    secrets TEXT NOT NULL,          -- JSON object: name, sealed text
    filter TEXT NOT NULL,           -- JSON condition; '': none
    mapping TEXT NOT NULL,          -- JSON array; '': none
    events TEXT NOT NULL,           -- JSON array; '': all
    purposes TEXT NOT NULL,         -- JSON array of texts
    enabled BIGINT NOT NULL,
    in_order BIGINT NOT NULL,       -- one request at a time
    historical BIGINT NOT NULL,     -- also events that imports brought
    redrive_per_s BIGINT NOT NULL,
    version BIGINT NOT NULL,        -- rises with every change
    created_ms BIGINT NOT NULL,     -- UTC ms
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);
