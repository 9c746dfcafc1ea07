-- SPDX-License-Identifier: Apache-2.0
-- Exports of saved questions that run by themselves, and what became of each run.

CREATE TABLE export_job (
    id TEXT PRIMARY KEY NOT NULL,       -- UUIDv7
    name TEXT NOT NULL UNIQUE,
    report TEXT NOT NULL,               -- report.id
    what TEXT NOT NULL CHECK (what IN ('answer', 'people', 'events')),
    format TEXT NOT NULL CHECK (format IN ('csv', 'jsonl', 'parquet')),
    cell TEXT NOT NULL,                 -- JSON, of people
    every TEXT NOT NULL CHECK (every IN ('hour', 'day', 'week')),
    at_min BIGINT NOT NULL,             -- minute of the local hour or day
    weekday BIGINT NOT NULL,            -- of a week: 1 Monday to 7
    zone TEXT NOT NULL,                 -- IANA name
    folder TEXT NOT NULL,               -- below the folder of exports
    keep_files BIGINT NOT NULL,         -- the newest so many; older ones are removed
    enabled BIGINT NOT NULL CHECK (enabled IN (0, 1)),
    version BIGINT NOT NULL,            -- rises with every change
    created_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    -- where it is
    runs BIGINT NOT NULL,               -- number of the last one
    failures BIGINT NOT NULL,           -- runs in a row that failed
    due_ms BIGINT NOT NULL              -- of the next run; of a disabled one it means nothing
);
CREATE INDEX export_job_report ON export_job (report);

CREATE TABLE export_run (
    job TEXT NOT NULL,
    number BIGINT NOT NULL,
    cause TEXT NOT NULL CHECK (cause IN ('schedule', 'person')),
    outcome TEXT NOT NULL CHECK (outcome IN ('waiting', 'running', 'done', 'failed', 'interrupted')),
    reason TEXT,                        -- of failed and interrupted
    due_ms BIGINT NOT NULL,             -- the instant that it is of
    started_ms BIGINT NOT NULL,         -- of a waiting one when it was asked for
    finished_ms BIGINT NOT NULL,        -- 0: not yet
    row_count BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    took_ms BIGINT NOT NULL,            -- of the machine's time
    file TEXT NOT NULL,                 -- path below the folder of exports; '' none, or removed since
    PRIMARY KEY (job, number)
);
CREATE INDEX export_run_outcome ON export_run (outcome, job, number);
