// SPDX-License-Identifier: Apache-2.0
// What a request would do to whom it is about, before anybody approves it.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useFormat } from '@/base/format'
import { Panel } from '@/ui/Page'
import { errorText, Skeleton } from '@/ui/states'
import { type Figures, type Kind, type Subject, usePreview } from '../model'
import { EXPORTED, INDEXED, SEARCHED } from '../words'
import { FigureTable, Remains } from './FigureTable'

function Held({ figures }: { figures: Figures }) {
  const { i18n } = useLingui()
  const format = useFormat()
  return (
    <dl className="pr-held">
      {INDEXED.filter((row) => EXPORTED.includes(row.id)).map((row) => (
        <div key={row.id}><dt className="pt-soft">{i18n._(row.name)}</dt><dd className="pt-figure-value">{format.integer(figures[row.id])}</dd></div>
      ))}
    </dl>
  )
}

function Removed({ persons, figures }: { persons: number; figures: Figures }) {
  const { t, i18n } = useLingui()
  const searched = new Intl.ListFormat(i18n.locale, { type: 'conjunction' }).format(SEARCHED.map((row) => i18n._(row.name)))
  return (
    <div className="pt-stack">
      {persons === 0
        ? <p role="status"><Trans>Nobody has these identifiers now. They are looked for in quarantine and in files all the same, and what comes late with them from before is suppressed.</Trans></p>
        : <FigureTable figures={figures} all={false} label={t`What will be removed`} />}
      <p className="pt-soft"><Trans>So much the index tells now. Free text of others and these places are searched when it is carried out: {searched}.</Trans></p>
      <section>
        <h3>{t`What remains, and on what ground`}</h3>
        <Remains />
      </section>
    </div>
  )
}

export function Preview({ kind, subjects }: { kind: Kind; subjects: readonly Subject[] }) {
  const { t } = useLingui()
  const query = usePreview(subjects)
  const persons = query.data?.persons ?? 0
  const whose = query.data === undefined ? '' : plural(persons, { one: 'of # person', other: 'of # persons' })
  const title = kind === 'erasure' ? t`What will be removed` : t`What the archive will hold`
  return (
    <Panel title={<h2 className="pt-grow">{title} <span className="pt-faint pr-of">{whose}</span></h2>} label={title}>
      {query.data !== undefined
        ? kind === 'erasure'
          ? <Removed persons={persons} figures={query.data.removed} />
          : persons === 0 ? <p role="status"><Trans>Nobody has this identifier: there is nothing to copy.</Trans></p> : <Held figures={query.data.removed} />
        : query.isError
          ? (
            <div className="pt-row" role="alert">
              <span className="pt-text-bad pt-grow"><bdi>{errorText(query.error)}</bdi></span>
              <Button size="compact-sm" onClick={() => void query.refetch()}><Trans>Try again</Trans></Button>
            </div>
          )
          : <Skeleton rows={5} />}
    </Panel>
  )
}
