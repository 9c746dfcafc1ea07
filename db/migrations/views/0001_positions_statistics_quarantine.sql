-- SPDX-License-Identifier: Apache-2.0
-- What the log rebuilds. A view keeps the offset it has reached in the transaction of its state.

CREATE TABLE view_position (
    view TEXT NOT NULL,
    partition BIGINT NOT NULL,
    next_offset BIGINT NOT NULL,    -- the first record not yet in the view
    PRIMARY KEY (view, partition)
);

CREATE TABLE source_stat (
    source BIGINT NOT NULL,         -- source.number
    hour_ms BIGINT NOT NULL,        -- start of the hour of receipt, UTC ms
    type BIGINT NOT NULL,
    class BIGINT NOT NULL,
    events BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    flagged BIGINT NOT NULL,
    first_ms BIGINT NOT NULL,       -- of receipt, UTC ms
    last_ms BIGINT NOT NULL,
    PRIMARY KEY (source, hour_ms, type, class)
);

CREATE TABLE source_event_name (
    source BIGINT NOT NULL,
    name TEXT NOT NULL,
    events BIGINT NOT NULL,
    first_ms BIGINT NOT NULL,
    last_ms BIGINT NOT NULL,
    PRIMARY KEY (source, name)
);

CREATE TABLE quarantine (
    partition BIGINT NOT NULL,
    record_offset BIGINT NOT NULL,  -- position of the quarantined record in the log
    source BIGINT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,           -- the field and the bound, for people
    time_ms BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    redriven_as BIGINT,             -- offset of the event it became; NULL: still waiting
    PRIMARY KEY (partition, record_offset)
);
