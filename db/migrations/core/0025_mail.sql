-- SPDX-License-Identifier: Apache-2.0
-- The desk's mail: mailboxes, what came in, what goes out. Times are UTC ms of the desk's clock, 0: not yet; of mailboxes the machine's.

CREATE TABLE desk_mailbox (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,         -- JSON as in docs/mail.md, without secrets
    imap_secret TEXT NOT NULL,      -- sealed, as the next two; '': none
    smtp_secret TEXT NOT NULL,
    dkim_key TEXT NOT NULL,
    paused BIGINT NOT NULL,
    version BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    uid_validity BIGINT NOT NULL,   -- of the folder that uid is of
    uid BIGINT NOT NULL,            -- read up to here
    last_ms BIGINT NOT NULL,        -- a message was taken
    looked_ms BIGINT NOT NULL,      -- the server answered
    error TEXT NOT NULL,            -- of the last try; '': none
    error_ms BIGINT NOT NULL
);

CREATE TABLE desk_mail (
    number BIGINT PRIMARY KEY,
    mailbox TEXT NOT NULL,
    print TEXT NOT NULL,            -- SHA-256 of what makes it this message: one that comes again is known by it
    at_ms BIGINT NOT NULL,
    sender TEXT NOT NULL,           -- lower case
    message_id TEXT NOT NULL,
    nature TEXT NOT NULL,
    outcome TEXT NOT NULL,          -- opened, answered, followed_up, noted, bounced, filed, quarantined
    reason TEXT NOT NULL,
    ticket BIGINT NOT NULL,         -- 0: none
    seq BIGINT NOT NULL,            -- row of the ticket's history
    html TEXT NOT NULL,             -- its HTML body, safe to show
    size BIGINT NOT NULL,           -- bytes of the message
    content BLOB                    -- of one in quarantine: the message
);
CREATE UNIQUE INDEX desk_mail_print ON desk_mail (mailbox, print);
CREATE INDEX desk_mail_ticket ON desk_mail (ticket, number);
CREATE INDEX desk_mail_sender ON desk_mail (sender, at_ms);
CREATE INDEX desk_mail_outcome ON desk_mail (outcome, number);

-- Of a ticket that came by mail: where answers go, one row each who wrote.
CREATE TABLE desk_mail_thread (
    ticket BIGINT NOT NULL,
    recipient TEXT NOT NULL,        -- lower case
    mailbox TEXT NOT NULL,
    cc TEXT NOT NULL,               -- addresses, a line each
    subject TEXT NOT NULL,
    language TEXT NOT NULL,         -- of templates
    said TEXT NOT NULL,             -- what they wrote last, to be quoted
    refs TEXT NOT NULL,             -- ids of its messages, the latest last, a line each
    PRIMARY KEY (ticket, recipient)
);
CREATE INDEX desk_mail_thread_recipient ON desk_mail_thread (recipient);

CREATE TABLE desk_mail_out (
    number BIGINT PRIMARY KEY,
    mailbox TEXT NOT NULL,
    ticket BIGINT NOT NULL,
    seq BIGINT NOT NULL,            -- row of the ticket's history that it tells
    kind TEXT NOT NULL,             -- acknowledged, answer, resolved, closed
    recipient TEXT NOT NULL,
    cc TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    refs TEXT NOT NULL,             -- ids that it refers to, the latest last, a line each
    created_ms BIGINT NOT NULL,
    state TEXT NOT NULL,            -- queued, sending, sent, doubt, failed, bounced
    attempts BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,         -- not before, by the machine's clock
    settled_ms BIGINT NOT NULL,
    error TEXT NOT NULL
);
CREATE INDEX desk_mail_out_state ON desk_mail_out (state, due_ms, number);
CREATE INDEX desk_mail_out_ticket ON desk_mail_out (ticket, number);
CREATE INDEX desk_mail_out_recipient ON desk_mail_out (recipient, kind, created_ms);
CREATE INDEX desk_mail_out_listed ON desk_mail_out (state, number);
