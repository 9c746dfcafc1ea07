// SPDX-License-Identifier: Apache-2.0
// One out of many by keyboard: type, arrows, Enter. For what is done a hundred times a day.
import { useLingui } from '@lingui/react/macro'
import { Modal } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react'
import { useFocusBack } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'

export type Choice = { id: string; text: string; before?: ReactNode; note?: string; chosen?: boolean }

function fits(choice: Choice, typed: string): boolean {
  const text = `${choice.text} ${choice.note ?? ''}`.toLowerCase()
  return typed.toLowerCase().split(/\s+/).every((word) => text.includes(word))
}

export function Pick({ label, note, choices, onPick, onClose, onType }: {
  label: string
  /** What a person should know before choosing. */
  note?: string
  choices: readonly Choice[]
  /** What was asked is over: whoever shows it takes it away, or asks on. */
  onPick: (id: string) => void
  onClose: () => void
  /** Choices are looked for elsewhere: all that are given fit. */
  onType?: (text: string) => void
}) {
  const { t } = useLingui()
  const id = useId()
  const list = useRef<HTMLUListElement>(null)
  const [typed, setTyped] = useState('')
  const [active, setActive] = useState(0)
  useFocusBack()
  const found = onType === undefined ? choices.filter((choice) => fits(choice, typed.trim())) : choices
  const at = Math.min(active, found.length - 1)
  function pick(choice: Choice | undefined) {
    if (choice) onPick(choice.id)
  }
  function onKey(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && found.length > 0) {
      const next = (at + step + found.length) % found.length
      setActive(next)
      list.current?.children[next]?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter') pick(found[at])
    else return
    event.preventDefault()
  }
  return (
    <Modal.Root opened onClose={onClose} size={440} yOffset="14vh">
      <Modal.Overlay />
      <Modal.Content aria-label={label}>
        <div className="dk-pick">
          <div className="dk-pick-label" aria-hidden="true">{label}</div>
          <input
            data-autofocus role="combobox" aria-expanded="true" aria-controls={id} aria-autocomplete="list" aria-label={label}
            aria-activedescendant={found[at] ? `${id}-${found[at].id}` : undefined} placeholder={t`Type to find`} value={typed} autoComplete="off" spellCheck={false} onKeyDown={onKey}
            onChange={(event) => {
              setTyped(event.currentTarget.value)
              setActive(0)
              onType?.(event.currentTarget.value)
            }}
          />
          <ul id={id} role="listbox" aria-label={label} ref={list}>
            {found.map((choice, i) => (
              <li key={choice.id} id={`${id}-${choice.id}`} role="option" aria-selected={i === at} onClick={() => pick(choice)} onMouseMove={() => setActive(i)}>
                {choice.before}
                <span className="pt-grow dk-cut"><bdi>{choice.text}</bdi></span>
                {choice.note !== undefined && <span className="pt-faint dk-cut"><bdi>{choice.note}</bdi></span>}
                {choice.chosen && <Icon name="check" size={14} />}
              </li>
            ))}
          </ul>
          {found.length === 0 && <p className="dk-pick-none">{t`Nothing found`}</p>}
          {note !== undefined && <p className="dk-pick-note">{note}</p>}
        </div>
      </Modal.Content>
    </Modal.Root>
  )
}
