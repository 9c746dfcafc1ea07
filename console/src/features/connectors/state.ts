// SPDX-License-Identifier: Apache-2.0
import type { Connector } from './model'

/** A connector's state in one word: what a person looks for first. */
export type State = 'trouble' | 'waiting' | 'well' | 'disabled'

type Seen = Pick<Connector, 'enabled'> & { health: Pick<Connector['health'], 'last_error' | 'last_success_at' | 'last_failure_at'> }

/** A newest delivery that failed counts as trouble, also when nothing good came before it. */
export function stateOf({ enabled, health }: Seen): State {
  if (!enabled) return 'disabled'
  if (health.last_error !== null) return 'trouble'
  return health.last_success_at === null && health.last_failure_at === null ? 'waiting' : 'well'
}

/** What is worst stands first in a list. */
export const ORDER: readonly State[] = ['trouble', 'waiting', 'well', 'disabled']

/** The newer of the two instants at which something came. */
export function lastOf({ last_success_at: good, last_failure_at: bad }: Pick<Connector['health'], 'last_success_at' | 'last_failure_at'>): string | null {
  if (good === null || bad === null) return good ?? bad
  return good > bad ? good : bad
}

export const lastHour = (perMinute: readonly number[]): number => perMinute.reduce((sum, n) => sum + n, 0)

/** Whether the secret before the newest is still right. */
export function overlaps(until: string | null, now: number): boolean {
  return until !== null && Date.parse(until) > now
}
