// SPDX-License-Identifier: Apache-2.0
// Whatever has a name at the desk: for its own pages and for those beside them (routing, triage, mailboxes).
import { useQuery } from '@tanstack/react-query'
import { api, ok, type Schemas } from '@/api/client'
import { queries } from '@/base/session'

export type DeskRecord = Schemas['DeskRecord']
export const RECORD_KINDS = ['services', 'touchpoints', 'vendors', 'queues', 'fields', 'macros', 'templates', 'views'] as const
export type RecordKind = (typeof RECORD_KINDS)[number]

export const ALL = 'desk'

export async function fetchRecords(kind: RecordKind): Promise<DeskRecord[]> {
  return (await ok(api.GET('/api/v1/desk/records/{kind}', { params: { path: { kind } } }))).data
}

export const policyQuery = { queryKey: [ALL, 'policy'], queryFn: () => ok(api.GET('/api/v1/desk/policy')), staleTime: 60000, refetchOnWindowFocus: false }

const NAMED = ['queues', 'services', 'touchpoints', 'vendors'] as const

/** Read together: a page that shows names is drawn once more when they are there, not once for each kind. */
export function useNamed() {
  return useQuery({
    queryKey: [ALL, 'records', 'names'],
    queryFn: async () => {
      const [people, policy, ...records] = await Promise.all([ok(api.GET('/api/v1/desk/people')), queries.fetchQuery(policyQuery), ...NAMED.map(fetchRecords)])
      const [queues = [], services = [], touchpoints = [], vendors = []] = records
      return { people: [...people.data].sort((a, b) => a.name.localeCompare(b.name)), policy, queues, services, touchpoints, vendors }
    },
    staleTime: 60000,
  })
}

/** Categories as the policy in force names them. */
export function categoriesOf(named: ReturnType<typeof useNamed>['data']): readonly { id: string; name: string }[] {
  return (named?.policy.policy as { categories?: { id: string; name: string }[] } | undefined)?.categories ?? []
}
