// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ok } from '@/api/client'
import { queries, useMay } from '@/base/session'
import { slugOf } from '@/base/slug'
import { useUrl } from '@/base/url'
import { FormDialog } from '@/ui/dialogs'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { AreaTabs } from '@/ui/Tabs'
import { toast } from '@/ui/toast'
import { SlaEditor } from '../components/SlaEditor'
import { deskFeature } from '../index'
import { ALL, type SlaPolicy } from '../model'
import '../desk.css'

/** Begins as a copy: to be changed, and told by `applies` when it holds. */
function NewPolicy({ of, onClose, onMade }: { of: SlaPolicy; onClose: () => void; onMade: (id: string) => void }) {
  const { t } = useLingui()
  const [name, setName] = useState('')
  return (
    <FormDialog
      title={t`A new policy`} opened onClose={onClose} submit={t`Add it`} disabled={name.trim() === ''}
      onSubmit={async () => {
        const id = slugOf(name) || `policy_${Date.now().toString(36)}`
        await ok(api.PUT('/api/v1/sla/policies/{policy}', { params: { path: { policy: id } }, body: { version: 0, rank: Math.max(0, Math.min(100, of.rank - 1)), policy: { ...of.policy, name: name.trim() } as never } }))
        await queries.invalidateQueries({ queryKey: [ALL] })
        onMade(id)
        onClose()
      }}
    >
      <p className="pt-soft"><Trans>It begins as a copy of {of.name}, is asked before it, and is in force at once: say in the document, by “applies”, which tickets it is for.</Trans></p>
      <TextInput label={t`Name`} maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
    </FormDialog>
  )
}

function EndPolicy({ of, onClose }: { of: SlaPolicy; onClose: () => void }) {
  const { t } = useLingui()
  return (
    <FormDialog
      title={t`End ${of.name}`} opened onClose={onClose} submit={t`End it now`} danger
      onSubmit={async () => {
        await ok(api.DELETE('/api/v1/sla/policies/{policy}', { params: { path: { policy: of.id }, query: { version: of.version } } }))
        await queries.invalidateQueries({ queryKey: [ALL] })
        onClose()
        toast({ text: t`${of.name} is no longer in force` })
      }}
    >
      <p><Trans>Open tickets follow the next policy that applies to them, from now on. What was before stays.</Trans></p>
    </FormDialog>
  )
}

export function SlaPage() {
  const { t } = useLingui()
  const may = useMay('desk.policy')
  const [asking, setAsking] = useState<'new' | 'end' | null>(null)
  const [url, setUrl] = useUrl()
  const query = useQuery({ queryKey: [ALL, 'sla'], queryFn: async ({ signal }) => (await ok(api.GET('/api/v1/sla/policies', { signal }))).data, staleTime: 60000, refetchOnWindowFocus: false })
  const policies = query.data ?? []
  const chosen = policies.find((one) => one.id === url.id) ?? policies[0]
  const count = policies.length
  return (
    <Page
      title={t`What is promised`} note={query.data ? t`Policies: ${count}. The first that applies to a ticket holds.` : '\u00a0'}
      actions={(
        <>
          {policies.length > 1 && <NativeSelect aria-label={t`Policy`} value={chosen?.id ?? ''} data={policies.map((one) => ({ value: one.id, label: one.name }))} onChange={(event) => setUrl({ id: event.currentTarget.value })} />}
          {may && chosen && <Button onClick={() => setAsking('new')}><Trans>New policy…</Trans></Button>}
          {may && chosen && policies.length > 1 && <Button onClick={() => setAsking('end')}><Trans>End it…</Trans></Button>}
        </>
      )}
    >
      <AreaTabs of={deskFeature} />
      {asking === 'new' && chosen && <NewPolicy of={chosen} onClose={() => setAsking(null)} onMade={(id) => setUrl({ id })} />}
      {asking === 'end' && chosen && <EndPolicy of={chosen} onClose={() => setAsking(null)} />}
      <Loaded query={query} rows={8}>{() => (chosen === undefined ? <Empty title={t`No policy is in force`} /> : <SlaEditor key={`${chosen.id} ${chosen.version}`} of={chosen} />)}</Loaded>
    </Page>
  )
}
