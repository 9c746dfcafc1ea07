// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useState } from 'react'
import { LinkTo } from '@/ui/LinkTo'
import { errorText } from '@/ui/states'
import { type Decision, setDecision, takeBack, useDecision } from '../decisions'
import { personName } from '../words'

function Said({ decision, elsewhere }: { decision: Decision; elsewhere: boolean }) {
  const { i18n } = useLingui()
  const name = personName(i18n, decision.other)
  const identifiers = plural(decision.count, { one: '# identifier', other: '# identifiers' })
  const events = plural(decision.events, { one: '# event', other: '# events' })
  const pairs = plural(decision.count, { one: '# do-not-link', other: '# do-not-links' })
  const href = `/customers/${decision.other.id}`
  if (decision.kind === 'merged' && elsewhere) return <Trans>Merged: <bdi>{name}</bdi> is <LinkTo href={`/customers/${decision.id}`}>one person with the other</LinkTo> now, with {identifiers} and {events}.</Trans>
  if (decision.kind === 'merged') return <Trans>Merged: <bdi>{name}</bdi> is this person now, with {identifiers} and {events}.</Trans>
  if (decision.kind === 'parted') return <Trans>Parted: {identifiers} and {events} are <LinkTo href={href}><bdi>{name}</bdi></LinkTo> now. Nothing links the two again until you lift it.</Trans>
  return <Trans>Lifted: {pairs} to <LinkTo href={href}><bdi>{name}</bdi></LinkTo>. The next event that names both makes them one person.</Trans>
}

/** What was just decided (about this person), until it is dismissed; with the way back. */
export function DecisionNote({ id }: { id?: string }) {
  const { t } = useLingui()
  const decision = useDecision(id)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  if (decision === null) return null
  async function undo(one: Decision) {
    setBusy(true)
    setError(null)
    try {
      await takeBack(one, t`Undo`)
    } catch (why) {
      setError(why)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="pt-banner pt-good cu-note" role="status">
      <span className="pt-grow"><Said decision={decision} elsewhere={id === undefined} /></span>
      {error !== null && <span role="alert" className="pt-text-bad pt-ltr">{errorText(error)}</span>}
      {decision.kind !== 'lifted' && <Button size="compact-sm" loading={busy} onClick={() => void undo(decision)}><Trans>Undo</Trans></Button>}
      <Button size="compact-sm" onClick={() => setDecision(null)}><Trans>Dismiss</Trans></Button>
    </div>
  )
}
