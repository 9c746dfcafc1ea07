// SPDX-License-Identifier: Apache-2.0
// What somebody types stands in this browser until it is sent: a reload or a lost connection takes nothing away.
import { useState } from 'react'
import { useSession } from '@/base/session'

function stored(key: string): Record<string, string> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? '{}')
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string')) : {}
  } catch {
    return {}
  }
}

function store(key: string, value: Record<string, string>) {
  try {
    if (Object.values(value).every((text) => text === '')) localStorage.removeItem(key)
    else localStorage.setItem(key, JSON.stringify(value))
  } catch {
    // storage is full or forbidden: it stands for as long as this page is open
  }
}

/** Texts by name, this person's; change({}, true) empties it. */
export function useDraft(name: string): [Record<string, string>, (change: Record<string, string>, afresh?: boolean) => void] {
  const key = `patron.portal.draft.${useSession()?.account?.id ?? ''}.${name}`
  const [held, setHeld] = useState(() => ({ key, value: stored(key) }))
  const value = held.key === key ? held.value : stored(key)
  function change(some: Record<string, string>, afresh = false) {
    const next = afresh ? some : { ...value, ...some }
    store(key, next)
    setHeld({ key, value: next })
  }
  return [value, change]
}
