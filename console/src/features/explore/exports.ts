// SPDX-License-Identifier: Apache-2.0
// Answers, people and events that leave: as a file now, and by a schedule.
import { useQuery } from '@tanstack/react-query'
import { ApiError, api, ok, type Schemas } from '@/api/client'
import { queries } from '@/base/session'
import type { Cell } from './answer'
import type { Json } from './sets'

export type What = 'answer' | 'people' | 'events'
export type Format = 'csv' | 'jsonl' | 'parquet'
export type Every = 'hour' | 'day' | 'week'
export type Job = Omit<Schemas['ExportJob'], 'cell'> & { cell: Json }
export type Run = Schemas['ExportRun']
/** What a person says of one. */
export type JobEdit = Pick<Job, 'name' | 'report' | 'what' | 'format' | 'cell' | 'every' | 'at_min' | 'weekday' | 'zone' | 'folder' | 'keep_files' | 'enabled'> & { destination: string }
/** A destination that takes files. */
export type Target = { id: string; name: string; kind: string }

const JOBS = ['analytics', 'exports'] as const
const LOOK_MS = 5000
const BUSY_MS = 1000

const isBusy = (run: Run | null | undefined) => run?.outcome === 'waiting' || run?.outcome === 'running'
export const isRunning = (job: Job) => isBusy(job.last)
const isOnItsWay = (job: Job) => isRunning(job) || job.last?.sending === 'waiting'

export function useJobs() {
  return useQuery({
    queryKey: JOBS,
    queryFn: async () => (await ok(api.GET('/api/v1/analytics/exports'))) as unknown as { data: Job[]; possible: boolean; targets: Target[] },
    refetchInterval: ({ state }) => (state.data?.data.some(isOnItsWay) ? BUSY_MS : LOOK_MS),
  })
}

/** `version`: of its last run, so that the list is read anew when there is another. */
export function useRuns(id: string, last: Run | null) {
  return useQuery({
    queryKey: [...JOBS, id, 'runs', last?.number ?? 0, last?.outcome ?? '', last?.sending ?? '', last?.tries ?? 0],
    queryFn: async () => (await ok(api.GET('/api/v1/analytics/exports/{id}/runs', { params: { path: { id } } }))).data,
    placeholderData: (before) => before,
  })
}

const renew = () => queries.invalidateQueries({ queryKey: JOBS, exact: true })

export const editOf = ({ name, report, what, format, cell, every, at_min, weekday, zone, folder, destination, keep_files, enabled }: Job): JobEdit => ({ name, report, what, format, cell, every, at_min, weekday, zone, folder, destination: destination ?? '', keep_files, enabled })

export async function addJob(edit: JobEdit): Promise<Job> {
  const made = (await ok(api.POST('/api/v1/analytics/exports', { body: edit as never }))) as unknown as Job
  await renew()
  return made
}

export async function saveJob(job: Job, edit: JobEdit): Promise<Job> {
  const saved = (await ok(api.PUT('/api/v1/analytics/exports/{id}', { params: { path: { id: job.id } }, body: { ...edit, version: job.version } as never }))) as unknown as Job
  await renew()
  return saved
}

export async function deleteJob(id: string): Promise<void> {
  await ok(api.DELETE('/api/v1/analytics/exports/{id}', { params: { path: { id } } }))
  await renew()
}

export async function runJob(id: string): Promise<void> {
  await ok(api.POST('/api/v1/analytics/exports/{id}/run', { params: { path: { id } } }))
  await renew()
}

/** Sends what waits, or failed to be sent, at once. */
export async function sendRun(id: string, run: number): Promise<void> {
  await ok(api.POST('/api/v1/analytics/exports/{id}/runs/{number}/send', { params: { path: { id, number: String(run) } } }))
  await queries.invalidateQueries({ queryKey: JOBS })
}

export const tryTarget = (destination: string) => ok(api.POST('/api/v1/analytics/exports/test', { body: { destination } }))

/** The browser takes it as it comes: it may be larger than memory. */
export const runFileHref = (id: string, run: number) => `/api/v1/analytics/exports/${id}/runs/${run}/file`

// --- a file now --------------------------------------------------------------------------------------------

export type Progress = { bytes: number; rows: number; of: number }
export type Asked = { query: Json; what: What; format: Format; cell: Cell }

const NEWLINE = 10

function newlines(chunk: Uint8Array): number {
  let count = 0
  for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) count++
  return count
}

const nameOf = (answer: Response, asked: Asked) => /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? `${asked.what}.${asked.format}`

/** The file, as it comes. It ends when `signal` says so; one that is cut is none. */
export async function fetchFile(asked: Asked, signal: AbortSignal, onProgress: (progress: Progress) => void): Promise<{ name: string; blob: Blob }> {
  const answer = await api.POST('/api/v1/analytics/export', { body: { query: asked.query as never, what: asked.what, format: asked.format, cell: asked.cell }, parseAs: 'stream', signal })
  const stream = await ok(Promise.resolve(answer as never)) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>
  const { response } = answer
  const of = Number(response.headers.get('X-Total-Rows') ?? 0)
  const chunks: Uint8Array<ArrayBuffer>[] = []
  const progress: Progress = { bytes: 0, rows: 0, of }
  const reader = stream.getReader()
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      chunks.push(piece.value)
      progress.bytes += piece.value.length
      // values of CSV may hold line ends: it is a measure of how far it is
      progress.rows = asked.format === 'parquet' ? 0 : Math.min(of, progress.rows + newlines(piece.value))
      onProgress({ ...progress })
    }
  } catch (error) {
    if (signal.aborted) throw error
    throw new ApiError(0, { code: 'unreachable', title: 'The file was cut' })
  }
  return { name: nameOf(response, asked), blob: new Blob(chunks, { type: response.headers.get('Content-Type') ?? '' }) }
}
