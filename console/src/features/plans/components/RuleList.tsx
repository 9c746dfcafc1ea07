// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { Status } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { Spark } from '@/ui/Spark'
import { Empty } from '@/ui/states'
import { type Draft, hourly, keyOf, type Rule } from '../draft'
import { useSeries, useTop } from '../model'
import { rowsOf } from '../schema'
import { modes } from './words'

const HOURS = 24
type Line = { rule: Rule; index: number }

/** Violations of one event by the hour; asked for only where there were any. */
function RuleSpark({ plan, rule, max, count }: { plan: string; rule: Rule; max: number; count: number }) {
  const { t } = useLingui()
  const format = useFormat()
  const span = { plan, type: rule.type, hours: HOURS, ...(rule.name ? { name: rule.name } : {}) }
  const series = useSeries(span, count > 0)
  const values = hourly(series.data ?? [], HOURS, Date.now(), (p) => p.warned + p.quarantined).values
  const sum = series.data ? values.reduce((a, b) => a + b, 0) : count
  const told = format.integer(sum)
  return (
    <span className="pt-row pl-spark">
      <Spark values={values} max={Math.max(max, ...values)} label={t`${told} violating events in the last 24 hours`} width={90} />
      <span className={sum > 0 ? 'pt-text-warn' : 'pt-faint'}>{told}</span>
    </span>
  )
}

function useColumns(plan: string | null, planMode: Draft['mode']): Column<Line>[] {
  const { t, i18n } = useLingui()
  const may = useMay('plans.read')
  const top = useTop(plan ?? '', HOURS)
  return useMemo(() => {
    const counts = new Map<string, number>()
    for (const v of plan === null ? [] : top.data ?? []) {
      const n = Math.max(v.warned + v.quarantined, counts.get(keyOf(v)) ?? 0)
      counts.set(keyOf(v), n)
      if (v.type !== 'track') counts.set(v.type, Math.max(n, counts.get(v.type) ?? 0))
    }
    const max = Math.max(0, ...counts.values()) / 2
    const of = (rule: Rule) => counts.get(keyOf(rule)) ?? 0
    const required = (rule: Rule) => rowsOf(rule.schema, rule.type).filter((row) => row.required).map((row) => row.name)
    const all: Column<Line>[] = [
      { id: 'event', title: t`Event`, main: true, cell: ({ rule }) => <bdi>{rule.name || <span className="pt-soft">{t`any`}</span>}</bdi>, value: ({ rule }) => rule.name ?? '', width: 'minmax(160px, 1.2fr)' },
      { id: 'type', title: t`Type`, cell: ({ rule }) => <span className="pt-ltr">{rule.type}</span>, value: ({ rule }) => rule.type, width: '90px' },
      {
        id: 'mode', title: t`Where it is broken`, width: '170px', value: ({ rule }) => i18n._(modes[rule.mode ?? planMode].name),
        cell: ({ rule }) => <Status tone={modes[rule.mode ?? planMode].tone}>{i18n._(modes[rule.mode ?? planMode].name)}</Status>,
      },
      { id: 'required', title: t`Required`, cell: ({ rule }) => <code className="pt-ltr">{required(rule).join(', ') || '–'}</code>, value: ({ rule }) => required(rule).join(' '), width: 'minmax(140px, 1.4fr)' },
      { id: 'count', title: t`Properties`, cell: ({ rule }) => rowsOf(rule.schema, rule.type).length, value: ({ rule }) => rowsOf(rule.schema, rule.type).length, numeric: true, width: '100px' },
    ]
    if (plan !== null && may) {
      all.push({ id: 'violations', title: t`Violations, 24 h`, cell: ({ rule }) => <RuleSpark plan={plan} rule={rule} max={max} count={of(rule)} />, value: ({ rule }) => of(rule), width: '170px' })
    }
    all.push({ id: 'description', title: t`Description`, cell: ({ rule }) => <bdi title={rule.description}>{rule.description}</bdi>, value: ({ rule }) => rule.description, width: 'minmax(120px, 1.2fr)' })
    return all
  }, [t, i18n, plan, planMode, top.data, may])
}

export function RuleList({ plan, draft, onOpen, onAdd, mayWrite }: { plan: string | null; draft: Draft; onOpen: (index: number) => void; onAdd: () => void; mayWrite: boolean }) {
  const { t } = useLingui()
  const columns = useColumns(plan, draft.mode)
  const lines = draft.rules.map((rule, index) => ({ rule, index }))
  const add = mayWrite && <Button leftSection={<Icon name="add" />} onClick={onAdd}><Trans>Add a rule</Trans></Button>
  return (
    <DataTable
      label={t`Rules`} columns={columns} rows={lines} rowId={(l) => String(l.index)} storageKey="plan-rules" csv="rules" onOpen={(l) => onOpen(l.index)} tools={add}
      empty={<Empty title={t`No rule yet`}><Trans>A rule says what one event is to look like: which properties it has, of which type, and which must be there.</Trans></Empty>}
    />
  )
}
