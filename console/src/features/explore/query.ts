// SPDX-License-Identifier: Apache-2.0
// A question as it is edited, and as the server takes it (docs/analytics.md). What is at its default is left out of what is sent.
import { type EventSet, fail, type Fault, isNothing, type Json, type Length, lengthJson, lengthOf, listOf, newId, newSet, NO_WHERE, NoForm, numberOf, objectOf, oneOfList, type Property, propertyJson, propertyOf, SET, setFault, setJson, setOf, textOf, truthOf, type Where, whereJson, whereOf } from './sets'
import { EVERYBODY, isEverybody, type Who, whoFault, whoJson, whoOf } from './who'

export const KINDS = ['segmentation', 'funnel', 'retention', 'paths', 'stickiness', 'lifecycle', 'sessions', 'compare', 'correlation', 'friction', 'journey'] as const
export type Kind = (typeof KINDS)[number]
/** What a comparison asks of each cohort. */
export const INNER = ['funnel', 'retention', 'stickiness', 'segmentation'] as const satisfies readonly Kind[]
export type InnerKind = (typeof INNER)[number]
export const RANGE_UNITS = ['hours', 'days', 'weeks', 'months'] as const
export type RangeUnit = (typeof RANGE_UNITS)[number]
export const UNITS = ['hour', 'day', 'week', 'month', 'whole'] as const
export type Unit = (typeof UNITS)[number]
export const MEASURES = ['total', 'uniques', 'sum', 'average', 'least', 'most', 'quantile'] as const
export type Measure = (typeof MEASURES)[number]
export const ORDERS = ['ordered', 'strict', 'any'] as const
export type Order = (typeof ORDERS)[number]
export const FIELDS = ['event', 'type', 'channel', 'source', 'store', 'currency', 'amount', 'timestamp'] as const

/** Which periods a kind can be asked in; the first is its default. */
export const UNITS_OF: Partial<Record<Kind, readonly [Unit, ...Unit[]]>> = {
  segmentation: ['day', 'hour', 'week', 'month', 'whole'],
  retention: ['week', 'day', 'month'],
  stickiness: ['day', 'week', 'month'],
  lifecycle: ['week', 'day', 'month'],
  sessions: ['day', 'hour', 'week', 'month'],
}
export const MAX = {
  amount: 1000, series: 10, steps: 20, frictionSteps: 16, exclude: 10, formulae: 10, limit: 100, depth: 20, events: 100, name: 100, cohorts: 5, stages: 12, errors: 5, candidates: 20, repeats: 100,
  people: 1000000, rows: 500,
}
export const WITH_BREAKDOWN: readonly Kind[] = ['segmentation', 'funnel', 'retention']
/** A segmentation's measure of a value. */
export const ofValue = (measure: Measure) => measure !== 'total' && measure !== 'uniques'

export type Series = EventSet & { measure: Measure; of: Property | null; q: number }
export type Exclusion = EventSet & { after: number | null }
export type Stage = EventSet & { again: boolean }
export type Cohort = { id: number; name: string; who: Who }
export type Formula = { id: number; name: string; formula: string }
export type Days = { from: string; to: string }
export type Range = { kind: 'last'; amount: number; unit: RangeUnit } | ({ kind: 'between' } & Days)

export type Draft = {
  kind: Kind
  range: Range
  zone: string
  who: Who
  where: Where
  unit: Unit
  series: Series[]
  formulae: Formula[]
  breakdown: Property | null
  limit: number
  steps: EventSet[]
  window: Length
  order: Order
  exclude: Exclusion[]
  same: Property | null
  begin: EventSet
  again: EventSet
  way: 'on' | 'beyond'
  /** Rising numbers as typed; '': each period by itself. */
  brackets: string
  recurring: boolean
  /** Where paths begin, or end. */
  side: 'from' | 'to'
  anchor: EventSet
  nodes: EventSet
  gap: Length
  depth: number
  fold: boolean
  of: EventSet
  cohorts: Cohort[]
  /** What is asked of each cohort; its range, zone and people are those outside. */
  inner: Draft | null
  /** The conversion, and what may go with it. */
  goal: EventSet
  properties: 'usual' | 'all' | Property[]
  /** Names. */
  traits: string[]
  befores: 'all' | EventSet[]
  minPeople: number
  level: number
  /** Null: as long a time, right before. */
  baseline: Days | null
  /** Null, of this and the next two: the server's own. */
  errors: EventSet[] | null
  empty: EventSet | null
  stages: Stage[] | null
  repeats: number
}

