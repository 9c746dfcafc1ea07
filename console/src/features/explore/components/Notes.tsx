// SPDX-License-Identifier: Apache-2.0
// What happened when, beside a chart: kept with the report.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useFormat } from '@/base/format'
import type { Note } from '../model'
import { Remove } from './fields'

const NOTES_MAX = 50
const TEXT_MAX = 100

export function Notes({ notes, may, onChange }: { notes: readonly Note[]; may: boolean; onChange: (notes: Note[]) => void }) {
  const { t } = useLingui()
  const format = useFormat()
  const [at, setAt] = useState('')
  const [text, setText] = useState('')
  function add(event: FormEvent) {
    event.preventDefault()
    if (at === '' || text.trim() === '') return
    onChange([...notes, { at, text: text.trim() }].sort((a, b) => (a.at < b.at ? -1 : 1)))
    setText('')
  }
  return (
    <details className="ex-notes">
      <summary><Trans>Notes on days</Trans> <span className="pt-faint">{format.integer(notes.length)}</span></summary>
      {notes.length > 0 && (
        <ul className="pt-items">
          {notes.map((note, i) => (
            <li key={`${note.at} ${note.text}`} className="pt-row">
              <time dateTime={note.at}>{note.at}</time> <bdi className="pt-grow">{note.text}</bdi>
              {may && <Remove label={t`Remove the note “${note.text}”`} onClick={() => onChange(notes.filter((_, k) => k !== i))} />}
            </li>
          ))}
        </ul>
      )}
      {may && notes.length < NOTES_MAX && (
        <form className="ex-note-form" onSubmit={add}>
          <TextInput type="date" aria-label={t`Day of the note`} value={at} onChange={(event) => setAt(event.currentTarget.value)} />
          <TextInput className="pt-grow" aria-label={t`Note`} placeholder={t`What happened`} maxLength={TEXT_MAX} autoComplete="off" value={text} onChange={(event) => setText(event.currentTarget.value)} />
          <Button type="submit" disabled={at === '' || text.trim() === ''}><Trans>Add a note</Trans></Button>
        </form>
      )}
    </details>
  )
}
