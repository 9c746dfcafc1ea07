// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NumberInput, Select, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useFormat } from '@/base/format'
import { Mono, Status } from '@/ui/bits'
import { DataTable } from '@/ui/DataTable'
import { LinkTo } from '@/ui/LinkTo'
import { Facts, Panel } from '@/ui/Page'
import { Empty, errorText } from '@/ui/states'
import { type Draft, keyOf } from '../draft'
import { type Check, checkPlan, useSourceNames } from '../model'
import { parseSchema } from '../schema'
import { modes } from './words'

function useAsk() {
  const [answer, setAnswer] = useState<Check | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  async function ask(what: () => Promise<Check>) {
    setBusy(true)
    setError(null)
    try {
      setAnswer(await what())
    } catch (why) {
      setError(errorText(why))
    } finally {
      setBusy(false)
    }
  }
  return { answer, error, busy, ask }
}

function Verdict({ verdict, draft }: { verdict: NonNullable<Check['verdict']>; draft: Draft }) {
  const { t, i18n } = useLingui()
  const rule = verdict.rule === null ? undefined : draft.rules[verdict.rule]
  const fine = verdict.violations.length === 0
  return (
    <div role="status" className="pt-stack">
      <Facts
        rows={[
          [t`Verdict`, fine ? <Status key="v" tone="good">{t`As planned`}</Status> : <Status key="v" tone={modes[verdict.outcome].tone}>{i18n._(modes[verdict.outcome].name)}</Status>],
          [t`Rule`, rule ? <bdi key="r">{keyOf(rule)}</bdi> : verdict.planned ? '–' : t`there is none for it`],
        ]}
      />
      {!fine && (
        <ul className="pl-list">
          {verdict.violations.map((v) => <li key={`${v.pointer} ${v.keyword}`}><Mono>{v.pointer === '' ? '/' : v.pointer}</Mono> <bdi>{v.message}</bdi></li>)}
        </ul>
      )}
    </div>
  )
}

function OneEvent({ draft }: { draft: Draft }) {
  const { t } = useLingui()
  const [text, setText] = useState('{\n  "type": "track",\n  "event": "",\n  "userId": "u1",\n  "properties": {}\n}')
  const { answer, error, busy, ask } = useAsk()
  const { schema: event, fault } = parseSchema(text)
  return (
    <Panel title={t`One event`}>
      <div className="pt-stack">
        <Textarea
          label={t`Event as a client sends it`} autosize minRows={10} maxRows={24} classNames={{ input: 'pl-code' }} spellCheck={false} value={text} error={fault}
          onChange={(change) => setText(change.currentTarget.value)}
        />
        <div><Button variant="filled" loading={busy} disabled={event === null} onClick={() => event && void ask(() => checkPlan(draft, { event }))}><Trans>Check the event</Trans></Button></div>
        {error !== null && <p role="alert" className="pt-text-bad"><bdi>{error}</bdi></p>}
        {answer?.verdict && <Verdict verdict={answer.verdict} draft={draft} />}
      </div>
    </Panel>
  )
}

function History({ history }: { history: NonNullable<Check['history']> }) {
  const { t } = useLingui()
  const format = useFormat()
  const n = history.events
  const share = (part: number) => (n === 0 ? '–' : `${format.integer(part)} (${format.percent(part / n)})`)
  return (
    <div role="status" className="pt-stack">
      <Facts
        rows={[
          [t`Judged`, <span key="n">{plural(n, { one: '# event', other: '# events' })}{!history.complete && <span className="pt-faint"> <Trans>(ended by its bound of time or records)</Trans></span>}</span>],
          [t`Would be flagged`, share(history.warned)],
          [t`Would be kept aside`, share(history.quarantined)],
          [t`Without a rule`, share(history.unplanned)],
        ]}
      />
      {n > 0 && (
        <DataTable
          label={t`What would be violated most`} rows={history.top} rowId={(v) => `${v.type} ${v.name} ${v.path} ${v.keyword}`} maxRows={12} csv="check"
          columns={[
            { id: 'event', title: t`Event`, main: true, cell: (v) => <bdi>{v.name || v.type}</bdi>, value: (v) => v.name || v.type, width: 'minmax(120px, 1fr)' },
            { id: 'path', title: t`Place`, cell: (v) => <code className="pt-ltr">{v.path || '/'}</code>, value: (v) => v.path, width: 'minmax(120px, 1fr)' },
            { id: 'message', title: t`What is wrong`, cell: (v) => <bdi title={v.message}>{v.message}</bdi>, value: (v) => v.message, width: 'minmax(120px, 1.2fr)' },
            { id: 'events', title: t`Events`, cell: (v) => <LinkTo href={`/live?event=${v.sample}`} title={t`Open one of them`}>{format.integer(v.events)}</LinkTo>, value: (v) => v.events, numeric: true, width: '90px' },
          ]}
          empty={<Empty title={t`None of them would break the plan`} />}
        />
      )}
    </div>
  )
}

function LastEvents({ draft }: { draft: Draft }) {
  const { t } = useLingui()
  const sources = useSourceNames().data ?? []
  const [source, setSource] = useState<string | null>(null)
  const [last, setLast] = useState(10000)
  const { answer, error, busy, ask } = useAsk()
  return (
    <Panel title={t`The last events of a source`}>
      <div className="pt-stack">
        <div className="pt-toolbar">
          <Select label={t`Source`} w={220} value={source} onChange={setSource} data={sources.map((s) => ({ value: s.id, label: s.name }))} />
          <NumberInput label={t`Events`} w={130} min={1} max={100000} step={1000} value={last} onChange={(value) => setLast(Math.max(1, Math.min(100000, Number(value) || 1)))} hideControls />
          <Button variant="filled" loading={busy} disabled={source === null} onClick={() => source && void ask(() => checkPlan(draft, { source, last }))}><Trans>Check them</Trans></Button>
        </div>
        <p className="pt-soft"><Trans>As the draft stands here, saved or not. Nothing is stored and no event changes.</Trans></p>
        {error !== null && <p role="alert" className="pt-text-bad"><bdi>{error}</bdi></p>}
        {answer?.history && <History history={answer.history} />}
      </div>
    </Panel>
  )
}

export function CheckPanel({ draft }: { draft: Draft }) {
  return <div className="pl-two"><OneEvent draft={draft} /><LastEvents draft={draft} /></div>
}
