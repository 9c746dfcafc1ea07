// SPDX-License-Identifier: Apache-2.0
// What has just happened, with undo where there is one. Undo takes the place of "are you sure".
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button } from '@mantine/core'
import { useEffect, useSyncExternalStore } from 'react'
import { Icon } from './icons'
import { errorText } from './states'

export type Toast = { text: string; tone?: 'good' | 'bad'; undo?: () => unknown }

const SHOWN_MS = 8000
let toasts: readonly (Toast & { id: number })[] = []
let nextId = 1
const listeners = new Set<() => void>()

function set(next: typeof toasts) {
  toasts = next
  for (const listener of listeners) listener()
}

export function toast(one: Toast) {
  set([...toasts.slice(-2), { ...one, id: nextId++ }])
}

/** Tells what went wrong where there is no form to tell it in. */
export async function attempt(action: Promise<unknown>) {
  try {
    await action
  } catch (error) {
    toast({ text: errorText(error), tone: 'bad' })
  }
}

function close(id: number) {
  set(toasts.filter((one) => one.id !== id))
}

function One({ one }: { one: Toast & { id: number } }) {
  const { t } = useLingui()
  useEffect(() => {
    if (one.tone === 'bad') return
    const timer = setTimeout(() => close(one.id), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [one])
  return (
    <div className={`pt-toast ${one.tone === 'bad' ? 'pt-bad' : ''}`}>
      <span className="pt-grow">{one.text}</span>
      {one.undo && (
        <Button
          size="compact-xs"
          onClick={() => {
            void attempt(Promise.resolve(one.undo?.()))
            close(one.id)
          }}
        >
          <Trans>Undo</Trans>
        </Button>
      )}
      <ActionIcon aria-label={t`Close`} onClick={() => close(one.id)}><Icon name="close" /></ActionIcon>
    </div>
  )
}

export function Toasts() {
  const all = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
  )
  return (
    <div className="pt-toasts" role="status" aria-live="polite">
      {all.map((one) => <One key={one.id} one={one} />)}
    </div>
  )
}
