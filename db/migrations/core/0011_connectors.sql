-- SPDX-License-Identifier: Apache-2.0
-- Shops in: who sends by webhook, how far their objects are known, what came of their last deliveries.

CREATE TABLE connector (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    source BIGINT NOT NULL,              -- number of the source that its events belong to
    enabled BIGINT NOT NULL,
    settings TEXT NOT NULL,              -- JSON object of texts, no secrets
    mapping TEXT NOT NULL,               -- JSON; '' none
    secret TEXT NOT NULL,                -- sealed; '' none
    previous TEXT NOT NULL,              -- the sealed secret before; '' none
    previous_until_ms BIGINT NOT NULL,
    deliveries BIGINT NOT NULL,          -- good ones, and what came of them
    events BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    stale BIGINT NOT NULL,
    ignored BIGINT NOT NULL,
    privacy BIGINT NOT NULL,
    last_success_ms BIGINT NOT NULL,     -- 0: never
    created_by TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL
);

-- The newest version seen of an object, what was told once, and whose an order is. Objects are keyed hashes.
CREATE TABLE connector_object (
    connector TEXT NOT NULL,
    object BLOB NOT NULL,                -- hash of type and id, 16 bytes
    version BIGINT NOT NULL,             -- UTC ms or the vendor's number
    who TEXT NOT NULL,                   -- the anonymousId that events of it carry; '' not kept
    seen_ms BIGINT NOT NULL,
    PRIMARY KEY (connector, object)
);
CREATE INDEX connector_object_seen ON connector_object (connector, seen_ms);
CREATE INDEX connector_object_who ON connector_object (who);

-- The last deliveries of each, in a ring: number modulo 20.
CREATE TABLE connector_delivery (
    connector TEXT NOT NULL,
    slot BIGINT NOT NULL,
    number BIGINT NOT NULL,
    time_ms BIGINT NOT NULL,
    http BIGINT NOT NULL,
    result TEXT NOT NULL,
    topic TEXT NOT NULL,
    delivery TEXT NOT NULL,
    peer TEXT NOT NULL,
    agent TEXT NOT NULL,
    reason TEXT NOT NULL,
    events BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (connector, slot)
);
