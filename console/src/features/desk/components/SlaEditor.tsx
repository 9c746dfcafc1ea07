// SPDX-License-Identifier: Apache-2.0
// An SLA policy: targets as a grid, conditions as sentences with the document beside, and what it would have made of last month.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect, NumberInput, Textarea } from '@mantine/core'
import { useState } from 'react'
import { api, ok, type Schemas } from '@/api/client'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { queries, useMay } from '@/base/session'
import { Time } from '@/ui/bits'
import { Panel } from '@/ui/Page'
import { errorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { ALL, type ClockKind, type SlaPolicy } from '../model'
import { type ClockPlan, CLOCKS, CONDITIONS, type Document, isDocument, PRIORITIES, sentence, spanOf, type Target, UNITS, type Unit, withClock, withoutClock, withTarget } from '../sla'
import { clocks } from '../words'
import { Scroll } from './Scroll'
import { SlaHistory } from './SlaHistory'

const MONTH_MS = 30 * 86400000

function useUnitNames(): Record<Unit, string> {
  const { t } = useLingui()
  return { minutes: t`minutes`, hours: t`hours`, days: t`business days` }
}

function TargetCell({ label, target, off, onChange }: { label: string; target: Target | undefined; off: boolean; onChange: (target: Target | null) => void }) {
  const { t } = useLingui()
  const units = useUnitNames()
  const { n, unit } = spanOf(target ?? {})
  const calendar = target?.in ?? 'store'
  const known = ['24x7', 'store', 'queue']
  const set = (change: { n?: number; unit?: Unit; in?: string }) => onChange({ [change.unit ?? unit]: change.n ?? n, in: change.in ?? calendar })
  return (
    <td>
      <div className="dk-target">
        <NumberInput size="xs" hideControls min={0} max={100000} disabled={off} aria-label={label} placeholder={t`none`} value={target === undefined ? '' : n} onChange={(value) => (value === '' || Number(value) <= 0 ? onChange(null) : set({ n: Number(value) }))} />
        {target !== undefined && (
          <>
            <NativeSelect size="xs" disabled={off} aria-label={t`${label}: unit`} value={unit} data={UNITS.map((value) => ({ value, label: units[value] }))} onChange={(event) => set({ unit: event.currentTarget.value as Unit })} />
            <NativeSelect
              size="xs" disabled={off} aria-label={t`${label}: calendar`} value={calendar} onChange={(event) => set({ in: event.currentTarget.value })}
              data={[{ value: '24x7', label: t`round the clock` }, { value: 'store', label: t`the store's hours` }, { value: 'queue', label: t`the queue's hours` }, ...(known.includes(calendar) ? [] : [calendar])]}
            />
          </>
        )}
      </div>
    </td>
  )
}

function Targets({ document, off, onChange }: { document: Document; off: boolean; onChange: (document: Document) => void }) {
  const { t, i18n } = useLingui()
  const used = CLOCKS.filter((clock) => document.clocks[clock] !== undefined)
  return (
    <Scroll label={t`Targets`}>
      <table className="dk-edit">
        <thead><tr><th scope="col">{t`Priority`}</th>{used.map((clock) => <th key={clock} scope="col">{i18n._(clocks[clock].name)}</th>)}</tr></thead>
        <tbody>
          {PRIORITIES.map((priority) => (
            <tr key={priority}>
              <th scope="row"><span className={`dk-p dk-p${priority[1]}`}>{priority}</span></th>
              {used.map((clock) => <TargetCell key={clock} label={`${priority}, ${i18n._(clocks[clock].name)}`} target={document.clocks[clock]?.targets?.[priority]} off={off} onChange={(target) => onChange(withTarget(document, clock, priority, target))} />)}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

/** Clocks that the policy does not have yet, and those it could do without. */
function ClockRow({ document, onChange }: { document: Document; onChange: (document: Document) => void }) {
  const { t, i18n } = useLingui()
  const used = CLOCKS.filter((clock) => document.clocks[clock] !== undefined)
  const free = CLOCKS.filter((clock) => !used.includes(clock))
  return (
    <div className="pt-row">
      {free.length > 0 && (
        <NativeSelect
          size="xs" aria-label={t`Add a clock`} value="" data={[{ value: '', label: t`Add a clock…` }, ...free.map((clock) => ({ value: clock, label: i18n._(clocks[clock].name) }))]}
          onChange={(event) => event.currentTarget.value !== '' && onChange(withClock(document, event.currentTarget.value as ClockKind))}
        />
      )}
      {used.length > 1 && (
        <NativeSelect
          size="xs" aria-label={t`Take a clock away`} value="" data={[{ value: '', label: t`Take a clock away…` }, ...used.map((clock) => ({ value: clock, label: i18n._(clocks[clock].name) }))]}
          onChange={(event) => event.currentTarget.value !== '' && onChange(withoutClock(document, event.currentTarget.value as ClockKind))}
        />
      )}
    </div>
  )
}

function Sentences({ clock, plan }: { clock: ClockKind; plan: ClockPlan }) {
  const { t, i18n } = useLingui()
  const units = useUnitNames()
  const names = { start: t`Begins when`, pause: t`Pauses while`, resume: t`Goes on when`, stop: t`Stops when`, reset: t`Begins anew when`, cancel: t`Does not hold while` }
  const again = { never: t`Once stopped it stays so.`, on: t`When that ends it runs on with what had elapsed.`, anew: t`When that ends a new round begins.` }
  const span = (one: object) => {
    const { n, unit } = spanOf(one)
    return `${n} ${units[unit]}`
  }
  const steps = (plan.steps ?? []).map((step) => {
    const when = step.when === undefined ? '' : sentence(i18n, step.when)
    const times = step.times ?? 1
    const at = when !== '' ? (times > 1 ? t`at time ${times} of: ${when}` : t`when ${when}`) : step.percent !== undefined ? t`at ${step.percent} % of the target` : step.over ? t`${span(step.over)} late` : step.after ? t`after ${span(step.after)}` : ''
    return `${step.name} (${at})`
  })
  return (
    <div className="dk-sentences">
      <h2 className="dk-h">{i18n._(clocks[clock].name)}</h2>
      {plan.start === undefined && <div><Trans>Begins with the ticket.</Trans></div>}
      {CONDITIONS.filter((name) => plan[name] !== undefined).map((name) => <div key={name}><span className="pt-faint">{names[name]}</span> <bdi>{sentence(i18n, plan[name])}</bdi></div>)}
      {plan.again && <div>{again[plan.again]}</div>}
      {plan.warn && <div><Trans>Warns {span(plan.warn)} before it is due.</Trans></div>}
      {steps.length > 0 && <div><span className="pt-faint">{t`Escalates to`}</span> <bdi>{steps.join(', ')}</bdi></div>}
    </div>
  )
}

type Tried = { document: Document; items: number; clocks: { clock: ClockKind; was: Schemas['SlaTally']; would: Schemas['SlaTally'] }[] }

function Try({ document }: { document: Document }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const [tried, setTried] = useState<Tried | null>(null)
  // of what was written before it says nothing
  const found = tried?.document === document ? tried : null
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  async function run() {
    setBusy(true)
    setProblem(null)
    try {
      const { now } = await ok(api.GET('/api/v1/clock'))
      setTried({ document, ...await ok(api.POST('/api/v1/sla/policies/try', { body: { policy: document as never, since: new Date(Date.parse(now) - MONTH_MS).toISOString() } })) })
    } catch (error) {
      setProblem(errorText(error))
    } finally {
      setBusy(false)
    }
  }
  const share = ({ promised, breached }: Schemas['SlaTally']) => (promised === 0 ? '–' : t`${format.integer(breached)} of ${format.integer(promised)} (${format.percent(breached / promised)})`)
  return (
    <Panel title={t`Try it on last month`} actions={<Button size="compact-sm" loading={busy} onClick={() => void run()}><Trans>Try</Trans></Button>}>
      {problem !== null && <p role="alert" className="pt-text-bad">{problem}</p>}
      {found === null ? <p className="pt-soft"><Trans>What this policy, as it is written here, would have made of the tickets of the last 30 days.</Trans></p> : (
        <div role="status">
          <table className="dk-table">
            <thead><tr><th scope="col">{t`Clock`}</th><th scope="col">{t`Broken, as it was`}</th><th scope="col">{t`Broken, by this policy`}</th></tr></thead>
            <tbody>{found.clocks.map((one) => <tr key={one.clock}><th scope="row">{i18n._(clocks[one.clock].name)}</th><td>{share(one.was)}</td><td>{share(one.would)}</td></tr>)}</tbody>
          </table>
          <p className="pt-faint"><Trans>Of {format.integer(found.items)} tickets opened in the last 30 days.</Trans></p>
        </div>
      )}
    </Panel>
  )
}

type Parsed = { document: Document } | { wrong: string }

function parsed(text: string, none: string): Parsed {
  try {
    const document: unknown = JSON.parse(text)
    return isDocument(document) ? { document } : { wrong: none }
  } catch (error) {
    return { wrong: errorText(error) }
  }
}

export function SlaEditor({ of }: { of: SlaPolicy }) {
  const { t, i18n } = useLingui()
  const may = useMay('desk.policy')
  const before = of.policy as unknown as Document
  const [document, setDocument] = useState<Document>(before)
  const [text, setText] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const written = text ?? JSON.stringify(document, null, 2)
  const read = (typed: string) => parsed(typed, t`This is no policy: its clocks cannot be read`)
  const found = text === null ? { document } : read(text)
  const wrong = 'wrong' in found ? found.wrong : null
  const changed = JSON.stringify(document) !== JSON.stringify(before)
  const used = CLOCKS.filter((clock) => document.clocks[clock] !== undefined)
  async function save() {
    if (!changed || wrong !== null || busy) return
    setBusy(true)
    setProblem(null)
    try {
      const saved = await ok(api.PUT('/api/v1/sla/policies/{policy}', { params: { path: { policy: of.id } }, body: { version: of.version, rank: of.rank, policy: document as never } }))
      await queries.invalidateQueries({ queryKey: [ALL] })
      toast({ text: t`${saved.name} is in force from now on, for all open tickets` })
    } catch (error) {
      setProblem(errorText(error))
    } finally {
      setBusy(false)
    }
  }
  function take(next: Document) {
    setDocument(next)
    setText(null)
  }
  useShortcuts(may ? [{ keys: 'mod+s', label: t`Save`, group: t`Promises`, whileTyping: true, run: () => void save() }] : [])
  return (
    <div className="pt-stack dk-sla-policy">
      <div className="pt-soft">{of.changed_at === null || of.from === null ? t`As Patron comes` : <Trans>In force since <Time at={of.from} />, by {of.changed_by}</Trans>}{document.applies !== undefined && <>{' · '}<Trans>Applies where <bdi>{sentence(i18n, document.applies)}</bdi></Trans></>}</div>
      <Panel title={t`Targets`}><div className="pt-stack"><Targets document={document} off={!may} onChange={take} />{may && <ClockRow document={document} onChange={take} />}</div></Panel>
      <div className="dk-sla-columns">
        <Panel title={t`When the clocks run`}><div className="pt-stack">{used.map((clock) => <Sentences key={clock} clock={clock} plan={document.clocks[clock] ?? {}} />)}</div></Panel>
        <Panel title={t`The same as a document`}>
          <Textarea
            className="dk-json" aria-label={t`The policy as JSON`} autosize minRows={8} maxRows={24} spellCheck={false} disabled={!may} value={written}
            onChange={(event) => {
              const typed = event.currentTarget.value
              setText(typed)
              const next = read(typed)
              if ('document' in next) setDocument(next.document)
            }}
          />
          {wrong !== null && <p role="alert" className="pt-text-bad pt-ltr">{wrong}</p>}
        </Panel>
      </div>
      <Try document={document} />
      <SlaHistory of={of} onTake={may ? take : null} />
      {(changed || problem !== null) && (
        <div className="dk-savebar">
          {problem !== null && <p className="pt-text-bad pt-grow" role="alert">{problem}</p>}
          <Button onClick={() => { setDocument(before); setText(null); setProblem(null) }}><Trans>Discard</Trans></Button>
          <Button variant="filled" loading={busy} disabled={wrong !== null} onClick={() => void save()}><Trans>Save as a new version</Trans></Button>
        </div>
      )}
    </div>
  )
}
