// SPDX-License-Identifier: Apache-2.0
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Tone } from '@/ui/bits'
import type { MailIn, MailOut, Step, TemplateKind } from './model'

export const outcomes: Record<MailIn['outcome'] | 'duplicate', MessageDescriptor> = {
  opened: msg`Opened a ticket`,
  answered: msg`Answered on its ticket`,
  followed_up: msg`Opened a follow-up`,
  noted: msg`Noted quietly`,
  bounced: msg`Could not be delivered`,
  filed: msg`Filed, no ticket`,
  quarantined: msg`In quarantine`,
  duplicate: msg`Was here before`,
}

export const natures: Record<MailIn['nature'], MessageDescriptor> = {
  bounce: msg`Bounce`,
  complaint: msg`Complaint`,
  auto_reply: msg`Automatic reply`,
  automatic: msg`Automatic`,
  list: msg`List or newsletter`,
  personal: msg`Person`,
}

export const kinds: Record<TemplateKind, { name: MessageDescriptor; when: MessageDescriptor }> = {
  acknowledged: { name: msg`Acknowledgement`, when: msg`When a message has opened a ticket.` },
  answer: { name: msg`Answer`, when: msg`When somebody writes a public reply.` },
  resolved: { name: msg`Solved`, when: msg`When the ticket is solved.` },
  closed: { name: msg`Closed, with the survey`, when: msg`When the ticket is closed.` },
}

/** Of what leaves: by a template, or an update that somebody wrote. */
export const leaves: Record<MailOut['kind'], MessageDescriptor> = {
  acknowledged: kinds.acknowledged.name,
  answer: kinds.answer.name,
  resolved: kinds.resolved.name,
  closed: kinds.closed.name,
  update: msg`Update to stakeholders`,
}

export const sentStates: Record<MailOut['state'], { name: MessageDescriptor; tone: Tone }> = {
  queued: { name: msg`Waits`, tone: 'plain' },
  sending: { name: msg`Being sent`, tone: 'accent' },
  sent: { name: msg`Sent`, tone: 'good' },
  doubt: { name: msg`In doubt`, tone: 'warn' },
  failed: { name: msg`Failed`, tone: 'bad' },
  bounced: { name: msg`Came back`, tone: 'bad' },
}

export const steps: Record<Step['step'], MessageDescriptor> = {
  imap_login: msg`Connect to the incoming server and sign in`,
  imap_folder: msg`Open the folder`,
  smtp_login: msg`Connect to the outgoing server and sign in`,
  dkim: msg`Sign with DKIM`,
  send: msg`Send a message to itself`,
}
