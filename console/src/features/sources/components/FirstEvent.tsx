// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { type SseEvent, useStream } from '@/base/live'
import { queries } from '@/base/session'
import { Status } from '@/ui/bits'
import { LinkTo } from '@/ui/LinkTo'
import type { Source } from '../model'

type Seen = { kind: 'landed' | 'quarantined' | 'rejected'; name: string; reason: string }

function seenOf(event: SseEvent): Seen | null {
  if (event.event === 'rejected') {
    const { reason = '', path = '' } = JSON.parse(event.data) as { reason?: string; path?: string }
    return { kind: 'rejected', name: path, reason }
  }
  if (event.event !== 'event') return null
  const { type = '', event: name = '', _patron } = JSON.parse(event.data) as { type?: string; event?: string; _patron?: { class?: string; detail?: string; reason?: string } }
  return { kind: _patron?.class === 'quarantine' ? 'quarantined' : 'landed', name: name || type, reason: _patron?.detail ?? _patron?.reason ?? '' }
}

/** Watches for the first event of a source, and says what became of it the moment it is there. */
export function FirstEvent({ source }: { source: Source }) {
  const { t } = useLingui()
  const [seen, setSeen] = useState<Seen | null>(null)
  useStream(`/api/v1/events/live?source=${source.id}`, (events) => {
    const latest = events.map(seenOf).filter((one) => one !== null).at(-1)
    if (!latest) return
    setSeen(latest)
    if (latest.kind !== 'rejected') void queries.invalidateQueries({ queryKey: ['stats'] })
  })
  return (
    <section className="so-first" aria-live="polite" aria-label={t`First event`}>
      {seen === null ? (
        <>
          <Status tone="accent" dot><span className="so-waiting">{t`Waiting for the first event`}</span></Status>
          <span className="pt-soft"><Trans>Paste one of the snippets below and run it: the event appears here within a second.</Trans></span>
        </>
      ) : (
        <>
          <Status tone={seen.kind === 'landed' ? 'good' : 'warn'} dot>
            {{ landed: t`The first event has landed`, quarantined: t`An event came and was quarantined`, rejected: t`A call came and was refused` }[seen.kind]}
          </Status>
          <span><b className="pt-ltr">{seen.name}</b> <span className="pt-soft pt-ltr">{seen.reason}</span></span>
          <LinkTo href={`/live?source=${source.id}`}><Trans>Watch live</Trans></LinkTo>
        </>
      )}
    </section>
  )
}
