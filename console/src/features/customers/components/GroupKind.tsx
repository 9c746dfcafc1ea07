// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import type { GroupKind } from '../groups'

export function useGroupKinds(): Record<GroupKind, string> {
  const { t } = useLingui()
  return { household: t`Household`, account: t`Account` }
}
