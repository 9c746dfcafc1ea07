// SPDX-License-Identifier: Apache-2.0
// Whether I take work, and what is offered to me.
import { useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries, useMay } from '@/base/session'
import { renewTickets, useFollow } from './model'

export type Me = Schemas['RoutingMe']
export type Offer = Me['offers'][number]
export type Presence = Schemas['RoutingPresence']

const KEY = ['routing', 'me'] as const

/** Looked at when the log has grown, and by itself: offers come and lapse. */
export function useMe() {
  const query = useQuery({ queryKey: KEY, queryFn: ({ signal }) => ok(api.GET('/api/v1/routing/me', { signal })), enabled: useMay('desk.write'), refetchInterval: 5000 })
  useFollow(() => query.data?.known && void query.refetch())
  return query
}

async function taken(done: Promise<Me>) {
  try {
    queries.setQueryData<Me>(KEY, await done)
  } finally {
    void queries.invalidateQueries({ queryKey: ['routing'] })
  }
}

export function setPresence(presence: Presence) {
  return taken(ok(api.PUT('/api/v1/routing/me', { body: { presence } as never })))
}

export async function answerOffer(offer: Offer, accept: boolean) {
  const params = { path: { offer: String(offer.offer) } }
  await taken(ok(accept ? api.POST('/api/v1/routing/offers/{offer}/accept', { params }) : api.POST('/api/v1/routing/offers/{offer}/reject', { params })))
  void renewTickets()
}
