// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useDebouncedValue, useMediaQuery } from '@mantine/hooks'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay, useSession } from '@/base/session'
import { useGo, useUrl } from '@/base/url'
import { Icon } from '@/ui/icons'
import { Page } from '@/ui/Page'
import { AreaTabs } from '@/ui/Tabs'
import { Empty, Failed, Skeleton, StaleNote } from '@/ui/states'
import { ActionsOf, BulkBar } from '../components/Actions'
import { Filters } from '../components/Filters'
import { NewTicket } from '../components/NewTicket'
import { SaveView } from '../components/SaveView'
import { Offers, TakingSwitch } from '../components/Taking'
import { TicketList } from '../components/TicketList'
import { TicketView } from '../components/TicketView'
import { useEntries, ViewsPane } from '../components/ViewsPane'
import { deskFeature } from '../index'
import { useLater } from '../later'
import { type DeskRecord, type Ticket, useFollow, useNow, useRecords, useTickets } from '../model'
import { type Asked, askedOf, NARROWING } from '../views'
import '../desk.css'

/** From here on a ticket stands beside the list. */
const WIDE = '(min-width: 900px)'
/** A ticket is read once one stays on it. */
const STAY_MS = 60

function useAsked(): Asked | null {
  const me = useSession()?.account?.id ?? ''
  const [url] = useUrl()
  const saved = useRecords('views').data
  return useMemo(() => askedOf(url, me, saved), [url, me, saved])
}

function Nothing({ narrowed, onAll, onNew }: { narrowed: boolean; onAll: () => void; onNew: (() => void) | null }) {
  const { t } = useLingui()
  if (narrowed) return <Empty title={t`No ticket fits`} action={<Button onClick={onAll}><Trans>Without search and filters</Trans></Button>} />
  return (
    <Empty title={t`Nothing to do here`} action={onNew && <Button variant="filled" onClick={onNew}><Trans>Report something</Trans></Button>}>
      <Trans>What stores, tills and customers report stands here, what is due first on top. Reports of a fault that is open join it.</Trans>
    </Empty>
  )
}

/** Tickets of the list that are ticked; what left the list is not any more. */
function useTicked(tickets: readonly Ticket[]) {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set())
  const chosen = useMemo(() => tickets.filter((one) => ticked.has(one.key)), [tickets, ticked])
  return { ticked, chosen, setTicked, clear: useCallback(() => setTicked(new Set()), []) }
}

/**
 * The ticket that is open. It stands in the address; but keys come faster than addresses change, and what a key does must be done to the ticket that
 * the key before has chosen.
 */
function useCursor(): [string | null, (key: string | null, how?: { push?: boolean }) => void] {
  const [url, setUrl] = useUrl()
  const [cursor, setCursor] = useState<string | null>(url.ticket ?? null)
  const told = useRef<(string | null)[]>([])
  const there = url.ticket ?? null
  useEffect(() => {
    const at = told.current.lastIndexOf(there)
    if (at >= 0) told.current.splice(0, at + 1)
    else setCursor(there) // by a link, or back
  }, [there])
  const move = useCallback((key: string | null, how?: { push?: boolean }) => {
    told.current.push(key)
    setCursor(key)
    setUrl({ ticket: key, ...(key === null || how?.push ? { tab: null } : {}) }, how)
  }, [setUrl])
  return [cursor, move]
}

