// SPDX-License-Identifier: Apache-2.0
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Range, Reading } from './figures'
import type { Behind, By, Survey } from './model'

export const ranges: Record<Range, MessageDescriptor> = {
  '7d': msg`7 days`,
  '28d': msg`28 days`,
  '90d': msg`90 days`,
  '365d': msg`1 year`,
}

export const bys: Record<By, MessageDescriptor> = {
  queue: msg`Queue`,
  store: msg`Store`,
  category: msg`Category`,
  channel: msg`Channel`,
  priority: msg`Priority`,
  type: msg`Type`,
}

export const types: Record<string, MessageDescriptor> = {
  incident: msg`Incident`,
  service_request: msg`Service request`,
}

export const behinds: Record<Behind, MessageDescriptor> = {
  resolved: msg`Resolved tickets`,
  first: msg`Resolved at the first contact`,
  not_first: msg`Not resolved at the first contact`,
  provisional: msg`First contact, not final yet`,
  met: msg`Promise kept`,
  breached: msg`Promise missed`,
  answered: msg`Answered the survey`,
  satisfied: msg`Satisfied`,
  unsatisfied: msg`Not satisfied`,
}

export const readings: Record<Reading, MessageDescriptor> = {
  all_worse: msg`All four are worse: look for one cause first, such as a major incident or too few people.`,
  all_better: msg`All four are better.`,
  closed_too_early: msg`Tickets are resolved faster, but fewer at the first contact: some may be closed before the fault is gone.`,
  promise_unfelt: msg`Promises are kept, yet customers are less satisfied: what is promised may not be what they feel. Read the answers of 1 to 3.`,
  promises_missed: msg`More promises are missed and tickets take longer, and customers have not said so yet: satisfaction follows later.`,
  slower_not_worse: msg`Tickets take longer, but more of them are solved for good or customers are more satisfied: time alone would mislead here.`,
  few_answers: msg`Under 30 answers: satisfaction is a hint, not a measurement.`,
  provisional: msg`More than half of the first contacts are under 7 days old: somebody may still come back.`,
}

export const scales: Record<Survey['scale'], MessageDescriptor> = {
  csat: msg`Satisfaction, 1 to 5`,
  ces: msg`Effort, 1 to 7`,
  nps: msg`Would recommend, 0 to 10`,
}
