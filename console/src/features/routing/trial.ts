// SPDX-License-Identifier: Apache-2.0
// Changes that are to be tried on past tickets before they are saved, and what came of it.
import { useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { api, ApiError, ok, type Schemas } from '@/api/client'
import type { AgentSettings, QueueSettings } from './settings'

export type Trial = Schemas['RoutingTrial']
export type Waits = NonNullable<Trial['queues'][number]['was']>
export type Load = NonNullable<Trial['agents'][number]['now']>

export type Changes = {
  queues: { queue: string; settings: QueueSettings }[]
  /** Settings null: without them. */
  agents: { account: string; settings: AgentSettings | null }[]
  dropped: string[]
}

export const NO_CHANGES: Changes = { queues: [], agents: [], dropped: [] }
export const DAYS = [7, 28, 84] as const
const MORE = '+'

let changes: Changes = NO_CHANGES
const listeners = new Set<() => void>()

export function setChanges(next: Changes) {
  changes = next
  for (const listener of listeners) listener()
}

/** What is to be tried; kept from page to page until it is taken away. */
export function useChanges(): Changes {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, () => changes)
}

export const currentChanges = () => changes

export function withQueue(of: Changes, queue: string, settings: QueueSettings): Changes {
  return { ...of, queues: [...of.queues.filter((one) => one.queue !== queue), { queue, settings }] }
}

export function withAgent(of: Changes, account: string, settings: AgentSettings | null): Changes {
  return { ...of, agents: [...of.agents.filter((one) => one.account !== account), { account, settings }] }
}

/** One agent more, whom nobody knows yet. */
export function withOneMore(of: Changes, settings: AgentSettings): Changes {
  let n = 1
  while (of.agents.some((one) => one.account === `${MORE}${n}`)) n += 1
  return withAgent(of, `${MORE}${n}`, settings)
}

export const isOneMore = (account: string) => account.startsWith(MORE)

export function without(of: Changes, id: string): Changes {
  return { queues: of.queues.filter((one) => one.queue !== id), agents: of.agents.filter((one) => one.account !== id), dropped: of.dropped.filter((one) => one !== id) }
}

export const countOf = (of: Changes) => of.queues.length + of.agents.length + of.dropped.length

export function useTrial(of: Changes, days: number) {
  const body = { days, queues: of.queues, agents: of.agents, dropped_skills: of.dropped }
  return useQuery({
    queryKey: ['routing', 'trial', body], queryFn: ({ signal }) => ok(api.POST('/api/v1/routing/try', { body: body as never, signal })), staleTime: Infinity, retry: (count, error) => count < 2 && error instanceof ApiError && error.status === 503, refetchOnWindowFocus: false,
  })
}

/** The part of those that came which was given in time; null where none came. */
export function inTime(of: Waits): number | null {
  return of.arrived === 0 ? null : of.in_time / of.arrived
}

/** Queues in which something came, those that change most first. */
export function shownQueues(of: Trial): Trial['queues'] {
  const change = ({ now, would }: Trial['queues'][number]) => Math.abs((now?.p90_s ?? 0) - (would?.p90_s ?? 0)) + Math.abs((now?.left ?? 0) - (would?.left ?? 0)) * 3600
  return of.queues.filter((one) => (one.was?.arrived ?? 0) > 0).sort((a, b) => change(b) - change(a) || (b.was?.arrived ?? 0) - (a.was?.arrived ?? 0))
}
