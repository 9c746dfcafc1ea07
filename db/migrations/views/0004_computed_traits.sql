-- SPDX-License-Identifier: Apache-2.0
-- Computed traits, a view of the log that follows the profiles: everything stands under nodes.

CREATE TABLE computed_position (
    definition BIGINT PRIMARY KEY,  -- computed_trait.number; 0: of all that are live
    next_offset BIGINT NOT NULL,    -- the first record that is not in its states
    since_offset BIGINT NOT NULL    -- 0: where live definitions changed last; else -1 while it is back-filled, and then
                                    -- where it became live
);

CREATE TABLE computed_state (
    node BIGINT NOT NULL,
    definition BIGINT NOT NULL,
    state BLOB NOT NULL,            -- of the fold: only src/rules reads it
    as_of_ms BIGINT NOT NULL,       -- the newest event or timer in it, UTC ms
    due_ms BIGINT NOT NULL,         -- when it may change without an event; the highest number: never
    timer_offset BIGINT NOT NULL,   -- of the newest timer in it; -1: none
    PRIMARY KEY (node, definition)
);
CREATE INDEX computed_state_due ON computed_state (definition, due_ms, node);
