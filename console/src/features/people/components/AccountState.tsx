// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { Status } from '@/ui/bits'
import type { Account } from '../model'

export function AccountState({ account }: { account: Account }) {
  const { t } = useLingui()
  if (account.state === 'disabled') return <Status tone="bad">{t`Disabled`}</Status>
  return account.state === 'invited' ? <Status tone="warn">{t`Invited`}</Status> : <Status tone="good">{t`Active`}</Status>
}
