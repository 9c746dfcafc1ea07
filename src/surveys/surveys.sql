-- SPDX-License-Identifier: Apache-2.0

-- name: survey_list
-- At most ?1. Served by the primary key.
SELECT id, name, question, scale, channels, active, sample, quiet_days, expiry_days, version, changed_ms, changed_by FROM survey
ORDER BY id LIMIT ?1;

-- name: survey_get
-- Served by the primary key.
SELECT id, name, question, scale, channels, active, sample, quiet_days, expiry_days, version, changed_ms, changed_by FROM survey WHERE id = ?1;

-- name: survey_count
-- scan: there are at most 50
SELECT COUNT(*) FROM survey;

-- name: survey_add
INSERT INTO survey (id, name, question, scale, channels, active, sample, quiet_days, expiry_days, version, changed_ms, changed_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12);

-- name: survey_set
-- Binds what survey_add binds. Served by the primary key.
UPDATE survey SET name = ?2, question = ?3, scale = ?4, channels = ?5, active = ?6, sample = ?7, quiet_days = ?8, expiry_days = ?9,
    version = ?10, changed_ms = ?11, changed_by = ?12
WHERE id = ?1;

-- name: survey_invitation_last
-- Served by the primary key.
SELECT COALESCE(MAX(number), 0) FROM survey_invitation;

-- name: survey_invitation_add
INSERT INTO survey_invitation (number, nonce, survey, scale, ticket, ticket_key, person, invited_ms, expires_ms, answered_ms, changed_ms, score, comment, changes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0, 0, '', 0);

-- name: survey_invitation_get
-- Served by the primary key.
SELECT number, nonce, survey, scale, ticket, ticket_key, person, invited_ms, expires_ms, answered_ms, changed_ms, score, comment, changes
FROM survey_invitation WHERE number = ?1;

-- name: survey_invitation_of
-- Served by survey_invitation_ticket.
SELECT number, nonce, survey, scale, ticket, ticket_key, person, invited_ms, expires_ms, answered_ms, changed_ms, score, comment, changes
FROM survey_invitation WHERE ticket = ?1;

-- name: survey_invitation_since
-- Whether person ?1 was invited after ?2. Served by survey_invitation_person.
SELECT COUNT(*) FROM survey_invitation WHERE person = ?1 AND invited_ms > ?2;

-- name: survey_answer_set
-- Served by the primary key.
UPDATE survey_invitation SET answered_ms = ?2, changed_ms = ?3, score = ?4, comment = ?5, changes = changes + 1 WHERE number = ?1;

-- name: survey_answers
-- Answered before (?1, ?2), of survey ?3 ('': any), at most ?4, the latest first. Served by survey_invitation_answered.
SELECT number, nonce, survey, scale, ticket, ticket_key, person, invited_ms, expires_ms, answered_ms, changed_ms, score, comment, changes
FROM survey_invitation
WHERE answered_ms > 0 AND answered_ms <= ?1 AND (answered_ms < ?1 OR number < ?2) AND (?3 = '' OR survey = ?3)
ORDER BY answered_ms DESC, number DESC LIMIT ?4;

-- name: survey_counts
-- Of survey ?1 since ?2. Served by survey_invitation_survey.
SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN answered_ms > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM survey_invitation
WHERE survey = ?1 AND invited_ms >= ?2;

-- name: survey_people
-- Behind ?1, at most ?2. Served by the primary key.
SELECT number, nonce, survey, scale, ticket, ticket_key, person, invited_ms, expires_ms, answered_ms, changed_ms, score, comment, changes
FROM survey_invitation WHERE number > ?1 AND (person <> '' OR comment <> '') ORDER BY number LIMIT ?2;

-- name: survey_forget
-- Served by the primary key.
UPDATE survey_invitation SET person = ?2, comment = ?3 WHERE number = ?1;
