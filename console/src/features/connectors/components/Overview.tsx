// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { Ago, Figure } from '@/ui/bits'
import { Chart } from '@/ui/Chart'
import { LinkTo } from '@/ui/LinkTo'
import { Facts, Panel } from '@/ui/Page'
import type { Connector, Kind } from '../model'
import { lastHour, stateOf } from '../state'
import { Kept } from './Deliveries'
import { Guide, Waiting } from './Guide'
import { About } from './Settings'

const MINUTE_MS = 60000

function Figures({ of }: { of: Connector }) {
  const { t } = useLingui()
  const format = useFormat()
  const { health } = of
  return (
    <div className="pt-figures">
      <Figure label={t`Last hour`} value={format.integer(lastHour(health.per_minute))} unit={t`deliveries`} note={health.last_success_at === null ? t`none yet` : <>{t`last`} <Ago at={health.last_success_at} /></>} />
      <Figure label={t`Deliveries in all`} value={format.integer(health.deliveries)} note={t`signed, since it was added`} />
      <Figure label={t`Events in all`} value={format.integer(health.events)} note={t`known already: ${format.integer(health.duplicates)}`} />
      <Figure
        label={t`Not understood`} value={format.integer(health.quarantined)} unit={t`deliveries`} {...(health.quarantined > 0 ? { tone: 'warn' as const } : {})}
        note={health.quarantined > 0 ? <LinkTo href={`/connectors/${of.id}?tab=deliveries&result=quarantined`}>{t`see why`}</LinkTo> : t`none`}
      />
      <Figure
        label={t`Refused`} value={format.integer(health.unsigned)} {...(health.unsigned > 0 ? { tone: 'warn' as const } : {})} definition={t`Deliveries whose signature was wrong`}
        note={health.unsigned > 0 ? <LinkTo href={`/connectors/${of.id}?tab=deliveries&result=unsigned`}>{t`since the start of the server`}</LinkTo> : t`since the start of the server`}
      />
    </div>
  )
}

function Hour({ of, at }: { of: Connector; at: number }) {
  const { t } = useLingui()
  const format = useFormat()
  const minutes = of.health.per_minute
  const now = Math.floor(at / MINUTE_MS) * MINUTE_MS
  if (lastHour(minutes) === 0) return null
  return (
    <Panel>
      <Chart
        label={t`Deliveries a minute, last hour`} height={150} write={(n) => (Number.isInteger(n) ? format.integer(n) : '')} times={minutes.map((_, i) => now - (minutes.length - 1 - i) * MINUTE_MS)}
        lines={[{ name: t`Deliveries`, values: minutes }]}
      />
    </Panel>
  )
}

function Others({ of }: { of: Connector }) {
  const { t } = useLingui()
  const format = useFormat()
  const { stale, ignored, privacy, disabled, failed } = of.health
  return (
    <Panel title={t`What else came`}>
      <Facts
        rows={[
          [t`Older than what is known`, format.integer(stale)],
          [t`Nothing is made of it`, format.integer(ignored)],
          [t`To the privacy desk`, format.integer(privacy)],
          [t`Dropped while disabled`, format.integer(disabled)],
          [t`Could not be taken, to be sent again`, format.integer(failed)],
        ]}
      />
    </Panel>
  )
}

/** How it goes: first what to do about it, then what came. */
export function Overview({ of, kind, at }: { of: Connector; kind: Kind | undefined; at: number }) {
  const { t } = useLingui()
  const state = stateOf(of)
  const fresh = of.health.deliveries === 0
  return (
    <>
      {of.health.last_error !== null && state !== 'disabled' && (
        <div className="pt-banner pt-warn" role="status">
          <span className="cn-error"><Trans>The newest delivery was not good: <bdi>{of.health.last_error}</bdi></Trans> · <Ago at={of.health.last_failure_at} /></span>
          <LinkTo href={`/connectors/${of.id}?tab=deliveries`}><Trans>Deliveries</Trans></LinkTo>
        </div>
      )}
      <Kept of={of} />
      <Figures of={of} />
      <div className="cn-columns">
        <div className="pt-stack">
          {fresh ? <Panel title={t`First delivery`}><Waiting of={of} /></Panel> : <Hour of={of} at={at} />}
          {fresh ? <Guide of={of} kind={kind} /> : <Others of={of} />}
        </div>
        <div className="pt-stack"><About of={of} kind={kind} /></div>
      </div>
      {!fresh && <Guide of={of} kind={kind} />}
    </>
  )
}
