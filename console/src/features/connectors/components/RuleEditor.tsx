// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, NativeSelect, TextInput, Tooltip } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Icon } from '@/ui/icons'
import { Panel } from '@/ui/Page'
import { type Fault, pathsOf, type Rule, scopeOf, type Section, valueAt } from '../mapping'
import { Conditions, Fields, Pairs } from './Rows'

const text = { classNames: { input: 'cn-ltr cn-mono' }, autoComplete: 'off', spellCheck: false, maxLength: 400 }

function Part({ title, note, fault, children }: { title: ReactNode; note?: ReactNode; fault: string | undefined; children: ReactNode }) {
  return (
    <fieldset className="cn-part">
      <legend>{title}</legend>
      {note !== undefined && <p className="pt-note">{note}</p>}
      {children}
      {fault !== undefined && <p role="alert" className="pt-text-bad cn-error"><bdi>{fault}</bdi></p>}
    </fieldset>
  )
}

type Put = (change: Partial<Rule>) => void

function What({ rule, put, paths }: { rule: Rule; put: Put; paths: string }) {
  const { t } = useLingui()
  const event = (
    <>
      <NativeSelect aria-label={t`Where the event’s name stands`} data={[{ value: 'name', label: t`named` }, { value: 'path', label: t`named in the body at` }]} value={rule.eventFrom ? 'path' : 'name'} onChange={(e) => put({ eventFrom: e.currentTarget.value === 'path' })} />
      <TextInput
        {...text} className="cn-wide" aria-label={rule.eventFrom ? t`Path of the event’s name` : t`Name of the event`} placeholder={rule.eventFrom ? '^type' : 'Order Completed'} {...(rule.eventFrom ? { list: paths } : { maxLength: 100 })}
        value={rule.event} onChange={(e) => put({ event: e.currentTarget.value })}
      />
    </>
  )
  return (
    <div className="cn-row">
      <NativeSelect aria-label={t`What is made`} data={[{ value: 'track', label: t`an event` }, { value: 'identify', label: t`what is known of a person` }]} value={rule.type} onChange={(e) => put({ type: e.currentTarget.value === 'identify' ? 'identify' : 'track' })} />
      {rule.type === 'track' && event}
    </div>
  )
}

function Where({ rule, put, paths }: { rule: Rule; put: Put; paths: string }) {
  const { t } = useLingui()
  return (
    <div className="cn-grid">
      <TextInput {...text} label={t`Begins at`} description={t`Empty: the top`} placeholder="data" list={paths} value={rule.root} onChange={(e) => put({ root: e.currentTarget.value })} />
      <TextInput {...text} label={t`One for each of`} description={t`Path of a list`} list={paths} value={rule.each} onChange={(e) => put({ each: e.currentTarget.value })} />
      <TextInput {...text} label={t`Happened at`} description={t`Empty: on receipt`} placeholder="paid_at" list={paths} value={rule.timestamp} onChange={(e) => put({ timestamp: e.currentTarget.value })} />
    </div>
  )
}

function About({ rule, put, paths }: { rule: Rule; put: Put; paths: string }) {
  const { t } = useLingui()
  const set = (change: Partial<Rule['object']>) => put({ object: { ...rule.object, ...change } })
  return (
    <div className="cn-grid">
      <TextInput {...text} label={t`Kind of object`} placeholder="order" maxLength={100} value={rule.object.type} onChange={(e) => set({ type: e.currentTarget.value })} />
      <TextInput {...text} label={t`Its id`} placeholder="id" list={paths} value={rule.object.id} onChange={(e) => set({ id: e.currentTarget.value })} />
      <TextInput {...text} label={t`Its version`} placeholder="updated_at" list={paths} value={rule.object.version} onChange={(e) => set({ version: e.currentTarget.value })} />
      <TextInput {...text} label={t`Told once, as`} placeholder="completed" maxLength={100} value={rule.object.once} onChange={(e) => set({ once: e.currentTarget.value })} />
    </div>
  )
}

