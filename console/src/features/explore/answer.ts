// SPDX-License-Identifier: Apache-2.0
// What the server answers (docs/analytics.md), and the cell of it that a number stands in.
import type { Schemas } from '@/api/client'
import type { Unit } from './query'

export type Segmentation = Schemas['SegmentationAnswer']
export type Funnel = Schemas['FunnelAnswer']
export type Retention = Schemas['RetentionAnswer']
export type Paths = Schemas['PathsAnswer']
export type Edge = Paths['edges'][number]
export type EventName = Edge['from']
export type Stickiness = Schemas['StickinessAnswer']
export type Lifecycle = Schemas['LifecycleAnswer']
export type Stages = Lifecycle['data'][number]
export type Sessions = Schemas['SessionsAnswer']
/** Answers that are drawn by themselves, and beside each other. */
export type PlainAnswer = Segmentation | Funnel | Retention | Paths | Stickiness | Lifecycle | Sessions
export type Answer = PlainAnswer | Compare | Correlation | Friction | Journey

/** Between which values something lies at the level of the answer; null where there is too little to say. */
export type Between = { difference: number | null; low: number | null; high: number | null }
export type Compare = Schemas['CompareAnswer']
/** One share of a cohort beside the first cohort's. */
export type Item = Schemas['AnalyticsDifference']
export type Correlation = Schemas['CorrelationAnswer']
export type Candidate = Correlation['data'][number]
export type Friction = Schemas['FrictionAnswer']
/** What is in the way at a step or in a stage: now, and in the baseline. */
export type Rough = Schemas['AnalyticsMeasure']
export type RoughMeasure = Rough['measure']
export type Journey = Schemas['JourneyAnswer']
export type JourneyStage = Journey['stages'][number]
export type Flow = Journey['flows'][number]

/** Behind which number of an answer people are asked for. */
export type Cell = Schemas['AnalyticsCell']
export type Figure = {
  text: string
  /** For a file and for sorting by hand: the number itself. */
  raw: number | string | null
  cell?: Cell
  /** Who stands behind it, in words. */
  of?: string
  /** 0 to 1: how strongly it is marked. */
  heat?: number
}
export type FigureRow = {
  key: string
  head: string
  figures: Figure[]
  /** Where its period begins, where it stands for one. */
  at?: string
  /** What happened in it. */
  notes?: string[]
}
export type FigureTable = { columns: string[]; rows: FigureRow[] }

export const unitOf = (answer: Answer): Unit => ((answer.query as { unit?: Unit }).unit ?? 'day')

/** Of 0 nothing is a share. */
export const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null)

/** Of each step of a funnel, what people see beside its number. */
export function stepsOf(steps: Funnel['data'][number]['steps']) {
  const first = steps[0]?.people ?? 0
  return steps.map((step, i) => {
    const came = i === 0 ? step.people : (steps[i - 1]?.people ?? 0)
    return { ...step, ofFirst: share(step.people, first), ofBefore: share(step.people, came), lost: came - step.people }
  })
}

/** The share of each cohort's people that came back, by index of the period or bracket; the last one is how all did together. */
export function curveOf(cohorts: Retention['data'][number]['cohorts']): (number | null)[] {
  const width = Math.max(0, ...cohorts.map((cohort) => cohort.back.length))
  return Array.from({ length: width }, (_, k) => {
    // only those who had the time to come back
    const had = cohorts.filter((cohort) => k < cohort.back.length)
    return share(had.reduce((sum, cohort) => sum + (cohort.back[k] ?? 0), 0), had.reduce((sum, cohort) => sum + cohort.people, 0))
  })
}
