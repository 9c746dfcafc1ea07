// SPDX-License-Identifier: Apache-2.0
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Tone } from '@/ui/bits'
import type { Weekday } from './hours'
import type { Store, STORE_STATES, TILL_KINDS, TILL_STATES } from './model'

export const nows: Record<Store['now']['state'], { name: MessageDescriptor; tone: Tone }> = {
  open: { name: msg`Open`, tone: 'good' },
  closed: { name: msg`Closed`, tone: 'plain' },
  no_hours: { name: msg`No hours`, tone: 'warn' },
}

export const storeStates: Record<(typeof STORE_STATES)[number], MessageDescriptor> = {
  trading: msg`Trading`,
  planned: msg`Planned`,
  closed: msg`Closed for good`,
}

export const tillKinds: Record<(typeof TILL_KINDS)[number], MessageDescriptor> = {
  staffed: msg`Staffed`,
  self_checkout: msg`Self-checkout`,
  mobile: msg`Mobile`,
}

export const tillStates: Record<(typeof TILL_STATES)[number], { name: MessageDescriptor; tone: Tone }> = {
  in_service: { name: msg`In service`, tone: 'good' },
  out_of_service: { name: msg`Out of service`, tone: 'warn' },
  retired: { name: msg`Retired`, tone: 'plain' },
}

export const weekdays: Record<Weekday, MessageDescriptor> = {
  mon: msg`Monday`,
  tue: msg`Tuesday`,
  wed: msg`Wednesday`,
  thu: msg`Thursday`,
  fri: msg`Friday`,
  sat: msg`Saturday`,
  sun: msg`Sunday`,
}
