// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { Status, type Tone } from '@/ui/bits'
import type { Source, SourceStats } from '../model'
import { stateOf } from '../state'

export function SourceState({ source, stats }: { source: Source; stats: SourceStats | undefined }) {
  const { t } = useLingui()
  const state = stateOf(source, stats, Date.now())
  const text = { disabled: t`Disabled`, waiting: t`Waiting for the first event`, receiving: t`Receiving`, quiet: t`Quiet` }[state]
  const tone = ({ disabled: 'plain', waiting: 'accent', receiving: 'good', quiet: 'warn' } satisfies Record<string, Tone>)[state]
  return <Status tone={tone} dot>{text}</Status>
}
