-- SPDX-License-Identifier: Apache-2.0
-- What is computed of each customer. Values are a view of the log (views/0004).

CREATE TABLE computed_trait (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,  -- of this fold: another fold has another number
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    fold TEXT NOT NULL,             -- JSON, normalised
    created_ms BIGINT NOT NULL,     -- UTC ms
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);

-- One row.
CREATE TABLE computed_trait_change (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    last BIGINT NOT NULL            -- rises with every change of a definition; numbers are taken from it
);
INSERT INTO computed_trait_change (one, last) VALUES (1, 0);
