// SPDX-License-Identifier: Apache-2.0
// Uploads of this tab. They go on while one looks at other pages; a reload forgets the file, and the page asks for it again.
import { useSyncExternalStore } from 'react'
import { ApiError, api, ok } from '@/api/client'
import { errorText } from '@/ui/states'
import { type Import, note } from './model'
import { PART_BYTES, type Told, upload } from './upload'

export type Upload = Told & { state: 'running' | 'paused' | 'failed'; error: string | null }
type Running = { file: File; view: Upload; stopped: boolean; abort: AbortController }

const all = new Map<string, Running>()
const listeners = new Set<() => void>()

function show(id: string, change: Partial<Upload>) {
  const one = all.get(id)
  if (!one) return
  one.view = { ...one.view, ...change }
  for (const listener of listeners) listener()
}

function forget(id: string) {
  all.delete(id)
  if (all.size === 0) removeEventListener('beforeunload', warn)
  for (const listener of listeners) listener()
}

function warn(event: BeforeUnloadEvent) {
  if ([...all.values()].some((one) => one.view.state === 'running')) event.preventDefault()
}

function get(id: string): Promise<Import> {
  return ok(api.GET('/api/v1/imports/{import}', { params: { path: { import: id } } }))
}

async function putPart(id: string, offset: number, part: Blob, signal: AbortSignal): Promise<number> {
  const answer = await ok(api.PUT('/api/v1/imports/{import}/parts', {
    params: { path: { import: id }, query: { offset } }, body: part as never, bodySerializer: (body: unknown) => body as Blob,
    headers: { 'Content-Type': 'application/octet-stream' }, signal,
  }))
  return answer.uploaded
}

function laterThan(error: ApiError): boolean {
  return error.status === 0 || error.status === 429 || error.status >= 500
}

/** Waits, but no longer than until the network is back. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      removeEventListener('online', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    addEventListener('online', done)
    signal.addEventListener('abort', done)
  })
}

async function run(id: string, one: Running, from: number) {
  const { signal } = one.abort
  try {
    const end = await upload(one.file, from, {
      put: (offset, part) => putPart(id, offset, part as Blob, signal),
      where: async () => {
        const now = await get(id)
        note(now)
        return now.state === 'uploading' ? now.uploaded : null
      },
      trouble: (error) => {
        if (error instanceof ApiError && laterThan(error)) return { kind: 'later', waitMs: error.retryAfterS === null ? null : error.retryAfterS * 1000, text: errorText(error) }
        if (error instanceof ApiError && error.status === 409) return { kind: 'elsewhere' }
        return { kind: 'final', text: errorText(error) }
      },
      wait: (ms) => wait(ms, signal),
      now: () => performance.now(),
    }, (told) => show(id, told), () => one.stopped)
    if (end === 'whole') {
      forget(id)
      note(await get(id))
    }
  } catch (error) {
    show(id, { state: 'failed', error: errorText(error), rate: null, waiting: null })
  }
}

/** Begins to send a file, or goes on with it. */
export function startUpload(id: string, file: File, from: number) {
  const before = all.get(id)
  if (before?.view.state === 'running') return
  const one: Running = { file, stopped: false, abort: new AbortController(), view: { uploaded: from, rate: null, waiting: null, state: 'running', error: null } }
  if (all.size === 0) addEventListener('beforeunload', warn)
  all.set(id, one)
  for (const listener of listeners) listener()
  void run(id, one, from)
}

export function pauseUpload(id: string) {
  const one = all.get(id)
  if (!one) return
  one.stopped = true
  one.abort.abort()
  show(id, { state: 'paused', rate: null, waiting: null })
}

/** Goes on with the file that this tab still holds. */
export async function resumeUpload(id: string) {
  const one = all.get(id)
  if (!one || one.view.state === 'running') return
  const now = await get(id)
  note(now)
  if (now.state === 'uploading') startUpload(id, one.file, now.uploaded)
  else forget(id)
}

export function dropUpload(id: string) {
  pauseUpload(id)
  forget(id)
}

export function useUpload(id: string): Upload | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => all.get(id)?.view,
  )
}

// --- is it the same file? ----------------------------------------------------------------------------------

const PRINTS = 'patron.imports.prints'
const KEPT = 50
/** A digest that the server checks is computed for files of up to this size: a browser must hold it whole for that. */
const DIGEST_MAX = 32 << 20

async function digest(data: Blob): Promise<string | null> {
  // not there on a page from another machine without TLS
  const subtle = (crypto as Partial<Crypto>).subtle
  if (subtle === undefined) return null
  const bytes = new Uint8Array(await subtle.digest('SHA-256', await data.arrayBuffer()))
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')
}

export function wholeDigest(file: File): Promise<string | null> {
  return file.size <= DIGEST_MAX ? digest(file) : Promise.resolve(null)
}

/** Of the file's beginning and end: enough to tell a wrong file that happens to have the same size. */
export function fingerprint(file: File): Promise<string | null> {
  return digest(new Blob([file.slice(0, PART_BYTES), file.slice(Math.max(0, file.size - PART_BYTES))]))
}

function prints(): Record<string, string> {
  try {
    return JSON.parse(localStorage.getItem(PRINTS) ?? '{}') as Record<string, string>
  } catch {
    return {}
  }
}

export function keepPrint(id: string, print: string | null) {
  if (print === null) return
  const entries = [...Object.entries(prints()), [id, print]].slice(-KEPT)
  localStorage.setItem(PRINTS, JSON.stringify(Object.fromEntries(entries)))
}

export function printOf(id: string): string | null {
  return prints()[id] ?? null
}
