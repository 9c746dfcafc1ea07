-- SPDX-License-Identifier: Apache-2.0
-- Surveys after a ticket, and the facts of tickets that the desk's figures are made of. Times are UTC ms, 0: not yet.

CREATE TABLE survey (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    question TEXT NOT NULL,
    scale TEXT NOT NULL,            -- csat, ces, nps
    channels TEXT NOT NULL,         -- of tickets, a line each; '': all
    active BIGINT NOT NULL,
    sample BIGINT NOT NULL,         -- of a hundred tickets so many are asked about
    quiet_days BIGINT NOT NULL,     -- between two invitations of a person
    expiry_days BIGINT NOT NULL,    -- that an invitation can be answered
    version BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);
INSERT INTO survey (id, name, question, scale, channels, active, sample, quiet_days, expiry_days, version, changed_ms, changed_by)
VALUES ('after_ticket', 'After a ticket', 'How satisfied are you with how we handled this?', 'csat', '', 1, 100, 7, 14, 1, 0, 'server');

-- One a ticket. Its link is derived from number and nonce by the server's key and stands nowhere.
CREATE TABLE survey_invitation (
    number BIGINT PRIMARY KEY,
    nonce TEXT NOT NULL,
    survey TEXT NOT NULL,
    scale TEXT NOT NULL,
    ticket BIGINT NOT NULL,
    ticket_key TEXT NOT NULL,       -- INC-1001
    person TEXT NOT NULL,           -- the ticket's requester; '': erased
    invited_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    answered_ms BIGINT NOT NULL,    -- first
    changed_ms BIGINT NOT NULL,     -- latest
    changes BIGINT NOT NULL,        -- how often it was answered anew
    score BIGINT NOT NULL,          -- of the scale; nothing unless answered_ms
    comment TEXT NOT NULL
);
CREATE UNIQUE INDEX survey_invitation_ticket ON survey_invitation (ticket);
CREATE INDEX survey_invitation_person ON survey_invitation (person, invited_ms);
CREATE INDEX survey_invitation_survey ON survey_invitation (survey, invited_ms);
CREATE INDEX survey_invitation_answered ON survey_invitation (answered_ms, number);

-- One row a ticket, kept in the transaction of each of its changes.
CREATE TABLE insight_ticket (
    number BIGINT PRIMARY KEY,
    version BIGINT NOT NULL,        -- of the ticket, that the row stands at
    type TEXT NOT NULL,
    priority BIGINT NOT NULL,
    state TEXT NOT NULL,
    store TEXT NOT NULL,
    queue TEXT NOT NULL,
    category TEXT NOT NULL,
    channel TEXT NOT NULL,
    assignee TEXT NOT NULL,
    requester TEXT NOT NULL,        -- '': nobody is known, or erased
    major BIGINT NOT NULL,
    merged BIGINT NOT NULL,         -- 1: its reports are another's
    child BIGINT NOT NULL,          -- tickets that it is a child of
    opened_ms BIGINT NOT NULL,
    resolved_ms BIGINT NOT NULL,    -- last; 0: it is open or cancelled
    since_ms BIGINT NOT NULL,       -- time is counted up to here
    waiting BIGINT NOT NULL,        -- 1: for the requester, since since_ms
    wait_ms BIGINT NOT NULL,        -- for the requester, by the wall
    business_ms BIGINT NOT NULL,    -- open hours of the store's or queue's calendar that were worked in
    contacts BIGINT NOT NULL,       -- of the requester
    reopened BIGINT NOT NULL,
    transferred BIGINT NOT NULL,
    switched BIGINT NOT NULL,       -- to another channel
    score BIGINT NOT NULL,          -- of satisfaction, 1..5; 0: none
    invited BIGINT NOT NULL,        -- 1: asked for one
    met BIGINT NOT NULL,            -- rounds of clocks that ended so: 12 bits a clock, the first lowest
    breached BIGINT NOT NULL,
    judged BIGINT NOT NULL          -- 1: met and breached are as of this version
);
CREATE INDEX insight_ticket_resolved ON insight_ticket (resolved_ms, number);
CREATE INDEX insight_ticket_requester ON insight_ticket (requester, category, opened_ms);
CREATE INDEX insight_ticket_major ON insight_ticket (major, opened_ms);
CREATE INDEX insight_ticket_unjudged ON insight_ticket (judged, number);
