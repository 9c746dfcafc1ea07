// SPDX-License-Identifier: Apache-2.0
// Settings of a queue, an agent, and the skills, each saved as a whole; what somebody else has saved meanwhile is not overwritten.
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useUrl } from '@/base/url'
import { Ago, Keys } from '@/ui/bits'
import { SidePanel } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { Panel } from '@/ui/Page'
import { errorText, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import { putAgent, putQueue, putSkills, useAgent, useQueue, useSkills } from '../model'
import type { Names } from '../names'
import { AGENT, type AgentSettings, chosen, cleaned, QUEUE, type QueueSettings, skillId, type SkillName } from '../settings'
import { type Changes, currentChanges, setChanges, withAgent, withQueue } from '../trial'
import { AgentForm } from './AgentForm'
import { QueueForm } from './QueueForm'

type Saved = { version: number; changed_at: string | null; changed_by: string }

/** What is typed, until it is saved or thrown away. */
function useEdit<T>(settings: T, of: Saved, put: (version: number, settings: T) => Promise<Saved>, done: string) {
  const [began, setBegan] = useState({ settings, version: of.version })
  const [draft, setDraft] = useState(settings)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const { t } = useLingui()
  const changed = JSON.stringify(draft) !== JSON.stringify(began.settings)
  async function save() {
    if (!changed || busy) return
    setBusy(true)
    setProblem(null)
    try {
      const saved = await put(began.version, draft)
      setBegan({ settings: draft, version: saved.version })
      toast({ text: done })
    } catch (error) {
      setProblem(errorText(error))
    } finally {
      setBusy(false)
    }
  }
  useShortcuts([{ keys: 'mod+s', label: t`Save`, group: t`Routing`, whileTyping: true, run: () => void save() }])
  return { draft, set: (change: Partial<T>) => setDraft((now) => ({ ...now, ...change })), changed, busy, problem, save, back: () => { setDraft(began.settings); setProblem(null) } }
}

/** What is typed is tried on past tickets before it is saved. */
function useTry(changed: (now: Changes) => Changes) {
  const { t } = useLingui()
  const [, setUrl] = useUrl()
  const may = useMay('desk.policy')
  const run = () => {
    setChanges(changed(currentChanges()))
    setUrl({ show: 'trial', queue: null, agent: null })
  }
  useShortcuts(may ? [{ keys: 'mod+Enter', label: t`Try on past tickets`, group: t`Routing`, whileTyping: true, run }] : [])
  return may ? run : null
}

function Foot({ edit, of, onTry }: { edit: { changed: boolean; busy: boolean; problem: string | null; save: () => Promise<void>; back: () => void }; of: Saved; onTry: (() => void) | null }) {
  return (
    <>
      {onTry !== null && <div><Button size="compact-sm" leftSection={<Icon name="play" size={14} />} rightSection={<Keys keys="mod+Enter" />} onClick={onTry}><Trans>Try on past tickets</Trans></Button></div>}
      {edit.problem !== null && <p role="alert" className="pt-text-bad">{edit.problem}</p>}
      {edit.changed ? (
        <div className="pt-row ro-save"><Button variant="filled" loading={edit.busy} onClick={() => void edit.save()} rightSection={<Keys keys="mod+s" />}><Trans>Save</Trans></Button><Button onClick={edit.back}><Trans>As it was</Trans></Button></div>
      ) : of.changed_at !== null && <p className="pt-faint"><Trans>Changed <Ago at={of.changed_at} /> by <bdi>{of.changed_by}</bdi></Trans></p>}
    </>
  )
}

function Body({ children }: { children: ReactNode }) {
  return <div className="ro-form">{children}</div>
}

function QueueEdit({ queue, settings, of, names }: { queue: string; settings: QueueSettings; of: Saved; names: Names }) {
  const { t } = useLingui()
  const may = useMay('desk.policy')
  const name = names.queue(queue)
  const edit = useEdit(settings, of, (version, draft) => putQueue(queue, version, cleaned(draft)), t`${name} was saved: it holds at once`)
  const onTry = useTry((now) => withQueue(now, queue, cleaned(edit.draft)))
  return <Body><QueueForm of={edit.draft} names={names.skills} disabled={!may} set={edit.set} /><Foot edit={edit} of={of} onTry={onTry} /></Body>
}

function AgentEdit({ account, settings, of, names }: { account: string; settings: AgentSettings; of: Saved; names: Names }) {
  const { t } = useLingui()
  const may = useMay('desk.policy')
  const name = names.person(account)
  const edit = useEdit(settings, of, (version, draft) => putAgent(account, version, { ...draft, skills: chosen(draft.skills) }), t`${name} was saved: it holds at once`)
  const onTry = useTry((now) => withAgent(now, account, { ...edit.draft, skills: chosen(edit.draft.skills) }))
  return <Body><AgentForm of={edit.draft} names={names} disabled={!may} set={edit.set} /><Foot edit={edit} of={of} onTry={onTry} /></Body>
}

export function QueuePanel({ queue, names, onClose }: { queue: string; names: Names; onClose: () => void }) {
  const query = useQueue(queue)
  return (
    <SidePanel title={names.queue(queue)} onClose={onClose} wide>
      <Loaded query={query}>{(of) => <QueueEdit key={queue} queue={queue} of={of} settings={{ ...QUEUE, ...(of.settings as Partial<QueueSettings>) }} names={names} />}</Loaded>
    </SidePanel>
  )
}

export function AgentPanel({ account, names, onClose }: { account: string; names: Names; onClose: () => void }) {
  const query = useAgent(account)
  return (
    <SidePanel title={names.person(account)} onClose={onClose} wide>
      <Loaded query={query}>{(of) => <AgentEdit key={account} account={account} of={of} settings={{ ...AGENT, ...(of.settings as Partial<AgentSettings>) }} names={names} />}</Loaded>
    </SidePanel>
  )
}

function SkillsEdit({ of, skills }: { of: Saved; skills: SkillName[] }) {
  const { t } = useLingui()
  const may = useMay('desk.policy')
  const [typed, setTyped] = useState('')
  const edit = useEdit({ skills }, of, (version, draft) => putSkills(version, draft.skills.filter((one) => one.name.trim() !== '')), t`The skills were saved`)
  const list = edit.draft.skills
  const onTry = useTry((now) => ({ ...now, dropped: skills.filter((one) => !list.some((other) => other.id === one.id)).map((one) => one.id) }))
  const add = () => {
    const name = typed.trim()
    if (name === '') return
    edit.set({ skills: [...list, { id: skillId(name, list.map((one) => one.id)), name }] })
    setTyped('')
  }
  return (
    <Body>
      {list.length === 0 && <p className="pt-soft"><Trans>Languages, systems, brands: what a ticket may need of whoever takes it.</Trans></p>}
      {list.map((one, i) => (
        <div key={one.id} className="ro-row">
          <TextInput size="xs" className="pt-grow" aria-label={t`Name of ${one.id}`} disabled={!may} maxLength={200} value={one.name} onChange={(event) => edit.set({ skills: list.map((other, k) => (k === i ? { ...other, name: event.currentTarget.value } : other)) })} />
          <code className="pt-ltr pt-faint">{one.id}</code>
          {may && <ActionIcon aria-label={t`Remove ${one.name}`} onClick={() => edit.set({ skills: list.filter((_, k) => k !== i) })}><Icon name="close" size={14} /></ActionIcon>}
        </div>
      ))}
      {may && (
        <form className="ro-row" onSubmit={(event) => { event.preventDefault(); add() }}>
          <TextInput size="xs" className="pt-grow" aria-label={t`A new skill`} placeholder={t`A new skill`} maxLength={200} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
          <Button size="compact-sm" type="submit" disabled={typed.trim() === ''}><Trans>Add</Trans></Button>
        </form>
      )}
      <Foot edit={edit} of={of} onTry={skills.some((one) => !list.some((other) => other.id === one.id)) ? onTry : null} />
    </Body>
  )
}

export function SkillsPanel() {
  const { t } = useLingui()
  const query = useSkills()
  return <Panel title={t`Skills`} label={t`Skills`}><Loaded query={query}>{(of) => <SkillsEdit of={of} skills={of.skills} />}</Loaded></Panel>
}
