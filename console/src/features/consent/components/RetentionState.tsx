// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { Time } from '@/ui/bits'
import { FormDialog } from '@/ui/dialogs'
import { Loaded } from '@/ui/states'
import { type Preview, type RetentionClass, useRetention } from '../model'

/** What a class has dropped so far. */
export function Dropped({ of }: { of: RetentionClass | undefined }) {
  const { t } = useLingui()
  const format = useFormat()
  if (of === undefined) return null
  const events = format.integer(of.events)
  const quarantined = format.integer(of.quarantined)
  const files = format.integer(of.import_files)
  return (
    <span className="cs-small pt-soft cs-dropped">
      {of.dropped_before === null
        ? <Trans>Its first run is due.</Trans>
        : <Trans>Received before <Time at={of.dropped_before} style="date" />: dropped.</Trans>}
      {' '}
      {t`So far ${events} events`}
      {of.quarantined > 0 && <>, {t`${quarantined} from quarantine`}</>}
      {of.import_files > 0 && <>, {t`${files} files of imports`}</>}
    </span>
  )
}

/** When retention ran, and whether all is well with it. */
export function Runs() {
  const { t } = useLingui()
  const query = useRetention()
  return (
    <Loaded query={query} rows={1}>
      {({ running, last_run_at, next_run_at, problem }) => (
        <>
          <p className="pt-soft cs-small">
            {running ? t`It is running now.` : last_run_at === null ? t`It has not run yet.` : <Trans>Last run <Time at={last_run_at} />.</Trans>}
            {' '}
            {!running && next_run_at !== null && <Trans>Next run <Time at={next_run_at} />.</Trans>}
          </p>
          {problem !== null && <p role="alert" className="pt-banner pt-bad"><span><Trans>The last attempt failed and is made again:</Trans> <bdi>{problem}</bdi></span></p>}
        </>
      )}
    </Loaded>
  )
}

/** Asked before rows are saved that drop something: it does not come back. */
export function DropDialog({ preview, onClose, onConfirm }: { preview: Preview | null; onClose: () => void; onConfirm: () => Promise<unknown> }) {
  const { t } = useLingui()
  const format = useFormat()
  const records = format.integer(preview?.records ?? 0)
  return (
    <FormDialog title={t`Drop what is older?`} opened={preview !== null} onClose={onClose} onSubmit={onConfirm} submit={t`Save and drop`} danger>
      <p>{preview?.at_least === true ? <Trans>At least {records} records are older than these rows allow.</Trans> : <Trans>About {records} records are older than these rows allow.</Trans>}</p>
      <p><Trans>They lose what is personal at once, and more each day. Totals and revenue stay; who somebody is and what they decided about consent stay. It cannot be undone.</Trans></p>
    </FormDialog>
  )
}
