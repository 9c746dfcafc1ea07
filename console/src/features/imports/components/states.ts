// SPDX-License-Identifier: Apache-2.0
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Tone } from '@/ui/bits'
import type { ImportState } from '../model'

export const states: Record<ImportState, { name: MessageDescriptor; tone: Tone }> = {
  uploading: { name: msg`Uploading`, tone: 'accent' },
  checking: { name: msg`Being checked`, tone: 'accent' },
  ready: { name: msg`Ready to start`, tone: 'warn' },
  queued: { name: msg`Waiting its turn`, tone: 'accent' },
  running: { name: msg`Running`, tone: 'accent' },
  paused: { name: msg`Paused`, tone: 'warn' },
  done: { name: msg`Done`, tone: 'good' },
  failed: { name: msg`Failed`, tone: 'bad' },
  cancelled: { name: msg`Cancelled`, tone: 'plain' },
}
