// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'react'
import { type Mapping, mappingOf, parse, type Rule, rulesOf, textOfMapping } from './mapping'
import { changeConnector, type Connector } from './model'

/** What was edited, and as it was then: kept in the tab until it is saved or discarded. */
type Ground = { mapping: string; at: string }
type Kept = { text: string; ground: Ground }
type Draft = {
  text: string
  /** Null while the text is no JSON object. */
  mapping: Mapping | null
  /** Null where rows cannot show the text. */
  rules: Rule[] | null
  ground: Ground
}

const keyOf = (id: string) => `patron.mapping.${id}`
const storedOf = (of: Connector): string => (of.mapping === null ? '' : textOfMapping(of.mapping))
const groundOf = (of: Connector): Ground => ({ mapping: storedOf(of), at: of.changed_at })

function draftOf(text: string, ground: Ground): Draft {
  const mapping = parse(text)
  return { text, mapping, rules: text === '' ? [] : mapping && rulesOf(mapping), ground }
}

function begin(of: Connector): Draft {
  try {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(of.id)) ?? 'null') as Kept | null
    if (kept !== null) return draftOf(kept.text, kept.ground)
  } catch {
    // what does not read is as good as nothing
  }
  return draftOf(storedOf(of), groundOf(of))
}

/**
 * A mapping as it is edited, as rows and as text at once. What another person saves meanwhile comes in while nothing was changed here; else both
 * stay, and the save is refused (409) until one is chosen.
 */
export function useMappingDraft(of: Connector) {
  const [draft, setDraft] = useState<Draft>(() => begin(of))
  const stored = storedOf(of)
  const dirty = draft.text !== draft.ground.mapping
  const theirs = draft.ground.at !== of.changed_at && draft.ground.mapping !== stored && draft.text !== stored
  useEffect(() => {
    if (draft.ground.at === of.changed_at) return
    // another setting was changed, or nothing here would be lost
    if (!theirs) setDraft((now) => ({ ...now, ground: groundOf(of) }))
    else if (!dirty) setDraft(draftOf(stored, groundOf(of)))
  }, [of, stored, theirs, dirty, draft.ground.at])
  useEffect(() => {
    if (dirty) sessionStorage.setItem(keyOf(of.id), JSON.stringify({ text: draft.text, ground: draft.ground } satisfies Kept))
    else sessionStorage.removeItem(keyOf(of.id))
  }, [of.id, dirty, draft])
  return {
    ...draft, dirty,
    /** Somebody saved another mapping while this one was edited. */
    conflict: theirs && dirty,
    setRules: (rules: Rule[]) => setDraft((now) => {
      const mapping = mappingOf(rules)
      return { ...now, rules, mapping, text: textOfMapping(mapping) }
    }),
    setText: (text: string) => setDraft((now) => draftOf(text, now.ground)),
    discard: () => setDraft(draftOf(stored, groundOf(of))),
    /** Takes what another person saved as the ground to save upon. */
    rebase: () => setDraft((now) => ({ ...now, ground: groundOf(of) })),
    save: async () => {
      if (draft.mapping === null) return
      const saved = await changeConnector(of.id, { mapping: draft.mapping, changed_at: draft.ground.at })
      // the rows stay as they are, and with them where one types
      setDraft((now) => ({ ...now, text: now.text === draft.text ? storedOf(saved) : now.text, ground: groundOf(saved) }))
    },
  }
}

export type MappingDraft = ReturnType<typeof useMappingDraft>
