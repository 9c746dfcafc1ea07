// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { TextInput } from '@mantine/core'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useGo, useUrl } from '@/base/url'
import { Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { ButtonLink, LinkTo } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { type Report, useReports } from '../model'
import { draftOf, KINDS } from '../query'
import { sentence } from '../sentence'
import { kinds } from '../words'
import '../explore.css'

function useColumns(): Column<Report>[] {
  const { t, i18n } = useLingui()
  return useMemo(() => {
    const said = (one: Report) => {
      const draft = draftOf(one.query)
      return draft === null ? '' : sentence(i18n, draft)
    }
    return [
      { id: 'name', title: t`Name`, main: true, cell: (one) => <bdi>{one.name}</bdi>, value: (one) => one.name, width: 'minmax(160px, 1.2fr)' },
      { id: 'kind', title: t`Kind`, cell: (one) => i18n._(kinds[one.kind].title), value: (one) => i18n._(kinds[one.kind].title), width: '110px' },
      { id: 'question', title: t`Question`, cell: (one) => <bdi title={said(one)}>{said(one)}</bdi>, value: said, width: 'minmax(200px, 2.4fr)' },
      { id: 'by', title: t`Changed by`, cell: (one) => <bdi>{one.changed_by}</bdi>, value: (one) => one.changed_by, width: 'minmax(110px, 0.8fr)' },
      { id: 'changed', title: t`Changed`, cell: (one) => <Time at={one.changed_at} />, value: (one) => one.changed_at, width: '215px' },
      { id: 'description', title: t`Description`, cell: (one) => <bdi title={one.description}>{one.description}</bdi>, value: (one) => one.description, width: 'minmax(140px, 1.2fr)', optional: true },
    ]
  }, [t, i18n])
}

function List({ reports }: { reports: readonly Report[] }) {
  const { t } = useLingui()
  const go = useGo()
  const [url, setUrl] = useUrl()
  const columns = useColumns()
  const wanted = (url.find ?? '').toLowerCase()
  const shown = reports.filter((one) => `${one.name} ${one.description} ${one.changed_by}`.toLowerCase().includes(wanted))
  if (reports.length === 0) {
    return <Empty title={t`No report yet`}><Trans>A question that is asked again and again is saved under a name, and stands here for everybody. Begin with one of the kinds above.</Trans></Empty>
  }
  return (
    <DataTable
      label={t`Reports`} columns={columns} rows={shown} rowId={(one) => one.id} csv="reports" storageKey="explore" onOpen={(one) => go(`/explore/report/${one.id}`)}
      tools={<TextInput aria-label={t`Find a report`} placeholder={t`Name, description or person`} maxLength={100} value={url.find ?? ''} onChange={(event) => setUrl({ find: event.currentTarget.value })} />}
      empty={<Empty title={t`None fits`} />}
    />
  )
}

function Summary({ reports }: { reports: readonly Report[] }) {
  const { t } = useLingui()
  const format = useFormat()
  const newest = reports.map((one) => one.changed_at).sort().at(-1)
  const all = plural(reports.length, { one: '# saved report', other: '# saved reports' })
  const at = newest === undefined ? null : format.dateTime(newest)
  return <>{at === null ? t`${all}. Ask what customers did, in which order, and who they are.` : t`${all}, the last changed ${at}. Ask what customers did, in which order, and who they are.`}</>
}

export function ExplorePage() {
  const { t, i18n } = useLingui()
  const query = useReports()
  return (
    <Page title={t`Explore`} note={query.data ? <Summary reports={query.data} /> : '\u00a0'} actions={<ButtonLink href="/explore/exports"><Trans>Exports by a schedule</Trans></ButtonLink>}>
      <nav aria-label={t`New question`}>
        <ul className="pt-items ex-kinds">
          {KINDS.map((kind) => (
            <li key={kind}>
              <LinkTo href={`/explore/${kind}`} className="ex-kind"><strong>{i18n._(kinds[kind].title)}</strong><span className="pt-soft">{i18n._(kinds[kind].asks)}</span></LinkTo>
            </li>
          ))}
        </ul>
      </nav>
      <Loaded query={query}>{(reports) => <List reports={reports} />}</Loaded>
    </Page>
  )
}
