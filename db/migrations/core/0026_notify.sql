-- SPDX-License-Identifier: Apache-2.0
-- Notifications: what happened, who was told of it, and what left the building for that.

-- The last numbers given to events and deliveries.
CREATE TABLE notify_number (
    name TEXT PRIMARY KEY NOT NULL,     -- event, delivery
    last BIGINT NOT NULL
);

-- What nobody was told of yet: written with the change that it is of, gone once all are told.
CREATE TABLE notify_event (
    number BIGINT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    kinds BIGINT NOT NULL,              -- bits by kind
    ticket BIGINT NOT NULL,             -- 0: of none
    to_account TEXT NOT NULL,           -- whom it was given to; '': nobody
    mentions TEXT NOT NULL,             -- names after @, by blanks
    by_account TEXT NOT NULL,           -- '': no account did it
    detail TEXT NOT NULL                -- clock, score, alert: no words of customers
);

-- One for each event and person. What it says of a ticket is asked of the ticket.
CREATE TABLE notification (
    account TEXT NOT NULL,
    event BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    ticket BIGINT NOT NULL,
    detail TEXT NOT NULL,
    by_account TEXT NOT NULL,
    read_ms BIGINT NOT NULL,            -- 0: not yet
    PRIMARY KEY (account, event)
);
CREATE INDEX notification_unread ON notification (account, event) WHERE read_ms = 0;
CREATE INDEX notification_at ON notification (at_ms);

CREATE TABLE notify_setting (
    account TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    rules TEXT NOT NULL,                -- JSON; '': those of the role
    language TEXT NOT NULL,             -- en, ar
    zone TEXT NOT NULL,                 -- IANA name
    quiet_from_min BIGINT NOT NULL,     -- minutes of the local day; equal: no quiet hours
    quiet_until_min BIGINT NOT NULL,
    quiet_not_p1 BIGINT NOT NULL,       -- 1: P1 comes through
    digest_every_min BIGINT NOT NULL,   -- 0: once a day
    digest_at_min BIGINT NOT NULL,      -- of the local day
    hook_shape TEXT NOT NULL,           -- generic, slack, teams
    hook_url TEXT NOT NULL              -- sealed; '': none
);

-- A browser that takes web push.
CREATE TABLE notify_device (
    id TEXT PRIMARY KEY NOT NULL,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,        -- SHA-256 of the endpoint
    subscription TEXT NOT NULL,         -- sealed JSON: endpoint, p256dh, auth
    created_ms BIGINT NOT NULL,
    sent_ms BIGINT NOT NULL             -- last that its service took; 0: none
);
CREATE INDEX notify_device_account ON notify_device (account);

-- What leaves the building.
CREATE TABLE notify_delivery (
    number BIGINT PRIMARY KEY,
    account TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('mail', 'push', 'webhook')),
    device TEXT NOT NULL,               -- of push
    state TEXT NOT NULL CHECK (state IN ('collecting', 'queued', 'sending', 'sent', 'dead', 'doubt', 'dropped')),
    due_ms BIGINT NOT NULL,             -- daemon's clock: it collects until then
    retry_ms BIGINT NOT NULL,           -- machine's clock: not before
    attempts BIGINT NOT NULL,
    reason TEXT NOT NULL,               -- http_500, refused, ...
    error TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    done_ms BIGINT NOT NULL
);
CREATE INDEX notify_delivery_state ON notify_delivery (state, retry_ms, number);
CREATE INDEX notify_delivery_due ON notify_delivery (due_ms) WHERE state = 'collecting';
CREATE INDEX notify_delivery_account ON notify_delivery (account, channel, device, state);
CREATE INDEX notify_delivery_done ON notify_delivery (done_ms);
CREATE INDEX notify_delivery_number ON notify_delivery (state, number);

-- The notifications that a delivery tells; event 0: a test.
CREATE TABLE notify_item (
    delivery BIGINT NOT NULL,
    event BIGINT NOT NULL,
    PRIMARY KEY (delivery, event)
);

-- The server's key for web push (VAPID).
CREATE TABLE notify_key (
    id BIGINT PRIMARY KEY,              -- 1
    secret TEXT NOT NULL,               -- sealed
    made_ms BIGINT NOT NULL
);
