// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, SegmentedControl, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { ApiError } from '@/api/client'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { Code, Status } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { Panel } from '@/ui/Page'
import { Empty, errorText } from '@/ui/states'
import { attempt, toast } from '@/ui/toast'
import { BODY_MAX, eventsText, pretty, readJson } from '../json'
import { type Fault, faultOf, newRule, type Rule, RULES_MAX, starter, textOfMapping } from '../mapping'
import { changeConnector, type Connector, usePreview, useSample } from '../model'
import { type MappingDraft, useMappingDraft } from '../useMappingDraft'
import { RuleEditor } from './RuleEditor'

const PREVIEW_MS = 350

/** The body that the preview is of: pasted, or the newest that came. */
function useBody(of: Connector) {
  const sample = useSample(of.id).data
  const [pasted, setPasted] = useState<string | null>(null)
  return { sample, pasted, setPasted, body: pasted ?? sample ?? null }
}

type Body = ReturnType<typeof useBody>

/** What the mapping makes of the body, or what is wrong with one of them. */
function useOutcome(draft: MappingDraft, body: string | null) {
  const [asked] = useDebouncedValue(draft.mapping, PREVIEW_MS)
  const [given] = useDebouncedValue(body, PREVIEW_MS)
  const none = draft.text === ''
  const query = usePreview(none ? null : asked, given)
  const refused = query.isError && !none
  const message = refused ? errorText(query.error) : null
  const fault = message === null ? null : faultOf(message)
  return { fault, bodyFault: given !== null && message !== null && fault === null ? message : null, preview: refused || none ? undefined : query.data }
}

type Outcome = ReturnType<typeof useOutcome>

function Preview({ body, outcome }: { body: Body; outcome: Outcome }) {
  const { t } = useLingui()
  const { preview, fault, bodyFault } = outcome
  const count = preview?.events.length ?? 0
  return (
    <Panel
      title={t`What it makes`}
      actions={body.body !== null && preview !== undefined && fault === null && (
        <Status tone={count === 0 ? 'warn' : 'good'} dot>{count === 0 ? t`no rule holds` : plural(count, { one: '# event', other: '# events' })}</Status>
      )}
    >
      <div className="pt-stack">
        <Textarea
          label={t`Body`} autosize minRows={4} maxRows={12} maxLength={BODY_MAX} spellCheck={false} classNames={{ input: 'cn-json cn-mono' }} value={body.pasted ?? pretty(body.sample ?? '')} error={bodyFault}
          description={body.pasted !== null ? t`As pasted` : body.sample ? t`The newest that came within the hour` : t`Nothing came within the hour: paste what the system sends`}
          placeholder='{"type": "order.paid", "data": {…}}' onChange={(event) => body.setPasted(event.currentTarget.value === '' ? null : event.currentTarget.value)}
        />
        {body.pasted !== null && body.sample && <div><Button size="compact-sm" onClick={() => body.setPasted(null)}><Trans>Back to the newest that came</Trans></Button></div>}
        {fault !== null && <p role="alert" className="pt-text-bad cn-error"><Trans>The mapping does not hold yet:</Trans> <bdi>{fault.rule === null ? fault.text : t`rule ${fault.rule + 1}: ${fault.text}`}</bdi></p>}
        {body.body !== null && preview !== undefined && count > 0 && <Code label={t`Events`} text={eventsText(preview.events)} height={420} />}
        <p className="pt-note"><Trans>Nothing of this is stored.</Trans></p>
      </div>
    </Panel>
  )
}

function Conflict({ of, draft }: { of: Connector; draft: MappingDraft }) {
  const { t } = useLingui()
  const [shown, setShown] = useState(false)
  return (
    <>
      <div className="pt-banner pt-warn" role="alert">
        <span><Trans>Somebody saved another mapping while you edited this one.</Trans></span>
        <Button size="compact-xs" onClick={() => setShown(!shown)}>{shown ? <Trans>Hide theirs</Trans> : <Trans>Show theirs</Trans>}</Button>
        <Button size="compact-xs" onClick={draft.discard}><Trans>Take theirs</Trans></Button>
        <Button size="compact-xs" onClick={draft.rebase}><Trans>Go on with mine</Trans></Button>
      </div>
      {shown && of.mapping !== null && <Code label={t`Their mapping`} text={textOfMapping(of.mapping)} height={240} />}
    </>
  )
}

