-- SPDX-License-Identifier: Apache-2.0
-- Exports by a schedule that are sent on to a destination, and how far each file came.

ALTER TABLE export_job ADD COLUMN destination TEXT NOT NULL DEFAULT ''; -- destination.id; '': files stay in the folder

ALTER TABLE export_run ADD COLUMN sending TEXT NOT NULL DEFAULT 'none' CHECK (sending IN ('none', 'waiting', 'sent', 'failed'));
ALTER TABLE export_run ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;   -- to send it, that failed
ALTER TABLE export_run ADD COLUMN try_ms BIGINT NOT NULL DEFAULT 0;  -- of waiting: when next; of sent: when it was
ALTER TABLE export_run ADD COLUMN place TEXT NOT NULL DEFAULT '';    -- where it was sent to
ALTER TABLE export_run ADD COLUMN trouble TEXT NOT NULL DEFAULT '';  -- of the last try that failed
CREATE INDEX export_run_sending ON export_run (sending, try_ms, job, number);

-- What the run's file is: its export may have been changed since.
ALTER TABLE export_run ADD COLUMN what TEXT NOT NULL DEFAULT 'answer' CHECK (what IN ('answer', 'people', 'events'));
ALTER TABLE export_run ADD COLUMN format TEXT NOT NULL DEFAULT 'csv' CHECK (format IN ('csv', 'jsonl', 'parquet'));
UPDATE export_run SET what = (SELECT j.what FROM export_job j WHERE j.id = export_run.job), format = (SELECT j.format FROM export_job j WHERE j.id = export_run.job)
WHERE job IN (SELECT id FROM export_job);
