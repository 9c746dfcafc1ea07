-- SPDX-License-Identifier: Apache-2.0
-- What data may be used for, how long it is kept, and where nothing is to be sent. What each
-- customer allows is a view of the log (views/0007).

CREATE TABLE consent_purpose (
    id TEXT PRIMARY KEY,            -- slug
    slot BIGINT NOT NULL UNIQUE,    -- 0..31: its place in a customer's word, for life
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    basis TEXT NOT NULL,            -- legal basis: consent, contract, legal_obligation, ...
    messages TEXT NOT NULL,         -- JSON list: purposes of messages that it covers
    channels TEXT NOT NULL,         -- JSON list
    categories TEXT NOT NULL,       -- JSON list: what consent managers call it
    text_version TEXT NOT NULL,     -- of the text that people are shown; '' none
    version BIGINT NOT NULL,        -- rises with every change
    created_ms BIGINT NOT NULL,     -- UTC ms; 0: it came with Patron
    changed_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    archived_ms BIGINT NOT NULL     -- 0: in use
);
INSERT INTO consent_purpose (id, slot, name, description, basis, messages, channels, categories, text_version, version,
                             created_ms, changed_ms, changed_by, archived_ms) VALUES
    ('essential', 0, 'Essential', 'What an order, a contract or the safety of the shop needs.', 'contract',
     '["transactional"]', '["email","sms","web"]', '["C0001","necessary","strictly necessary"]', '', 1, 0, 0, '', 0),
    ('analytics', 1, 'Analytics', 'Understanding how the shop is used, to make it better.', 'consent',
     '[]', '["web","app"]', '["C0002","performance"]', '', 1, 0, 0, '', 0),
    ('personalisation', 2, 'Personalisation', 'Showing what fits the person: recommendations, sizes, favourite store.', 'consent',
     '[]', '["web","app"]', '["C0003","functional","personalization","preferences"]', '', 1, 0, 0, '', 0),
    ('marketing_email', 3, 'Marketing by e-mail', 'News and offers by e-mail.', 'consent',
     '["marketing"]', '["email"]', '["email marketing"]', '', 1, 0, 0, '', 0),
    ('marketing_sms', 4, 'Marketing by SMS', 'News and offers by text message.', 'consent',
     '["marketing"]', '["sms"]', '["sms marketing"]', '', 1, 0, 0, '', 0),
    ('advertising', 5, 'Advertising', 'Advertising on other sites, and telling those what was bought.', 'consent',
     '[]', '["web","app"]', '["C0004","C0005","targeting","marketing"]', '', 1, 0, 0, '', 0);

-- How long events are kept; of several that fit the shortest holds.
CREATE TABLE consent_retention (
    purpose TEXT NOT NULL,          -- consent_purpose.id
    type TEXT NOT NULL,             -- of event; '' any
    name TEXT NOT NULL,             -- of event, * at its end for any rest; '' any
    days BIGINT NOT NULL,
    PRIMARY KEY (purpose, type, name)
);
INSERT INTO consent_retention (purpose, type, name, days) VALUES
    ('analytics', 'page', '', 790),
    ('analytics', 'screen', '', 790);

-- Addresses that nothing is to be sent to.
CREATE TABLE consent_suppression (
    id TEXT PRIMARY KEY,            -- keyed hash of channel and normalised address, hex
    channel BIGINT NOT NULL,        -- 1 e-mail, 2 phone
    reason BIGINT NOT NULL,         -- ConsentReason
    since_ms BIGINT NOT NULL,       -- UTC ms
    masked TEXT NOT NULL,           -- a***@d***.com; '' of an erased one
    added_by TEXT NOT NULL
);
CREATE INDEX consent_suppression_reason ON consent_suppression (reason, id);
