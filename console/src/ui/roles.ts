// SPDX-License-Identifier: Apache-2.0
import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'

const names: Record<string, MessageDescriptor> = {
  owner: msg`Owner`,
  admin: msg`Admin`,
  engineer: msg`Engineer`,
  analyst: msg`Analyst`,
  auditor: msg`Auditor`,
  agent: msg`Agent`,
  store: msg`Store`,
  privacy: msg`Data protection`,
}

export function roleName(i18n: I18n, role: string): string {
  const name = names[role]
  return name ? i18n._(name) : role
}
