// SPDX-License-Identifier: Apache-2.0
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Measure, Period } from './figures'

/** Name, what counts, and what it is a share of; docs/quality.md says it at length. */
export const measures: Record<Measure, { name: MessageDescriptor; text: MessageDescriptor; of: MessageDescriptor }> = {
  missing: { name: msg`Missing`, text: msg`A field that a good event of this kind has is not there: an order without its currency`, of: msg`of checked events` },
  malformed: { name: msg`Malformed`, text: msg`A value is not what it is called: a mail address without a domain, an amount that is no number`, of: msg`of events` },
  late: { name: msg`Late`, text: msg`Received over an hour after it happened`, of: msg`of events that came live` },
  conflicting: { name: msg`Conflicting`, text: msg`An identifier was dropped by a limit, or two sources say different things of one person within a day`, of: msg`of events` },
  duplicate: { name: msg`Duplicate`, text: msg`Sent again under the same message id, and dropped`, of: msg`of all that was sent` },
  quarantined: { name: msg`Quarantined`, text: msg`Kept aside, because it could not be taken`, of: msg`of what was received` },
}

export const periods: Record<Period, MessageDescriptor> = { '24h': msg`24 hours`, '7d': msg`7 days`, '30d': msg`30 days`, '90d': msg`90 days` }
