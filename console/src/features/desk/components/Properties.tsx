// SPDX-License-Identifier: Apache-2.0
// Everything a ticket is known by; each field is saved by itself, and can be taken back.
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Autocomplete, MultiSelect, NativeSelect, NumberInput, Select, TextInput } from '@mantine/core'
import { type ReactNode, useEffect, useId, useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { Keys, Time } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { toast } from '@/ui/toast'
import { type Field, link as addLink, unlink } from '../edits'
import { fileOf, type Edit, LABELS, LEVELS, type Link, said, type Ticket, useAttachments, useRecords } from '../model'
import { removeFile } from '../files'
import { useNames } from '../names'
import { useAct } from '../useAct'
import { fields, levels, linkKinds, nameOf } from '../words'
import { Priority, StateChip } from './chips'

function Row({ name, children }: { name: string; children: (id: string) => ReactNode }) {
  const id = useId()
  return (
    <div className="dk-prop">
      <label htmlFor={id}>{name}</label>
      <div>{children(id)}</div>
    </div>
  )
}

/** A line of text that is saved when one leaves it or presses Enter. */
export function Line({ id, value, max, disabled, onSave, label }: { id?: string; value: string; max: number; disabled?: boolean; onSave: (text: string) => void; label?: string }) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const save = () => text !== value && onSave(text)
  return (
    <TextInput
      id={id} aria-label={label} size="xs" value={text} maxLength={max} disabled={disabled ?? false} onChange={(event) => setText(event.currentTarget.value)} onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') save()
        else if (event.key === 'Escape') setText(value)
      }}
    />
  )
}

type OwnField = { id: string; label: string; kind: 'text' | 'number' | 'truth' | 'choice' | 'date'; required?: boolean; choices?: string[] }

/** Fields of one's own, as the records say them. */
function useOwnFields(ticket: Ticket): OwnField[] {
  const sets = useRecords('fields').data ?? []
  return sets.filter((set) => (said<string>(set, 'type') ?? ticket.type) === ticket.type).flatMap((set) => said<OwnField[]>(set, 'fields') ?? [])
}

function Own({ id, field, value, disabled, onSave }: { id: string; field: OwnField; value: unknown; disabled: boolean; onSave: (value: unknown) => void }) {
  const { t } = useLingui()
  if (field.kind === 'choice') {
    return <NativeSelect id={id} size="xs" disabled={disabled} value={typeof value === 'string' ? value : ''} data={['', ...(field.choices ?? [])]} onChange={(event) => onSave(event.currentTarget.value === '' ? undefined : event.currentTarget.value)} />
  }
  if (field.kind === 'truth') {
    return (
      <NativeSelect
        id={id} size="xs" disabled={disabled} value={value === true ? 'yes' : value === false ? 'no' : ''} data={[{ value: '', label: t`not known` }, { value: 'yes', label: t`yes` }, { value: 'no', label: t`no` }]}
        onChange={(event) => onSave(event.currentTarget.value === '' ? undefined : event.currentTarget.value === 'yes')}
      />
    )
  }
  if (field.kind === 'number') return <NumberInput id={id} size="xs" hideControls disabled={disabled} value={typeof value === 'number' ? value : ''} onBlur={(event) => {
    const typed = event.currentTarget.value.trim()
    const number = typed === '' ? undefined : Number(typed)
    if (number !== value && !Number.isNaN(number)) onSave(number)
  }} />
  if (field.kind === 'date') return <TextInput id={id} size="xs" type="date" disabled={disabled} value={typeof value === 'string' ? value.slice(0, 10) : ''} onChange={(event) => onSave(event.currentTarget.value === '' ? undefined : event.currentTarget.value)} />
  return <Line id={id} value={typeof value === 'string' ? value : ''} max={1000} disabled={disabled} onSave={(text) => onSave(text === '' ? undefined : text)} />
}

