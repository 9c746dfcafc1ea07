// SPDX-License-Identifier: Apache-2.0
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Channel, Kind } from './model'

export const kindNames: Record<Kind, MessageDescriptor> = {
  mentioned: msg`You were mentioned`,
  offered: msg`Offered to you`,
  assigned: msg`Assigned to you`,
  major: msg`Major incident`,
  breached: msg`Late`,
  escalated: msg`Escalated`,
  at_risk: msg`Soon late`,
  answered: msg`The requester answered`,
  vendor_answered: msg`The vendor answered`,
  survey_bad: msg`Rated badly`,
  major_updated: msg`Update on a major incident`,
  opened: msg`Opened`,
  changed: msg`Changed`,
  alert: msg`Alert of the server`,
}

export const channelNames: Record<Channel, MessageDescriptor> = { mail: msg`Mail`, push: msg`Browser`, webhook: msg`Webhook` }
