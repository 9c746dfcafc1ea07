// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { lazy, Suspense, useMemo } from 'react'
import { loadWhereText } from '@/features/computed'
import { Code } from '@/ui/bits'
import { Skeleton } from '@/ui/states'
import { filterOf, type Join } from '../filter'

const WhereText = lazy(loadWhereText)

export function useJoinWords(): Record<Join, string> {
  const { t } = useLingui()
  return { all: t`all of these hold`, any: t`any of these holds`, none: t`none of these holds` }
}

/** A filter in words; as JSON where rows and groups cannot say it. */
export function FilterShown({ json }: { json: unknown }) {
  const { t } = useLingui()
  const words = useJoinWords()
  const filter = useMemo(() => filterOf(json), [json])
  if (filter.kind === 'json') return <Code label={t`Filter`} text={filter.text} height={200} />
  const parts = filter.rows.length + filter.groups.length
  return (
    <Suspense fallback={<Skeleton rows={parts} />}>
      <ul className="de-says">
        {parts > 1 && <li className="pt-soft">{words[filter.join]}</li>}
        <WhereText rows={filter.rows} />
        {filter.groups.map((group) => (
          <li key={group.id}>
            <span className="pt-soft">{words[group.join]}</span>
            <ul className="de-says"><WhereText rows={group.rows} /></ul>
          </li>
        ))}
      </ul>
    </Suspense>
  )
}
