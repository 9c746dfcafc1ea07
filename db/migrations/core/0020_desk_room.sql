-- SPDX-License-Identifier: Apache-2.0
-- Room for the desk: files of tickets, and which tickets go to the lead of their queue.

-- The file itself lies in the data folder under its hash; rows that name the same hash share it.
CREATE TABLE desk_attachment (
    number BIGINT PRIMARY KEY,
    ticket BIGINT NOT NULL,
    report BIGINT NOT NULL,         -- that it came with; 0: with none
    at_ms BIGINT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,             -- image/png, ...
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,           -- hex
    is_public BIGINT NOT NULL,      -- 1: the requester may see it
    by_kind TEXT NOT NULL,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL
);
CREATE INDEX desk_attachment_ticket ON desk_attachment (ticket, number);
CREATE INDEX desk_attachment_report ON desk_attachment (report);
CREATE INDEX desk_attachment_sha256 ON desk_attachment (sha256);

-- Tickets that go to the lead of their queue at at_ms, unless somebody has acknowledged them by then.
CREATE TABLE desk_lead (
    ticket BIGINT PRIMARY KEY,
    at_ms BIGINT NOT NULL
);
