// SPDX-License-Identifier: Apache-2.0
// What this person has just decided, so that the page of either of the two can say it and take it back.
import { useSyncExternalStore } from 'react'
import { lift, merge, type Profile, split, undoMerge, undoSplit } from './model'

/** Whose name is to be said; of one without a name, an identifier. */
export type Other = { id: string; name: string }

export type Decision = {
  kind: 'merged' | 'parted' | 'lifted'
  /** The person whose page says it. */
  id: string
  /** Who was merged in, or who was parted. */
  other: Other
  /** Identifiers that moved, or do-not-links that were lifted. */
  count: number
  /** Events that moved with them. */
  events: number
}

const otherOf = (profile: Profile): Other => ({ id: profile.id, name: profile.name || (profile.nodes[0]?.value ?? '') })

let last: Decision | null = null
const listeners = new Set<() => void>()

export function setDecision(decision: Decision | null) {
  last = decision
  for (const listener of listeners) listener()
}

/** The last one, or the last about this person. */
export function useDecision(id?: string): Decision | null {
  const decision = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => last,
  )
  return id === undefined || decision?.id === id ? decision : null
}

export async function decideMerge(profile: Profile, other: Profile, reason: string): Promise<Profile> {
  const one = await merge(profile.id, other.id, reason)
  const gone = one.id === profile.id ? other : profile
  setDecision({ kind: 'merged', id: one.id, other: otherOf(gone), count: gone.nodes.length, events: gone.events })
  return one
}

export async function decideSplit(profile: Profile, nodes: number[], reason: string): Promise<Profile> {
  const parted = await split(profile.id, nodes, reason)
  setDecision({ kind: 'parted', id: profile.id, other: otherOf(parted), count: parted.nodes.length, events: parted.events })
  return parted
}

export async function decideLift(profile: Profile, numbers: number[], other: Other): Promise<void> {
  await lift(numbers)
  setDecision({ kind: 'lifted', id: profile.id, other, count: numbers.length, events: 0 })
}

/** The decision taken back, which is a decision too: a merge by a split, with what keeps the two apart; a split by a merge. */
export async function takeBack(decision: Decision, reason: string): Promise<void> {
  const { id, other } = decision
  if (decision.kind === 'merged') {
    const parted = await undoMerge(id, reason)
    setDecision({ ...decision, kind: 'parted', other: otherOf(parted), count: parted.nodes.length, events: parted.events })
  } else if (decision.kind === 'parted') {
    const one = await undoSplit(id, other.id, reason)
    setDecision({ ...decision, kind: 'merged', id: one.id })
  }
}
