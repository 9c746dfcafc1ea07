// SPDX-License-Identifier: Apache-2.0
import type { Destination } from './model'

/** A destination's state in one word: what a person looks for first. */
export type State = 'disabled' | 'paused' | 'stopped' | 'broken' | 'behind' | 'running'

/** So old may the oldest event be that is not delivered yet before the destination counts as behind. */
const BEHIND_S = 60

export function stateOf(d: Pick<Destination, 'state' | 'lag' | 'lag_s'>): State {
  if (d.state !== 'running') return d.state
  return d.lag > 0 && d.lag_s > BEHIND_S ? 'behind' : 'running'
}

/** What is worst stands first in a list. */
export const ORDER: readonly State[] = ['stopped', 'broken', 'behind', 'paused', 'running', 'disabled']

export type Sample = { at: number; delivered: number }

/** Events a second since the sample before; null while there is none, or the counter began anew. */
export function rateOf(before: Sample | undefined, now: Sample): number | null {
  if (!before || now.at <= before.at || now.delivered < before.delivered) return null
  return ((now.delivered - before.delivered) * 1000) / (now.at - before.at)
}