function Rules({ draft, fault, body }: { draft: MappingDraft; fault: Fault | null; body: unknown }) {
  const { t } = useLingui()
  const { rules, setRules } = draft
  if (rules === null) {
    return (
      <Empty title={draft.mapping === null ? t`The text is no JSON object yet` : t`Rows cannot show all of this text`}>
        <Trans>Go on in the text; the rows come back when they can show it.</Trans>
      </Empty>
    )
  }
  function remove(rule: Rule, index: number) {
    const number = index + 1
    const before = rules ?? []
    setRules(before.filter((one) => one.id !== rule.id))
    toast({ text: t`Rule ${number} is removed`, undo: () => setRules(before) })
  }
  return (
    <>
      {rules.length === 0 && (
        <Empty title={t`No rule yet`} action={<Button variant="filled" onClick={() => setRules([starter(body)])}>{body === null ? <Trans>Begin with an order</Trans> : <Trans>Begin with what came</Trans>}</Button>}>
          <Trans>A rule says when it holds, which event it makes, whose it is, and from where each field comes. Until one holds, deliveries are kept in the quarantine.</Trans>
        </Empty>
      )}
      {rules.map((rule, i) => (
        <RuleEditor
          key={rule.id} rule={rule} number={i + 1} body={body} fault={fault?.rule === i ? fault : null}
          onChange={(next) => setRules(rules.map((one) => (one.id === rule.id ? next : one)))} onRemove={() => remove(rule, i)}
        />
      ))}
      {rules.length > 0 && rules.length < RULES_MAX && <div><Button leftSection={<Icon name="add" />} onClick={() => setRules([...rules, newRule()])}><Trans>Add a rule</Trans></Button></div>}
    </>
  )
}

function Editor({ of }: { of: Connector }) {
  const { t } = useLingui()
  const draft = useMappingDraft(of)
  const body = useBody(of)
  const outcome = useOutcome(draft, body.body)
  const [view, setView] = useState<'preview' | 'text'>('preview')
  const [busy, setBusy] = useState(false)
  const ready = draft.dirty && draft.mapping !== null && !draft.conflict && !busy
  async function save() {
    if (!ready) return
    const before = of.mapping
    setBusy(true)
    try {
      await draft.save()
      toast({ text: t`Saved: what comes from now on is mapped so`, ...(before === null ? {} : { undo: () => changeConnector(of.id, { mapping: before }) }) })
    } catch (why) {
      // what the others saved is fetched with the next look, which brings the choice
      toast({ text: why instanceof ApiError && why.status === 409 ? t`Not saved: somebody changed it meanwhile` : errorText(why), tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }
  useShortcuts([{ keys: 'mod+s', label: t`Save the mapping`, group: t`Connectors`, whileTyping: true, run: () => void attempt(save()) }])
  return (
    <>
      {draft.conflict && <Conflict of={of} draft={draft} />}
      <div className="cn-editor">
        <div className="pt-stack">
          <Rules draft={draft} fault={outcome.fault} body={readJson(body.body)} />
        </div>
        <div className="pt-stack cn-beside">
          <div className="pt-row">
            <SegmentedControl aria-label={t`Beside the rows`} value={view} onChange={(to) => setView(to === 'text' ? 'text' : 'preview')} data={[{ value: 'preview', label: t`Preview` }, { value: 'text', label: t`Text` }]} />
            <span className="pt-grow" />
            {draft.dirty && <Button onClick={draft.discard}><Trans>Discard</Trans></Button>}
            <Button variant="filled" disabled={!ready} loading={busy} onClick={() => void save()}><Trans>Save</Trans></Button>
          </div>
          {view === 'preview' ? <Preview body={body} outcome={outcome} /> : (
            <Panel title={t`As JSON`}>
              <Textarea
                aria-label={t`The mapping as JSON`} autosize minRows={8} maxRows={34} spellCheck={false} classNames={{ input: 'cn-json cn-mono' }} value={draft.text}
                error={draft.text !== '' && draft.mapping === null ? t`Not a JSON object yet` : outcome.fault === null ? null : outcome.fault.rule === null ? outcome.fault.text : t`rule ${outcome.fault.rule + 1}: ${outcome.fault.text}`}
                onChange={(event) => draft.setText(event.currentTarget.value)}
              />
            </Panel>
          )}
        </div>
      </div>
    </>
  )
}

/** What becomes of the JSON of a connector with rules of its own. */
export function MappingEditor({ of }: { of: Connector }) {
  const { t } = useLingui()
  const mayWrite = useMay('connectors.write')
  if (mayWrite) return <Editor key={of.id} of={of} />
  return <Panel title={t`Mapping`}>{of.mapping === null ? <p className="pt-soft"><Trans>There is none yet.</Trans></p> : <Code label={t`Mapping`} text={textOfMapping(of.mapping)} />}</Panel>
}
