// SPDX-License-Identifier: Apache-2.0
// An answer to the requester or a note among colleagues: told apart at a glance, kept until the server has it.
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, FileButton, Menu, SegmentedControl, Textarea } from '@mantine/core'
import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError } from '@/api/client'
import { useShortcuts } from '@/base/keys'
import { useSession } from '@/base/session'
import { Keys } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { errorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { type Draft, emptyDraft, loadDraft, type Mode, saveDraft } from '../drafts'
import { change, fieldsOf, undoOf } from '../edits'
import { FILE_TYPES, upload } from '../files'
import { type DeskRecord, type Edit, OPEN, type Ticket } from '../model'
import { useValueText } from '../names'
import { fields, nameOf } from '../words'
import { macroEdit } from './Actions'

const MAX = 10000

/** The draft of a ticket, written to this browser with every change. */
function useDraft(ticket: string): [Draft, (change: Partial<Draft>) => void, () => void] {
  const who = useSession()?.account?.id ?? ''
  const [draft, setDraft] = useState<Draft>(() => loadDraft(localStorage, who, ticket))
  const latest = useRef(draft)
  const set = useCallback((part: Partial<Draft>) => {
    const next = { ...latest.current, ...part, once: crypto.randomUUID(), at: Date.now() }
    latest.current = next
    setDraft(next)
    try {
      saveDraft(localStorage, who, ticket, next)
    } catch {
      // storage is full or forbidden: it is kept as long as the page is open
    }
  }, [who, ticket])
  const clear = useCallback(() => {
    latest.current = { ...emptyDraft, mode: latest.current.mode }
    setDraft(latest.current)
    saveDraft(localStorage, who, ticket, latest.current)
  }, [who, ticket])
  return [draft, set, clear]
}

function Also({ edit, onDrop }: { edit: Edit; onDrop: () => void }) {
  const { t, i18n } = useLingui()
  const value = useValueText()
  return (
    <div className="dk-also">
      <span><Trans>Along with it:</Trans> {fieldsOf(edit).map((field) => `${nameOf(i18n, fields, field)}: ${value(field, edit[field])}`).join('; ')}</span>
      <ActionIcon size="sm" aria-label={t`Without that`} onClick={onDrop}><Icon name="close" size={12} /></ActionIcon>
    </div>
  )
}

function Attach({ ticket, open }: { ticket: Ticket; open: boolean }) {
  const { t } = useLingui()
  const [busy, setBusy] = useState(false)
  async function send(file: File | null) {
    if (file === null) return
    setBusy(true)
    try {
      await upload(ticket.key, file, open)
      const name = file.name
      toast({ text: t`${name} was added` })
    } catch (error) {
      toast({ text: errorText(error), tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }
  return (
    <FileButton accept={FILE_TYPES.join(',')} onChange={(file) => void send(file)}>
      {(props) => <ActionIcon {...props} loading={busy} aria-label={open ? t`Add a file for the requester` : t`Add a file`}><Icon name="clip" /></ActionIcon>}
    </FileButton>
  )
}

export function Composer({ ticket, macro, onMacro, onEditing }: {
  ticket: Ticket
  /** Chosen elsewhere: its text is put in. */
  macro: DeskRecord | null
  onMacro: (macro: DeskRecord | null) => void
  onEditing: (on: boolean) => void
}) {
  const { t } = useLingui()
  const [draft, set, clear] = useDraft(ticket.key)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const text = draft.text.trim()
  const reply = draft.mode === 'reply'
  const editing = text !== ''
  useEffect(() => onEditing(editing), [editing, onEditing])
  useEffect(() => {
    if (macro === null) return
    const { note, public: open, ...also } = macroEdit(macro)
    set({ mode: open ? 'reply' : 'note', text: [draft.text.trim(), note ?? ''].filter(Boolean).join('\n\n'), ...(Object.keys(also).length > 0 ? { also } : {}) })
    onMacro(null)
    field.current?.focus()
    // once for each macro
  }, [macro])
  function begin(mode: Mode) {
    if (draft.mode !== mode) set({ mode })
    field.current?.focus()
  }
  const group = t`The ticket, or all that are ticked`
  useShortcuts([
    { keys: 'r', label: t`Reply to the requester`, group, run: () => begin('reply') },
    { keys: 'n', label: t`Internal note`, group, run: () => begin('note') },
  ])
  async function send(also: Edit, done: string) {
    if (text === '' || busy) return
    setBusy(true)
    setProblem(null)
    const edit = { ...draft.also, ...also }
    try {
      const after = await change(ticket, { ...edit, note: text, ...(reply ? { public: true } : {}) }, draft.once)
      clear()
      const undo = undoOf(ticket, edit)
      if (undo !== null) toast({ text: done, undo: () => change(after, undo) })
    } catch (error) {
      const why = errorText(error)
      setProblem(error instanceof ApiError && error.status === 0 ? t`The server cannot be reached. What you wrote is kept; send it again once it answers.` : t`Not sent: ${why} What you wrote is kept.`)
    } finally {
      setBusy(false)
    }
  }
  const key = ticket.key
  const open = OPEN.includes(ticket.state)
  return (
    <section className="dk-composer" data-mode={draft.mode} aria-label={reply ? t`Reply to the requester` : t`Internal note`}>
      <div className="dk-composer-head">
        <SegmentedControl
          size="xs" aria-label={t`Who can read it`} value={draft.mode} onChange={(mode) => set({ mode: mode as Mode })}
          data={[{ value: 'reply', label: t`Reply` }, { value: 'note', label: t`Internal note` }]}
        />
        <span className="dk-reads"><Icon name={reply ? 'reply' : 'lock'} size={13} />{reply ? (ticket.requester === '' ? t`The requester reads this` : t`${ticket.requester} reads this`) : t`Only colleagues read this`}</span>
      </div>
      <Textarea
        ref={field} aria-label={reply ? t`Reply to the requester` : t`Internal note`} autosize minRows={2} maxRows={10} maxLength={MAX} value={draft.text} readOnly={busy}
        placeholder={reply ? t`Write to the requester` : t`Write for your colleagues`} onChange={(event) => set({ text: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault()
            void send({}, t`${key}: sent`)
          } else if (event.key === 'Escape') {
            event.stopPropagation()
            event.currentTarget.closest<HTMLElement>('.dk-ticket')?.focus()
          }
        }}
      />
      {draft.also && <Also edit={draft.also} onDrop={() => set({ also: undefined })} />}
      {problem !== null && <p className="pt-text-bad" role="alert">{problem}</p>}
      <div className="dk-composer-foot">
        <Attach ticket={ticket} open={reply} />
        <span className="pt-faint pt-grow">{editing && <Trans>Draft kept in this browser</Trans>}</span>
        {open && (
          <Menu>
            <Menu.Target><Button size="compact-sm" disabled={!editing || busy}>{t`Send and…`}</Button></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => void send({ state: 'resolved' }, t`${key}: sent and solved`)}><Trans>Solve</Trans></Menu.Item>
              <Menu.Item onClick={() => void send({ state: 'waiting', waiting_for: 'requester' }, t`${key}: sent, waiting`)}><Trans>Wait for the requester</Trans></Menu.Item>
              <Menu.Item onClick={() => void send({ state: 'waiting', waiting_for: 'vendor' }, t`${key}: sent, waiting`)}><Trans>Wait for a vendor</Trans></Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
        <Button size="compact-sm" variant="filled" disabled={!editing} loading={busy} onClick={() => void send({}, t`${key}: sent`)} rightSection={<Keys keys="mod+Enter" />}>{reply ? t`Send` : t`Add note`}</Button>
      </div>
    </section>
  )
}
