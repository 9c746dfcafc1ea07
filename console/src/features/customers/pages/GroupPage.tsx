// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import { ApiError } from '@/api/client'
import { useGo, useParam } from '@/base/url'
import { Ago, Status, Time, ZoneNote } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { LinkTo } from '@/ui/LinkTo'
import { Facts, Page, Panel } from '@/ui/Page'
import { Empty, Loaded, NotFound } from '@/ui/states'
import { useGroupKinds } from '../components/GroupKind'
import { ReadingIn } from '../components/ReadingIn'
import { lineOf } from '../components/Traits'
import { type GroupPage as Known, type Member, useGroup } from '../groups'
import { stillLoading } from '../model'
import { personName } from '../words'
import '../customers.css'

function useColumns(): Column<Member>[] {
  const { t, i18n } = useLingui()
  return useMemo(() => [
    { id: 'name', title: t`Customer`, main: true, cell: (one) => <bdi>{personName(i18n, one)}</bdi>, value: (one) => personName(i18n, one), width: 'minmax(150px, 1.2fr)' },
    { id: 'detail', title: t`Known by`, cell: (one) => <span className="pt-ltr">{one.detail}</span>, value: (one) => one.detail, width: 'minmax(170px, 1.2fr)' },
    { id: 'since', title: t`Said last`, cell: (one) => <Time at={one.since} />, value: (one) => one.since, width: '205px' },
    { id: 'seen', title: t`Last seen`, cell: (one) => <Ago at={one.last_seen_at} />, value: (one) => one.last_seen_at, width: '150px' },
  ], [t, i18n])
}

function Traits({ group }: { group: Known }) {
  const { t } = useLingui()
  if (group.traits.length === 0) return null
  return (
    <Panel title={t`Traits`}>
      <Facts rows={group.traits.map((trait) => [
        <bdi key="n">{trait.name.replaceAll('_', ' ')}</bdi>,
        <span key="v"><bdi>{lineOf(trait.value)}</bdi> <span className="pt-faint">{trait.source?.name ?? t`deleted`}, <Ago at={trait.at} /></span></span>,
      ])} />
    </Panel>
  )
}

export function GroupPage() {
  const { t } = useLingui()
  const go = useGo()
  const query = useGroup(useParam('id'))
  const kinds = useGroupKinds()
  const columns = useColumns()
  const members = useMemo(() => query.data?.pages.flatMap((page) => page.members) ?? [], [query.data])
  const group = query.data?.pages[0]
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such group`} />
  if (stillLoading(query)) return <Page title={t`Group`}><ReadingIn /></Page>
  return (
    <Page
      title={group?.name ?? t`Group`}
      note={group ? <span className="pt-row"><LinkTo href={`/customers/groups${group.kind === 'household' ? '' : '?kind=account'}`}>{t`Groups`}</LinkTo> <Status tone="plain">{kinds[group.kind]}</Status> <span>{plural(group.member_count, { one: '# customer', other: '# customers' })}</span> <ZoneNote /></span> : '\u00a0'}
    >
      <Loaded query={query} rows={8}>
        {() => group && (
          <>
            <p className="pt-soft"><Trans>What makes it one: <span className="pt-ltr">{group.how}</span>. Nobody is merged by it.</Trans></p>
            <Traits group={group} />
            <DataTable
              label={t`Members`} columns={columns} rows={members} rowId={(one) => one.id} csv="members" storageKey="group-members" onOpen={(one) => go(`/customers/${one.id}`)} tools={<h2>{t`Members`}</h2>}
              more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined} empty={<Empty title={t`Nobody belongs to it now`} />}
            />
          </>
        )}
      </Loaded>
    </Page>
  )
}
