// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Progress } from '@mantine/core'
import { useFormat } from '@/base/format'
import { Figure } from '@/ui/bits'
import { LinkTo } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { type Import, shareOf } from '../model'

/** How long it still takes, in words; null when nobody can tell. */
export function useTimeLeft() {
  const format = useFormat()
  return (one: Import): string | null => (one.estimated_end_at === null ? null : format.duration(Math.max(1000, Date.parse(one.estimated_end_at) - Date.now())))
}

function ProgressLine({ one }: { one: Import }) {
  const { t } = useLingui()
  const format = useFormat()
  const left = useTimeLeft()(one)
  const share = shareOf(one)
  const [read, size] = [format.bytes(one.bytes_read), format.bytes(one.bytes)]
  const rows = one.rows_per_s === null ? null : format.short(one.rows_per_s)
  const events = one.events_per_s === null ? null : format.short(one.events_per_s)
  return (
    <Panel title={t`Progress`}>
      <div className="im-ends">
        <span>{t`${read} of ${size} read`}</span>
        <span className="pt-num">{format.percent(share, 0)}</span>
      </div>
      <Progress value={share * 100} aria-label={t`Progress`} />
      <p className="pt-soft">
        {one.state === 'running' && rows !== null && events !== null
          ? <>{t`${rows} rows and ${events} events a second over the last seconds`}{left !== null && <>{', '}<Trans>about {left} left</Trans></>}</>
          : one.state === 'queued' ? <Trans>It begins as soon as the imports before it are done; one runs at a time.</Trans>
            : one.state === 'paused' ? <Trans>Paused. What landed stays, and it goes on where it was.</Trans> : '\u00a0'}
      </p>
      {one.reason !== null && <p className="pt-text-warn"><bdi>{one.reason}</bdi></p>}
    </Panel>
  )
}

export function Figures({ one }: { one: Import }) {
  const { t } = useLingui()
  const format = useFormat()
  const again = one.duplicates + one.resent
  return (
    <>
      {['queued', 'running', 'paused'].includes(one.state) && <ProgressLine one={one} />}
      <div className="pt-figures">
        <Figure label={t`Rows read`} value={format.integer(one.rows)} note={one.rows_skipped > 0 ? t`${format.integer(one.rows_skipped)} left out by a rule` : one.state === 'done' ? t`of the file` : t`of the file so far`} />
        <Figure label={t`Events landed`} value={format.integer(one.landed)} note={t`of ${format.integer(one.events)} made of rows`} tone={one.landed > 0 ? 'good' : 'plain'} />
        <Figure label={t`Already there`} value={format.integer(again)} note={t`dropped as duplicates`} definition={t`Events that the server had already, by their id; nothing lands twice`} />
        <Figure
          label={t`Kept aside`} value={format.integer(one.quarantined)} {...(one.quarantined > 0 ? { tone: 'warn' as const } : {})}
          note={one.quarantined > 0 && one.source_id !== null ? <LinkTo href={`/quarantine?source=${one.source_id}`}>{t`See why`}</LinkTo> : t`in quarantine`}
        />
        <Figure label={t`Rows refused`} value={format.integer(one.rows_refused)} {...(one.rows_refused > 0 ? { tone: 'bad' as const } : {})} note={t`gave no event`} />
      </div>
    </>
  )
}
