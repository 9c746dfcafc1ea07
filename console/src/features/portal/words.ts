// SPDX-License-Identifier: Apache-2.0
// What a state means to somebody in a store, and what happens next.
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Tone } from '@/ui/bits'
import type { IconName } from '@/ui/icons'
import type { State } from './model'

export const states: Record<State, { tone: Tone; name: MessageDescriptor; next: MessageDescriptor }> = {
  received: { tone: 'plain', name: msg`Received`, next: msg`It is in the queue. Somebody looks at it soon; there is nothing you need to do.` },
  seen: { tone: 'accent', name: msg`Seen`, next: msg`Somebody has read it and takes it on next.` },
  working: { tone: 'accent', name: msg`Being worked on`, next: msg`We are on it. Answers appear here.` },
  needs_you: { tone: 'warn', name: msg`We need you`, next: msg`Please answer the question below: we go on as soon as we have it.` },
  with_vendor: { tone: 'plain', name: msg`With the vendor`, next: msg`The vendor has it. We tell you here when they are done.` },
  planned: { tone: 'plain', name: msg`Planned`, next: msg`It is put right with a planned change. We tell you here when that is done.` },
  solved: { tone: 'good', name: msg`Solved?`, next: msg`We think that it works again. Please say whether it does.` },
  closed: { tone: 'plain', name: msg`Done`, next: msg`If it comes back, say so here and it is open again.` },
  cancelled: { tone: 'plain', name: msg`Called off`, next: msg`Nothing more happens here. If you still need it, report it again.` },
}

/** Where customers feel it, as a picture. */
const pictures: Record<string, IconName> = {
  in_store_checkout: 'cart', checkout: 'card', online_shopping: 'web', loyalty: 'person', stock_visibility: 'table', in_store_promotions: 'app',
}

export function pictureOf(touchpoint: string): IconName {
  return pictures[touchpoint] ?? 'service'
}

/** What happens in the store itself comes first. */
export function inStoreFirst<T extends { touchpoint: string; id: string }>(categories: readonly T[]): T[] {
  const rank = (one: T) => (one.id === 'till_fault' ? 0 : one.touchpoint.startsWith('in_store') ? 1 : one.touchpoint === 'checkout' ? 2 : 3)
  return [...categories].sort((a, b) => rank(a) - rank(b))
}
