// SPDX-License-Identifier: Apache-2.0
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Tone } from '@/ui/bits'
import type { Need, Strategy, Units } from './settings'

export const strategies: Record<Strategy, { name: MessageDescriptor; text: MessageDescriptor }> = {
  longest_idle: { name: msg`Longest idle`, text: msg`Who was given or has finished something longest ago.` },
  least_loaded: { name: msg`Least loaded`, text: msg`Who has the least of their capacity taken.` },
  round_robin: { name: msg`Round robin`, text: msg`One after the other.` },
  proficiency: { name: msg`Best proficiency`, text: msg`Who has the highest levels of the skills needed.` },
}

export const presences: Record<'online' | 'away' | 'offline', { name: MessageDescriptor; tone: Tone }> = {
  online: { name: msg`Takes work`, tone: 'good' },
  away: { name: msg`Away`, tone: 'warn' },
  offline: { name: msg`Offline`, tone: 'plain' },
}

export const channels: Record<Units['channel'], MessageDescriptor> = {
  other: msg`Other`,
  portal: msg`Portal`,
  store: msg`Store`,
  web: msg`Web`,
  mail: msg`Mail`,
  phone: msg`Phone`,
  chat: msg`Chat`,
  social: msg`Social`,
}

export const needFields: Record<Need['field'], MessageDescriptor> = {
  category: msg`Category`,
  channel: msg`Channel`,
  store: msg`Store`,
}

export const weekdays: Record<'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun', MessageDescriptor> = {
  mon: msg`Monday`,
  tue: msg`Tuesday`,
  wed: msg`Wednesday`,
  thu: msg`Thursday`,
  fri: msg`Friday`,
  sat: msg`Saturday`,
  sun: msg`Sunday`,
}
