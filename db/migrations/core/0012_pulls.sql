-- SPDX-License-Identifier: Apache-2.0
-- What comes in by asking for it (pulls) and by lying in a folder (drops), and how Patron compares with the system that it runs beside.

CREATE TABLE pull (
    id TEXT PRIMARY KEY NOT NULL,       -- UUIDv7
    number BIGINT NOT NULL UNIQUE,      -- key of its timer
    name TEXT NOT NULL UNIQUE,
    source_id TEXT NOT NULL,
    url TEXT NOT NULL,                  -- template with {cursor} and {since}
    headers TEXT NOT NULL,              -- JSON object of texts
    auth TEXT NOT NULL CHECK (auth IN ('none', 'basic', 'bearer', 'header')),
    auth_name TEXT NOT NULL,            -- user of basic, name of the header
    secret TEXT,                        -- sealed
    items TEXT NOT NULL,                -- path of the list; '' the answer itself
    item_id TEXT NOT NULL,              -- path in an item; '' the item's digest
    item_version TEXT NOT NULL,         -- path in an item; '' the item's digest
    paging TEXT NOT NULL CHECK (paging IN ('none', 'link', 'cursor', 'page', 'since')),
    next TEXT NOT NULL,                 -- path of the next link or cursor; '' the Link header
    first_page BIGINT NOT NULL,
    page_step BIGINT NOT NULL,
    since TEXT NOT NULL,                -- path in an item of the instant that {since} moves to; '' none
    since_start TEXT NOT NULL,
    at_end TEXT NOT NULL CHECK (at_end IN ('restart', 'stay')),
    every_min BIGINT NOT NULL,
    max_pages BIGINT NOT NULL,          -- of one run
    mapping TEXT NOT NULL,
    enabled BIGINT NOT NULL CHECK (enabled IN (0, 1)),
    version BIGINT NOT NULL,            -- of the definition: a run saves its position under the one it began with
    created_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    -- where it is
    state TEXT NOT NULL CHECK (state IN ('ok', 'failing', 'stopped')),
    reason TEXT,                        -- of failing and stopped
    failures BIGINT NOT NULL,           -- runs in a row
    position_cursor TEXT NOT NULL,      -- page number, cursor or link of the page to fetch next
    position_since TEXT NOT NULL,
    position_newest TEXT NOT NULL,      -- the newest instant seen in this pass
    in_pass BIGINT NOT NULL CHECK (in_pass IN (0, 1)),
    runs BIGINT NOT NULL,               -- number of the last one
    started_ms BIGINT NOT NULL,         -- of the last run; 0 never
    succeeded_ms BIGINT NOT NULL        -- end of the last run without failure; 0 never
);

CREATE TABLE pull_run (
    pull TEXT NOT NULL,
    number BIGINT NOT NULL,
    cause TEXT NOT NULL CHECK (cause IN ('schedule', 'retry', 'person')),
    outcome TEXT NOT NULL CHECK (outcome IN ('running', 'done', 'more', 'failed', 'stopped', 'interrupted')),
    reason TEXT,
    started_ms BIGINT NOT NULL,
    finished_ms BIGINT NOT NULL,        -- 0: not yet
    pages BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    items BIGINT NOT NULL,
    refused BIGINT NOT NULL,            -- items that gave no event
    skipped BIGINT NOT NULL,
    landed BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    refusal TEXT,                       -- the first one's place and reason, without values
    PRIMARY KEY (pull, number)
);

CREATE TABLE drop_folder (
    id TEXT PRIMARY KEY NOT NULL,       -- UUIDv7
    name TEXT NOT NULL UNIQUE,
    folder TEXT NOT NULL UNIQUE,        -- below connect.drop_root
    source_id TEXT NOT NULL,
    recipe TEXT NOT NULL,               -- of the mapping; '' none
    mapping TEXT NOT NULL,
    quiet_s BIGINT NOT NULL,            -- a closed file is taken when it did not change for this long
    enabled BIGINT NOT NULL CHECK (enabled IN (0, 1)),
    problem TEXT,                       -- of the folder itself
    created_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);

-- Files that were taken. A digest of a folder's source that is done is not imported again.
CREATE TABLE drop_file (
    id TEXT PRIMARY KEY NOT NULL,       -- UUIDv7
    folder TEXT NOT NULL,
    name TEXT NOT NULL,
    source_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('importing', 'done', 'repeated', 'failed')),
    reason TEXT,
    job TEXT,                           -- of import_job
    taken_ms BIGINT NOT NULL,
    finished_ms BIGINT NOT NULL,        -- 0: not yet
    placed TEXT                         -- where it was moved to, below the folder
);
CREATE INDEX drop_file_folder ON drop_file (folder, id);
CREATE INDEX drop_file_digest ON drop_file (source_id, digest, state, id);
CREATE INDEX drop_file_state ON drop_file (state, id);

-- What the incumbent says it took, by day of UTC.
CREATE TABLE adopt_count (
    day_ms BIGINT NOT NULL,
    name TEXT NOT NULL,                 -- of the event; '$identify', '$page' ... for calls without one
    events BIGINT NOT NULL,
    PRIMARY KEY (day_ms, name)
);

-- What became of events at a destination, by the day of their own time in UTC. Days over 400 back are dropped.
CREATE TABLE destination_day (
    destination TEXT NOT NULL,
    day_ms BIGINT NOT NULL,
    source BIGINT NOT NULL,             -- source.number
    name TEXT NOT NULL,                 -- of the event here; '$identify', '$page' ... for calls without one
    delivered BIGINT NOT NULL,          -- without replays
    replayed BIGINT NOT NULL,           -- delivered by replays, perhaps again
    switched_off BIGINT NOT NULL,       -- the filter or the choice of events left them out
    withheld BIGINT NOT NULL,           -- consent, erasure, the past, what the kind cannot say
    delivered_end BIGINT NOT NULL,      -- one past the newest offset that was delivered
    switched_off_end BIGINT NOT NULL,   -- and that was left out
    PRIMARY KEY (destination, day_ms, source, name)
);

-- Which part of the work is whose.
CREATE TABLE adopt_part (
    part TEXT PRIMARY KEY NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('incumbent', 'side_by_side', 'patron')),
    note TEXT NOT NULL,
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);

-- Comparisons of who is one person: figures and examples by id, no identifiers.
CREATE TABLE adopt_identity (
    id TEXT PRIMARY KEY NOT NULL,       -- UUIDv7
    import_job TEXT NOT NULL,           -- whose file it was
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    reason TEXT,
    started_ms BIGINT NOT NULL,
    finished_ms BIGINT NOT NULL,        -- 0: not yet
    started_by TEXT NOT NULL,
    rows_read BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    unknown BIGINT NOT NULL,            -- identifiers that Patron does not have
    theirs BIGINT NOT NULL,             -- persons of the incumbent
    ours BIGINT NOT NULL,               -- persons of Patron that they touch
    alike BIGINT NOT NULL,              -- persons that are the same set in both
    parted BIGINT NOT NULL,             -- persons of theirs that are several here
    joined BIGINT NOT NULL,             -- persons of ours that are several there
    examples TEXT NOT NULL              -- JSON
);
