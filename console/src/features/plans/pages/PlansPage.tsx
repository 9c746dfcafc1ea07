// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useMemo } from 'react'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useGo, useUrl } from '@/base/url'
import { Ago, Status } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { AddPlan } from '../components/AddPlan'
import { modes } from '../components/words'
import { type PlanSummary, usePlans } from '../model'
import '../plans.css'

function useColumns(): Column<PlanSummary>[] {
  const { t, i18n } = useLingui()
  return useMemo(() => {
    const names = (p: PlanSummary) => p.sources.map((s) => s.name).join(', ')
    const mode = (of: (p: PlanSummary) => PlanSummary['mode']) => ({
      value: (p: PlanSummary) => i18n._(modes[of(p)].name), width: '170px',
      cell: (p: PlanSummary) => <Status tone={modes[of(p)].tone}>{i18n._(modes[of(p)].name)}</Status>,
    })
    return [
      { id: 'name', title: t`Name`, main: true, cell: (p) => <bdi>{p.name}</bdi>, value: (p) => p.name, width: 'minmax(140px, 1fr)' },
      { id: 'version', title: t`Version`, cell: (p) => p.version, value: (p) => p.version, numeric: true, width: '90px' },
      { id: 'rules', title: t`Rules`, cell: (p) => p.rule_count, value: (p) => p.rule_count, numeric: true, width: '80px' },
      { id: 'mode', title: t`Broken rules`, ...mode((p) => p.mode) },
      { id: 'unplanned', title: t`Unplanned events`, ...mode((p) => p.unplanned_events) },
      { id: 'sources', title: t`Sources`, cell: (p) => (p.sources.length === 0 ? <span className="pt-faint">{t`none`}</span> : <bdi title={names(p)}>{names(p)}</bdi>), value: names, width: 'minmax(120px, 1fr)' },
      { id: 'saved', title: t`Saved`, cell: (p) => <Ago at={p.saved_at} />, value: (p) => p.saved_at, width: '150px' },
      { id: 'by', title: t`By`, cell: (p) => <bdi>{p.saved_by}</bdi>, value: (p) => p.saved_by, width: '150px', optional: true },
      { id: 'description', title: t`Description`, cell: (p) => <bdi title={p.description}>{p.description}</bdi>, value: (p) => p.description, width: 'minmax(120px, 1.5fr)' },
    ]
  }, [t, i18n])
}

export function PlansPage() {
  const { t } = useLingui()
  const go = useGo()
  const [url, setUrl] = useUrl()
  const query = usePlans()
  const count = query.data?.length
  const columns = useColumns()
  const may = useMay('plans.write')
  const add = () => setUrl({ add: '1' })
  useShortcuts(may ? [{ keys: 'n', label: t`Add a tracking plan`, group: t`Tracking plans`, run: add }] : [])
  const button = <Button variant="filled" leftSection={<Icon name="add" />} onClick={add}><Trans>Add a tracking plan</Trans></Button>
  return (
    <Page fill title={t`Tracking plans`} note={count === undefined ? '\u00a0' : <Trans>Plans: {count}. They say what events are to look like, and what becomes of those that do not.</Trans>} actions={may && button}>
      <Loaded query={query}>
        {(plans) => (
          <DataTable
            label={t`Tracking plans`} columns={columns} rows={plans} rowId={(p) => p.id} csv="plans" storageKey="plans" onOpen={(p) => go(`/plans/${p.id}`)}
            empty={(
              <Empty title={t`No tracking plan yet`} action={may && button}>
                <Trans>A plan says which events a source sends and what they hold. What breaks it gets a flag or is kept aside, and nothing is lost. A draft can be made from what has come in.</Trans>
              </Empty>
            )}
          />
        )}
      </Loaded>
      {may && <AddPlan opened={url.add === '1'} onClose={() => setUrl({ add: null })} />}
    </Page>
  )
}
