// SPDX-License-Identifier: Apache-2.0
// One ticket: beside the list, or on a page of its own.
import { plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { useMediaQuery } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'
import { ApiError } from '@/api/client'
import { useShortcuts } from '@/base/keys'
import { oneOf, useUrl } from '@/base/url'
import { useMay } from '@/base/session'
import { Failed, Loaded, NotFound } from '@/ui/states'
import { type DeskRecord, type Ticket, type TicketPage, useFollow, useHistory, useTicket } from '../model'
import { useLater } from '../later'
import { usePresence } from '../presence'
import { Clocks } from './Clocks'
import { Composer } from './Composer'
import { Conflict } from './Conflict'
import { Conversation, History } from './Conversation'
import { Dialogs } from './Dialogs'
import { type Asking, Head } from './Head'
import { Properties } from './Properties'
import { Reports } from './Reports'
import { Routed } from './Routed'

const TABS = ['talk', 'details', 'clocks', 'reports', 'history'] as const
type Tab = (typeof TABS)[number]

/** From here on the details stand beside the conversation. */
const BESIDE = { page: '(min-width: 1100px)', pane: '(min-width: 1800px)' }

function TabBar({ tab, reports, beside, onTab }: { tab: Tab; reports: number; beside: boolean; onTab: (tab: Tab) => void }) {
  const { t } = useLingui()
  const names = { talk: t`Conversation`, details: t`Details`, clocks: t`Clocks`, reports: plural(reports, { one: '# report', other: '# reports' }), history: t`History` }
  const shown = TABS.filter((one) => !beside || one !== 'details')
  return (
    <div className="dk-tabs" role="tablist" aria-label={t`Parts of the ticket`}>
      {shown.map((one, i) => (
        <button
          key={one} type="button" role="tab" aria-selected={one === tab} tabIndex={one === tab ? 0 : -1} onClick={() => onTab(one)}
          onKeyDown={(event) => {
            const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
            if (step === undefined) return
            const to = shown[(i + (document.documentElement.dir === 'rtl' ? -step : step) + shown.length) % shown.length]
            if (to === undefined) return
            event.preventDefault()
            onTab(to)
            event.currentTarget.parentElement?.querySelectorAll<HTMLElement>('[role=tab]')[shown.indexOf(to)]?.focus()
          }}
        >
          {names[one]}
        </button>
      ))}
    </div>
  )
}

function Talk({ ticket, macro, onMacro, onEditing }: { ticket: Ticket; macro: DeskRecord | null; onMacro: (macro: DeskRecord | null) => void; onEditing: (on: boolean) => void }) {
  const may = useMay('desk.write')
  const scroller = useRef<HTMLDivElement>(null)
  const seen = useRef(0)
  const rows = useHistory(ticket).data?.length ?? 0
  // the newest stands at the end: there one begins, and stays when more comes
  useEffect(() => {
    const box = scroller.current
    if (box === null || rows === 0) return
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 160
    if (seen.current === 0 || atEnd) box.scrollTop = box.scrollHeight
    seen.current = rows
  }, [rows])
  return (
    <>
      <div ref={scroller} className="dk-body" tabIndex={-1}><Conversation ticket={ticket} /></div>
      {may && <Composer key={ticket.key} ticket={ticket} macro={macro} onMacro={onMacro} onEditing={onEditing} />}
    </>
  )
}

function View({ of: { ticket, links }, now, page, macro, onMacro, onClose }: {
  of: TicketPage
  now: number
  page: boolean
  macro: DeskRecord | null
  onMacro: (macro: DeskRecord | null) => void
  onClose?: (() => void) | undefined
}) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const later = useLater()
  const beside = useMediaQuery(page ? BESIDE.page : BESIDE.pane, false, { getInitialValueInEffect: false }) ?? false
  const [asking, setAsking] = useState<Asking>(null)
  const [editing, setEditing] = useState(false)
  const [routed, setRouted] = useState(false)
  const others = usePresence(ticket.key, editing)
  const asked = oneOf(url.tab, TABS)
  const tab = beside && asked === 'details' ? 'talk' : asked
  const show = (one: Tab) => setUrl({ tab: one === 'talk' ? null : one })
  const link = () => setAsking('link')
  useEffect(() => {
    if (macro !== null && tab !== 'talk') show('talk')
    // a macro's text is changed where it is written
  }, [macro])
  const group = t`Parts of the ticket`
  useShortcuts([
    { keys: '1', label: t`Conversation`, group, run: () => show('talk') },
    { keys: '2', label: t`Details`, group, run: () => show('details') },
    { keys: '3', label: t`Clocks`, group, run: () => show('clocks') },
    { keys: '4', label: t`Reports`, group, run: () => show('reports') },
    { keys: '5', label: t`History`, group, run: () => show('history') },
    { keys: 'l', label: t`Link to another ticket`, group, run: link },
    { keys: 'a', label: t`Why this agent`, group, run: () => setRouted(true) },
    // on another part first the conversation is shown, whose keys these are
    ...(tab === 'talk' ? [] : [{ keys: 'r', label: t`Reply to the requester`, group, run: () => show('talk') }, { keys: 'n', label: t`Internal note`, group, run: () => show('talk') }]),
  ])
  return (
    <article className="dk-ticket" aria-label={ticket.key} tabIndex={-1} data-page={page}>
      <Head ticket={ticket} now={now} others={others} page={page} alone={page || onClose !== undefined} onAsk={setAsking} onClose={onClose} />
      <Conflict ticket={ticket} />
      <TabBar tab={tab} reports={ticket.reports} beside={beside} onTab={show} />
      <div className="dk-columns">
        <div className="dk-main" role="tabpanel" aria-label={t`The part shown`}>
          {tab === 'talk' && <Talk key={ticket.key} ticket={ticket} macro={macro} onMacro={onMacro} onEditing={setEditing} />}
          {tab === 'details' && <div className="dk-body"><Properties key={ticket.key} ticket={ticket} links={links} onLink={link} onRouted={() => setRouted(true)} /></div>}
          {tab === 'clocks' && <div className="dk-body"><Clocks key={ticket.key} ticket={ticket} now={now} /></div>}
          {tab === 'reports' && <div className="dk-body"><Reports key={ticket.key} ticket={ticket} /></div>}
          {tab === 'history' && <div className="dk-body"><History key={ticket.key} ticket={ticket} /></div>}
        </div>
        {beside && <aside className="dk-beside" aria-label={t`Details`}>{later && <Properties key={ticket.key} ticket={ticket} links={links} onLink={link} onRouted={() => setRouted(true)} />}</aside>}
      </div>
      {routed && <Routed ticket={ticket} onClose={() => setRouted(false)} />}
      {asking !== null && <Dialogs key={asking} asking={asking} ticket={ticket} onClose={() => setAsking(null)} />}
    </article>
  )
}

export function TicketView({ id, now, page = false, macro, onMacro, onClose }: {
  /** Key or number. */
  id: string
  now: number
  page?: boolean
  macro: DeskRecord | null
  onMacro: (macro: DeskRecord | null) => void
  onClose?: () => void
}) {
  const { t } = useLingui()
  const query = useTicket(id)
  useFollow(() => void query.refetch())
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such ticket`} />
  if (query.data === undefined && query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />
  return <Loaded query={query} rows={8}>{(of) => <View of={of} now={now} page={page} macro={macro} onMacro={onMacro} onClose={onClose} />}</Loaded>
}
