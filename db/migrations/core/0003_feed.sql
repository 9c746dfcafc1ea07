-- SPDX-License-Identifier: Apache-2.0
-- Rows on their way into the log.

CREATE TABLE feed (
    id BIGINT PRIMARY KEY,          -- from 1, in the order of commits, without gaps
    message_id TEXT NOT NULL,       -- UUIDv7: the event's messageId
    time_ms BIGINT NOT NULL,        -- UTC ms
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    properties TEXT NOT NULL        -- a JSON object
);

-- One row. Rows of feed up to tried_id may stand in the log from log_offset on; no row of feed
-- stands before it, and none above tried_id stands in the log at all.
CREATE TABLE feed_position (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    last_id BIGINT NOT NULL,        -- the highest id given so far
    tried_id BIGINT NOT NULL,
    log_offset BIGINT NOT NULL
);
INSERT INTO feed_position (one, last_id, tried_id, log_offset) VALUES (1, 0, 0, 0);
