-- SPDX-License-Identifier: Apache-2.0
-- Exports by a schedule that are sent on to a destination, and how far each file came.

ALTER TABLE export_job ADD COLUMN destination TEXT NOT NULL DEFAULT ''; -- destination.id; '': files stay in the folder

ALTER TABLE export_run ADD COLUMN sending TEXT NOT NULL DEFAULT 'none' CHECK (sending IN ('none', 'waiting', 'sent', 'failed'));
ALTER TABLE export_run ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;   -- to send it, that failed
ALTER TABLE export_run ADD COLUMN try_ms BIGINT NOT NULL DEFAULT 0;  -- of waiting: when next; of sent: when it was
ALTER TABLE export_run ADD COLUMN place TEXT NOT NULL DEFAULT '';    -- where it was sent to
ALTER TABLE export_run ADD COLUMN trouble TEXT NOT NULL DEFAULT '';  -- of the last try that failed
CREATE INDEX export_run_sending ON export_run (sending, try_ms, job, number);
