// SPDX-License-Identifier: Apache-2.0
// What somebody is writing on a ticket, kept in this browser until the server has it: a reload or a lost line loses nothing.
import type { Edit } from './model'

export type Mode = 'reply' | 'note'
export type Draft = {
  mode: Mode
  text: string
  /** What a macro changes along with it. */
  also?: Edit | undefined
  /** Of this wording: sent twice it counts once. */
  once: string
  at: number
}

const PREFIX = 'patron.desk.draft.'
const KEPT = 50

export const emptyDraft: Draft = { mode: 'note', text: '', once: '', at: 0 }

const nameOf = (who: string, ticket: string) => `${PREFIX}${who}.${ticket}`

function parsed(text: string | null): Draft | null {
  if (text === null) return null
  try {
    const { mode, text: words, also, once, at } = JSON.parse(text) as Partial<Draft>
    return typeof words === 'string' && typeof once === 'string' && typeof at === 'number' ? { mode: mode === 'reply' ? 'reply' : 'note', text: words, ...(also ? { also } : {}), once, at } : null
  } catch {
    return null
  }
}

export function loadDraft(store: Storage, who: string, ticket: string): Draft {
  return parsed(store.getItem(nameOf(who, ticket))) ?? emptyDraft
}

/** Keeps it; of more than 50 the oldest goes. An empty one goes at once. */
export function saveDraft(store: Storage, who: string, ticket: string, draft: Draft) {
  if (draft.text.trim() === '') {
    store.removeItem(nameOf(who, ticket))
    return
  }
  const names = Array.from({ length: store.length }, (_, i) => store.key(i) ?? '').filter((name) => name.startsWith(PREFIX) && name !== nameOf(who, ticket))
  if (names.length >= KEPT) {
    const ages = names.map((name) => ({ name, at: parsed(store.getItem(name))?.at ?? 0 })).sort((a, b) => a.at - b.at)
    for (const { name } of ages.slice(0, names.length - KEPT + 1)) store.removeItem(name)
  }
  store.setItem(nameOf(who, ticket), JSON.stringify(draft))
}
