// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react'
import { Status } from '@/ui/bits'
import type { State } from '../model'
import { states } from '../words'

export function StateOf({ state }: { state: State['state'] }) {
  const { i18n } = useLingui()
  const { text, tone } = states[state]
  return <Status tone={tone} dot>{i18n._(text)}</Status>
}
