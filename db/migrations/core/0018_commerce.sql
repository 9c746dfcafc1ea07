-- SPDX-License-Identifier: Apache-2.0
-- Stores, their tills and their hours. Times are UTC ms.

-- Opening hours by name; what they are stands in their versions.
CREATE TABLE commerce_calendar (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,        -- rises by one with every change
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);

-- In force from from_ms until the next one's; the first also before it.
CREATE TABLE commerce_calendar_version (
    calendar TEXT NOT NULL,
    from_ms BIGINT NOT NULL,
    zone TEXT NOT NULL,             -- '': that of the store that uses it
    json TEXT NOT NULL,             -- base/calendar.h, in its canonical form
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (calendar, from_ms)
);

CREATE TABLE commerce_store (
    code TEXT PRIMARY KEY,
    number BIGINT NOT NULL,         -- from 1, for search
    name TEXT NOT NULL,
    zone TEXT NOT NULL,             -- IANA
    country TEXT NOT NULL,          -- ISO 3166-1, two letters; '': not said
    region TEXT NOT NULL,
    format TEXT NOT NULL,
    address TEXT NOT NULL,
    opened_on TEXT NOT NULL,        -- 2026-01-31, local; '': not said
    closed_on TEXT NOT NULL,        -- the last day; '': none
    version BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);
CREATE UNIQUE INDEX commerce_store_number ON commerce_store (number);

-- Which calendar a store keeps from from_ms on; the first also before it; '': none.
CREATE TABLE commerce_store_hours (
    store TEXT NOT NULL,
    from_ms BIGINT NOT NULL,
    calendar TEXT NOT NULL,
    PRIMARY KEY (store, from_ms)
);
CREATE INDEX commerce_store_hours_calendar ON commerce_store_hours (calendar, store);

CREATE TABLE commerce_till (
    store TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,             -- staffed, self_checkout, mobile
    state TEXT NOT NULL,            -- in_service, out_of_service, retired
    version BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (store, code)
);
