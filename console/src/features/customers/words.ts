// SPDX-License-Identifier: Apache-2.0
import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { IconName } from '@/ui/icons'
import type { Profile } from './model'

const types: Record<string, MessageDescriptor> = {
  user_id: msg`User id`,
  email: msg`Mail address`,
  phone: msg`Phone number`,
  anonymous_id: msg`Visitor id`,
  device_id: msg`Device`,
  loyalty_card: msg`Loyalty card`,
  loyalty: msg`Loyalty card`,
  payment_fingerprint: msg`Payment card`,
  event: msg`Single event`,
  name: msg`Name`,
  order: msg`Order number`,
}

/** An identifier's type in words; what no word is for keeps its own name. */
export function typeName(i18n: I18n, type: string): string {
  const name = types[type]
  return name ? i18n._(name) : type.replaceAll('_', ' ')
}

const typeIcons: Record<string, IconName> = {
  name: 'person', order: 'cart',  user_id: 'person', email: 'mail', phone: 'phone', anonymous_id: 'web', device_id: 'app', loyalty_card: 'card', loyalty: 'card', payment_fingerprint: 'card', event: 'debugger',
}

export function typeIcon(type: string): IconName {
  return typeIcons[type] ?? 'key'
}

const channels: Record<string, { name: MessageDescriptor; icon: IconName }> = {
  web: { name: msg`Web`, icon: 'web' },
  app: { name: msg`App`, icon: 'app' },
  store: { name: msg`Store`, icon: 'store' },
  service: { name: msg`Service`, icon: 'service' },
}

export function channelName(i18n: I18n, channel: string): string {
  const known = channels[channel]
  return known ? i18n._(known.name) : channel === '' ? i18n._(msg`No channel`) : channel
}

export function channelIcon(channel: string): IconName {
  return channels[channel]?.icon ?? 'source'
}

const calls: Record<string, MessageDescriptor> = {
  track: msg`Action`,
  identify: msg`Told about themselves`,
  page: msg`Page seen`,
  screen: msg`Screen seen`,
  group: msg`Joined a group`,
  alias: msg`Known by another id`,
}

/** What kind of call an event is, in words. */
export function callName(i18n: I18n, type: string): string {
  const name = calls[type]
  return name ? i18n._(name) : type
}

/** How to call a person: by name, else by what is known, else as what they are. */
export function personName(i18n: I18n, person: { name: string; detail?: string }): string {
  return person.name || person.detail || i18n._(msg`Visitor without a name`)
}

/** The same of one whose identifiers are known. */
export function profileName(i18n: I18n, profile: Profile): string {
  const known = newest(profile, 'email') ?? newest(profile, 'phone') ?? newest(profile, 'user_id')
  return personName(i18n, { name: profile.name, detail: known?.value ?? '' })
}

/** The identifier of that type that was seen last. */
export function newest(profile: Profile, type: string): { value: string; more: number } | null {
  const all = profile.nodes.filter((node) => node.type === type).sort((a, b) => ((a.last_at ?? '') < (b.last_at ?? '') ? 1 : -1))
  const first = all[0]
  return first === undefined ? null : { value: first.value, more: all.length - 1 }
}