export const newSeries = (): Series => ({ ...newSet(), measure: 'total', of: null, q: 0.5 })
export const newCohort = (): Cohort => ({ id: newId(), name: '', who: EVERYBODY })

const WINDOW: Length = { amount: 7, unit: 'days' }
const GAP: Length = { amount: 30, unit: 'minutes' }
const LIMITS: Partial<Record<Kind, number>> = { paths: 20, correlation: 100 }
const LIMIT = 10
const MIN_PEOPLE = 30
const LEVEL = 0.05
const REPEATS = 3

export function blank(kind: Kind, zone: string): Draft {
  return {
    kind, zone, range: { kind: 'last', amount: 30, unit: 'days' }, who: EVERYBODY, where: NO_WHERE, unit: UNITS_OF[kind]?.[0] ?? 'day', series: [newSeries()], formulae: [], breakdown: null,
    limit: LIMITS[kind] ?? LIMIT, steps: [newSet(), newSet()], window: WINDOW, order: 'ordered', exclude: [], same: null, begin: newSet(), again: newSet(), way: 'on', brackets: '',
    recurring: false, side: 'from', anchor: newSet(), nodes: newSet(), gap: GAP, depth: 5, fold: true, of: newSet(), cohorts: [newCohort(), newCohort()], inner: kind === 'compare' ? blank('funnel', zone) : null,
    goal: newSet(), properties: 'usual', traits: [], befores: 'all', minPeople: MIN_PEOPLE, level: LEVEL, baseline: null, errors: null, empty: null, stages: null, repeats: REPEATS,
  }
}

// --- to the server ---------------------------------------------------------------------------------------

export const DAY = /^\d{4}-\d\d-\d\d$/

const unless = (name: string, value: unknown, standard: unknown): Json => (JSON.stringify(value) === JSON.stringify(standard) ? {} : { [name]: value })

export const bracketsOf = (text: string): number[] => text.split(/[\s,]+/).filter((one) => one !== '').map(Number)

/** What friction and a journey have in common. */
const roughJson = (d: Draft): Json => ({
  ...unless('baseline', d.baseline, null), ...(d.errors === null ? {} : { errors: d.errors.map(setJson) }), ...(d.empty === null ? {} : { empty: setJson(d.empty) }),
})

function cohortJson({ name, who }: Cohort): Json {
  const rule = whoJson(who)
  return { ...(name.trim() === '' ? {} : { name: name.trim() }), ...(rule === undefined ? {} : { who: rule }) }
}

function ownJson(d: Draft): Json {
  const unit = unless('unit', d.unit, UNITS_OF[d.kind]?.[0])
  const window = unless('window', lengthJson(d.window), lengthJson(WINDOW))
  const broken = d.breakdown === null ? {} : { breakdown: propertyJson(d.breakdown), ...unless('limit', d.limit, LIMIT) }
  switch (d.kind) {
    case 'segmentation':
      return {
        series: d.series.map((one) => ({
          ...setJson(one), ...unless('measure', one.measure, 'total'),
          ...(ofValue(one.measure) && one.of !== null ? { of: propertyJson(one.of) } : {}), ...(one.measure === 'quantile' ? { q: one.q } : {}),
        })),
        ...(d.formulae.length === 0 ? {} : { formulae: d.formulae.map(({ name, formula }) => ({ name: name.trim() || formula.trim(), formula: formula.trim() })) }),
        ...unit, ...broken,
      }
    case 'funnel':
      return {
        steps: d.steps.map(setJson), ...window, ...unless('order', d.order, 'ordered'),
        ...(d.exclude.length === 0 || d.order === 'any' ? {} : { exclude: d.exclude.map((one) => ({ ...setJson(one), ...(one.after === null ? {} : { after: one.after }) })) }),
        ...(d.same === null ? {} : { same: propertyJson(d.same) }), ...broken,
      }
    case 'retention':
      return {
        begin: setJson(d.begin), again: setJson(d.again), ...unit, ...unless('way', d.way, 'on'),
        ...(d.brackets.trim() === '' ? {} : { brackets: bracketsOf(d.brackets) }), ...unless('recurring', d.recurring, false), ...broken,
      }
    case 'paths':
      return {
        [d.side]: setJson(d.anchor), ...unless('nodes', setJson(d.nodes), {}), ...unless('gap', lengthJson(d.gap), lengthJson(GAP)),
        ...unless('depth', d.depth, 5), ...unless('fold', d.fold, true), ...unless('limit', d.limit, LIMITS.paths),
      }
    case 'sessions':
      return { ...unless('of', setJson(d.of), {}), ...unless('gap', lengthJson(d.gap), lengthJson(GAP)), ...unit }
    case 'compare':
      return { cohorts: d.cohorts.map(cohortJson), query: d.inner === null ? {} : { kind: d.inner.kind, ...ownJson({ ...d.inner, breakdown: null }) } }
    case 'correlation':
      return {
        from: setJson(d.anchor), to: setJson(d.goal), ...window, ...(d.properties === 'usual' ? {} : { properties: d.properties === 'all' ? 'all' : d.properties.map(propertyJson) }),
        ...(d.traits.length === 0 ? {} : { traits: d.traits }), ...(d.befores === 'all' ? {} : { events: d.befores.map(setJson) }), ...unless('min_people', d.minPeople, MIN_PEOPLE), ...unless('level', d.level, LEVEL), ...unless('limit', d.limit, LIMITS.correlation),
      }
    case 'friction':
      return { steps: d.steps.map(setJson), ...window, ...roughJson(d), ...unless('repeats', d.repeats, REPEATS), ...unless('gap', lengthJson(d.gap), lengthJson(GAP)) }
    case 'journey':
      return { ...(d.stages === null ? {} : { stages: d.stages.map((one) => ({ ...setJson(one), ...unless('again', one.again, false) })) }), ...roughJson(d) }
    default:
      return { of: setJson(d.of), ...unit }
  }
}

