// SPDX-License-Identifier: Apache-2.0
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { FORMS, MODES } from './rules'

export const forms: Record<(typeof FORMS)[number], MessageDescriptor> = {
  trim: msg`As it is`,
  lower: msg`Small letters`,
  email: msg`Mail address`,
  phone: msg`Phone number`,
  card: msg`Card number`,
}

export const formHints: Record<(typeof FORMS)[number], MessageDescriptor> = {
  trim: msg`Without space around it`,
  lower: msg`Small and capital letters are the same`,
  email: msg`Small letters, with one @ in it`,
  phone: msg`Digits behind a +`,
  card: msg`Capital letters, without spaces and dashes`,
}

export const modes: Record<(typeof MODES)[number], MessageDescriptor> = { unique: msg`Joins`, login: msg`Sign-in`, immutable: msg`Never changes` }

export const modeHints: Record<(typeof MODES)[number], MessageDescriptor> = {
  unique: msg`Whoever shares a value is one person, within the limits`,
  login: msg`Of a sign-in: no event makes one person of two who have different ones`,
  immutable: msg`A person has one for ever, and no event takes it to another`,
}
