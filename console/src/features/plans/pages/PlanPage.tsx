// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Menu, SegmentedControl, TextInput } from '@mantine/core'
import { useState } from 'react'
import { ApiError } from '@/api/client'
import { useShortcuts } from '@/base/keys'
import { queries, useMay } from '@/base/session'
import { oneOf, useGo, useParam, useUrl } from '@/base/url'
import { Status, Time, ZoneNote } from '@/ui/bits'
import { saveText } from '@/ui/csv'
import { ConfirmDialog } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { errorText, Loaded, NotFound } from '@/ui/states'
import { toast } from '@/ui/toast'
import { CheckPanel } from '../components/CheckPanel'
import { Leave } from '../components/Leave'
import { PlanSettings } from '../components/PlanSettings'
import { RuleEditor } from '../components/RuleEditor'
import { RuleList } from '../components/RuleList'
import { Sources } from '../components/Sources'
import { Versions } from '../components/Versions'
import { Violations } from '../components/Violations'
import { BLANK, type Draft, draftOf, type Rule, ruleFault, ruleIn } from '../draft'
import { addPlan, deletePlan, handedOver, type Plan, savePlan, usePlan } from '../model'
import { anyFault, rowsOf } from '../schema'
import { usePlanDraft } from '../usePlanDraft'
import '../plans.css'

const TABS = ['rules', 'violations', 'check', 'sources', 'versions', 'settings'] as const
const NEW_TABS: readonly string[] = ['rules', 'check', 'settings']

type Editing = ReturnType<typeof usePlanDraft>

/** What keeps a draft from being saved, as far as that can be told here. */
function unsavable(draft: Draft): boolean {
  return draft.name.trim() === '' || draft.rules.some((rule) => ruleFault(rule, draft.rules) !== null || anyFault(rowsOf(rule.schema, rule.type)))
}

function useSave(plan: Plan | null, editing: Editing) {
  const go = useGo()
  const { t } = useLingui()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  async function save(note: string) {
    setBusy(true)
    setError(null)
    try {
      if (plan === null) {
        const made = await addPlan(editing.draft, note)
        editing.mayLeave()
        go(`/plans/${made.id}`)
      } else editing.settle(await savePlan(plan.id, editing.draft, editing.base.version, note))
      toast({ text: t`Saved: it holds for events that come in from now on` })
    } catch (why) {
      setError(why)
      if (plan !== null && why instanceof ApiError && why.status === 409) void queries.invalidateQueries({ queryKey: ['plans', 'one', plan.id] })
    } finally {
      setBusy(false)
    }
  }
  return { busy, error, save, clear: () => setError(null) }
}

/** Stays in sight while something is not saved. */
function SaveBar({ plan, editing, saving }: { plan: Plan | null; editing: Editing; saving: ReturnType<typeof useSave> }) {
  const { t } = useLingui()
  const [note, setNote] = useState('')
  const newer = plan !== null && plan.version !== editing.base.version
  const save = () => void saving.save(note).then(() => setNote(''))
  useShortcuts([{ keys: 'mod+s', label: t`Save the plan`, group: t`Tracking plans`, whileTyping: true, run: () => !saving.busy && !unsavable(editing.draft) && save() }])
  const version = plan?.version ?? 0
  return (
    <div className="pl-bar" role="group" aria-label={t`Unsaved changes`}>
      <Status tone="warn" dot>{plan === null ? t`Draft, not saved yet` : t`Changed, not saved yet`}</Status>
      <TextInput aria-label={t`Note of this version`} placeholder={t`What changed, and why`} className="pt-grow" maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      {plan !== null && <Button onClick={() => { editing.discard(); saving.clear() }}><Trans>Discard</Trans></Button>}
      <Button variant="filled" loading={saving.busy} disabled={unsavable(editing.draft) || newer} onClick={save}><Trans>Save</Trans></Button>
      {newer && (
        <span className="pt-row pt-text-warn" role="alert">
          <Trans>Version {version} was saved by somebody else meanwhile. Compare it under Versions.</Trans>
          <Button size="compact-xs" onClick={() => { editing.rebase(plan); saving.clear() }}><Trans>Save mine over it</Trans></Button>
        </span>
      )}
      {saving.error !== null && !newer && <span role="alert" className="pt-text-bad"><bdi>{errorText(saving.error)}</bdi></span>}
    </div>
  )
}

function Rules({ plan, editing, error, mayWrite }: { plan: Plan | null; editing: Editing; error: string | null; mayWrite: boolean }) {
  const { draft, setDraft } = editing
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const index = /^\d{1,4}$/.test(url.rule ?? '') ? Number(url.rule) : -1
  const rule = draft.rules[index]
  const put = (rules: Rule[]) => setDraft({ ...draft, rules })
  const add = () => {
    put([...draft.rules, { type: 'track', name: null, description: '', mode: null, schema: { type: 'object', properties: { properties: { type: 'object', properties: {} } } } }])
    setUrl({ rule: draft.rules.length })
  }
  const remove = () => {
    const before = draft
    put(draft.rules.filter((_, i) => i !== index))
    setUrl({ rule: null })
    toast({ text: t`The rule was removed from the draft`, undo: () => setDraft(before) })
  }
  useShortcuts(mayWrite ? [{ keys: 'n', label: t`Add a rule`, group: t`Tracking plans`, run: add }] : [])
  if (!rule) return <RuleList plan={plan?.id ?? null} draft={draft} onOpen={(i) => setUrl({ rule: i })} onAdd={add} mayWrite={mayWrite} />
  return (
    <RuleEditor
      key={index} rule={rule} rules={draft.rules} planMode={draft.mode} error={error !== null && ruleIn(error) === index ? error : null} readOnly={!mayWrite}
      onChange={(next) => put(draft.rules.map((other, i) => (i === index ? next : other)))} onClose={() => setUrl({ rule: null })} onRemove={remove}
    />
  )
}

