// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { type Column, DataTable } from '@/ui/DataTable'
import { Empty } from '@/ui/states'
import type { Model } from '../model'

type Row = Model['metrics']['categories'][number]

/** A share as a bar beside its number; of nothing it is none. */
function Share({ hits, of }: { hits: number; of: number }) {
  const format = useFormat()
  if (of === 0) return <span className="pt-faint">–</span>
  return <span className="tr-share"><span aria-hidden="true"><i style={{ inlineSize: `${(hits / of) * 100}%` }} /></span>{format.percent(hits / of, 0)}</span>
}

export function Categories({ of, nameOf }: { of: Model; nameOf: (label: string) => string }) {
  const { t } = useLingui()
  const format = useFormat()
  const columns = useMemo<Column<Row>[]>(() => [
    { id: 'label', title: t`Category`, main: true, width: 'minmax(110px, 2fr)', value: (one) => nameOf(one.label), cell: (one) => <bdi>{nameOf(one.label)}</bdi> },
    { id: 'texts', title: t`Texts`, numeric: true, width: '66px', value: (one) => one.texts, cell: (one) => format.integer(one.texts) },
    { id: 'said', title: t`Said`, numeric: true, width: '66px', value: (one) => one.said, cell: (one) => format.integer(one.said) },
    { id: 'precision', title: t`Right when said`, width: 'minmax(104px, 1fr)', value: (one) => one.precision, cell: (one) => <Share hits={one.right} of={one.said} /> },
    { id: 'recall', title: t`Found of its texts`, width: 'minmax(104px, 1fr)', value: (one) => one.recall, cell: (one) => <Share hits={one.right} of={one.texts} /> },
  ], [t, format, nameOf])
  return <DataTable label={t`By category`} columns={columns} rows={of.metrics.categories} rowId={(one) => one.label} maxRows={12} csv="triage-categories" tools={<h2>{t`By category`}</h2>} empty={<Empty title={t`No texts were held out`} />} />
}
