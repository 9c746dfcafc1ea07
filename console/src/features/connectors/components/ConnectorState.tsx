// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { Status, type Tone } from '@/ui/bits'
import type { Connector } from '../model'
import { overlaps, type State, stateOf } from '../state'

export function useStateNames(): Record<State, string> {
  const { t } = useLingui()
  return { trouble: t`In trouble`, waiting: t`Nothing came yet`, well: t`Well`, disabled: t`Disabled` }
}

export function ConnectorState({ of }: { of: Connector }) {
  const names = useStateNames()
  const state = stateOf(of)
  const tone = ({ trouble: 'warn', waiting: 'accent', well: 'good', disabled: 'plain' } satisfies Record<State, Tone>)[state]
  return <Status tone={tone} dot>{names[state]}</Status>
}

/** What its deliveries' signatures are judged by, in words. */
export function useSecretText(): (of: Connector) => string {
  const { t } = useLingui()
  const format = useFormat()
  return (of) => {
    if (!of.has_secret) return t`public key`
    const until = of.previous_until
    return until !== null && overlaps(until, Date.now()) ? t`two, the older until ${format.dateTime(until)}` : t`stored`
  }
}
