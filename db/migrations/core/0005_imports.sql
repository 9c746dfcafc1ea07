-- SPDX-License-Identifier: Apache-2.0
-- Imports as jobs of the server. The file of one stands in the data folder under its id.

CREATE TABLE import_job (
    id TEXT PRIMARY KEY NOT NULL,   -- UUIDv7: newest last
    name TEXT NOT NULL,
    source TEXT NOT NULL,           -- name to write as
    source_id TEXT,                 -- NULL: the source is made at the start
    state TEXT NOT NULL CHECK (state IN ('uploading', 'checking', 'ready', 'queued', 'running', 'paused', 'done',
                                         'failed', 'cancelled')),
    reason TEXT,                    -- why it failed or was ended
    promised TEXT,                  -- SHA-256 that the uploader announced
    digest TEXT,                    -- SHA-256 that the whole file has
    bytes BIGINT NOT NULL,
    uploaded BIGINT NOT NULL,       -- durable bytes
    file_kept BIGINT NOT NULL CHECK (file_kept IN (0, 1)),
    mapping TEXT,
    recipe TEXT,                    -- its name when the mapping is one
    note TEXT,
    created_by TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    queued_ms BIGINT,
    started_ms BIGINT,
    changed_ms BIGINT NOT NULL,
    finished_ms BIGINT,
    -- the checkpoint
    bytes_read BIGINT NOT NULL,
    rows_read BIGINT NOT NULL,
    rows_refused BIGINT NOT NULL,
    rows_skipped BIGINT NOT NULL,
    acked BIGINT NOT NULL,          -- events, from the first, that are durable
    landed BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    resent BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    sent_max BIGINT NOT NULL,       -- no event from here on was sent
    refusals BIGINT NOT NULL
);
CREATE INDEX import_job_state ON import_job (state, id);
CREATE INDEX import_job_kept ON import_job (file_kept, changed_ms, id);
CREATE INDEX import_job_digest ON import_job (digest, id);

CREATE TABLE import_refusal (
    job TEXT NOT NULL,
    number BIGINT NOT NULL,         -- from 1 in the file's order
    row_number BIGINT NOT NULL,
    line_number BIGINT NOT NULL,
    column_name TEXT,
    reason TEXT NOT NULL,
    content TEXT NOT NULL,          -- the row's beginning
    PRIMARY KEY (job, number)
);
