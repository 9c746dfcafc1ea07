-- SPDX-License-Identifier: Apache-2.0
-- The desk: tickets with their history, reports, links and records. Times are UTC ms, 0: not yet.

CREATE TABLE desk_ticket (
    number BIGINT PRIMARY KEY,      -- from 1001, for all types together
    version BIGINT NOT NULL,        -- seq of its newest row of history
    type TEXT NOT NULL,             -- incident, service_request, problem, change
    priority BIGINT NOT NULL,       -- 1..5
    why TEXT NOT NULL,              -- JSON: how the priority was found
    policy BIGINT NOT NULL,         -- desk_policy.version that it was found by
    state TEXT NOT NULL,            -- new, in_progress, waiting, resolved, closed, cancelled
    waiting_for TEXT NOT NULL,      -- requester, vendor, change; '' unless waiting
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    requester TEXT NOT NULL,
    store TEXT NOT NULL,            -- code
    till TEXT NOT NULL,             -- code
    channel TEXT NOT NULL,
    category TEXT NOT NULL,
    services TEXT NOT NULL,         -- JSON list, sorted
    touchpoints TEXT NOT NULL,      -- JSON list, sorted
    impact TEXT NOT NULL,           -- high, medium, low; '': by scope
    urgency TEXT NOT NULL,          -- likewise; '': by category
    label TEXT NOT NULL,            -- P1..P5; '': none
    queue TEXT NOT NULL,
    assignee TEXT NOT NULL,         -- account
    watchers TEXT NOT NULL,         -- JSON list of accounts, sorted
    resolution TEXT NOT NULL,
    custom TEXT NOT NULL,           -- JSON object
    commander TEXT NOT NULL,        -- account that leads a major incident
    review TEXT NOT NULL,           -- what was learnt of it
    reports BIGINT NOT NULL,
    stores BIGINT NOT NULL,         -- affected
    tills BIGINT NOT NULL,
    customers BIGINT NOT NULL,
    major BIGINT NOT NULL,          -- 1: a major incident
    merged_into BIGINT NOT NULL,    -- 0: not
    opened_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    last_report_ms BIGINT NOT NULL,
    acknowledged_ms BIGINT NOT NULL,
    replied_ms BIGINT NOT NULL,     -- the first public reply
    resolved_ms BIGINT NOT NULL,
    closed_ms BIGINT NOT NULL,
    apart BIGINT NOT NULL,          -- 1: takes no further reports
    awaits_reply BIGINT NOT NULL,   -- 1: the requester spoke last
    fault TEXT NOT NULL             -- what reports join by; '': none do
);
CREATE INDEX desk_ticket_fault ON desk_ticket (fault, last_report_ms);

CREATE TABLE desk_report (
    number BIGINT PRIMARY KEY,
    ticket BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    requester TEXT NOT NULL,
    store TEXT NOT NULL,
    till TEXT NOT NULL,
    channel TEXT NOT NULL,
    body TEXT NOT NULL,
    stores BIGINT NOT NULL,         -- affected, as its reporter says; 0: unsaid
    tills BIGINT NOT NULL,
    customers BIGINT NOT NULL,
    by_name TEXT NOT NULL
);
CREATE INDEX desk_report_ticket ON desk_report (ticket, number);

-- One row a change; its seq is the version that the change made. Only an erasure changes anything here.
CREATE TABLE desk_history (
    ticket BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,             -- opened, joined, changed, note, ...
    is_public BIGINT NOT NULL,      -- 1: the requester may see it
    by_kind TEXT NOT NULL,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    changes TEXT NOT NULL,          -- JSON: {"field": [before, after]}
    body TEXT NOT NULL,             -- a note, or why
    PRIMARY KEY (ticket, seq)
);

CREATE TABLE desk_link (
    ticket BIGINT NOT NULL,
    kind TEXT NOT NULL,             -- duplicate_of, child_of, caused_by, related_to
    other BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (ticket, kind, other)
);
CREATE INDEX desk_link_other ON desk_link (other, ticket);

-- What was asked of a vendor, and what came back.
CREATE TABLE desk_escalation (
    number BIGINT PRIMARY KEY,
    ticket BIGINT NOT NULL,
    vendor TEXT NOT NULL,           -- desk_record of kind vendors
    contract TEXT NOT NULL,         -- as the vendor's record said then
    contact TEXT NOT NULL,
    message TEXT NOT NULL,
    sent_ms BIGINT NOT NULL,
    sent_by TEXT NOT NULL,
    due_ms BIGINT NOT NULL,         -- of an answer; 0: nothing was agreed
    answered_ms BIGINT NOT NULL,
    answer TEXT NOT NULL
);
CREATE INDEX desk_escalation_ticket ON desk_escalation (ticket, number);

-- How priorities are found. Version 1 comes with the program.
CREATE TABLE desk_policy (
    version BIGINT PRIMARY KEY,
    json TEXT NOT NULL,
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);

-- Services, touchpoints, vendors, custom fields, macros, saved views: named documents.
CREATE TABLE desk_record (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    json TEXT NOT NULL,
    version BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (kind, id)
);
