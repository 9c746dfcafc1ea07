// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { LinkTo } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { type Destination, usePurposes, useSkipped } from '../model'

/** Why events were not for this destination, how many, and the newest of each. */
export function NotSent({ of }: { of: Destination }) {
  const { t } = useLingui()
  const format = useFormat()
  const mayEvents = useMay('events.read')
  const samples = useSkipped(of.id).data ?? []
  const purposes = usePurposes().data
  if (of.skipped.length === 0) return null
  const known: Record<string, string> = { filter: t`the filter does not hold`, event: t`not one of the chosen events`, historical: t`of the past, from an import`, erased: t`the person was erased` }
  const textOf = (reason: string) => {
    if (!reason.startsWith('consent: ')) return known[reason] ?? reason
    const id = reason.slice('consent: '.length)
    const purpose = purposes?.find((one) => one.id === id)?.name ?? id
    return t`not allowed for: ${purpose}`
  }
  return (
    <Panel title={t`Not sent, and why`}>
      {of.skipped.map(({ reason, events }) => {
        const sample = samples.findLast((one) => one.reason === reason)
        return (
          <div key={reason} className="de-why">
            <bdi>{textOf(reason)}</bdi>
            <span>{format.integer(events)}</span>
            {sample && (
              <small>
                {mayEvents ? <LinkTo href={`/live?event=${sample.position}`}><Trans>The newest: <bdi>{sample.event}</bdi></Trans></LinkTo> : <Trans>The newest: <bdi>{sample.event}</bdi></Trans>}
                {sample.detail !== null && sample.detail !== '' && <> · <bdi>{sample.detail}</bdi></>}
              </small>
            )}
          </div>
        )
      })}
    </Panel>
  )
}
