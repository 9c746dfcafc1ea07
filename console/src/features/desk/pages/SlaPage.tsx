// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, ok } from '@/api/client'
import { useUrl } from '@/base/url'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { AreaTabs } from '@/ui/Tabs'
import { SlaEditor } from '../components/SlaEditor'
import { deskFeature } from '../index'
import { ALL } from '../model'
import '../desk.css'

export function SlaPage() {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const query = useQuery({ queryKey: [ALL, 'sla'], queryFn: async ({ signal }) => (await ok(api.GET('/api/v1/sla/policies', { signal }))).data, staleTime: 60000, refetchOnWindowFocus: false })
  const policies = query.data ?? []
  const chosen = policies.find((one) => one.id === url.id) ?? policies[0]
  const count = policies.length
  return (
    <Page
      title={t`What is promised`} note={query.data ? t`Policies: ${count}. The first that applies to a ticket holds.` : '\u00a0'}
      actions={policies.length > 1 && <NativeSelect aria-label={t`Policy`} value={chosen?.id ?? ''} data={policies.map((one) => ({ value: one.id, label: one.name }))} onChange={(event) => setUrl({ id: event.currentTarget.value })} />}
    >
      <AreaTabs of={deskFeature} />
      <Loaded query={query} rows={8}>{() => (chosen === undefined ? <Empty title={t`No policy is in force`} /> : <SlaEditor key={`${chosen.id} ${chosen.version}`} of={chosen} />)}</Loaded>
    </Page>
  )
}
