// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react'
import { type SseEvent, type StreamState, useStream } from '@/base/live'
import { noteExpired } from '@/base/session'
import { type Entry, entryOf, type Filter, merged, skippedOf, streamOf } from './model'

const RATE_SECONDS = 10

export type LiveList = {
  entries: readonly Entry[]
  line: StreamState
  paused: boolean
  setPaused: (paused: boolean) => void
  /** Scrolled away from the top: new ones wait, so that what is being read stays where it is. */
  setAway: (away: boolean) => void
  waiting: number
  follow: () => void
  clear: () => void
  skipped: number
  /** The tail of the log is there: from here on it is live. */
  ready: boolean
  /** Events a second, mean of the last ten. */
  rate: number
}

function useRate(): [number, (count: number) => void] {
  const counts = useRef<{ at: number; count: number }[]>([])
  const [rate, setRate] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => {
      const since = Date.now() - RATE_SECONDS * 1000
      counts.current = counts.current.filter((c) => c.at >= since)
      setRate(counts.current.reduce((sum, c) => sum + c.count, 0) / RATE_SECONDS)
    }, 1000)
    return () => clearInterval(timer)
  }, [])
  return [rate, (count) => counts.current.push({ at: Date.now(), count })]
}

/** The stream as a list that can be held, followed and cleared. */
export function useLiveList(filter: Filter): LiveList {
  const url = streamOf(filter)
  const [entries, setEntries] = useState<readonly Entry[]>([])
  const [paused, setPausedState] = useState(false)
  const [away, setAwayState] = useState(false)
  const [waiting, setWaiting] = useState(0)
  const [skipped, setSkipped] = useState(0)
  const [rate, count] = useRate()
  const held = useRef<Entry[]>([])
  const [ready, setReady] = useState(false)

  useEffect(() => {
    held.current = []
    setReady(false)
    setEntries([])
    setWaiting(0)
    setSkipped(0)
  }, [url])

  function release() {
    const all = held.current
    held.current = []
    setWaiting(0)
    if (all.length > 0) setEntries((before) => merged(all, before))
  }

  const line = useStream(url, (events: SseEvent[]) => {
    const fresh = events.map(entryOf).filter((e) => e !== null)
    if (ready) count(fresh.length)
    if (events.some((e) => e.event === 'caught_up')) setReady(true)
    const left = skippedOf(events)
    if (left > 0) setSkipped((n) => n + left)
    if (fresh.length === 0) return
    if (paused || away) {
      held.current = [...held.current, ...fresh].slice(-5000)
      setWaiting(held.current.length)
    } else {
      setEntries((before) => merged(fresh, before))
    }
  })
  useEffect(() => {
    if (line.state === 'refused' && line.status === 401) noteExpired()
  }, [line])

  function setPaused(next: boolean) {
    setPausedState(next)
    if (!next && !away) release()
  }
  function setAway(next: boolean) {
    setAwayState(next)
    if (!next && !paused) release()
  }
  function follow() {
    setPausedState(false)
    setAwayState(false)
    release()
    document.querySelector('.li-list .pt-table')?.scrollTo({ top: 0 })
  }
  function clear() {
    held.current = []
    setWaiting(0)
    setSkipped(0)
    setEntries([])
  }
  return { entries, line, paused, setPaused, setAway, waiting, follow, clear, skipped, ready, rate }
}
