// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, SegmentedControl } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { splitHref, useGo, useUrl } from '@/base/url'
import { Time, ZoneNote } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { ButtonLink, LinkTo } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { Due, useNow } from '../components/Due'
import { StateOf, useWhom, Whom } from '../components/Whom'
import { leftOf } from '../due'
import { isOver, type Kind, KINDS, type PrivacyRequest, type State, STATES, useRequests, useWaiting } from '../model'
import { actorName, channels, kinds, states } from '../words'
import '../privacy.css'

function useColumns(): Column<PrivacyRequest>[] {
  const { t, i18n } = useLingui()
  const { zone } = useFormat()
  const whom = useWhom()
  const now = useNow()
  return useMemo(() => [
    { id: 'whom', title: t`Whom`, main: true, cell: (r) => <Whom of={r} />, value: whom, width: 'minmax(190px, 1.6fr)' },
    { id: 'kind', title: t`Kind`, cell: (r) => i18n._(kinds[r.kind].name), value: (r) => i18n._(kinds[r.kind].name), width: '90px' },
    { id: 'state', title: t`State`, cell: (r) => <StateOf of={r} />, value: (r) => i18n._(states[r.state].name), width: '160px' },
    { id: 'due', title: t`Due`, cell: (r) => <Due of={r} now={now} />, value: (r) => r.due_at, width: '250px' },
    { id: 'received', title: t`Received`, cell: (r) => <Time at={r.received_at} style="date" />, value: (r) => r.received_at, width: '115px' },
    { id: 'channel', title: t`Channel`, cell: (r) => i18n._(channels[r.channel]), value: (r) => i18n._(channels[r.channel]), width: '90px' },
    { id: 'by', title: t`Asked by`, cell: (r) => <bdi>{actorName(i18n, r.requested_by)}</bdi>, value: (r) => actorName(i18n, r.requested_by), width: 'minmax(110px, 1fr)' },
    { id: 'problem', title: t`Problem or reason`, cell: (r) => (r.problem === null ? <span className="pt-faint">–</span> : <bdi title={r.problem}>{r.problem}</bdi>), value: (r) => r.problem, width: 'minmax(120px, 1.1fr)' },
    { id: 'left', title: t`Days left`, cell: (r) => (isOver(r.state) ? '' : String(leftOf(r.due_at, now, zone).days)), value: (r) => (isOver(r.state) ? null : leftOf(r.due_at, now, zone).days), numeric: true, width: '90px', optional: true },
    { id: 'decided', title: t`Approved by`, cell: (r) => <bdi>{actorName(i18n, r.decided_by ?? '')}</bdi>, value: (r) => actorName(i18n, r.decided_by ?? ''), width: '130px', optional: true },
    { id: 'finished', title: t`Finished`, cell: (r) => (r.finished_at === null ? '' : <Time at={r.finished_at} style="date" />), value: (r) => r.finished_at, width: '120px', optional: true },
    { id: 'persons', title: t`Persons`, cell: (r) => String(r.persons), value: (r) => r.persons, numeric: true, width: '90px', optional: true },
  ], [t, i18n, zone, whom, now])
}

const hrefOf = (state: State | null, kind: Kind | undefined) => {
  const search = new URLSearchParams({ ...(state === null ? {} : { state }), ...(kind === undefined ? {} : { kind }) }).toString()
  return search === '' ? '/privacy' : `/privacy?${search}`
}

/** Requests by state; beside what needs somebody, how many. */
function States({ state, kind }: { state: State | null; kind: Kind | undefined }) {
  const { t, i18n } = useLingui()
  const waiting = useWaiting().data
  const count: Partial<Record<State, number>> = { received: waiting?.received.length ?? 0, failed: waiting?.failed.length ?? 0 }
  return (
    <nav className="pt-tabs" aria-label={t`Requests by state`}>
      {[null, ...STATES].map((one) => {
        const n = one === null ? 0 : (count[one] ?? 0)
        return (
          <Link key={one ?? 'all'} {...splitHref(hrefOf(one, kind))} activeOptions={{ exact: true, includeSearch: true }} aria-current={one === state ? 'page' : undefined}>
            {one === null ? t`All` : i18n._(states[one].name)}{n > 0 && <span className="pt-badge">{n}{waiting?.more && '+'}</span>}
          </Link>
        )
      })}
    </nav>
  )
}

/** What waits past its day, or nearly so. */
function Overdue() {
  const { zone } = useFormat()
  const now = useNow()
  const waiting = useWaiting().data
  const marked = (all: readonly string[]) => all.map((due) => leftOf(due, now, zone).state).filter((one) => one !== 'later')
  const received = marked(waiting?.received ?? [])
  const left = [...received, ...marked(waiting?.failed ?? [])]
  const over = left.filter((one) => one === 'overdue').length
  const near = left.length - over
  if (left.length === 0) return null
  return (
    <div className={`pt-banner ${over > 0 ? 'pt-bad' : 'pt-warn'}`} role="status">
      <span>
        {over > 0 && <>{plural(over, { one: '# request is overdue.', other: '# requests are overdue.' })} </>}
        {near > 0 && <>{plural(near, { one: '# request is due within seven days.', other: '# requests are due within seven days.' })} </>}
        <LinkTo href={hrefOf(received.length > 0 ? 'received' : 'failed', undefined)}><Trans>Show them</Trans></LinkTo>
      </span>
    </div>
  )
}

export function DeskPage() {
  const { t, i18n } = useLingui()
  const go = useGo()
  const [url, setUrl] = useUrl()
  const state = STATES.find((one) => one === url.state) ?? null
  const kind = KINDS.find((one) => one === url.kind)
  const query = useRequests(state)
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.data).filter((one) => kind === undefined || one.kind === kind) ?? [], [query.data, kind])
  const count = useFormat().loaded(rows.length, query.hasNextPage)
  const columns = useColumns()
  const may = useMay('privacy.write')
  useShortcuts(may ? [{ keys: 'n', label: t`New request`, group: t`Privacy desk`, run: () => go('/privacy/new') }] : [])
  const button = may && <ButtonLink href="/privacy/new" variant="filled" leftSection={<Icon name="add" />}><Trans>New request</Trans></ButtonLink>
  const empty = query.hasNextPage ? <Empty title={t`Looking further back…`} />
    : state !== null || kind !== undefined
      ? <Empty title={t`None of these`} action={<Button onClick={() => setUrl({ state: null, kind: null })}><Trans>Show all</Trans></Button>} />
      : <Empty title={t`Nobody has asked yet`} action={button}><Trans>Who asks for a copy of their data, or to be erased, is noted here. Shops that are connected bring their requests by themselves.</Trans></Empty>
  return (
    <Page fill title={t`Privacy desk`} note={query.data ? <><Trans>Requests: {count}. What people ask for about their data, and until when they get an answer.</Trans> <ZoneNote /></> : '\u00a0'} actions={button}>
      <Overdue />
      <States state={state} kind={kind} />
      <Loaded query={query}>
        {() => (
          <DataTable
            label={t`Privacy requests`} columns={columns} rows={rows} rowId={(r) => r.id}
            csv="privacy-requests" storageKey="privacy" onOpen={(r) => go(`/privacy/${r.id}`)} more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
            tools={(
              <SegmentedControl
                aria-label={t`Kind`} value={kind ?? ''} data={[{ value: '', label: t`Both kinds` }, ...KINDS.map((value) => ({ value, label: i18n._(kinds[value].name) }))]}
                onChange={(value) => setUrl({ kind: value })}
              />
            )}
            empty={empty}
          />
        )}
      </Loaded>
    </Page>
  )
}
