// SPDX-License-Identifier: Apache-2.0
import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Tone } from '@/ui/bits'
import type { Channel, Figures, Kind, State } from './model'

export const kinds: Record<Kind, { name: MessageDescriptor; does: MessageDescriptor }> = {
  export: { name: msg`Export`, does: msg`A copy of all that is known of one person, in one archive: pages to read and lines for programs.` },
  erasure: { name: msg`Erasure`, does: msg`All that tells who they are is removed, everywhere. Totals and revenue stay what they were. It cannot be undone.` },
}

export const states: Record<State, { name: MessageDescriptor; tone: Tone }> = {
  received: { name: msg`To be decided`, tone: 'warn' },
  approved: { name: msg`Approved`, tone: 'accent' },
  running: { name: msg`Running`, tone: 'accent' },
  failed: { name: msg`Failed`, tone: 'bad' },
  done: { name: msg`Done`, tone: 'good' },
  refused: { name: msg`Refused`, tone: 'plain' },
  cancelled: { name: msg`Cancelled`, tone: 'plain' },
}

export const channels: Record<Channel, MessageDescriptor> = {
  staff: msg`Staff`,
  shop: msg`Shop`,
  register: msg`Register`,
}

const actors: Record<string, MessageDescriptor> = {
  system: msg`the server`,
  socket: msg`command line`,
  token: msg`an API token`,
}

/** Who asked or decided: a name, or what it was where there is none. */
export function actorName(i18n: I18n, by: string): string {
  const name = actors[by]
  return name ? i18n._(name) : by
}

const types: Record<string, MessageDescriptor> = {
  email: msg`Mail address`,
  phone: msg`Phone number`,
  user_id: msg`User id`,
  loyalty_card: msg`Loyalty card`,
  anonymous_id: msg`Visitor id`,
  device_id: msg`Device`,
}

export function typeName(i18n: I18n, type: string): string {
  const name = types[type]
  return name ? i18n._(name) : type.replaceAll('_', ' ')
}

type Figure = { id: keyof Figures; name: MessageDescriptor; becomes: MessageDescriptor }

/** What the index tells beforehand. */
export const INDEXED: readonly Figure[] = [
  { id: 'events', name: msg`Events of theirs`, becomes: msg`an anonymous rest takes their place` },
  { id: 'identifiers', name: msg`Identifiers`, becomes: msg`removed; keyed hashes stay in the register` },
  { id: 'traits', name: msg`Traits`, becomes: msg`removed` },
  { id: 'orders', name: msg`Orders known by number`, becomes: msg`removed from the person; amounts stay in the totals` },
  { id: 'computed', name: msg`Computed traits`, becomes: msg`removed` },
  { id: 'groups', name: msg`Groups`, becomes: msg`they are no member any more` },
  { id: 'duplicates', name: msg`Pairs of duplicates`, becomes: msg`removed` },
  { id: 'named', name: msg`Events of others that name them`, becomes: msg`kept, without the name` },
  { id: 'decisions', name: msg`Decisions of staff about them`, becomes: msg`kept in the log, without whom they were about` },
]

/** What is found only when it is carried out. */
export const SEARCHED: readonly Figure[] = [
  { id: 'quarantined', name: msg`Quarantined events`, becomes: msg`removed` },
  { id: 'import_files', name: msg`Files of imports`, becomes: msg`removed` },
  { id: 'refused_rows', name: msg`Refused rows of imports`, becomes: msg`removed` },
  { id: 'answers', name: msg`Kept answers of the API`, becomes: msg`removed` },
  { id: 'audit_entries', name: msg`Entries of the audit`, becomes: msg`their content; the chain stays and verifies` },
  { id: 'requests', name: msg`Other privacy requests`, becomes: msg`whom they were about is forgotten` },
  { id: 'tickets', name: msg`Rows of the desk that name them`, becomes: msg`their texts removed; the tickets stay` },
  { id: 'export_files', name: msg`Files of scheduled exports`, becomes: msg`removed` },
  { id: 'log_files', name: msg`Files of the log`, becomes: msg`written anew` },
]

/** What an archive holds, as far as it can be counted beforehand. */
export const EXPORTED: readonly (keyof Figures)[] = ['events', 'identifiers', 'traits', 'orders', 'computed', 'groups']

/** What stays, and on what ground: as the certificate lists it. */
export const remains: Record<string, { name: MessageDescriptor; ground: MessageDescriptor }> = {
  anonymous_events: {
    name: msg`Anonymous events`,
    ground: msg`Type, name, hour, source, channel, store, amount and currency of each event. They are nobody's any more; without them totals and revenue would change.`,
  },
  register_of_erasures: {
    name: msg`The register of erasures`,
    ground: msg`A keyed hash of each identifier, and the instant. Without it a late event or an old backup would bring the person back.`,
  },
  audit_chain: { name: msg`The chain of the audit`, ground: msg`Who of the staff did what and when, as salted commitments. The law asks for accountability.` },
  message_ids: { name: msg`Message ids`, ground: msg`Keyed hashes, for as long as duplicates are dropped. They name nobody.` },
  suppression_list: { name: msg`The suppression list`, ground: msg`Keyed hashes of addresses that nothing is sent to: the objection holds on.` },
  copies_elsewhere: {
    name: msg`Copies elsewhere`,
    ground: msg`Backups made before and destinations that were sent data; on PostgreSQL dead rows and its WAL for a while. Forward the request, and let old backups expire.`,
  },
}

/** Steps of an erasure in their order, as docs/privacy.md tells them. */
export const STEPS: readonly MessageDescriptor[] = [
  msg`Noted in the register: events of theirs are suppressed from here on`,
  msg`Caught up: all that was taken in before is in every view`,
  msg`Planned: the whole log was read for them`,
  msg`The log is written anew`,
  msg`Other places: quarantine, files, kept answers, audit, destinations`,
  msg`Profiles: graph, traits, orders, search, groups, consent`,
  msg`The certificate is signed`,
  msg`Nothing deleted is left in the database's files`,
]
