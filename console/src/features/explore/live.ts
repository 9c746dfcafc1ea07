// SPDX-License-Identifier: Apache-2.0
// An answer that follows what happens, while somebody looks at it.
import { useEffect, useMemo, useState } from 'react'
import { type StreamState, useStream } from '@/base/live'
import { noteExpired, queries } from '@/base/session'
import type { Answer } from './answer'
import { ASKED } from './model'
import type { Json } from './sets'

/** What a stream's address may hold of a question. */
const QUERY_MAX = 16384
const EVERY_S = 2

function useVisible(): boolean {
  const [visible, setVisible] = useState(() => !document.hidden)
  useEffect(() => {
    const look = () => setVisible(!document.hidden)
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [])
  return visible
}

export type Live = {
  /** It can be followed. */
  possible: boolean
  line: StreamState
  /** When the newest answer came. */
  at: number | null
  /** Why there is no newer one. */
  problem: string | null
}

const problemOf = (data: string): string => (JSON.parse(data) as { detail?: string }).detail ?? ''

/** `on`: it is followed; the answers go where the question's own stands, so that all that shows it changes in place. */
export function useLive(query: Json | null, on: boolean): Live {
  const visible = useVisible()
  const text = query === null ? null : JSON.stringify(query)
  const possible = text !== null && text.length <= QUERY_MAX
  const [said, setSaid] = useState<{ of: string; at: number | null; problem: string | null }>({ of: '', at: null, problem: null })
  const url = on && visible && possible ? `/api/v1/analytics/live?${new URLSearchParams({ query: text, every: String(EVERY_S) }).toString()}` : null
  const line = useStream(url, (events) => {
    const of = url ?? ''
    const problem = events.findLast((one) => one.event === 'problem')
    const answer = events.findLast((one) => one.event === 'answer')
    if (answer !== undefined) {
      queries.setQueryData([...ASKED, query], JSON.parse(answer.data) as Answer)
      setSaid({ of, at: Date.now(), problem: null })
    } else if (problem !== undefined) {
      setSaid((before) => ({ of, at: before.of === of ? before.at : null, problem: problemOf(problem.data) }))
    }
  })
  useEffect(() => {
    if (line.state === 'refused' && line.status === 401) noteExpired()
  }, [line])
  return useMemo(() => ({ possible, line, at: said.of === url ? said.at : null, problem: said.of === url ? said.problem : null }), [possible, line, said, url])
}