function Actions({ plan, editing }: { plan: Plan | null; editing: Editing }) {
  const { t } = useLingui()
  const go = useGo()
  const mayWrite = useMay('plans.write')
  const [deleting, setDeleting] = useState(false)
  const name = editing.draft.name || 'plan'
  return (
    <>
      <Button leftSection={<Icon name="download" />} onClick={() => saveText(`${name}.json`, 'application/json', `${JSON.stringify(editing.draft, null, 2)}\n`)}><Trans>Export</Trans></Button>
      {plan !== null && mayWrite && (
        <>
          <Menu>
            <Menu.Target><Button aria-label={t`More`}><Icon name="more" /></Button></Menu.Target>
            <Menu.Dropdown><Menu.Item disabled={plan.sources.length > 0} onClick={() => setDeleting(true)}><Trans>Delete the plan…</Trans></Menu.Item></Menu.Dropdown>
          </Menu>
          <ConfirmDialog
            title={t`Delete the plan`} word={plan.name} opened={deleting} onClose={() => setDeleting(false)} submit={t`Delete the plan`}
            onConfirm={async () => {
              await deletePlan(plan.id)
              editing.mayLeave()
              go('/plans')
            }}
          >
            <Trans>The plan and all its versions go. Events keep what was said of them.</Trans>
          </ConfirmDialog>
        </>
      )}
    </>
  )
}

function Editor({ plan, begin, notes }: { plan: Plan | null; begin: Draft; notes: readonly string[] }) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const mayWrite = useMay('plans.write')
  const editing = usePlanDraft(plan, begin)
  const saving = useSave(plan, editing)
  const { draft, setDraft, dirty, blocker } = editing
  const wanted = oneOf(url.tab, TABS)
  const tab = plan === null && !NEW_TABS.includes(wanted) ? 'rules' : wanted
  const error = saving.error === null ? null : errorText(saving.error)
  const names = { rules: t`Rules`, violations: t`Violations`, check: t`Check`, sources: t`Sources`, versions: t`Versions`, settings: t`Settings` }
  const tabs = TABS.filter((one) => (plan !== null || NEW_TABS.includes(one)) && (one !== 'check' || mayWrite))
  const count = plural(draft.rules.length, { one: '# rule', other: '# rules' })
  const version = plan?.version
  return (
    <Page
      title={draft.name || t`New tracking plan`} actions={<Actions plan={plan} editing={editing} />}
      note={(
        <span className="pt-row">
          <LinkTo href="/plans">{t`Tracking plans`}</LinkTo>
          {plan !== null && <span><Trans>Version {version}</Trans>, <Time at={plan.saved_at} />, <bdi>{plan.saved_by}</bdi></span>}
          <span>{count}</span> <ZoneNote />
        </span>
      )}
    >
      {draft.description !== '' && tab !== 'settings' && <p className="pt-soft"><bdi>{draft.description}</bdi></p>}
      {notes.length > 0 && dirty && <div className="pt-banner pt-warn" role="status"><span>{notes.map((note) => <bdi key={note}>{note} </bdi>)}</span></div>}
      <SegmentedControl
        className="pl-view pl-tabs" aria-label={t`Part of the plan`} value={tab} data={tabs.map((value) => ({ value, label: names[value] }))}
        onChange={(value) => setUrl({ tab: value === 'rules' ? null : value, rule: null, violation: null, version: null })}
      />
      {tab === 'rules' && <Rules plan={plan} editing={editing} error={error} mayWrite={mayWrite} />}
      {tab === 'settings' && <PlanSettings draft={draft} onChange={setDraft} readOnly={!mayWrite} />}
      {tab === 'check' && <CheckPanel draft={draft} />}
      {tab === 'violations' && plan !== null && <Violations plan={plan.id} />}
      {tab === 'sources' && plan !== null && <Sources plan={plan} mayWrite={mayWrite} />}
      {tab === 'versions' && plan !== null && (
        <Versions
          plan={plan} now={draft} mayWrite={mayWrite}
          onRestore={(old) => {
            const before = draft
            const number = old.version
            setDraft(draftOf(old))
            toast({ text: t`Version ${number} is in the draft: save it to bring it back`, undo: () => setDraft(before) })
          }}
        />
      )}
      {dirty && mayWrite && <SaveBar plan={plan} editing={editing} saving={saving} />}
      <Leave opened={blocker.status === 'blocked'} onStay={() => blocker.reset?.()} onLeave={() => blocker.proceed?.()} />
    </Page>
  )
}

export function PlanPage() {
  const { t } = useLingui()
  const id = useParam('id')
  const isNew = id === 'new'
  const query = usePlan(isNew ? null : id)
  if (isNew) {
    const given = handedOver()
    return <Editor key="new" plan={null} begin={given?.draft ?? BLANK} notes={given?.notes ?? []} />
  }
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such tracking plan`} />
  return <Loaded query={query} rows={10}>{(plan) => <Editor key={plan.id} plan={plan} begin={draftOf(plan)} notes={[]} />}</Loaded>
}
