// SPDX-License-Identifier: Apache-2.0
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ApiError, api, ok, type Schemas } from '@/api/client'
import { queries, useMay } from '@/base/session'
import { outbox } from './outbox'

export type Form = Schemas['PortalForm']
export type Category = Form['categories'][number]
export type Report = Schemas['PortalReport']
export type State = Schemas['PortalState']
export type Ticket = Schemas['PortalTicket']
export type Note = Ticket['notes'][number]

const RENEW_MS = 10000

export function useForm() {
  return useQuery({ queryKey: ['portal', 'form'], queryFn: () => ok(api.GET('/api/v1/portal')) })
}

/** One's own reports and those of one's stores; open: those that are not over. */
export function useReports(open: boolean) {
  const may = useMay('portal.use')
  return useInfiniteQuery({
    queryKey: ['portal', 'reports', open],
    enabled: may,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => ok(api.GET('/api/v1/portal/reports', { params: { query: { open, limit: 50, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: RENEW_MS,
  })
}

export function useTicket(id: string) {
  return useQuery({
    queryKey: ['portal', 'ticket', id],
    queryFn: () => ok(api.GET('/api/v1/portal/tickets/{ticket}', { params: { path: { ticket: id } } })),
    refetchInterval: RENEW_MS,
  })
}

function took(id: string, ticket: Ticket) {
  queries.setQueryData(['portal', 'ticket', id], ticket)
  void queries.invalidateQueries({ queryKey: ['portal', 'reports'] })
}

export async function answer(id: string, text: string) {
  took(id, await ok(api.POST('/api/v1/portal/tickets/{ticket}/answer', { params: { path: { ticket: id } }, body: { text } })))
}

export async function judge(id: string, body: { solved: boolean; text?: string }) {
  took(id, await ok(api.POST('/api/v1/portal/tickets/{ticket}/verdict', { params: { path: { ticket: id } }, body })))
}

export async function rate(id: string, score: number) {
  took(id, await ok(api.POST('/api/v1/portal/tickets/{ticket}/rating', { params: { path: { ticket: id } }, body: { score } })))
}

export async function addPhoto(id: string, file: File) {
  took(id, await ok(api.POST('/api/v1/portal/tickets/{ticket}/photos', {
    params: { path: { ticket: id }, query: { name: file.name.slice(-200) || 'photo' } }, body: file as never, bodySerializer: () => file, headers: { 'Content-Type': file.type },
  })))
}

/** Reports wait here until the server has them. */
export const reports = outbox({
  send: (report) =>
    ok(api.POST('/api/v1/portal/reports', { body: report.body, headers: { 'Idempotency-Key': report.key } })).then((done) => {
      void queries.invalidateQueries({ queryKey: ['portal', 'reports'] })
      return done.report.ticket
    }),
  // not reached, signed out, the same being taken in right now, too many or busy: all of that passes
  refusal: (why) => (why instanceof ApiError && ![0, 401, 409, 429].includes(why.status) && why.status < 500 ? why.message : null),
})
