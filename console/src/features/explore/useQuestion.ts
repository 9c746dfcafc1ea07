// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from 'react'
import { type Draft, draftOf, faultsOf, queryOf } from './query'
import type { Fault, Json } from './sets'

const NONE: ReadonlyMap<string, Fault> = new Map()

type State = { draft: Draft | null; text: string; json: Json | null }

const pretty = (json: Json) => JSON.stringify(json, null, 2)

function ofDraft(draft: Draft): State {
  // a rule that is not JSON yet keeps the rest from being a query
  const json = [...faultsOf(draft).values()].includes('json') ? null : queryOf(draft)
  return { draft, json, text: json === null ? '' : pretty(json) }
}

function ofText(text: string): State {
  try {
    const read: unknown = JSON.parse(text)
    if (typeof read !== 'object' || read === null || Array.isArray(read)) return { draft: null, text, json: null }
    return { draft: draftOf(read as Json), text, json: read as Json }
  } catch {
    return { draft: null, text, json: null }
  }
}

/** The question as it is edited: as fields where it can be, else as text. Whichever is typed into leads. */
export function useQuestion(begin: Json) {
  const [state, setState] = useState<State>(() => {
    const draft = draftOf(begin)
    return draft === null ? ofText(pretty(begin)) : ofDraft(draft)
  })
  const faults = useMemo(() => (state.draft === null ? NONE : faultsOf(state.draft)), [state.draft])
  return {
    ...state,
    faults,
    /** It can be asked. */
    whole: state.json !== null && faults.size === 0,
    changeDraft: (draft: Draft) => setState(ofDraft(draft)),
    changeText: (text: string) => setState(ofText(text)),
    restart: (json: Json) => setState(ofText(pretty(json))),
  }
}

export type Question = ReturnType<typeof useQuestion>
