// SPDX-License-Identifier: Apache-2.0
// What the definition, saved or not, gives for the persons who were seen last.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useDebouncedValue } from '@mantine/hooks'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { LinkTo } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { Empty, errorText, Skeleton } from '@/ui/states'
import type { Json } from '../fold'
import { usePreview } from '../model'
import { Value } from './Value'

const REST_MS = 400

/** null: there is nothing to ask for yet. */
export function PreviewPanel({ fold }: { fold: Json | null }) {
  const { t } = useLingui()
  const format = useFormat()
  const text = fold === null ? null : JSON.stringify(fold)
  const [slow] = useDebouncedValue(text, REST_MS)
  const asked = useMemo(() => (slow === null ? null : (JSON.parse(slow) as Json)), [slow])
  const query = usePreview(asked)
  const rows = query.data?.data ?? []
  const waiting = text !== slow || query.isFetching
  const known = rows.filter((row) => row.value !== null && row.value !== undefined).length
  const of = format.integer(rows.length)
  const at = query.dataUpdatedAt === 0 ? null : format.time(query.dataUpdatedAt)
  const title = (
    <h2 className="pt-grow">
      {t`Preview`} <span className="pt-faint co-light" role="status">{waiting && fold !== null ? t`is being computed` : at !== null && query.error === null ? t`as of ${at}` : ''}</span>
    </h2>
  )
  return (
    <Panel title={title} label={t`Preview`} flush>
      {fold === null ? <p className="co-hint pt-soft"><Trans>Values of the persons seen last appear here as soon as the definition is whole.</Trans></p>
        : query.error !== null ? <p role="alert" className="co-hint pt-text-bad pt-ltr">{errorText(query.error)}</p>
          : query.data === undefined ? <Skeleton rows={8} />
            : rows.length === 0 ? <Empty title={t`Nobody was seen yet`} /> : (
              <div>
                <p className="co-hint pt-soft">{plural(known, { one: `# of the ${of} persons seen last has a value.`, other: `# of the ${of} persons seen last have a value.` })}</p>
                <table className="co-preview">
                  <thead><tr><th scope="col">{t`Person`}</th><th scope="col" className="pt-num">{t`Value`}</th><th scope="col" className="pt-num">{t`Of events`}</th></tr></thead>
                  <tbody>
                    {rows.map((row) => (
                      <tr key={row.id}>
                        <th scope="row"><LinkTo href={`/customers/${row.id}?tab=traits`}><bdi>{row.name || t`Visitor without a name`}</bdi></LinkTo></th>
                        <td className="pt-num"><Value value={row.value} cut={row.cut} /></td>
                        <td className="pt-num">{format.integer(row.events)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
    </Panel>
  )
}
