// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useMay } from '@/base/session'
import { Tabs } from '@/ui/Tabs'

/** The pages of the area that this person may see. */
export function PeopleTabs() {
  const { t } = useLingui()
  const mayPeople = useMay('people.read')
  const mayTokens = useMay('tokens.read')
  return (
    <Tabs
      label={t`People and roles`}
      tabs={[
        ...(mayPeople ? [{ path: '/people', title: t`People` }, { path: '/people/roles', title: t`Roles` }] : []),
        ...(mayTokens ? [{ path: '/people/tokens', title: t`API tokens` }] : []),
      ]}
    />
  )
}