function Panes({ asked, onNew }: { asked: Asked; onNew: (() => void) | null }) {
  const { t } = useLingui()
  const go = useGo()
  const [url, setUrl] = useUrl()
  const now = useNow()
  const wide = useMediaQuery(WIDE, true, { getInitialValueInEffect: false }) ?? true
  const query = useTickets(asked)
  const tickets = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data])
  const matched = useMemo(() => new Map(query.data?.pages.flatMap((page) => page.matched ?? []).map((one) => [one.number, one])), [query.data])
  const searched = query.data?.pages[0]?.searched
  const pages = query.data?.pages.length ?? 0
  // far down a long list one read is many
  useFollow(() => void query.refetch(), pages <= 3 ? 1500 : 10000)
  const { ticked, chosen, setTicked, clear } = useTicked(tickets)
  const [macro, setMacro] = useState<DeskRecord | null>(null)
  const [saving, setSaving] = useState(false)
  const search = useRef<HTMLInputElement>(null)
  const view = url.view ?? 'open'
  const [cursor, move] = useCursor()
  const openKey = cursor ?? (wide ? (tickets[0]?.key ?? null) : null)
  const [steady] = useDebouncedValue(openKey, STAY_MS)
  const shown = openKey === null ? null : (steady ?? openKey)
  const current = tickets.find((one) => one.key === openKey)
  // what one looks at stays, also when the list's order changes above it
  useEffect(() => {
    if (wide && cursor === null && tickets[0] !== undefined && document.activeElement?.closest('.dk-ticket')) move(tickets[0].key)
  }, [wide, cursor, tickets, move])
  const may = useMay('desk.write')
  const group = t`Tickets`
  useShortcuts([
    { keys: '/', label: t`Search tickets`, group, run: () => search.current?.focus() },
    ...(cursor !== null && !wide ? [{ keys: 'Escape', label: t`Back to the list`, group, run: () => move(null) }] : []),
    ...(onNew ? [{ keys: 'c', label: t`Report something`, group, run: onNew }] : []),
  ])
  const narrowed = NARROWING.some((name) => url[name])
  const targets = useMemo(() => (chosen.length > 0 ? chosen : current ? [current] : []), [chosen, current])
  const retry = () => void query.refetch()
  const entry = useEntries().find((one) => one.view === view)
  return (
    <ActionsOf tickets={targets} onDone={clear} {...(chosen.length > 0 ? {} : { onMacro: setMacro })}>
      <div className="dk-panes" data-open={cursor !== null}>
        <ViewsPane view={view} ready={query.data !== undefined} />
        <section className="dk-list" aria-label={entry?.name ?? t`Tickets`}>
          <Filters asked={asked} search={search} onSave={may ? () => setSaving(true) : null} />
          {query.isError && query.data !== undefined && <StaleNote since={query.dataUpdatedAt} error={query.error} retry={retry} />}
          {searched?.reads && <p className="pt-faint dk-searched" role="status"><Trans>Descriptions and notes are still being read: there may be more.</Trans></p>}
          {query.data === undefined ? (query.isError ? <Failed error={query.error} retry={retry} /> : <Skeleton rows={10} height={72} />)
            : tickets.length === 0 ? <Nothing narrowed={narrowed} onNew={onNew} onAll={() => setUrl(Object.fromEntries(NARROWING.map((name) => [name, null])))} />
              : (
                <TicketList
                  label={entry?.name ?? t`Tickets`} tickets={tickets} matched={matched} openKey={openKey} now={now} ticked={ticked} onTick={setTicked} onOpen={(key) => move(key, { push: !wide })} onEnter={(key) => go(`/desk/${key}`)}
                  more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
                />
              )}
          {chosen.length > 0 && <BulkBar count={chosen.length} onClear={clear} />}
        </section>
        <section className="dk-pane" aria-label={t`The ticket`}>
          {shown === null || (!wide && cursor === null) ? query.data !== undefined && <div className="dk-none pt-faint"><Trans>No ticket is open</Trans></div>
            : <TicketView key={shown} id={shown} now={now} macro={macro} onMacro={setMacro} {...(wide ? {} : { onClose: () => move(null) })} />}
        </section>
      </div>
      {saving && <SaveView asked={asked} onClose={() => setSaving(false)} onSaved={(id) => go(`/desk?view=saved:${id}`)} />}
    </ActionsOf>
  )
}

/** How many fit, in an element of its own once it is known. */
function Note({ asked }: { asked: Asked | null }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const { data } = useTickets(asked)
  const total = data?.pages[0]?.total
  if (total === undefined) return '\u00a0'
  const count = plural(total, { one: '# ticket', other: '# tickets' })
  const shownAs = asked?.sort === 'due' ? t`what is due first on top` : asked?.sort === 'priority' ? t`P1 first` : asked?.sort === 'sentiment' ? t`the most upset first` : asked?.sort === 'changed' ? t`changed last first` : t`newest first`
  return <span data-locale={i18n.locale} data-zone={format.zone}>{t`${count}, ${shownAs}`}</span>
}

export function DeskPage() {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const go = useGo()
  const asked = useAsked()
  const mayReport = useMay('desk.report')
  const mayWrite = useMay('desk.write')
  const later = useLater()
  const onNew = useMemo(() => (mayReport ? () => setUrl({ new: 1 }) : null), [mayReport, setUrl])
  return (
    <Page
      fill title={t`Desk`} note={<Note asked={asked} />}
      actions={<>{later && mayWrite && <TakingSwitch />}{onNew && <Button variant="filled" leftSection={<Icon name="add" />} onClick={onNew}><Trans>Report something</Trans></Button>}</>}
    >
      <AreaTabs of={deskFeature} />
      {later && mayWrite && <Offers />}
      {asked === null ? <Skeleton rows={10} height={72} /> : <Panes key={url.view ?? 'open'} asked={asked} onNew={onNew} />}
      {url.new === '1' && <NewTicket opened onClose={() => setUrl({ new: null })} onMade={(key) => go(`/desk/${key}`)} />}
    </Page>
  )
}
