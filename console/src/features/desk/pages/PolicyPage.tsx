// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, ok } from '@/api/client'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { queries, useMay } from '@/base/session'
import { useUrl } from '@/base/url'
import { Time } from '@/ui/bits'
import { Page, Panel } from '@/ui/Page'
import { errorText, Loaded } from '@/ui/states'
import { AreaTabs } from '@/ui/Tabs'
import { toast } from '@/ui/toast'
import { Categories, Matrix, Peaks, Scopes } from '../components/PolicyParts'
import { PolicyTry } from '../components/PolicyTry'
import { deskFeature } from '../index'
import { useLater } from '../later'
import { ALL, usePolicy } from '../model'
import type { Policy } from '../policy'
import '../desk.css'

type Version = { version: number; policy: Record<string, never>; changed_at: string | null; changed_by: string }

function Editor({ of, newest }: { of: Version; newest: boolean }) {
  const { t } = useLingui()
  const format = useFormat()
  const [, setUrl] = useUrl()
  const may = useMay('desk.policy')
  const off = !may || !newest
  const later = useLater()
  const before = of.policy as unknown as Policy
  const [policy, setPolicy] = useState<Policy>(before)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  useEffect(() => setPolicy(of.policy as unknown as Policy), [of.version])
  const changed = JSON.stringify(policy) !== JSON.stringify(before)
  async function save() {
    if (!changed || off || busy) return
    setBusy(true)
    setProblem(null)
    try {
      const saved = await ok(api.PUT('/api/v1/desk/policy', { body: { version: of.version, policy: policy as never } }))
      queries.setQueryData([ALL, 'policy'], saved)
      await queries.invalidateQueries({ queryKey: [ALL, 'policy'] })
      void queries.invalidateQueries({ queryKey: [ALL, 'records', 'names'] })
      toast({ text: t`Version ${saved.version} is in force` })
    } catch (error) {
      setProblem(errorText(error))
    } finally {
      setBusy(false)
    }
  }
  useShortcuts(off ? [] : [{ keys: 'mod+s', label: t`Save`, group: t`Priorities`, whileTyping: true, run: () => void save() }])
  const editing = { policy, off, set: setPolicy }
  return (
    <>
      <div className="pt-row pt-soft">
        <span>{of.changed_at === null ? <Trans>Version {format.integer(of.version)}, as Patron comes</Trans> : <Trans>Version {format.integer(of.version)} of <Time at={of.changed_at} /> by {of.changed_by}</Trans>}</span>
        {of.version > 1 && <Button size="compact-xs" onClick={() => setUrl({ version: of.version - 1 })}><Trans>Version before</Trans></Button>}
        {!newest && <Button size="compact-xs" onClick={() => setUrl({ version: null })}><Trans>To the one in force</Trans></Button>}
      </div>
      <Panel
        title={t`What customers feel`} actions={(
          <NativeSelect
            size="xs" aria-label={t`Method`} disabled={off} value={policy.method} onChange={(event) => setPolicy({ ...policy, method: event.currentTarget.value as Policy['method'] })}
            data={[{ value: 'touchpoint', label: t`By touchpoint, scope and urgency` }, { value: 'impact_urgency', label: t`By impact and urgency` }]}
          />
        )}
      ><Matrix {...editing} /></Panel>
      {later && (
        <>
          <PolicyTry policy={policy} />
          <Panel title={t`Categories`}><Categories {...editing} /></Panel>
          <Panel title={t`Scope: reached by any of these`}><Scopes {...editing} /></Panel>
          <Panel title={t`Peaks`}><Peaks {...editing} /></Panel>
        </>
      )}
      {(changed || problem !== null) && (
        <div className="dk-savebar">
          {problem !== null && <p className="pt-text-bad pt-grow" role="alert">{problem}</p>}
          <Button onClick={() => { setPolicy(before); setProblem(null) }}><Trans>Discard</Trans></Button>
          <Button variant="filled" loading={busy} onClick={() => void save()}><Trans>Save as a new version</Trans></Button>
        </div>
      )}
    </>
  )
}

export function PolicyPage() {
  const { t } = useLingui()
  const [url] = useUrl()
  const asked = /^\d+$/.test(url.version ?? '') ? Number(url.version) : undefined
  const newest = usePolicy()
  const older = useQuery({ queryKey: [ALL, 'policy', asked], queryFn: ({ signal }) => ok(api.GET('/api/v1/desk/policy', { params: { query: { version: asked ?? 1 } }, signal })), enabled: asked !== undefined && asked !== newest.data?.version, staleTime: 600000 })
  const query = asked === undefined || asked === newest.data?.version ? newest : older
  return (
    <Page title={t`How priorities are found`} note={query.data ? t`The strongest reason holds, none ever lowers. Categories: ${(query.data.policy as unknown as Policy).categories.length}.` : '\u00a0'}>
      <AreaTabs of={deskFeature} />
      <Loaded query={query} rows={10}>{(of) => <Editor key={of.version} of={of as unknown as Version} newest={of.version === newest.data?.version} />}</Loaded>
    </Page>
  )
}
