// SPDX-License-Identifier: Apache-2.0
// Why an event was kept aside, in words; what it would need; which field and which bound.
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Reason } from '../filter'

export type ReasonWords = {
  name: MessageDescriptor
  /** What is wrong. */
  why: MessageDescriptor
  /** What would let it in. */
  need: MessageDescriptor
  field?: string
  bound?: MessageDescriptor
}

export const reasons: Record<Reason, ReasonWords> = {
  plan_violation: {
    name: msg`Breaks its tracking plan`,
    why: msg`The tracking plan of its source asks for something else, and says that such events are kept aside.`,
    need: msg`Correct the fields below, or change the plan where the event is right, then redrive: it is judged by the plan of today.`,
  },
  unplanned_event: {
    name: msg`Not in the tracking plan`,
    why: msg`The tracking plan of its source has no rule for this event, and says that unplanned events are kept aside.`,
    need: msg`Add a rule for it to the plan, or let unplanned events in, then redrive. Where its name has a slip, correct the name.`,
    field: 'event',
  },
  unmapped_delivery: {
    name: msg`Delivery not understood`,
    why: msg`A shop or another system sent it, signed, and it could not be made an event.`,
    need: msg`Change the mapping of its connector, or wait for an update of Patron, then redrive: it is mapped anew. A corrected event may stand in its place too.`,
  },
  no_type: {
    name: msg`No known type`,
    why: msg`Every event says what it is, and this one says nothing that is known.`,
    need: msg`“type” must be one of track, identify, page, screen, group, alias.`,
    field: 'type',
    bound: msg`one of six words`,
  },
  no_event_name: {
    name: msg`No event name`,
    why: msg`A track event says what happened by its name, and this one has none.`,
    need: msg`“event” must be a text that is not empty, such as “Order Completed”.`,
    field: 'event',
    bound: msg`a text of 1 character or more`,
  },
  no_id: {
    name: msg`Nobody named`,
    why: msg`Without an id nobody can tell whose event it is.`,
    need: msg`Give userId or anonymousId. An alias needs userId and previousId, a group needs groupId too.`,
    field: 'userId, anonymousId',
    bound: msg`at least one of them`,
  },
  wrong_type: {
    name: msg`Field of the wrong type`,
    why: msg`A field that every event has is there, but is not of the type it must have.`,
    need: msg`Ids and names are texts, properties, traits and context are objects.`,
  },
  message_id_too_long: {
    name: msg`messageId too long`,
    why: msg`The id by which duplicates are found is longer than is kept.`,
    need: msg`Shorten messageId, or leave it out: then one is derived from the content.`,
    field: 'messageId',
    bound: msg`255 bytes`,
  },
  not_an_object: {
    name: msg`Not an object`,
    why: msg`Where an event was expected stood something else.`,
    need: msg`An event is a JSON object: names with their values, in braces.`,
    bound: msg`a JSON object`,
  },
  too_large: {
    name: msg`Too large`,
    why: msg`The event, with what its batch adds to each, is larger than an event may be.`,
    need: msg`Take out what is large: long texts, pictures, lists. 32,768 bytes are room for any event that is one thing that happened.`,
    bound: msg`32,768 bytes`,
  },
  too_deep: {
    name: msg`Nested too deep`,
    why: msg`Objects and lists stand in each other deeper than an event may have.`,
    need: msg`Flatten it to 32 levels or less.`,
    bound: msg`32 levels`,
  },
}

/** The field that a wrong type was found in: the server's detail begins with its name. */
export function fieldIn(reason: Reason, detail: string): string | undefined {
  if (reason !== 'wrong_type') return reasons[reason].field
  return /^[\w.[\]/-]+/.exec(detail)?.[0]
}