export function queryOf(d: Draft): Json {
  const range = d.range.kind === 'last' ? { last: { [d.range.unit]: d.range.amount } } : { from: d.range.from, to: d.range.to }
  const who = whoJson(d.who)
  return { kind: d.kind, ...ownJson(d), range, zone: d.zone, ...(who === undefined ? {} : { who }), ...whereJson(d.where) }
}

// --- and back ----------------------------------------------------------------------------------------------

export function rangeOf(json: unknown): Range {
  if (json === undefined) return { kind: 'last', amount: 30, unit: 'days' }
  const { last, from, to } = objectOf(json, ['last', 'from', 'to'])
  if (last === undefined) return { kind: 'between', from: textOf(from ?? fail()), to: textOf(to ?? fail()) }
  const entries = Object.entries(objectOf(last, RANGE_UNITS))
  const [unit, amount] = entries[0] ?? []
  return entries.length === 1 ? { kind: 'last', unit: oneOfList(unit, RANGE_UNITS, 'days'), amount: numberOf(amount, 30) } : fail()
}

function seriesOf(json: unknown): Series {
  const set = setOf(json, ['measure', 'of', 'q'])
  const { measure, of, q } = objectOf(json, [...SET, 'measure', 'of', 'q'])
  return { ...set, measure: oneOfList(measure, MEASURES, 'total'), of: propertyOf(of), q: numberOf(q, 0.5) }
}

function exclusionOf(json: unknown): Exclusion {
  const set = setOf(json, ['after'])
  const { after } = objectOf(json, [...SET, 'after'])
  return { ...set, after: after === undefined ? null : numberOf(after, 1) }
}

function stageOf(json: unknown): Stage {
  const set = setOf(json, ['again'])
  return { ...set, again: truthOf(objectOf(json, [...SET, 'again']).again, false) }
}

function formulaOf(json: unknown): Formula {
  const { name, formula } = objectOf(json, ['name', 'formula'])
  return { id: newId(), name: textOf(name), formula: textOf(formula) }
}

function cohortOf(json: unknown): Cohort {
  const { name, who } = objectOf(json, ['name', 'who'])
  return { id: newId(), name: textOf(name), who: whoOf(who) }
}

function daysOf(json: unknown): Days | null {
  if (json === undefined) return null
  const { from, to } = objectOf(json, ['from', 'to'])
  return { from: textOf(from ?? fail()), to: textOf(to ?? fail()) }
}

function innerOf(json: unknown): Draft {
  const { limit, ...asked } = objectOf(json, ['kind', ...INNER.flatMap((one) => OWN[one])])
  // without a breakdown, the default of the server's normal form says nothing
  if (asked.breakdown !== undefined || (limit !== undefined && limit !== LIMIT) || !INNER.some((one) => one === asked.kind)) return fail()
  return draftOf(asked) ?? fail()
}