export function Links({ ticket, links, onAdd }: { ticket: Ticket; links: readonly Link[]; onAdd: () => void }) {
  const { t, i18n } = useLingui()
  const may = useMay('desk.write')
  return (
    <section className="dk-part" aria-label={t`Links`}>
      <h2 className="dk-h">{t`Links`}{may && <ActionIcon size="sm" aria-label={t`Link to another ticket`} onClick={onAdd}><Icon name="add" size={14} /></ActionIcon>}</h2>
      {links.length === 0 ? <p className="pt-faint"><Trans>None</Trans></p> : (
        <ul className="pt-items dk-links">
          {links.map((one) => (
            <li key={`${one.kind}${one.inverse ? 1 : 0}${one.key}`}>
              <span className="pt-faint">{i18n._(one.inverse ? linkKinds[one.kind].from : linkKinds[one.kind].to)}</span>
              <Priority of={one.priority} />
              <LinkTo href={`/desk/${one.key}`}><span className="pt-ltr">{one.key}</span></LinkTo>
              <span className="pt-grow dk-cut"><bdi>{one.title}</bdi></span>
              <StateChip of={{ state: one.state, waiting_for: '' }} />
              {may && (
                <ActionIcon
                  size="sm" aria-label={t`Take the link to ${one.key} away`}
                  onClick={() => {
                    const [from, to] = one.inverse ? [one.key, ticket.key] : [ticket.key, one.key]
                    void unlink(from, one.kind, to).then(() => toast({ text: t`The link is gone`, undo: () => addLink(from, one.kind, to) }), (error: Error) => toast({ text: error.message, tone: 'bad' }))
                  }}
                >
                  <Icon name="close" size={12} />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Files({ ticket }: { ticket: Ticket }) {
  const { t } = useLingui()
  const format = useFormat()
  const may = useMay('desk.write')
  const files = useAttachments(ticket).data ?? []
  if (files.length === 0) return null
  return (
    <section className="dk-part" aria-label={t`Files`}>
      <h2 className="dk-h">{t`Files`}</h2>
      <ul className="pt-items dk-links">
        {files.map((file) => (
          <li key={file.attachment}>
            <Icon name="clip" size={13} />
            <a className="pt-grow dk-cut" href={fileOf(ticket.key, file.attachment)} download={file.name}><bdi>{file.name}</bdi></a>
            {file.public && <span className="dk-tag">{t`public`}</span>}
            <span className="pt-faint">{format.bytes(file.bytes)}</span>
            {may && <ActionIcon size="sm" aria-label={t`Remove ${file.name}`} onClick={() => void removeFile(ticket.key, file.attachment).catch((error: Error) => toast({ text: error.message, tone: 'bad' }))}><Icon name="close" size={12} /></ActionIcon>}
          </li>
        ))}
      </ul>
    </section>
  )
}

export function Properties({ ticket, links, onLink, onRouted }: { ticket: Ticket; links: readonly Link[]; onLink: () => void; onRouted: () => void }) {
  const { t, i18n } = useLingui()
  const act = useAct()
  const names = useNames()
  const format = useFormat()
  const may = useMay('desk.write')
  const own = useOwnFields(ticket)
  const custom = ticket.custom as Record<string, unknown>
  const save = (field: Field, value: unknown) => {
    const name = nameOf(i18n, fields, field)
    void act([ticket], { [field]: value } as Edit, (of) => t`${of}: ${name} changed`)
  }
  const off = !may
  const people = names.people.map((person) => ({ value: person.id, label: person.name }))
  const known = (list: readonly { id: string; name: string }[], more: readonly string[]) => [...list.map((one) => ({ value: one.id, label: one.name })), ...more.filter((id) => id !== '' && !list.some((one) => one.id === id)).map((id) => ({ value: id, label: id }))]
  const select = (id: string, field: 'assignee' | 'queue' | 'category', data: { value: string; label: string }[], none: string) => (
    <Select
      id={id} size="xs" disabled={off} searchable clearable clearButtonProps={{ 'aria-label': none }} placeholder={none} value={ticket[field] === '' ? null : ticket[field]} data={data}
      onChange={(value) => save(field, value ?? '')}
    />
  )
  const level = (id: string, field: 'impact' | 'urgency') => (
    <NativeSelect id={id} size="xs" disabled={off} value={ticket[field]} data={[{ value: '', label: t`by the policy` }, ...LEVELS.map((value) => ({ value, label: i18n._(levels[value]) }))]} onChange={(event) => save(field, event.currentTarget.value)} />
  )
  const line = (id: string, field: 'requester' | 'store' | 'till' | 'channel', max: number) => <Line id={id} value={ticket[field]} max={max} disabled={off} onSave={(text) => save(field, text.trim())} />
  const many = (id: string, field: 'services' | 'touchpoints' | 'watchers', data: { value: string; label: string }[]) => (
    <MultiSelect id={id} size="xs" disabled={off} searchable value={ticket[field]} data={data} placeholder={ticket[field].length === 0 ? t`none` : ''} onChange={(value) => save(field, value)} />
  )
  return (
    <div className="dk-props">
      <Row name={t`Assigned to`}>{(id) => <>{select(id, 'assignee', known(names.people, [ticket.assignee]), t`nobody`)}<button type="button" className="dk-link dk-why-agent" onClick={onRouted}>{t`Why this agent`} <Keys keys="a" /></button></>}</Row>
      <Row name={t`Queue`}>{(id) => select(id, 'queue', known(names.queues, [ticket.queue]), t`none`)}</Row>
      <Row name={t`Category`}>{(id) => select(id, 'category', known(names.categories, [ticket.category]), t`none`)}</Row>
      <Row name={t`Requester`}>{(id) => line(id, 'requester', 200)}</Row>
      <Row name={t`Store`}>{(id) => line(id, 'store', 100)}</Row>
      <Row name={t`Till`}>{(id) => line(id, 'till', 100)}</Row>
      <Row name={t`Channel`}>{(id) => <Autocomplete id={id} size="xs" disabled={off} key={ticket.channel} defaultValue={ticket.channel} maxLength={40} data={['store', 'web', 'app', 'service']} onBlur={(event) => event.currentTarget.value !== ticket.channel && save('channel', event.currentTarget.value.trim())} />}</Row>
      <Row name={t`Services`}>{(id) => many(id, 'services', known(names.services, ticket.services))}</Row>
      <Row name={t`Touchpoints`}>{(id) => many(id, 'touchpoints', known(names.touchpoints, ticket.touchpoints))}</Row>
      <Row name={t`Impact`}>{(id) => level(id, 'impact')}</Row>
      <Row name={t`Urgency`}>{(id) => level(id, 'urgency')}</Row>
      <Row name={t`Called`}>{(id) => <NativeSelect id={id} size="xs" disabled={off} value={ticket.label} data={[{ value: '', label: t`nothing` }, ...LABELS]} onChange={(event) => save('label', event.currentTarget.value)} />}</Row>
      <Row name={t`Watchers`}>{(id) => many(id, 'watchers', people.concat(known([], ticket.watchers.filter((who) => !people.some((one) => one.value === who)))))}</Row>
      {own.map((field) => (
        <Row key={field.id} name={field.required ? `${field.label} *` : field.label}>
          {(id) => (
            <Own
              id={id} field={field} value={custom[field.id]} disabled={off}
              onSave={(value) => {
                const { [field.id]: _, ...rest } = custom
                const name = field.label
                void act([ticket], { custom: (value === undefined ? rest : { ...rest, [field.id]: value }) as never }, (of) => t`${of}: ${name} changed`)
              }}
            />
          )}
        </Row>
      ))}
      {Object.entries(custom).filter(([name]) => !own.some((field) => field.id === name)).map(([name, value]) => <Row key={name} name={name}>{(id) => <span id={id}><bdi>{typeof value === 'object' ? JSON.stringify(value) : String(value)}</bdi></span>}</Row>)}
      {ticket.resolution !== '' || !['new', 'in_progress', 'waiting'].includes(ticket.state) ? <Row name={t`Solution`}>{(id) => <Line id={id} value={ticket.resolution} max={2000} disabled={off} onSave={(text) => save('resolution', text)} />}</Row> : null}
      <Links ticket={ticket} links={links} onAdd={onLink} />
      <Files ticket={ticket} />
      <section className="dk-part" aria-label={t`Times`}>
        <h2 className="dk-h">{t`Times`}</h2>
        <dl className="dk-times">
          <div><dt>{t`Opened`}</dt><dd><Time at={ticket.opened_at} /></dd></div>
          <div><dt>{t`Acknowledged`}</dt><dd><Time at={ticket.acknowledged_at} /></dd></div>
          <div><dt>{t`Answered last`}</dt><dd><Time at={ticket.replied_at} /></dd></div>
          <div><dt>{t`Reported last`}</dt><dd><Time at={ticket.last_report_at} /></dd></div>
          <div><dt>{t`Solved`}</dt><dd><Time at={ticket.resolved_at} /></dd></div>
          <div><dt>{t`Affected`}</dt><dd>{t`${format.integer(ticket.stores)} stores, ${format.integer(ticket.tills)} tills, ${format.integer(ticket.customers)} customers`}</dd></div>
        </dl>
      </section>
    </div>
  )
}
