-- SPDX-License-Identifier: Apache-2.0
-- Which numbers of identifiers the tables of profiles have: made anew with them, for whoever keeps numbers elsewhere.

CREATE TABLE profile_numbering (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    label TEXT NOT NULL             -- differs from one making of the tables to the next
);
INSERT INTO profile_numbering (one, label) SELECT 1, 'first' FROM profile_position WHERE one = 1;
