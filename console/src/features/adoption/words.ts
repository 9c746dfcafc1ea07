// SPDX-License-Identifier: Apache-2.0
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Days, Part, PartState } from './model'
import type { StepKey, StepState } from './steps'

export const parts: Record<Part['name'], MessageDescriptor> = {
  events: msg`Events and tracking`,
  identity: msg`Customer identity and profiles`,
  consent: msg`Consent and preferences`,
  segments: msg`Segments and audiences`,
  destinations: msg`Destinations and advertising`,
  campaigns: msg`Campaigns and journeys`,
  desk: msg`Service desk and inbox`,
  reporting: msg`Reporting and figures`,
}

export const partStates: Record<PartState, MessageDescriptor> = {
  incumbent: msg`Incumbent`,
  side_by_side: msg`Side by side`,
  patron: msg`Patron`,
}

export const periods: Record<Days, MessageDescriptor> = {
  '14': msg`14 days`,
  '30': msg`30 days`,
  '90': msg`90 days`,
}

export const stepNames: Record<StepKey, MessageDescriptor> = {
  sources: msg`Sources send to Patron`,
  forwarding: msg`A destination feeds the incumbent`,
  counts: msg`The incumbent's counts are here`,
  agree: msg`Counts agree`,
  persons: msg`Persons are compared`,
  events: msg`Event types are taken over`,
  parts: msg`Parts are Patron's`,
}

export const stepStates: Record<StepState, MessageDescriptor> = {
  open: msg`To do`,
  trouble: msg`Look at it`,
  done: msg`Done`,
}
