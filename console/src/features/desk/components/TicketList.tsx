// SPDX-License-Identifier: Apache-2.0
// The middle pane: many tickets, two lines each, by keyboard.
import { plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, memo, useEffect, useRef } from 'react'
import { useShortcuts } from '@/base/keys'
import { usePrefs } from '@/base/prefs'
import { Icon } from '@/ui/icons'
import type { Matched, Ticket } from '../model'
import { type Names, useNames } from '../names'
import { MoodChip, Priority, SlaChip, StateChip } from './chips'

const ROW = { comfortable: 78, compact: 66 }

/** Where, what, whose: as much as there is. */
function Meta({ ticket, names }: { ticket: Ticket; names: Names }) {
  const { t } = useLingui()
  const where = [ticket.store, ticket.till === '' ? '' : t`till ${ticket.till}`].filter(Boolean).join(' · ')
  const assignee = ticket.assignee === '' ? t`nobody` : names.person(ticket.assignee)
  return (
    <div className="dk-meta">
      <StateChip of={ticket} />
      <MoodChip of={ticket} />
      {ticket.reports > 1 && <span className="dk-count">{plural(ticket.reports, { one: '# report', other: '# reports' })}</span>}
      {where !== '' && <span className="dk-cut"><bdi>{where}</bdi></span>}
      {ticket.queue !== '' && <span className="dk-cut"><bdi>{names.queue(ticket.queue)}</bdi></span>}
      <span className="dk-cut dk-whose"><Icon name="person" size={12} /><bdi>{assignee}</bdi></span>
    </div>
  )
}

/** Where a search found it, in the place of what stands there else. */
function Found({ of }: { of: Matched }) {
  const { t } = useLingui()
  const places = { description: t`Description`, note: t`Reply`, internal_note: t`Internal note` }
  return <div className="dk-meta"><span>{places[of.in]}:</span><span className="dk-cut"><bdi>{of.text.replaceAll('\n', ' ').trim()}</bdi></span></div>
}

const Line = memo(function Line({ ticket, names, now, matched }: { ticket: Ticket; names: Names; now: number; matched: Matched | undefined }) {
  const { t } = useLingui()
  return (
    <>
      <div className="dk-top">
        <Priority of={ticket.priority} />
        <SlaChip of={ticket} now={now} />
        {ticket.major && <span className="dk-major" title={t`Major incident`}><Icon name="warn" size={12} />{t`Major`}</span>}
        <span className="pt-grow" />
        <span className="pt-faint pt-ltr">{ticket.key}</span>
      </div>
      <div className="dk-title"><bdi>{ticket.title}</bdi></div>
      {matched ? <Found of={matched} /> : <Meta ticket={ticket} names={names} />}
    </>
  )
})

export function TicketList({ label, tickets, matched, openKey, now, ticked, onTick, onOpen, onEnter, more }: {
  label: string
  tickets: readonly Ticket[]
  matched: ReadonlyMap<number, Matched>
  openKey: string | null
  now: number
  ticked: ReadonlySet<string>
  onTick: (keys: Set<string>) => void
  /** Chosen: shown beside the list, or instead of it where there is no room. */
  onOpen: (key: string) => void
  /** Enter: to the ticket's own page. */
  onEnter: (key: string) => void
  more: (() => void) | undefined
}) {
  const { t } = useLingui()
  const names = useNames()
  const { density } = usePrefs()
  const scroller = useRef<HTMLDivElement>(null)
  const height = ROW[density]
  const virtual = useVirtualizer({
    count: tickets.length, getScrollElement: () => scroller.current, estimateSize: () => height, overscan: 3, getItemKey: (index) => tickets[index]?.key ?? index,
  })
  useEffect(() => virtual.measure(), [virtual, height])
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? -1
  useEffect(() => {
    if (more && last >= tickets.length - 15) more()
  }, [more, last, tickets.length])
  const open = tickets.findIndex((one) => one.key === openKey)
  const active = Math.max(0, open)

  function moveTo(index: number) {
    const to = Math.max(0, Math.min(tickets.length - 1, index))
    const ticket = tickets[to]
    if (ticket === undefined) return
    virtual.scrollToIndex(to, { align: 'auto' })
    onOpen(ticket.key)
    const focus = () => scroller.current?.querySelector<HTMLElement>(`[data-index="${to}"]`)?.focus({ preventScroll: true })
    focus()
    requestAnimationFrame(focus)
  }
  function tick(key: string) {
    const next = new Set(ticked)
    if (!next.delete(key)) next.add(key)
    onTick(next)
  }
  const group = t`Tickets`
  const current = tickets[open]
  useShortcuts([
    { keys: 'j', label: t`Next ticket`, group, run: () => moveTo(open < 0 ? 0 : open + 1) },
    { keys: 'k', label: t`Ticket before`, group, run: () => moveTo(open < 0 ? 0 : open - 1) },
    { keys: 'o', label: t`Open on a page of its own (also Enter)`, group, run: () => current && onEnter(current.key) },
    { keys: 'x', label: t`Tick the ticket`, group, run: () => current && tick(current.key) },
  ])
  function onKey(event: KeyboardEvent, index: number, key: string) {
    if (event.target !== event.currentTarget) return
    const moves: Record<string, number> = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: tickets.length - 1, PageDown: index + 8, PageUp: index - 8 }
    const to = moves[event.key]
    if (to !== undefined) moveTo(to)
    else if (event.key === ' ') tick(key)
    else if (event.key === 'Enter') onEnter(key)
    else return
    event.preventDefault()
  }
  return (
    <div ref={scroller} className="dk-scroll" role="grid" aria-label={label} aria-rowcount={tickets.length} aria-multiselectable="true">
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {items.map((item) => {
          const ticket = tickets[item.index]
          if (ticket === undefined) return null
          return (
            <div
              key={ticket.key} role="row" aria-rowindex={item.index + 1} data-index={item.index} data-key={ticket.key} tabIndex={item.index === active ? 0 : -1} aria-selected={ticked.has(ticket.key)}
              className="dk-row" data-open={ticket.key === openKey} style={{ transform: `translateY(${item.start}px)`, height }}
              onKeyDown={(event) => onKey(event, item.index, ticket.key)}
              onClick={(event) => {
                if (!(event.target as Element).closest('input, label')) onOpen(ticket.key)
              }}
            >
              <div role="gridcell" className="dk-tick"><input type="checkbox" aria-label={t`Tick ${ticket.key}`} tabIndex={-1} checked={ticked.has(ticket.key)} onChange={() => tick(ticket.key)} /></div>
              <div role="gridcell" className="dk-line"><Line ticket={ticket} names={names} now={now} matched={matched.get(ticket.number)} /></div>
            </div>
          )
        })}
      </div>
    </div>
  )
}
