-- SPDX-License-Identifier: Apache-2.0
-- Tone: how each message of whoever reported sounds, and of a ticket the latest and the lowest; what was found in reports that joined.
-- Sentiment -10,000..10,000 and urgency 0..10,000 stand for -1..1 and 0..1.

ALTER TABLE desk_ticket ADD COLUMN tones BIGINT NOT NULL DEFAULT 0;            -- messages that were read; 0: the rest says nothing
ALTER TABLE desk_ticket ADD COLUMN sentiment BIGINT NOT NULL DEFAULT 0;        -- of the latest in its conversation
ALTER TABLE desk_ticket ADD COLUMN sentiment_lowest BIGINT NOT NULL DEFAULT 0; -- of all, those of reports that joined too
ALTER TABLE desk_ticket ADD COLUMN tone_urgency BIGINT NOT NULL DEFAULT 0;     -- as sentiment

-- What was found in a message: a report, or an answer.
CREATE TABLE desk_finding (
    number BIGINT PRIMARY KEY,
    ticket BIGINT NOT NULL,
    report BIGINT NOT NULL,         -- 0: an answer
    origin BIGINT NOT NULL,         -- of an answer: the ticket in whose history it stands, also once that was merged
    seq BIGINT NOT NULL,            -- likewise: where
    at_ms BIGINT NOT NULL,
    model BIGINT NOT NULL,          -- triage_model.version of kind category; 0: an answer's is not asked
    category TEXT NOT NULL,         -- proposed; '': none
    confidence DOUBLE PRECISION NOT NULL,
    accepted BIGINT NOT NULL,       -- 1: the confidence reached the threshold
    language TEXT NOT NULL,
    intent TEXT NOT NULL,
    sentiment BIGINT NOT NULL,
    urgency BIGINT NOT NULL,
    words TEXT NOT NULL,            -- JSON: [{word, weight}] that make the tone; [] once erased
    found TEXT NOT NULL             -- JSON: words of the category, entities; {} once erased
);
CREATE INDEX desk_finding_ticket ON desk_finding (ticket, number);

-- Tickets that were read when they were opened.
INSERT INTO desk_finding (number, ticket, report, origin, seq, at_ms, model, category, confidence, accepted, language, intent, sentiment, urgency, words, found)
SELECT ROW_NUMBER() OVER (ORDER BY t.ticket), t.ticket, COALESCE((SELECT MIN(r.number) FROM desk_report r WHERE r.ticket = t.ticket), 0), 0, 0, t.at_ms,
    t.model, t.category, t.confidence, t.accepted, t.language, t.intent, CAST(ROUND(t.sentiment * 10000) AS BIGINT),
    CAST(ROUND(t.urgency * 10000) AS BIGINT), '[]', t.found
FROM desk_triage t;
UPDATE desk_ticket SET tones = 1,
    sentiment = (SELECT f.sentiment FROM desk_finding f WHERE f.ticket = desk_ticket.number),
    sentiment_lowest = (SELECT f.sentiment FROM desk_finding f WHERE f.ticket = desk_ticket.number),
    tone_urgency = (SELECT f.urgency FROM desk_finding f WHERE f.ticket = desk_ticket.number)
WHERE number IN (SELECT ticket FROM desk_finding);
