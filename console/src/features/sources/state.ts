// SPDX-License-Identifier: Apache-2.0
import type { Schemas } from '@/api/client'

/** A source's state in one word: what a person looks for first. */
export type State = 'disabled' | 'waiting' | 'receiving' | 'quiet'

/** A source that has sent nothing for so long is quiet: not wrong, but worth a look. */
const QUIET_MS = 15 * 60000

export function stateOf(source: Pick<Schemas['Source'], 'enabled'>, stats: Pick<Schemas['SourceStats'], 'events' | 'last_at'> | undefined, now: number): State {
  if (!source.enabled) return 'disabled'
  if (!stats?.events || !stats.last_at) return 'waiting'
  return now - Date.parse(stats.last_at) > QUIET_MS ? 'quiet' : 'receiving'
}
