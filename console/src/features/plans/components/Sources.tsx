// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Switch } from '@mantine/core'
import { useState } from 'react'
import { DataTable } from '@/ui/DataTable'
import { LinkTo } from '@/ui/LinkTo'
import { Empty, errorText, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import { assign, type Plan, usePlans, useSourceNames } from '../model'

/** Which sources the plan judges. */
export function Sources({ plan, mayWrite }: { plan: Plan; mayWrite: boolean }) {
  const { t } = useLingui()
  const query = useSourceNames()
  const plans = usePlans().data ?? []
  const [busy, setBusy] = useState<string | null>(null)
  const planOf = (id: string) => plans.find((p) => p.sources.some((s) => s.id === id))
  async function put(id: string, to: string | null, undo: string | null | undefined) {
    setBusy(id)
    try {
      await assign(id, to)
      toast({ text: to === null ? t`The source has no plan now` : t`The plan judges what comes in from now on`, ...(undo === undefined ? {} : { undo: () => void put(id, undo, undefined) }) })
    } catch (error) {
      toast({ text: errorText(error), tone: 'bad' })
    } finally {
      setBusy(null)
    }
  }
  return (
    <>
      <p className="pt-soft"><Trans>A source has one plan at most. It judges events that come in from now on; what is there stays as it is.</Trans></p>
      <Loaded query={query}>
        {(sources) => (
          <DataTable
            label={t`Sources`} rows={sources} rowId={(s) => s.id} maxRows={20}
            columns={[
              { id: 'name', title: t`Source`, main: true, cell: (s) => <LinkTo href={`/sources/${s.id}`}>{s.name}</LinkTo>, value: (s) => s.name, width: 'minmax(140px, 1fr)' },
              {
                id: 'plan', title: t`Judged by this plan`, width: '180px',
                cell: (s) => {
                  const now = planOf(s.id)
                  const [on, name] = [now?.id === plan.id, s.name]
                  return <Switch size="sm" aria-label={t`${name} is judged by this plan`} checked={on} disabled={!mayWrite || busy !== null} onChange={() => void put(s.id, on ? null : plan.id, now?.id ?? null)} />
                },
              },
              {
                id: 'other', title: t`Its plan now`, width: 'minmax(120px, 1fr)', value: (s) => planOf(s.id)?.name,
                cell: (s) => {
                  const now = planOf(s.id)
                  if (!now) return <span className="pt-faint">{t`none`}</span>
                  return now.id === plan.id ? t`this one` : <LinkTo href={`/plans/${now.id}`}>{now.name}</LinkTo>
                },
              },
            ]}
            empty={<Empty title={t`No source yet`} />}
          />
        )}
      </Loaded>
    </>
  )
}
