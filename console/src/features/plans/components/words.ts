// SPDX-License-Identifier: Apache-2.0
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Tone } from '@/ui/bits'
import type { Mode } from '../draft'

export const modes: Record<Mode, { name: MessageDescriptor; tone: Tone }> = {
  allow: { name: msg`Let in`, tone: 'plain' },
  warn: { name: msg`Let in with a flag`, tone: 'warn' },
  quarantine: { name: msg`Keep aside`, tone: 'bad' },
}
