// SPDX-License-Identifier: Apache-2.0
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Tone } from '@/ui/bits'
import type { Kind, Model } from './model'

export const kinds: Record<Kind, MessageDescriptor> = {
  category: msg`Categories`,
  queue: msg`Queues`,
  sentiment: msg`Sentiment`,
}

export const states: Record<Model['state'], { name: MessageDescriptor; tone: Tone }> = {
  in_force: { name: msg`In force`, tone: 'good' },
  candidate: { name: msg`Candidate`, tone: 'accent' },
  retired: { name: msg`Retired`, tone: 'plain' },
}

export const sentiments: Record<string, MessageDescriptor> = {
  positive: msg`Friendly`,
  neutral: msg`Neutral`,
  negative: msg`Upset`,
}
