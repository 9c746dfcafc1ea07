// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { SegmentedControl, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { oneOf, useGo, useUrl } from '@/base/url'
import { type Column, DataTable } from '@/ui/DataTable'
import { Page } from '@/ui/Page'
import { Empty, Failed, Loaded, Skeleton } from '@/ui/states'
import { CustomerTabs } from '../components/CustomerTabs'
import { ReadingIn } from '../components/ReadingIn'
import { type Group, GROUP_KINDS, type GroupKind, useGroups } from '../groups'
import { stillLoading } from '../model'

const REST_MS = 150

function useColumns(): Column<Group>[] {
  const { t } = useLingui()
  const format = useFormat()
  return useMemo(() => [
    { id: 'name', title: t`Name`, main: true, cell: (one) => <bdi>{one.name}</bdi>, value: (one) => one.name, width: 'minmax(180px, 1.2fr)' },
    { id: 'members', title: t`Customers`, cell: (one) => format.integer(one.members), value: (one) => one.members, numeric: true, width: '120px' },
    { id: 'how', title: t`What makes it one`, cell: (one) => <span className="pt-ltr" title={one.how}>{one.how}</span>, value: (one) => one.how, width: 'minmax(220px, 2fr)' },
  ], [t, format])
}

function Nothing({ kind, searched }: { kind: GroupKind; searched: boolean }) {
  const { t } = useLingui()
  if (searched) return <Empty title={t`None begins like this`} />
  return kind === 'household'
    ? <Empty title={t`No household yet`}><Trans>Customers with the same household id, or with the same last name and postal address, are shown together. Nobody is merged.</Trans></Empty>
    : <Empty title={t`No account yet`}><Trans>Customers whom group calls name a member of the same company are shown together. Nobody is merged.</Trans></Empty>
}

export function GroupsPage() {
  const { t } = useLingui()
  const go = useGo()
  const [url, setUrl] = useUrl()
  const kind = oneOf(url.kind, GROUP_KINDS)
  const asked = url.q ?? ''
  const [search] = useDebouncedValue(asked, REST_MS)
  const query = useGroups(kind, search)
  const columns = useColumns()
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data])
  const count = useFormat().loaded(rows.length, query.hasNextPage)
  return (
    <Page
      fill title={t`Groups`} note={query.data ? t`Groups: ${count}. Households and accounts: who belongs together, each still a person of their own.` : '\u00a0'}
      actions={<SegmentedControl aria-label={t`Kind`} value={kind} data={[{ value: 'household', label: t`Households` }, { value: 'account', label: t`Accounts` }]} onChange={(value) => setUrl({ kind: value === 'household' ? null : value })} />}
    >
      <CustomerTabs />
      {query.data === undefined
        ? stillLoading(query) ? <ReadingIn /> : query.isError ? <Failed error={query.error} retry={() => void query.refetch()} /> : <Skeleton rows={10} />
        : (
          <Loaded query={query}>
            {() => (
              <DataTable
                label={t`Groups`} columns={columns} rows={rows} rowId={(one) => one.id} csv="groups" storageKey="groups" onOpen={(one) => go(`/customers/groups/${one.id}`)}
                more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
                tools={<TextInput aria-label={t`Find a group`} placeholder={t`The name begins with`} maxLength={100} value={asked} onChange={(event) => setUrl({ q: event.currentTarget.value })} />}
                empty={<Nothing kind={kind} searched={search !== ''} />}
              />
            )}
          </Loaded>
        )}
    </Page>
  )
}