const COMMON = ['kind', 'range', 'zone', 'who', 'where'] as const
const ROUGH = ['baseline', 'errors', 'empty'] as const
const OWN: Record<Kind, readonly string[]> = {
  segmentation: ['unit', 'series', 'formulae', 'breakdown', 'limit'],
  funnel: ['steps', 'window', 'order', 'exclude', 'same', 'breakdown', 'limit'],
  retention: ['begin', 'again', 'unit', 'way', 'brackets', 'recurring', 'breakdown', 'limit'],
  paths: ['from', 'to', 'nodes', 'gap', 'depth', 'fold', 'limit'],
  stickiness: ['of', 'unit'],
  lifecycle: ['of', 'unit'],
  sessions: ['of', 'gap', 'unit'],
  compare: ['cohorts', 'query'],
  correlation: ['from', 'to', 'window', 'properties', 'traits', 'events', 'min_people', 'level', 'limit'],
  friction: ['steps', 'window', ...ROUGH, 'repeats', 'gap'],
  journey: ['stages', ...ROUGH],
}

export const kindOf = (json: Json): Kind | null => KINDS.find((one) => one === json.kind) ?? null

/** What the newer kinds have; the members of the others stand at their defaults. */
function furtherOf(kind: Kind, j: Json, start: Draft): Partial<Draft> {
  if (kind === 'compare') return { cohorts: listOf(j.cohorts, cohortOf, start.cohorts), inner: j.query === undefined ? start.inner : innerOf(j.query) }
  if (kind === 'correlation') {
    return {
      anchor: setOf(j.from), goal: setOf(j.to), properties: j.properties === 'all' ? 'all' : j.properties === undefined ? 'usual' : listOf(j.properties, (one) => propertyOf(one) ?? fail(), []),
      traits: j.traits === undefined ? [] : listOf(j.traits, (one) => (typeof one === 'string' ? one : fail()), []), befores: j.events === 'all' || j.events === undefined ? 'all' : listOf(j.events, (one) => setOf(one), []), minPeople: numberOf(j.min_people, MIN_PEOPLE), level: numberOf(j.level, LEVEL),
    }
  }
  return {
    baseline: daysOf(j.baseline), errors: j.errors === undefined ? null : listOf(j.errors, (one) => setOf(one), []), empty: j.empty === undefined ? null : setOf(j.empty), repeats: numberOf(j.repeats, REPEATS),
    stages: j.stages === undefined ? null : listOf(j.stages, stageOf, []),
  }
}

/** The form of a query; null: the form cannot say it, JSON can. */
export function draftOf(json: Json): Draft | null {
  const kind = kindOf(json)
  if (kind === null) return null
  try {
    const j = objectOf(json, [...COMMON, ...OWN[kind]])
    const start = blank(kind, 'UTC')
    return {
      ...start,
      range: rangeOf(j.range), zone: textOf(j.zone, 'UTC'), who: whoOf(j.who), where: whereOf(j.where),
      unit: oneOfList(j.unit, UNITS_OF[kind] ?? UNITS, start.unit), series: listOf(j.series, seriesOf, start.series), formulae: listOf(j.formulae, formulaOf, []),
      breakdown: propertyOf(j.breakdown), limit: numberOf(j.limit, start.limit), steps: listOf(j.steps, (one) => setOf(one), start.steps), window: lengthOf(j.window, WINDOW),
      order: oneOfList(j.order, ORDERS, 'ordered'), exclude: listOf(j.exclude, exclusionOf, []), same: propertyOf(j.same), begin: setOf(j.begin), again: setOf(j.again),
      way: oneOfList(j.way, ['on', 'beyond'], 'on'), brackets: j.brackets === undefined ? '' : listOf(j.brackets, (one) => numberOf(one, 0), []).join(', '),
      recurring: truthOf(j.recurring, false), side: kind === 'paths' && j.to !== undefined ? 'to' : 'from', anchor: kind === 'paths' ? setOf(j.to ?? j.from) : start.anchor,
      nodes: setOf(j.nodes), gap: lengthOf(j.gap, GAP), depth: numberOf(j.depth, 5), fold: truthOf(j.fold, true), of: setOf(j.of), ...furtherOf(kind, j, start),
    }
  } catch (error) {
    if (error instanceof NoForm) return null
    throw error
  }
}

// --- what is missing ---------------------------------------------------------------------------------------

const risingFault = (numbers: readonly number[]) => numbers.length < 2 || numbers.some((n, i) => !Number.isInteger(n) || n < 0 || (i > 0 && n <= (numbers[i - 1] ?? 0)))

