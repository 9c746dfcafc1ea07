// SPDX-License-Identifier: Apache-2.0
// The head of a ticket: what it is, how urgent, whose, and what can be done.
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, Menu, Popover } from '@mantine/core'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { Ago, Copy, Keys } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { ButtonLink } from '@/ui/LinkTo'
import { OPEN, type Ticket } from '../model'
import { useNames } from '../names'
import type { Other } from '../presence'
import { useAct } from '../useAct'
import { types } from '../words'
import { useActions } from './Actions'
import { MajorMark, MoodChip, Priority, SlaChip, StateChip } from './chips'
import { Why } from './Why'

/** The title; a click or Enter makes it a field. */
function Title({ ticket, heading: Heading }: { ticket: Ticket; heading: 'h1' | 'h2' }) {
  const { t } = useLingui()
  const act = useAct()
  const { may } = useActions()
  const [text, setText] = useState<string | null>(null)
  /** As it was when one began: what others have called it since is not overwritten. */
  const began = useRef(ticket)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (text !== null) field.current?.select()
    // once, when it becomes a field
  }, [text === null])
  function edit() {
    began.current = ticket
    setText(ticket.title)
  }
  function save() {
    const title = text?.trim() ?? ''
    setText(null)
    if (title !== '' && title !== began.current.title) void act([began.current], { title }, (of) => t`${of}: title changed`)
  }
  function onKey(event: KeyboardEvent) {
    if (event.key === 'Enter') save()
    else if (event.key === 'Escape') {
      event.stopPropagation()
      setText(null)
    } else return
    event.preventDefault()
  }
  if (text !== null) {
    return <input ref={field} className="dk-title-field" aria-label={t`Title`} maxLength={200} value={text} onChange={(event) => setText(event.currentTarget.value)} onKeyDown={onKey} onBlur={save} />
  }
  return (
    <Heading className="dk-title-text" tabIndex={-1}>
      {may ? <button type="button" title={t`Change the title`} onClick={edit}><bdi>{ticket.title}</bdi></button> : <bdi>{ticket.title}</bdi>}
    </Heading>
  )
}

function Others({ others }: { others: readonly Other[] }) {
  const { t } = useLingui()
  if (others.length === 0) return null
  return (
    <div className="dk-others" role="status">
      <Icon name="people" size={14} />
      {others.slice(0, 3).map(({ account, name, state }) => <span key={account} data-editing={state === 'editing'}>{state === 'editing' ? t`${name} is writing` : t`${name} is here`}</span>)}
      {others.length > 3 && <span>+{others.length - 3}</span>}
    </div>
  )
}

export type Asking = 'merge' | 'link' | 'escalate' | 'major' | null

function More({ ticket, onAsk }: { ticket: Ticket; onAsk: (what: Asking) => void }) {
  const { t } = useLingui()
  const act = useAct()
  const open = OPEN.includes(ticket.state)
  return (
    <Menu>
      <Menu.Target><ActionIcon aria-label={t`More`} className="dk-more"><Icon name="more" /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        {ticket.type === 'incident' && !ticket.major && open && <Menu.Item leftSection={<Icon name="warn" size={14} />} onClick={() => onAsk('major')}><Trans>Declare a major incident…</Trans></Menu.Item>}
        {ticket.major && <Menu.Item onClick={() => void act([ticket], { major: false }, (of) => t`${of} is no major incident any more`)}><Trans>Stand down the major incident</Trans></Menu.Item>}
        {ticket.acknowledged_at === null && open && <Menu.Item leftSection={<Icon name="check" size={14} />} onClick={() => void act([ticket], { acknowledge: true }, (of) => t`${of}: acknowledged`)}><Trans>Acknowledge</Trans></Menu.Item>}
        <Menu.Item leftSection={<Icon name="service" size={14} />} onClick={() => onAsk('escalate')}><Trans>Escalate to a vendor…</Trans></Menu.Item>
        <Menu.Item onClick={() => onAsk('link')}><Trans>Link to another ticket…</Trans></Menu.Item>
        {open && <Menu.Item leftSection={<Icon name="merge" size={14} />} onClick={() => onAsk('merge')}><Trans>Merge into another ticket…</Trans></Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  )
}

export function Head({ ticket, now, others, page, alone, onAsk, onClose }: {
  ticket: Ticket
  now: number
  others: readonly Other[]
  /** It has a page of its own. */
  page: boolean
  /** Nothing else is on the screen: its title is the page's. */
  alone: boolean
  onAsk: (what: Asking) => void
  onClose?: (() => void) | undefined
}) {
  const { t, i18n } = useLingui()
  const names = useNames()
  const { ask, solve, may } = useActions()
  const open = OPEN.includes(ticket.state)
  return (
    <header className="dk-head">
      <div className="dk-head-top">
        {onClose && <ActionIcon className="dk-back" aria-label={t`Back to the list`} onClick={onClose}><span className="pt-icon-flip dk-turned"><Icon name="next" /></span></ActionIcon>}
        <Popover width={360} position="bottom-start" shadow="md" trapFocus returnFocus transitionProps={{ duration: 80 }}>
          <Popover.Target><button type="button" className="dk-plain" aria-label={t`P${ticket.priority}: why this priority`}><Priority of={ticket.priority} large /></button></Popover.Target>
          <Popover.Dropdown aria-label={t`Why this priority`}><Why ticket={ticket} /></Popover.Dropdown>
        </Popover>
        <span className="dk-key"><span className="pt-ltr">{ticket.key}</span><Copy text={ticket.key} label={t`Copy the key`} /></span>
        {(page || !ticket.major) && <span className="pt-soft">{i18n._(types[ticket.type])}</span>}
        {ticket.major && <MajorMark />}
        <SlaChip of={ticket} now={now} />
        <MoodChip of={ticket} />
        <span className="pt-grow" />
        <span className="dk-head-acts">
        {ticket.major && <ButtonLink size="compact-sm" href={`/desk/${ticket.key}/room`} leftSection={<Icon name="people" size={14} />}><Trans>Room</Trans></ButtonLink>}
        {may && open && <Button size="compact-sm" variant="filled" className="dk-solve" onClick={solve} rightSection={<Keys keys="e" />}><Trans>Solve</Trans></Button>}
        {!page && <ButtonLink size="compact-sm" className="dk-wide" href={`/desk/${ticket.key}`}><Trans>Open</Trans></ButtonLink>}
        {may && <More ticket={ticket} onAsk={onAsk} />}
        </span>
      </div>
      <Title ticket={ticket} heading={alone ? 'h1' : 'h2'} />
      <div className="dk-head-facts">
        <button type="button" className="dk-plain" disabled={!may} title={t`Change the state`} onClick={() => ask('state')}><StateChip of={ticket} /></button>
        <button type="button" className="dk-fact" disabled={!may} onClick={() => ask('assign')}><Icon name="person" size={13} />{ticket.assignee === '' ? t`nobody` : <bdi>{names.fullName(ticket.assignee)}</bdi>}</button>
        <button type="button" className="dk-fact" disabled={!may} onClick={() => ask('queue')}><Icon name="menu" size={13} />{ticket.queue === '' ? t`no queue` : <bdi>{names.queue(ticket.queue)}</bdi>}</button>
        {ticket.store !== '' && <span className="dk-fact"><Icon name="store" size={13} /><bdi>{ticket.till === '' ? ticket.store : t`${ticket.store}, till ${ticket.till}`}</bdi></span>}
        <span className="pt-faint"><Trans>opened <Ago at={ticket.opened_at} /></Trans></span>
        <span className="pt-grow" />
        <Others others={others} />
      </div>
    </header>
  )
}
