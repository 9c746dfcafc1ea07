// SPDX-License-Identifier: Apache-2.0
// One place for keys: whoever is mounted says which keys mean what; '?' lists them all.
import { useLayoutEffect, useRef, useSyncExternalStore } from 'react'

export type Shortcut = {
  /** As KeyboardEvent.key, 'mod+k' for Ctrl or Command, or two in a row: 'g s'. */
  keys: string
  label: string
  group: string
  /** Also while typing into a field; only sensible with mod. */
  whileTyping?: boolean
  run: (event: KeyboardEvent) => void
}

const WAIT_MS = 1000
let shortcuts: readonly Shortcut[] = []
const listeners = new Set<() => void>()
let pending: { key: string; at: number } | null = null

function setShortcuts(next: readonly Shortcut[]) {
  shortcuts = next
  for (const listener of listeners) listener()
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !(target instanceof HTMLInputElement && /^(checkbox|radio|button|submit)$/.test(target.type))
}

/** The name of a key press in the terms of Shortcut.keys; '' for a bare modifier. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): string {
  if (/^(Control|Meta|Alt|Shift)$/.test(event.key)) return ''
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  return `${event.ctrlKey || event.metaKey ? 'mod+' : ''}${event.altKey ? 'alt+' : ''}${key}`
}

/** The shortcut meant by this key after what was pressed before, the one mounted last first. */
export function findShortcut(all: readonly Shortcut[], before: string | null, key: string): Shortcut | 'wait' | null {
  const latest = [...all].reverse()
  const whole = before === null ? key : `${before} ${key}`
  return latest.find((s) => s.keys === whole) ?? (before === null && latest.some((s) => s.keys.startsWith(`${key} `)) ? 'wait' : null)
}

function dialogOpen(): boolean {
  return document.querySelector('[aria-modal="true"]') !== null
}

function onKey(event: KeyboardEvent) {
  const key = keyName(event)
  if (key === '' || event.defaultPrevented || event.isComposing) return
  const before = pending && event.timeStamp - pending.at < WAIT_MS ? pending.key : null
  pending = null
  const found = findShortcut(shortcuts, before, key) ?? findShortcut(shortcuts, null, key)
  if (found === null || ((isTyping(event.target) || dialogOpen()) && !(found !== 'wait' && found.whileTyping))) return
  if (found === 'wait') {
    pending = { key, at: event.timeStamp }
    return
  }
  event.preventDefault()
  found.run(event)
}

let installed = false

/** Keys that hold from when the component is drawn: a letter pressed before would mean what stood there before it. `run` may change with each render; keys and label are compared. */
export function useShortcuts(mine: Shortcut[]) {
  const latest = useRef(mine)
  latest.current = mine
  const identity = JSON.stringify(mine.map((s) => [s.keys, s.label, s.group]))
  useLayoutEffect(() => {
    if (!installed) {
      installed = true
      document.addEventListener('keydown', onKey)
    }
    const own = latest.current.map((s, i) => ({ ...s, run: (event: KeyboardEvent) => latest.current[i]?.run(event) }))
    setShortcuts([...shortcuts, ...own])
    return () => setShortcuts(shortcuts.filter((s) => !own.includes(s)))
  }, [identity])
}

export function useAllShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => shortcuts,
  )
}
