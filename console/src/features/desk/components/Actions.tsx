// SPDX-License-Identifier: Apache-2.0
// What can be done to the ticket that is open, or to all that are ticked: by one key each, or from the bar.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { Keys } from '@/ui/bits'
import { nextStates } from '../edits'
import { type DeskRecord, type Edit, LABELS, type State, said, type Ticket, useRecords } from '../model'
import { useNames } from '../names'
import { useAct } from '../useAct'
import { states, waits } from '../words'
import { Priority } from './chips'
import { type Choice, Pick } from './Pick'

export type What = 'assign' | 'state' | 'label' | 'queue' | 'macro'
type Actions = { ask: (what: What) => void; solve: () => void; take: () => void; may: boolean }
const Context = createContext<Actions>({ ask: () => undefined, solve: () => undefined, take: () => undefined, may: false })

export const useActions = () => useContext(Context)

const WAITS = ['requester', 'vendor', 'change'] as const

/** States that all of them may take next. */
function commonStates(tickets: readonly Ticket[]): State[] {
  const [first, ...rest] = tickets
  return first === undefined ? [] : nextStates(first.state).filter((state) => rest.every((one) => nextStates(one.state).includes(state)))
}

/** A macro's change with its note, as one edit. */
export function macroEdit(macro: DeskRecord): Edit {
  const note = said<string>(macro, 'note') ?? ''
  return { ...(said<Edit>(macro, 'change') ?? {}), ...(note === '' ? {} : { note, public: said<boolean>(macro, 'public') ?? false }) }
}

function useChoices(what: What | null, tickets: readonly Ticket[]): { label: string; note?: string; choices: Choice[]; edit: (id: string) => { edit: Edit; done: (of: string) => string } | null } | null {
  const { t, i18n } = useLingui()
  const names = useNames()
  const macros = useRecords('macros', what === 'macro').data ?? []
  const one = tickets.length === 1 ? tickets[0] : undefined
  if (what === 'assign') {
    const others = names.people.filter((person) => person.id !== names.me)
    return {
      label: t`Assign to`,
      choices: [
        ...(names.me === '' ? [] : [{ id: names.me, text: t`Me`, note: names.fullName(names.me), chosen: one?.assignee === names.me }]),
        { id: '', text: t`Nobody`, chosen: one?.assignee === '' },
        ...others.map((person) => ({ id: person.id, text: person.name, chosen: one?.assignee === person.id })),
      ],
      edit: (id) => {
        const name = names.fullName(id)
        return { edit: { assignee: id }, done: (of) => (id === '' ? t`${of}: assigned to nobody` : t`${of}: assigned to ${name}`) }
      },
    }
  }
  if (what === 'queue') {
    return {
      label: t`Move to the queue`,
      choices: [{ id: '', text: t`None`, chosen: one?.queue === '' }, ...names.queues.map((queue) => ({ id: queue.id, text: queue.name, chosen: one?.queue === queue.id }))],
      edit: (id) => {
        const name = names.queue(id)
        return { edit: { queue: id }, done: (of) => (id === '' ? t`${of}: taken out of its queue` : t`${of}: moved to ${name}`) }
      },
    }
  }
  if (what === 'label') {
    return {
      label: t`Call it`, note: t`It raises the priority where what customers feel is less. It never lowers it.`,
      choices: [{ id: '', text: t`Nothing: by the policy alone`, chosen: one?.label === '' }, ...LABELS.map((label) => ({ id: label, text: label, before: <Priority of={Number(label[1])} />, chosen: one?.label === label }))],
      edit: (id) => ({ edit: { label: id as Ticket['label'] }, done: (of) => (id === '' ? t`${of}: called nothing` : t`${of}: called ${id}`) }),
    }
  }
  if (what === 'state') {
    const choices = commonStates(tickets).flatMap((state): Choice[] =>
      state === 'waiting' ? WAITS.map((wait) => ({ id: `waiting ${wait}`, text: i18n._(waits[wait]) })) : [{ id: state, text: i18n._(states[state].name) }])
    return {
      label: t`Becomes`, choices,
      edit: (id) => {
        const [state, wait] = id.split(' ') as [State, (typeof WAITS)[number] | undefined]
        const name = wait === undefined ? i18n._(states[state].name) : i18n._(waits[wait])
        return { edit: { state, ...(wait === undefined ? {} : { waiting_for: wait }) }, done: (of) => `${of}: ${name}` }
      },
    }
  }
  if (what === 'macro') {
    return {
      label: t`Macro`,
      choices: macros.map((macro) => ({ id: macro.id, text: macro.name, ...(said<string>(macro, 'description') ? { note: said<string>(macro, 'description') ?? '' } : {}) })),
      edit: (id) => {
        const macro = macros.find((other) => other.id === id)
        const name = macro?.name ?? ''
        return macro === undefined ? null : { edit: macroEdit(macro), done: (of) => `${of}: ${name}` }
      },
    }
  }
  return null
}

