-- SPDX-License-Identifier: Apache-2.0
-- Routing of tickets to agents: what people set, who takes work, and each decision. Times are UTC ms, 0: not yet.

-- Documents of skills, queues and agents.
CREATE TABLE desk_route_setting (
    kind TEXT NOT NULL,             -- skills, queue, agent
    id TEXT NOT NULL,               -- '' of the skills, a queue's name, an account
    number BIGINT NOT NULL,         -- what the router knows it by: from 2, of all kinds
    json TEXT NOT NULL,
    version BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    memory BIGINT NOT NULL,         -- of a queue: number of the agent who was given work last; of an agent: idle since
    PRIMARY KEY (kind, id)
);
CREATE INDEX desk_route_setting_number ON desk_route_setting (number);

-- Whether an agent takes work. Who has no row is offline.
CREATE TABLE desk_route_presence (
    account TEXT PRIMARY KEY,
    presence TEXT NOT NULL,         -- offline, away, online
    reason TEXT NOT NULL,
    since_ms BIGINT NOT NULL,
    missed BIGINT NOT NULL          -- offers without an answer since the last that had one
);

-- Each ticket given or offered, with why. A ticket has at most one that stands at offered.
CREATE TABLE desk_route_decision (
    number BIGINT PRIMARY KEY,
    ticket BIGINT NOT NULL,
    queue TEXT NOT NULL,
    account TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,     -- of an offer
    state TEXT NOT NULL,            -- assigned; offered, then accepted, rejected, expired or withdrawn
    ended_ms BIGINT NOT NULL,       -- of an offer
    why TEXT NOT NULL               -- JSON
);
CREATE INDEX desk_route_decision_ticket ON desk_route_decision (ticket, number);
CREATE INDEX desk_route_decision_state ON desk_route_decision (state, number);
CREATE INDEX desk_route_decision_ended ON desk_route_decision (ended_ms, number);

-- What the router reads at its start.
CREATE INDEX desk_ticket_live ON desk_ticket (number) WHERE state IN ('new', 'in_progress');
