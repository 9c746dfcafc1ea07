-- SPDX-License-Identifier: Apache-2.0
-- How many events of which name came on which day: what is compared with another system's figures.

CREATE TABLE event_day (
    day_ms BIGINT NOT NULL,         -- start of the day of the events' own time, UTC ms
    source BIGINT NOT NULL,         -- source.number
    name TEXT NOT NULL,             -- of the event; '$identify', '$page' ... for calls without one
    events BIGINT NOT NULL,
    PRIMARY KEY (day_ms, source, name)
);
