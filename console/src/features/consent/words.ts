// SPDX-License-Identifier: Apache-2.0
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Tone } from '@/ui/bits'
import type { Basis, Channel, Reason, State } from './model'

export const bases: Record<Basis, MessageDescriptor> = {
  consent: msg`Consent`,
  contract: msg`Contract`,
  legal_obligation: msg`Legal obligation`,
  vital_interests: msg`Vital interests`,
  public_task: msg`Public task`,
  legitimate_interests: msg`Legitimate interests`,
}

/** What holds where nobody has decided. */
export const byDefault: Record<Basis, MessageDescriptor> = {
  consent: msg`Refused until a person allows it`,
  contract: msg`Allowed`,
  legal_obligation: msg`Allowed`,
  vital_interests: msg`Allowed`,
  public_task: msg`Allowed until a person objects`,
  legitimate_interests: msg`Allowed until a person objects`,
}

export const states: Record<State['state'], { text: MessageDescriptor; tone: Tone }> = {
  granted: { text: msg`Allowed`, tone: 'good' },
  refused: { text: msg`Refused`, tone: 'bad' },
  default_granted: { text: msg`Allowed, not decided`, tone: 'plain' },
  default_refused: { text: msg`Refused, not decided`, tone: 'plain' },
}

export const ways: Record<string, MessageDescriptor> = {
  event: msg`By an event`,
  staff: msg`Told to staff`,
  page: msg`On the preference page`,
  unsubscribe: msg`Unsubscribed by one click`,
}

export const channels: Record<Channel, MessageDescriptor> = { email: msg`Mail`, phone: msg`Phone` }

export const reasons: Record<Reason, MessageDescriptor> = {
  unsubscribed: msg`Unsubscribed`,
  bounced: msg`Bounced`,
  complaint: msg`Complaint`,
  manual: msg`Added by hand`,
  erased: msg`Erased person`,
}
