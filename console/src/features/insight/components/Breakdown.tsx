// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect } from '@mantine/core'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { oneOf, useUrl } from '@/base/url'
import { type Column, DataTable } from '@/ui/DataTable'
import { Empty } from '@/ui/states'
import { clockOf } from '../figures'
import { type By, BYS, type Figures } from '../model'
import { bys, types } from '../words'

type Group = Figures['groups'][number]

/** What a value of a breakdown is called. */
export function useValueName(): (by: By, value: string) => string {
  const { t, i18n } = useLingui()
  return (by, value) => {
    const type = by === 'type' ? types[value] : undefined
    return type !== undefined ? i18n._(type) : value === '' ? t`none` : value
  }
}

function useColumns(by: By): Column<Group>[] {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const nameOf = useValueName()
  return useMemo(() => {
    const share = (id: string, title: string, of: (one: Group) => { share: number | null; n: number }): Column<Group> => ({
      id, title, numeric: true, width: 'minmax(96px, 1fr)', value: (one) => of(one).share,
      cell: (one) => {
        const { share: value, n } = of(one)
        return value === null ? <span className="pt-faint">–</span> : <span>{format.percent(value)} <span className="pt-faint">({format.short(n)})</span></span>
      },
    })
    return [
      { id: 'value', title: i18n._(bys[by]), main: true, width: 'minmax(120px, 1.5fr)', value: (one) => one.value, cell: (one) => <bdi>{nameOf(by, one.value)}</bdi> },
      { id: 'resolved', title: t`Tickets`, numeric: true, width: '90px', value: (one) => one.cell.resolved, cell: (one) => format.integer(one.cell.resolved) },
      share('fcr', t`First contact`, (one) => one.cell.fcr),
      { id: 'mttr', title: t`Time to resolve`, numeric: true, width: 'minmax(110px, 1fr)', value: (one) => one.cell.mttr.mean_s, cell: (one) => (one.cell.mttr.mean_s === null ? <span className="pt-faint">–</span> : format.duration(one.cell.mttr.mean_s * 1000)) },
      share('response', t`Response kept`, (one) => clockOf(one.cell, 'response')),
      share('resolution', t`Resolution kept`, (one) => clockOf(one.cell, 'resolution')),
      share('csat', t`Satisfied`, (one) => one.cell.csat),
    ]
  }, [by, t, i18n, format, nameOf])
}

export function Breakdown({ of, href }: { of: Figures; href: string }) {
  const { t, i18n } = useLingui()
  const [url, setUrl] = useUrl()
  const by = oneOf(url.by, BYS)
  return (
    <DataTable
      label={t`Breakdown`} columns={useColumns(by)} rows={of.groups} rowId={(one) => one.value} maxRows={15}
      onOpen={(one) => setUrl({ [by]: one.value === '' ? '-' : one.value }, { push: true })}
      tools={<>
        <NativeSelect aria-label={t`Broken down by`} value={by} data={BYS.map((value) => ({ value, label: i18n._(bys[value]) }))} onChange={(event) => setUrl({ by: event.currentTarget.value === BYS[0] ? null : event.currentTarget.value })} />
        <span className="pt-faint pt-grow"><Trans>A row leads to its figures</Trans></span>
        <Button component="a" href={href} download><Trans>All figures as CSV</Trans></Button>
      </>}
      empty={<Empty title={t`Nothing was resolved in this time`}><Trans>Figures are of tickets by the day they were resolved.</Trans></Empty>}
    />
  )
}
