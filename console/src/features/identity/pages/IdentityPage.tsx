// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NumberInput, Textarea, TextInput } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { ApiError } from '@/api/client'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { Time, ZoneNote } from '@/ui/bits'
import { Dialog } from '@/ui/dialogs'
import { Page, Panel } from '@/ui/Page'
import { errorText, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import { Preferences } from '../components/Preferences'
import { PreviewPanel } from '../components/PreviewPanel'
import { Rebuild } from '../components/Rebuild'
import { TypesTable } from '../components/TypesTable'
import { renewRules, saveRules, useRules } from '../model'
import { BLOCKED_MAX, blockedOf, CAP, type Draft, draftOf, faultsOf, type Rules, same, sentOf } from '../rules'
import '../identity.css'

/** The rules as they are edited. What somebody else saves comes in while nothing was changed here. */
function useDraft(rules: Rules) {
  const [base, setBase] = useState(() => ({ version: rules.version, draft: draftOf(rules) }))
  const [draft, setDraft] = useState(base.draft)
  const dirty = !same(draft, base.draft)
  const take = (next: Rules) => {
    const fresh = draftOf(next)
    setBase({ version: next.version, draft: fresh })
    setDraft(fresh)
  }
  useEffect(() => {
    if (rules.version !== base.version && !dirty) take(rules)
  }, [rules, base.version, dirty])
  return { draft, setDraft, dirty, base, take, discard: () => setDraft(base.draft), rebase: (next: Rules) => setBase({ version: next.version, draft: draftOf(next) }) }
}

type Editing = ReturnType<typeof useDraft>

function SaveBar({ rules, editing, ready }: { rules: Rules; editing: Editing; ready: boolean }) {
  const { t } = useLingui()
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const conflict = rules.version !== editing.base.version
  const [mine, theirs] = [editing.base.version, rules.version]
  async function save() {
    if (!ready || conflict) return
    setBusy(true)
    setError(null)
    try {
      editing.take(await saveRules(editing.base.version, sentOf(editing.draft), reason.trim()))
      toast({ text: t`Saved. The rules hold for events from now on; customers stay as they are until a rebuild.` })
    } catch (why) {
      if (why instanceof ApiError && why.status === 409) await renewRules()
      setError(why)
    } finally {
      setBusy(false)
    }
  }
  useShortcuts([{ keys: 'mod+s', label: t`Save`, group: t`Identity rules`, whileTyping: true, run: () => void save() }])
  if (conflict) {
    const by = rules.changed_by ?? ''
    return (
      <div className="id-save" role="alert">
        <span className="pt-grow"><Trans>You began with version {mine}; <bdi>{by}</bdi> has saved version {theirs} since. Yours is not saved.</Trans></span>
        <Button onClick={() => editing.take(rules)}><Trans>Take version {theirs}</Trans></Button>
        <Button variant="filled" onClick={() => editing.rebase(rules)}><Trans>Keep mine to save over it</Trans></Button>
      </div>
    )
  }
  return (
    <div className="id-save" role="region" aria-label={t`Changes`}>
      {error === null ? <span className="pt-soft"><Trans>Changes that are not saved</Trans></span> : <span role="alert" className="pt-text-bad"><bdi>{errorText(error)}</bdi></span>}
      <TextInput className="pt-grow" aria-label={t`Reason`} placeholder={t`Reason, for the audit`} maxLength={500} autoComplete="off" value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      <Button onClick={editing.discard}><Trans>Discard</Trans></Button>
      <Button variant="filled" loading={busy} disabled={!ready} onClick={() => void save()}><Trans>Save</Trans></Button>
    </div>
  )
}

function Limits({ draft, fault, onChange }: { draft: Draft; fault: string | null; onChange: (draft: Draft) => void }) {
  const { t } = useLingui()
  const count = blockedOf(draft.blocked).length
  return (
    <div className="id-limits">
      <NumberInput
        label={t`Merge cap`} description={t`Identifiers that a person may come to have; whatever would join more is refused`} allowDecimal={false} hideControls min={CAP.min} max={CAP.max} value={draft.merge_cap}
        onChange={(value) => onChange({ ...draft, merge_cap: Math.max(CAP.min, Math.min(CAP.max, Math.trunc(Number(value)) || CAP.min)) })}
      />
      <Textarea
        label={t`Blocked values`} description={`${t`Nobody's: test, unknown, a shop's own number. One a line.`} ${plural(count, { one: '# value', other: '# values' })}`} autosize minRows={4} maxRows={12} classNames={{ input: 'id-mono' }} spellCheck={false}
        value={draft.blocked} error={fault} onChange={(event) => onChange({ ...draft, blocked: event.currentTarget.value })}
      />
    </div>
  )
}

function Note({ rules }: { rules: Rules }) {
  const version = rules.version
  const { rebuilt } = rules
  const whose = rules.changed_by
  const history = rebuilt?.version ?? 0
  return (
    <span className="pt-row">
      <span>{whose === null ? <Trans>Version {version}, <Time at={rules.changed_at} /></Trans> : <Trans>Version {version}, <Time at={rules.changed_at} />, <bdi>{whose}</bdi></Trans>}</span>
      {rebuilt !== null && (rebuilt.begun
        ? <span><Trans>History is read by version {history} since <Time at={rebuilt.at} /></Trans></span>
        : <span role="status"><Trans>A rebuild by version {history} is about to begin</Trans></span>)}
      <ZoneNote />
    </span>
  )
}

function Leave({ dirty }: { dirty: boolean }) {
  const { t } = useLingui()
  const blocker = useBlocker({ shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname, enableBeforeUnload: () => dirty, withResolver: true })
  return (
    <Dialog title={t`Leave without saving?`} opened={blocker.status === 'blocked'} onClose={() => blocker.reset?.()}>
      <div className="pt-stack">
        <p><Trans>What was changed in the rules is not saved yet.</Trans></p>
        <div className="pt-actions id-end">
          <Button onClick={() => blocker.proceed?.()}><Trans>Leave</Trans></Button>
          <Button variant="filled" data-autofocus onClick={() => blocker.reset?.()}><Trans>Stay</Trans></Button>
        </div>
      </div>
    </Dialog>
  )
}

function Editor({ rules }: { rules: Rules }) {
  const { t } = useLingui()
  const mayChange = useMay('identity.configure')
  const editing = useDraft(rules)
  const [rebuilding, setRebuilding] = useState(false)
  const { draft, setDraft, dirty } = editing
  const faults = faultsOf(draft)
  const most = BLOCKED_MAX
  const fault = faults.get('blocked')
  const count = rules.types.length
  return (
    <Page
      title={t`Identity rules`} note={<Note rules={rules} />}
      actions={mayChange && <Button disabled={dirty} title={dirty ? t`Save first` : undefined} onClick={() => setRebuilding(true)}><Trans>Apply to all of history…</Trans></Button>}
    >
      <p className="pt-soft id-intro"><Trans>Customers are recognised by identifiers of {count} types. Events that share one belong to one person, unless a limit, a mode or a do-not-link forbids it.</Trans></p>
      <fieldset className="id-plain pt-stack" disabled={!mayChange}>
        <Panel title={t`Types of identifiers`} flush><TypesTable draft={draft} faults={faults} onChange={setDraft} /></Panel>
        <Panel title={t`Limits`}><Limits draft={draft} fault={fault === 'blocked many' ? t`At most ${most} values` : fault === 'blocked long' ? t`A value is longer than an identifier can be` : null} onChange={setDraft} /></Panel>
        <Panel title={t`Preferred sources`}><Preferences draft={draft} faults={faults} onChange={setDraft} /></Panel>
      </fieldset>
      {mayChange && <PreviewPanel draft={draft} ready={faults.size === 0} />}
      {mayChange && dirty && <SaveBar rules={rules} editing={editing} ready={faults.size === 0} />}
      {mayChange && <Rebuild rules={rules} opened={rebuilding} onClose={() => setRebuilding(false)} />}
      <Leave dirty={dirty && mayChange} />
    </Page>
  )
}

export function IdentityPage() {
  const query = useRules()
  return <Loaded query={query} rows={12}>{(rules) => <Editor rules={rules} />}</Loaded>
}