function daysFault({ from, to }: Days): Fault | null {
  if (from === '' || to === '') return 'range'
  return DAY.test(from) && DAY.test(to) && from > to ? 'order' : null
}

type Put = (at: string, fault: Fault | null) => void

const FAULTS: Record<Kind, (d: Draft, put: Put) => void> = {
  segmentation: (d, put) => {
    d.series.forEach((one, i) => {
      put(`/series/${i}/where`, setFault(one))
      put(`/series/${i}/of`, ofValue(one.measure) && (one.of === null || one.of.path.trim() === '') ? 'value' : null)
    })
    d.formulae.forEach((one, i) => put(`/formulae/${i}`, one.formula.trim() === '' ? 'formula' : null))
  },
  funnel: (d, put) => {
    stepFaults(d, put)
    if (d.order !== 'any') d.exclude.forEach((one, i) => put(`/exclude/${i}`, one.events.length === 0 ? 'event' : null))
    put('/same', d.same !== null && d.same.path.trim() === '' ? 'value' : null)
  },
  retention: (d, put) => {
    put('/begin/where', setFault(d.begin))
    put('/again/where', setFault(d.again))
    put('/brackets', d.brackets.trim() !== '' && risingFault(bracketsOf(d.brackets)) ? 'number' : null)
  },
  paths: (d, put) => {
    put(`/${d.side}/where`, setFault(d.anchor))
    put('/nodes/where', setFault(d.nodes))
  },
  stickiness: (d, put) => put('/of/where', setFault(d.of)),
  lifecycle: (d, put) => put('/of/where', setFault(d.of)),
  sessions: (d, put) => put('/of/where', setFault(d.of)),
  compare: (d, put) => {
    d.cohorts.forEach((one, i) => put(`/cohorts/${i}/who`, whoFault(one.who)))
    // beside itself nothing differs
    put('/cohorts', d.cohorts.filter((one) => isEverybody(one.who)).length > 1 ? 'cohorts' : null)
    const names = d.cohorts.map((one) => one.name.trim().toLowerCase()).filter((name) => name !== '')
    if (new Set(names).size < names.length) put('/cohorts', 'name')
    const { inner } = d
    if (inner !== null) FAULTS[inner.kind]({ ...inner, breakdown: null }, (at, fault) => put(`/query${at}`, fault))
  },
  correlation: (d, put) => {
    for (const [at, set] of [['/from', d.anchor], ['/to', d.goal]] as const) {
      put(at, isNothing(set) ? 'event' : null)
      put(`${at}/where`, setFault(set))
    }
    if (typeof d.properties !== 'string') d.properties.forEach((one, i) => put(`/properties/${i}`, one.path.trim() === '' ? 'value' : null))
    if (d.befores !== 'all') d.befores.forEach((one, i) => put(`/events/${i}`, isNothing(one) ? 'event' : setFault(one)))
  },
  friction: (d, put) => {
    stepFaults(d, put)
    roughFaults(d, put)
  },
  journey: (d, put) => {
    d.stages?.forEach((one, i) => {
      put(`/stages/${i}`, isNothing(one) ? 'event' : setFault(one))
      if (one.name.trim() === '') put(`/stages/${i}/name`, 'name')
    })
    roughFaults(d, put)
  },
}

function stepFaults(d: Draft, put: Put) {
  d.steps.forEach((one, i) => {
    put(`/steps/${i}`, isNothing(one) ? 'event' : null)
    put(`/steps/${i}/where`, setFault(one))
  })
}

function roughFaults(d: Draft, put: Put) {
  put('/baseline', d.baseline === null ? null : daysFault(d.baseline))
  d.errors?.forEach((one, i) => put(`/errors/${i}`, isNothing(one) ? 'event' : setFault(one)))
  put('/empty', d.empty === null ? null : isNothing(d.empty) ? 'event' : setFault(d.empty))
}

/** By the place in the query (a JSON pointer), what keeps it from being asked. */
export function faultsOf(d: Draft): Map<string, Fault> {
  const faults = new Map<string, Fault>()
  const put: Put = (at, fault) => {
    if (fault !== null) faults.set(at, fault)
  }
  put('/range', d.range.kind === 'between' ? daysFault(d.range) : null)
  put('/who', whoFault(d.who))
  put('/where', setFault(d))
  put('/breakdown', WITH_BREAKDOWN.includes(d.kind) && d.breakdown !== null && d.breakdown.path.trim() === '' ? 'value' : null)
  FAULTS[d.kind](d, put)
  return faults
}
