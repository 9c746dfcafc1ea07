// SPDX-License-Identifier: Apache-2.0
import type { Schemas } from '@/api/client'
import { oneOf, type SearchText } from '@/base/url'

export type Reason = Schemas['Reason']

export const REASONS: readonly Reason[] = [
  'plan_violation', 'unplanned_event', 'unmapped_delivery', 'no_type', 'no_event_name', 'no_id', 'wrong_type', 'message_id_too_long', 'not_an_object', 'too_large', 'too_deep',
]
export const STATES = ['open', 'redriven', 'any'] as const

export type Filter = { source: string | undefined; reason: Reason | undefined; state: (typeof STATES)[number] }

/** What the address says; a reason that is none is no filter. */
export function filterOf(url: SearchText): Filter {
  return { source: url.source || undefined, reason: REASONS.find((r) => r === url.reason), state: oneOf(url.state, STATES) }
}
