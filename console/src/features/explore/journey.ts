// SPDX-License-Identifier: Apache-2.0
// A journey map: its stages as figures, the moves between them as arcs, and the friction from one stage to the next.
import { msg } from '@lingui/core/macro'
import type { Figure, FigureTable, Flow, Journey } from './answer'
import type { Place } from './friction'
import type { Json } from './sets'
import { verdictOf } from './sure'
import { numberText, secondsText, shareText, type Telling } from './tables'
import { channelText, roughMeasures, stageText } from './words'

const plain = (text: string, raw: number | string | null): Figure => ({ text, raw })

export function placesOf(tell: Telling, answer: Journey): Place[] {
  return answer.stages.map((stage, i) => ({ name: stageText(tell.i18n, stage.name), at: { stage: i }, measures: stage.measures }))
}

export function stagesTable(tell: Telling, answer: Journey): FigureTable {
  const { i18n } = tell
  return {
    columns: [msg`Stage`, msg`People`, msg`People before`, msg`Events`, msg`Visits`, msg`Going on`, msg`Share going on`, msg`Ended here`, msg`Median time from the stage before`, msg`Channels`, msg`Worse than before`].map((one) => i18n._(one)),
    rows: answer.stages.map((one, stage) => {
      const name = stageText(i18n, one.name)
      const channels = one.channels.map(({ channel, people }) => `${channelText(i18n, channel)} ${numberText(tell, people)}`).join(', ')
      const worse = one.measures.filter((measure) => verdictOf(measure) === 'worse').map((measure) => i18n._(roughMeasures[measure.measure].title)).join(', ')
      return {
        key: String(stage), head: name,
        figures: [
          { text: numberText(tell, one.people), raw: one.people, ...(one.people > 0 ? { cell: { stage }, of: name } : {}) },
          { text: numberText(tell, one.people_then), raw: one.people_then, ...(one.people_then > 0 ? { cell: { stage, then: true }, of: i18n._(msg`${name}, in the time before`) } : {}) },
          plain(numberText(tell, one.events), one.events), plain(numberText(tell, one.visits), one.visits),
          { text: numberText(tell, one.going_on), raw: one.going_on, ...(one.going_on > 0 ? { cell: { stage, going_on: true }, of: i18n._(msg`${name}, going on`) } : {}) },
          plain(shareText(tell, one.going_on_share), one.going_on_share), plain(numberText(tell, one.ended), one.ended), plain(secondsText(tell, one.median_s), one.median_s), plain(channels || '–', channels), plain(worse || '–', worse),
        ],
      }
    }),
  }
}

export function moveText(tell: Telling, answer: Journey, { from, to }: Pick<Flow, 'from' | 'to'>): string {
  return `${stageText(tell.i18n, answer.stages[from]?.name ?? '')} → ${stageText(tell.i18n, answer.stages[to]?.name ?? '')}`
}

export function movesTable(tell: Telling, answer: Journey): FigureTable {
  const { i18n } = tell
  return {
    columns: [msg`Move`, msg`People`, msg`Moves`, msg`Of the people of the stage`].map((one) => i18n._(one)),
    rows: answer.flows.map((flow) => {
      const head = moveText(tell, answer, flow)
      const people = answer.stages[flow.from]?.people ?? 0
      const part = people > 0 ? flow.people / people : null
      return {
        key: `${flow.from} ${flow.to}`, head,
        figures: [{ text: numberText(tell, flow.people), raw: flow.people, cell: { stage: flow.from, to: flow.to }, of: head }, plain(numberText(tell, flow.moves), flow.moves), plain(shareText(tell, part), part)],
      }
    }),
  }
}

export type Arc = { flow: Flow; path: string; width: number }
/** What is drawn on one side of the stages, and how high it stands. */
export type Arcs = { arcs: Arc[]; height: number }

/** More moves than that are a knot: the table has them. */
const ARCS_MAX = 24
const THICK = 16
const ASIDE = 9
/** How high an arc to the next stage stands, how much each further one adds, and where that ends. */
const NEAR = 26
const FURTHER = 13
const FAR = 5

/** Moves as arcs between the middles of columns: on above the stages, or `back` below them. `turned`: the first stage stands on the right. */
export function arcsOf(flows: readonly Flow[], stages: number, column: number, back: boolean, turned = false): Arcs {
  const drawn = flows.filter((flow) => flow.from !== flow.to).slice(0, ARCS_MAX)
  const most = Math.max(1, ...drawn.map((flow) => flow.people))
  const own = drawn.filter((flow) => flow.to < flow.from === back).map((flow) => ({ flow, width: Math.max(1, (flow.people / most) * THICK), reach: NEAR + FURTHER * Math.min(FAR, Math.abs(flow.to - flow.from) - 1) }))
  const height = Math.ceil(Math.max(0, ...own.map((one) => one.reach + one.width / 2 + 2)))
  const middle = (stage: number) => (turned ? stages - 1 - stage : stage) * column + column / 2
  // what leaves and what comes stand beside each other
  const on = (back ? -1 : 1) * (turned ? -1 : 1) * ASIDE
  return {
    height,
    arcs: own.map(({ flow, width, reach }) => {
      const [x1, x2] = [middle(flow.from) + on, middle(flow.to) - on].map((x) => x.toFixed(1))
      const base = back ? 0 : height
      // the middle of such a curve lies at three quarters of its handles
      const peak = (back ? (reach * 4) / 3 : height - (reach * 4) / 3).toFixed(1)
      return { flow, width, path: `M${x1} ${base}C${x1} ${peak} ${x2} ${peak} ${x2} ${base}` }
    }),
  }
}

type StageQuery = { event?: unknown; where?: unknown; name?: unknown }

/** The question of what is in the way from a stage to the next one that anybody came to; of the last stage from the one before. */
export function frictionOf(tell: Telling, answer: Journey, stage: number): { query: Json; from: number; to: number } | null {
  const query = answer.query as { stages?: StageQuery[]; range?: unknown; zone?: unknown; who?: unknown; where?: unknown; baseline?: unknown; errors?: unknown; empty?: unknown }
  const came = (i: number) => (answer.stages[i]?.people ?? 0) > 0
  const next = answer.stages.findIndex((_, i) => i > stage && came(i))
  const past = answer.stages.findLastIndex((_, i) => i < stage && came(i))
  const [from, to] = next >= 0 ? [stage, next] : [past, stage]
  const steps = [from, to].map((i) => {
    const { event, where } = query.stages?.[i] ?? {}
    return { ...(event === undefined || event === null ? {} : { event }), ...(where === undefined || where === null ? {} : { where }), name: stageText(tell.i18n, answer.stages[i]?.name ?? '') }
  })
  if (from < 0 || query.stages === undefined) return null
  const { range, zone, who, where, baseline, errors, empty } = query
  const given = Object.fromEntries(Object.entries({ range, zone, who, where, baseline, errors, empty }).filter(([, value]) => value !== undefined && value !== null))
  return { query: { kind: 'friction', steps, ...given }, from, to }
}
