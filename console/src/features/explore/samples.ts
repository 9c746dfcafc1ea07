// SPDX-License-Identifier: Apache-2.0
// What a question looks like that is whole: over the events of the e-commerce specification.
import { type Draft, draftOf, type Kind } from './query'
import type { Json } from './sets'

const STEPS: Json[] = [{ event: 'Product Viewed' }, { event: 'Product Added' }, { event: 'Order Completed' }]
const inChannel = (channel: string): Json => ({ did: { where: { field: 'channel', is: 'equals', value: channel } } })

const SAMPLES: Partial<Record<Kind, Json>> = {
  funnel: { steps: STEPS },
  compare: { cohorts: [{ name: 'Web', who: inChannel('web') }, { name: 'App', who: inChannel('app') }], query: { kind: 'funnel', steps: STEPS } },
  correlation: { from: STEPS[0], to: STEPS[2] },
  friction: { steps: STEPS },
}

/** An example of the kind that is edited, over its range and zone; null: it needs none. */
export function sampleOf({ kind, range, zone }: Draft): Draft | null {
  const sample = SAMPLES[kind]
  const draft = sample === undefined ? null : draftOf({ kind, ...sample })
  return draft === null ? null : { ...draft, range, zone }
}
