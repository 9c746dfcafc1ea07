// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { Tabs } from '@/ui/Tabs'

export function HealthTabs() {
  const { t } = useLingui()
  return <Tabs label={t`Health`} tabs={[{ path: '/health', title: t`Now` }, { path: '/health/backups', title: t`Backups` }]} />
}
