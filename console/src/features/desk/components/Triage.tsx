// SPDX-License-Identifier: Apache-2.0
// What the machine read out of a ticket's words: what it proposes, how sure it is and why; confirmed or corrected by one key.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { Keys, Status } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { errorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { fieldsOf } from '../edits'
import type { Edit, Ticket } from '../model'
import { useNames } from '../names'
import { confirmTriage, correctTriage, entityHref, moodOf, type Triage, useTriage } from '../triage'
import { useAct } from '../useAct'
import { entityThings, fields as fieldNames, nameOf } from '../words'
import { Pick } from './Pick'

/** Words that are shown, the strongest: what weighs less decides nothing. */
const SHOWN = 8

/** How sure, against how sure it must be. */
function Meter({ of }: { of: Triage }) {
  const { t } = useLingui()
  const format = useFormat()
  const [sure, needed] = [format.percent(of.confidence, 0), format.percent(of.threshold, 0)]
  const text = of.accepted ? t`${sure} sure; set from ${needed} on` : t`${sure} sure; below ${needed} a person decides`
  return (
    <span className="dk-sure" title={text}>
      <span className="dk-sure-bar" data-on={of.accepted} aria-hidden="true">
        <span style={{ inlineSize: `${of.confidence * 100}%` }} />
        <i style={{ insetInlineStart: `${of.threshold * 100}%` }} />
      </span>
      <span className="pt-soft">{text}</span>
    </span>
  )
}

/** Words by how much they speak for the category, or against it. */
function Words({ of }: { of: Triage }) {
  const { t } = useLingui()
  const format = useFormat()
  const strongest = of.reasons.slice(0, SHOWN)
  const most = Math.max(...strongest.map((one) => Math.abs(one.weight)), 1e-9)
  if (of.reasons.length === 0) return <p className="pt-faint"><Trans>None of its words is known.</Trans></p>
  return (
    <ol className="pt-items dk-weights" aria-label={t`Words by their weight`}>
      {strongest.map(({ word, weight }, i) => (
        <li key={`${word}${i}`} data-against={weight < 0}>
          <bdi className="dk-cut">{word}</bdi>
          <span className="dk-weight" aria-hidden="true"><span style={{ inlineSize: `${(Math.abs(weight) / most) * 100}%` }} /></span>
          <span className="dk-weight-number">{weight < 0 ? <span className="pt-hidden">{t`against:`}</span> : null}{format.number(weight, 2)}</span>
        </li>
      ))}
    </ol>
  )
}

