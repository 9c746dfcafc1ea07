-- SPDX-License-Identifier: Apache-2.0
-- Alerts on the server's own health, and backups.

CREATE TABLE alert (
    id TEXT PRIMARY KEY NOT NULL,   -- UUIDv7
    name TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('warn', 'bad')),
    message TEXT NOT NULL,          -- what was seen last
    since_ms BIGINT NOT NULL,
    acknowledged_ms BIGINT,         -- NULL: nobody has
    acknowledged_by TEXT,
    note TEXT,
    cleared_ms BIGINT               -- NULL: active
);
CREATE INDEX alert_since ON alert (since_ms, id);
CREATE UNIQUE INDEX alert_active ON alert (name) WHERE cleared_ms IS NULL;

CREATE TABLE backup (
    id TEXT PRIMARY KEY NOT NULL,   -- UUIDv7
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled', 'removed')),
    kind TEXT NOT NULL CHECK (kind IN ('asked', 'scheduled', 'streamed')),
    path TEXT,                      -- under backup.dir; NULL: sent to whoever asked
    secrets BIGINT NOT NULL CHECK (secrets IN (0, 1)),
    started_ms BIGINT NOT NULL,
    finished_ms BIGINT,
    end_offset BIGINT,              -- records of the log before it are in the backup
    bytes BIGINT NOT NULL,
    digest TEXT,                    -- of the whole, hex
    error TEXT,
    actor TEXT NOT NULL             -- who asked
);
CREATE INDEX backup_started ON backup (started_ms, id);
CREATE INDEX backup_state ON backup (state, started_ms);
