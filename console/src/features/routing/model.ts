// SPDX-License-Identifier: Apache-2.0
// Who works and what waits, and the settings of routing, as the server has them.
import { useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries } from '@/base/session'
import type { AgentSettings, QueueSettings, SkillName } from './settings'

export type Board = Awaited<ReturnType<typeof fetchBoard>>
export type BoardQueue = Board['queues'][number]
export type BoardAgent = Board['agents'][number]
export type Waiting = Schemas['RoutingWaiting']
export type Presence = Schemas['RoutingPresence']

const ALL = 'routing'
const LIVE_MS = 3000

const fetchBoard = (signal?: AbortSignal) => ok(api.GET('/api/v1/routing/board', signal ? { signal } : {}))

export function useBoard() {
  return useQuery({ queryKey: [ALL, 'board'], queryFn: ({ signal }) => fetchBoard(signal), refetchInterval: LIVE_MS })
}

export function useQueues() {
  return useQuery({ queryKey: [ALL, 'queues'], queryFn: async ({ signal }) => (await ok(api.GET('/api/v1/routing/queues', { signal }))).data })
}

export function useQueue(queue: string) {
  return useQuery({ queryKey: [ALL, 'queue', queue], queryFn: ({ signal }) => ok(api.GET('/api/v1/routing/queues/{queue}', { params: { path: { queue } }, signal })), enabled: queue !== '', refetchOnWindowFocus: false })
}

export function useAgents() {
  return useQuery({ queryKey: [ALL, 'agents'], queryFn: async ({ signal }) => (await ok(api.GET('/api/v1/routing/agents', { signal }))).data })
}

export function useAgent(account: string) {
  return useQuery({ queryKey: [ALL, 'agent', account], queryFn: ({ signal }) => ok(api.GET('/api/v1/routing/agents/{account}', { params: { path: { account } }, signal })), enabled: account !== '', refetchOnWindowFocus: false })
}

export function useSkills() {
  return useQuery({ queryKey: [ALL, 'skills'], queryFn: ({ signal }) => ok(api.GET('/api/v1/routing/skills', { signal })), refetchOnWindowFocus: false })
}

async function renewed<T>(done: Promise<T>): Promise<T> {
  const result = await done
  await queries.invalidateQueries({ queryKey: [ALL] })
  return result
}

export function putQueue(queue: string, version: number, settings: QueueSettings) {
  return renewed(ok(api.PUT('/api/v1/routing/queues/{queue}', { params: { path: { queue } }, body: { version, settings } })))
}

export function putAgent(account: string, version: number, settings: AgentSettings) {
  return renewed(ok(api.PUT('/api/v1/routing/agents/{account}', { params: { path: { account } }, body: { version, settings } as never })))
}

export function putSkills(version: number, skills: SkillName[]) {
  return renewed(ok(api.PUT('/api/v1/routing/skills', { body: { version, skills } })))
}

export function switchQueues(queues: string[], on: boolean) {
  return renewed(ok(api.POST('/api/v1/routing/switch', { body: { queues, on } })))
}

export function putPresence(account: string, presence: Presence) {
  return renewed(ok(api.PUT('/api/v1/routing/agents/{account}/presence', { params: { path: { account } }, body: { presence } as never })))
}