function Similar({ of }: { of: Triage }) {
  const { t } = useLingui()
  const format = useFormat()
  const names = useNames()
  if (of.similar.length === 0) return null
  return (
    <div>
      <h2 className="dk-h"><Trans>Similar tickets</Trans></h2>
      <ul className="pt-items dk-links" aria-label={t`Similar tickets`}>
        {of.similar.map((one) => (
          <li key={one.key}>
            <LinkTo href={`/desk/${one.key}`}><span className="pt-ltr">{one.key}</span></LinkTo>
            <bdi className="pt-grow dk-cut">{one.title}</bdi>
            {one.same && <Status tone="warn">{t`may be the same`}</Status>}
            <span className="dk-similar pt-faint">{[t`alike: ${format.percent(one.alike, 0)}`, names.category(one.category), one.open ? t`open` : t`over`].filter(Boolean).join(' · ')}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Where it leads, beside what it was found as. */
function Entities({ of, ticket }: { of: Triage; ticket: Ticket }) {
  const { t, i18n } = useLingui()
  if (of.entities.length === 0) return null
  return (
    <ul className="pt-items dk-entities" aria-label={t`Found in the words`}>
      {of.entities.map(({ thing, value, known }) => (
        <li key={`${thing} ${value}`}>
          <LinkTo className="dk-entity" href={entityHref(thing, value, known, ticket)}><span className="pt-faint">{nameOf(i18n, entityThings, thing)}</span> <bdi>{value}</bdi></LinkTo>
        </li>
      ))}
    </ul>
  )
}

/** In which mood the words are, where they are in one. */
function Mood({ of }: { of: Triage }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const { tone, urgent } = moodOf(of)
  const language = of.language === '' ? '' : (new Intl.DisplayNames(i18n.locale, { type: 'language' }).of(of.language) ?? of.language)
  const compound = format.number(of.sentiment, 2)
  const words = tone === 'negative' ? t`upset` : tone === 'positive' ? t`friendly` : ''
  const parts = [words, urgent ? t`urgent` : '', of.language === i18n.locale ? '' : language].filter(Boolean)
  if (parts.length === 0) return null
  return <span className="pt-faint" title={t`Tone of the words from -1 to 1: ${compound}`}>{parts.join(' · ')}</span>
}

function useVerdict(of: Triage): { tone: 'good' | 'accent' | 'plain' | 'warn'; text: string } {
  const { t } = useLingui()
  const names = useNames()
  const decided = of.label === null ? '' : names.category(of.label)
  if (of.outcome === 'corrected') return { tone: 'plain', text: t`corrected to ${decided}` }
  if (of.outcome === 'confirmed') return { tone: 'good', text: t`confirmed` }
  if (of.made_now) return { tone: 'plain', text: t`read just now` }
  return of.accepted ? { tone: 'accent', text: t`set by Patron` } : { tone: 'warn', text: t`to be decided` }
}

/** What the machine has set on the ticket, and how that is taken back. */
function SetFields({ of, ticket }: { of: Triage; ticket: Ticket }) {
  const { t, i18n } = useLingui()
  const act = useAct()
  const may = useMay('desk.write')
  const set = fieldsOf(Object.fromEntries(of.fields.map((field) => [field, ''])) as Edit)
  if (set.length === 0) return null
  const list = new Intl.ListFormat(i18n.locale, { type: 'unit' }).format(set.map((field) => nameOf(i18n, fieldNames, field)))
  const back = Object.fromEntries(set.map((field) => [field, Array.isArray(ticket[field]) ? [] : ''])) as Edit
  return (
    <p className="pt-soft">
      <Trans>Patron has set: {list}.</Trans>{' '}
      {may && of.outcome === null && <button type="button" className="dk-link" onClick={() => void act([ticket], back, (key) => t`${key}: what Patron had set is taken back`)}><Trans>Take it back</Trans></button>}
    </p>
  )
}

function Details({ of, ticket }: { of: Triage; ticket: Ticket }) {
  const format = useFormat()
  const version = format.integer(of.model_version)
  return (
    <div className="dk-triage-more">
      <div>
        <h2 className="dk-h"><Trans>Words that decided</Trans></h2>
        <Words of={of} />
      </div>
      <Similar of={of} />
      <div className="dk-triage-foot">
        <SetFields of={of} ticket={ticket} />
        <p className="pt-faint"><LinkTo href={`/desk/triage?version=${of.model_version}`}><Trans>Model, version {version}</Trans></LinkTo></p>
      </div>
    </div>
  )
}

function Panel({ of, ticket }: { of: Triage; ticket: Ticket }) {
  const { t } = useLingui()
  const names = useNames()
  const may = useMay('desk.write')
  const verdict = useVerdict(of)
  const waits = of.outcome === null && !of.accepted
  const [open, setOpen] = useState(false)
  const [picking, setPicking] = useState(false)
  const name = names.category(of.category)
  async function run(done: () => Promise<unknown>, text: string) {
    try {
      await done()
      toast({ text })
    } catch (error) {
      toast({ text: errorText(error), tone: 'bad' })
    }
  }
  const confirm = () => void run(() => confirmTriage(ticket), t`${ticket.key}: ${name}, and learnt`)
  const group = t`Triage`
  useShortcuts([
    ...(may && of.outcome === null ? [{ keys: 'y', label: t`Confirm the category`, group, run: confirm }] : []),
    ...(may ? [{ keys: 't', label: t`Correct the category`, group, run: () => setPicking(true) }] : []),
    { keys: 'w', label: t`Why this category`, group, run: () => setOpen((now) => !now) },
  ])
  return (
    <section className="dk-triage" aria-label={t`Triage`} data-waits={waits}>
      <div className="dk-triage-head">
        <Icon name="filter" size={13} />
        <b className="dk-cut"><bdi>{name}</bdi></b>
        <Status tone={verdict.tone}>{verdict.text}</Status>
        <Meter of={of} />
        <span className="pt-grow" />
        <span className="dk-triage-acts">
          {may && of.outcome === null && <Button size="compact-xs" variant={waits ? 'filled' : 'default'} onClick={confirm} rightSection={<Keys keys="y" />}><Trans>Right</Trans></Button>}
          {may && <Button size="compact-xs" onClick={() => setPicking(true)} rightSection={<Keys keys="t" />}><Trans>Another</Trans></Button>}
          <Button size="compact-xs" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)} rightSection={<Keys keys="w" />}><Trans>Why</Trans></Button>
        </span>
      </div>
      {open && <Details of={of} ticket={ticket} />}
      {picking && (
        <Pick
          label={t`What ${ticket.key} is about`} note={t`Patron learns from it.`} onClose={() => setPicking(false)}
          choices={[...names.categories].sort((a, b) => Number(b.id === of.category) - Number(a.id === of.category)).map((one) => ({ id: one.id, text: one.name, chosen: one.id === ticket.category, ...(one.id === of.category ? { note: t`proposed` } : {}) }))}
          onPick={(id) => {
            setPicking(false)
            const chosen = names.category(id)
            void run(() => correctTriage(ticket, id), t`${ticket.key}: ${chosen}, and learnt`)
          }}
        />
      )}
    </section>
  )
}

/** Nothing where a person had chosen the category, or it cannot be asked. */
export function TriagePanel({ ticket }: { ticket: Ticket }) {
  const triage = useTriage(ticket).data
  return triage && triage.category !== '' ? <Panel of={triage} ticket={ticket} /> : null
}

/** What stands beside the requester's words. */
export function Beside({ ticket, part }: { ticket: Ticket; part: 'mood' | 'entities' }) {
  const triage = useTriage(ticket).data
  if (!triage) return null
  return part === 'mood' ? <Mood of={triage} /> : <Entities of={triage} ticket={ticket} />
}
