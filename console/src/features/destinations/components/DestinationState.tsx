// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { Status, type Tone } from '@/ui/bits'
import type { Destination } from '../model'
import { type State, stateOf } from '../state'

export function useStateNames(): Record<State, string> {
  const { t } = useLingui()
  return { disabled: t`Disabled`, paused: t`Paused`, stopped: t`Stopped`, broken: t`No answer, trying again`, behind: t`Behind`, running: t`Running` }
}

export function DestinationState({ of }: { of: Destination }) {
  const names = useStateNames()
  const state = stateOf(of)
  const tone = ({ disabled: 'plain', paused: 'plain', stopped: 'bad', broken: 'warn', behind: 'warn', running: 'good' } satisfies Record<State, Tone>)[state]
  return <Status tone={tone} dot>{names[state]}</Status>
}
