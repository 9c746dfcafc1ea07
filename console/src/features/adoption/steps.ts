// SPDX-License-Identifier: Apache-2.0
// How far the work of taking over is, as the figures of the page say it.
import type { Identity, Report } from './model'

export type StepKey = 'sources' | 'forwarding' | 'counts' | 'agree' | 'persons' | 'events' | 'parts'
/** open: to be done; trouble: somebody has to look; done: as it should be. */
export type StepState = 'open' | 'trouble' | 'done'
/** count of all: days, event types, persons, parts. */
export type Step = { key: StepKey; state: StepState; count: number; all: number }

type Row = Pick<Report['events'][number], 'name' | 'ours' | 'theirs' | 'forwarding'>
export type Figures = Pick<Report, 'forwarding' | 'days' | 'parts'> & { events: readonly Row[] }

/** So old may the oldest event be that is not forwarded yet before the destination counts as behind. */
const BEHIND_S = 60

/** Whether both took the same but for `within` percent of the larger. */
export function agrees(row: Pick<Row, 'ours' | 'theirs'>, within: number): boolean {
  return Math.abs(row.ours - row.theirs) * 100 <= within * Math.max(row.ours, row.theirs)
}

/** An event that the incumbent is not given any more, as its part is Patron's. */
export function isTaken(row: Pick<Row, 'forwarding'>): boolean {
  return row.forwarding === 'off'
}

function forwardingState(one: Report['forwarding']): StepState {
  if (one === null) return 'open'
  return one.state === 'running' && one.dead === 0 && (one.lag === 0 || one.lag_s <= BEHIND_S) ? 'done' : 'trouble'
}

function personsState(one: Identity | undefined): StepState {
  if (one === undefined || one.state === 'running') return 'open'
  return one.state === 'done' ? 'done' : 'trouble'
}

/** In the order in which they are done. */
export function stepsOf(report: Figures, newest: Identity | undefined, within: number): Step[] {
  const came = report.days.reduce((sum, day) => sum + day.ours, 0)
  const told = report.days.filter((day) => day.theirs !== null).length
  const compared = report.events.filter((row) => !isTaken(row))
  const alike = compared.filter((row) => agrees(row, within)).length
  const ours = report.events.filter((row) => row.ours > 0 || row.forwarding !== null)
  const taken = ours.filter(isTaken).length
  const parts = report.parts.filter((part) => part.state === 'patron').length
  return [
    { key: 'sources', state: came > 0 ? 'done' : 'open', count: came, all: came },
    { key: 'forwarding', state: forwardingState(report.forwarding), count: report.forwarding?.lag ?? 0, all: report.forwarding?.dead ?? 0 },
    { key: 'counts', state: told > 0 ? 'done' : 'open', count: told, all: report.days.length },
    { key: 'agree', state: told === 0 || compared.length === 0 ? 'open' : alike === compared.length ? 'done' : 'trouble', count: alike, all: compared.length },
    { key: 'persons', state: personsState(newest), count: newest?.alike ?? 0, all: newest?.theirs ?? 0 },
    { key: 'events', state: ours.length > 0 && taken === ours.length ? 'done' : 'open', count: taken, all: ours.length },
    { key: 'parts', state: parts === report.parts.length ? 'done' : 'open', count: parts, all: report.parts.length },
  ]
}