/** Around a page that shows tickets: registers the keys, and shows what they ask. */
export function ActionsOf({ tickets, onDone, onMacro, children }: {
  tickets: readonly Ticket[]
  /** Told what was done to many, so that nothing stays ticked. */
  onDone?: () => void
  /** One ticket is open: the macro's note is shown to be changed before it is sent. */
  onMacro?: (macro: DeskRecord) => void
  children: ReactNode
}) {
  const { t } = useLingui()
  const act = useAct()
  const names = useNames()
  const may = useMay('desk.write')
  const [what, setWhat] = useState<What | null>(null)
  const macros = useRecords('macros', what === 'macro').data ?? []
  const asked = useChoices(what, tickets)
  async function run(edit: Edit, done: (of: string) => string) {
    if (await act(tickets, edit, done)) onDone?.()
  }
  const actions = useMemo<Actions>(() => ({
    may,
    ask: setWhat,
    solve: () => void run({ state: 'resolved' }, (of) => t`${of}: solved`),
    take: () => void run({ assignee: names.me }, (of) => t`${of}: assigned to you`),
    // its functions read what is current
  }), [may, tickets, names.me, t])
  const group = t`The ticket, or all that are ticked`
  const ask = (keys: string, label: string, about: What) => ({ keys, label, group, run: () => tickets.length > 0 && setWhat(about) })
  useShortcuts(may ? [
    { keys: 'e', label: t`Solve`, group, run: actions.solve },
    ask('a', t`Assign`, 'assign'),
    { keys: 'i', label: t`Assign to me`, group, run: actions.take },
    ask('s', t`State`, 'state'),
    ask('p', t`Call it P1 to P5`, 'label'),
    ask('q', t`Queue`, 'queue'),
    ask('m', t`Macro`, 'macro'),
  ] : [])
  return (
    <Context value={actions}>
      {children}
      {asked !== null && (
        <Pick
          label={asked.label} {...(asked.note === undefined ? {} : { note: asked.note })} choices={asked.choices} onClose={() => setWhat(null)}
          onPick={(id) => {
            setWhat(null)
            const macro = what === 'macro' && tickets.length === 1 && onMacro !== undefined ? macros.find((one) => one.id === id) : undefined
            if (macro && onMacro && said<string>(macro, 'note')) {
              onMacro(macro)
              return
            }
            const chosen = asked.edit(id)
            if (chosen) void run(chosen.edit, chosen.done)
          }}
        />
      )}
    </Context>
  )
}

/** Over the list while something is ticked. */
export function BulkBar({ count, onClear }: { count: number; onClear: () => void }) {
  const { t } = useLingui()
  const { ask, solve, may } = useActions()
  useShortcuts([{ keys: 'Escape', label: t`Untick all`, group: t`Tickets`, run: onClear }])
  return (
    <div className="dk-bulk" role="toolbar" aria-label={t`What to do with the ticked`}>
      <span className="dk-bulk-count" role="status">{plural(count, { one: '# ticked', other: '# ticked' })}</span>
      {may && (
        <>
          <Button size="compact-sm" onClick={solve} rightSection={<Keys keys="e" />}><Trans>Solve</Trans></Button>
          <Button size="compact-sm" onClick={() => ask('assign')} rightSection={<Keys keys="a" />}><Trans>Assign</Trans></Button>
          <Button size="compact-sm" onClick={() => ask('state')} rightSection={<Keys keys="s" />}><Trans>State</Trans></Button>
          <Button size="compact-sm" onClick={() => ask('label')} rightSection={<Keys keys="p" />}><Trans>Priority</Trans></Button>
          <Button size="compact-sm" onClick={() => ask('queue')} rightSection={<Keys keys="q" />}><Trans>Queue</Trans></Button>
          <Button size="compact-sm" onClick={() => ask('macro')} rightSection={<Keys keys="m" />}><Trans>Macro</Trans></Button>
        </>
      )}
      <Button size="compact-sm" variant="subtle" onClick={onClear}><Trans>Untick</Trans></Button>
    </div>
  )
}
