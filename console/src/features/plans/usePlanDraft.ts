// SPDX-License-Identifier: Apache-2.0
import { useBlocker } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { type Draft, draftOf, same } from './draft'
import type { Plan } from './model'

/**
 * A plan as it is edited. What another person saves meanwhile comes in while nothing was changed here; else the save is refused (409) and both
 * stay to be compared.
 */
export function usePlanDraft(plan: Plan | null, begin: Draft) {
  const [draft, setDraft] = useState<Draft>(begin)
  const [base, setBase] = useState({ draft: begin, version: plan?.version ?? 0 })
  const leaving = useRef(false)
  const dirty = plan === null || !same(draft, base.draft)
  useEffect(() => {
    if (plan === null || plan.version === base.version || dirty) return
    setDraft(draftOf(plan))
    setBase({ draft: draftOf(plan), version: plan.version })
  }, [plan, base.version, dirty])
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && !leaving.current && current.pathname !== next.pathname,
    enableBeforeUnload: () => dirty && !leaving.current,
    withResolver: true,
  })
  return {
    draft, setDraft, dirty, base, blocker,
    discard: () => setDraft(base.draft),
    /** What was saved is what stands. */
    settle: (saved: Plan) => {
      setDraft(draftOf(saved))
      setBase({ draft: draftOf(saved), version: saved.version })
    },
    /** The next step away is meant. */
    mayLeave: () => {
      leaving.current = true
    },
    /** Takes what another person saved as the ground to save upon. */
    rebase: (other: Plan) => setBase({ draft: draftOf(other), version: other.version }),
  }
}
