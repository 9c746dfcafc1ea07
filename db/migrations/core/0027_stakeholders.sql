-- SPDX-License-Identifier: Apache-2.0
-- Stakeholders of a major incident: what they are promised, told, and by which links they follow it. Times are UTC ms, 0: not yet.

CREATE TABLE desk_room (
    ticket BIGINT PRIMARY KEY,
    due_ms BIGINT NOT NULL,         -- the next update; below 0: that it is late was told; 0: none is promised now
    ended_ms BIGINT NOT NULL        -- it is closed, cancelled or no major incident any more; 0: it goes on
);
CREATE INDEX desk_room_due ON desk_room (ticket) WHERE due_ms > 0;

-- Rows of history that stakeholders are told.
CREATE TABLE desk_update (
    ticket BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (ticket, seq)
);

-- A link's token is made of number and nonce by the server's key and stands nowhere.
CREATE TABLE desk_status_link (
    number BIGINT PRIMARY KEY,
    ticket BIGINT NOT NULL,
    nonce TEXT NOT NULL,
    name TEXT NOT NULL,             -- for whom
    made_ms BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    revoked_ms BIGINT NOT NULL,
    revoked_by TEXT NOT NULL
);
CREATE INDEX desk_status_link_ticket ON desk_status_link (ticket, number);

-- Whom each update is sent to.
CREATE TABLE desk_stakeholder (
    ticket BIGINT NOT NULL,
    kind TEXT NOT NULL,             -- account, mail
    address TEXT NOT NULL,          -- the account's id, or a mail address in lower case
    added_ms BIGINT NOT NULL,
    added_by TEXT NOT NULL,
    PRIMARY KEY (ticket, kind, address)
);