/** One rule: when it holds, what it makes, of whom, with which fields. */
export function RuleEditor({ rule, number, body, fault, onChange, onRemove }: {
  rule: Rule
  number: number
  /** What came, for the paths that it offers. */
  body: unknown
  fault: Fault | null
  onChange: (rule: Rule) => void
  onRemove: () => void
}) {
  const { t } = useLingui()
  const put: Put = (change) => onChange({ ...rule, ...change })
  const faultIn = (section: Section | null) => (fault !== null && fault.section === section ? fault.text : undefined)
  const paths = `cn-paths-${rule.id}`
  const scope = scopeOf(body, rule)
  const itemPaths = (list: string) => {
    const [first] = [valueAt(body, scope, list)].flat() as unknown[]
    return pathsOf(first, first)
  }
  const [rarely, setRarely] = useState(rule.externalIds.length + rule.belongsTo.length > 0 || Object.values(rule.object).some((one) => one !== ''))
  const name = rule.type === 'identify' ? t`identify` : rule.event
  return (
    <Panel
      label={t`Rule ${number}`} title={<h2><Trans>Rule {number}</Trans> <bdi className="pt-faint">{name}</bdi></h2>}
      actions={<Tooltip label={t`Remove rule ${number}`}><ActionIcon aria-label={t`Remove rule ${number}`} onClick={onRemove}><Icon name="close" /></ActionIcon></Tooltip>}
    >
      <div className="cn-rule">
        <datalist id={paths}>{pathsOf(body, scope).map((path) => <option key={path} value={path} />)}</datalist>
        {faultIn(null) !== undefined && <p role="alert" className="pt-text-bad cn-error"><bdi>{faultIn(null)}</bdi></p>}
        <Part title={t`When`} note={rule.when.length === 0 ? t`Always.` : t`All must hold. With ^ in front a path goes from the top of the body.`} fault={faultIn('when')}>
          <Conditions rows={rule.when} paths={paths} onChange={(when) => put({ when })} />
        </Part>
        <Part title={t`It makes`} fault={faultIn('event')}><What rule={rule} put={put} paths={paths} /></Part>
        <Part title={t`Where and when`} fault={faultIn('where')}><Where rule={rule} put={put} paths={paths} /></Part>
        <Part title={t`Whose it is`} note={t`The first that is there becomes the anonymous id; a user id counts beside it. One of them is needed.`} fault={faultIn('who')}>
          <Pairs rows={rule.who} paths={paths} what={t`Whose`} onChange={(who) => put({ who })} />
          <TextInput {...text} mt={6} label={t`User id`} placeholder="customer.login" list={paths} value={rule.userId} onChange={(e) => put({ userId: e.currentTarget.value })} />
        </Part>
        {rule.type === 'track' && <Part title={t`Properties`} fault={faultIn('properties')}><Fields rows={rule.properties} paths={paths} itemPaths={itemPaths} what={t`Property`} onChange={(properties) => put({ properties })} /></Part>}
        <Part title={t`Traits of the person`} fault={faultIn('traits')}><Fields rows={rule.traits} paths={paths} itemPaths={itemPaths} what={t`Trait`} onChange={(traits) => put({ traits })} /></Part>
        <details className="cn-more" open={rarely || faultIn('object') !== undefined} onToggle={(e) => setRarely(e.currentTarget.open)}>
          <summary><Trans>Order, repetition, identifiers</Trans></summary>
          <div className="cn-rule">
            <Part title={t`What it is about`} note={t`An older version of an object is left out. What is told once is told once, whatever its version.`} fault={faultIn('object')}><About rule={rule} put={put} paths={paths} /></Part>
            <Part title={t`Shares its person with`} note={t`As a refund is of whom its order is of.`} fault={undefined}><Pairs rows={rule.belongsTo} paths={paths} what={t`Shares`} onChange={(belongsTo) => put({ belongsTo })} /></Part>
            <Part title={t`Identifiers by type`} fault={undefined}><Pairs rows={rule.externalIds} paths={paths} what={t`Identifier`} onChange={(externalIds) => put({ externalIds })} /></Part>
          </div>
        </details>
      </div>
    </Panel>
  )
}
