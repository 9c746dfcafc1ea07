// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { Ago, Figure, Status } from '@/ui/bits'
import { LinkTo } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { Empty } from '@/ui/states'
import type { Identity } from '../model'
import { UploadPersons } from './UploadPersons'

function Example({ one }: { one: Identity['examples'][number] }) {
  const { t } = useLingui()
  return (
    <tr>
      <td data-label={t`What`}>{one.kind === 'parted' ? t`One there, several here` : t`Several there, one here`}</td>
      <td data-label={t`Incumbent`}><bdi>{one.theirs.join(', ')}</bdi></td>
      <td data-label={t`Patron`}><span className="ad-ids">{one.ours.map((id) => <LinkTo key={id} href={`/customers/${id}`}>{id.slice(0, 8)}</LinkTo>)}</span></td>
    </tr>
  )
}

function Figures({ one }: { one: Identity }) {
  const { t } = useLingui()
  const format = useFormat()
  const figures = [
    { label: t`Alike`, value: one.alike, text: t`Persons who are one on both sides` },
    { label: t`One there, several here`, value: one.parted, text: t`Persons of the incumbent who are several here` },
    { label: t`Several there, one here`, value: one.joined, text: t`Persons of Patron who are several there` },
    { label: t`Identifiers unknown here`, value: one.unknown, text: t`Of those that were uploaded` },
  ]
  return <div className="ad-figures">{figures.map(({ label, value, text }) => <Figure key={label} label={label} value={format.integer(value)} note={text} />)}</div>
}

/** Whom both take for one person: the newest comparison. */
export function Persons({ list }: { list: readonly Identity[] }) {
  const { t } = useLingui()
  const format = useFormat()
  const one = list[0]
  if (one === undefined) {
    return (
      <Panel title={t`Whom both take for one person`}>
        <Empty title={t`Nothing compared yet`} action={<UploadPersons />}><Trans>Upload the incumbent's identifiers: a CSV file with the columns person, type and value, a row for each identifier.</Trans></Empty>
      </Panel>
    )
  }
  const theirs = format.integer(one.theirs)
  const ours = format.integer(one.ours)
  return (
    <Panel title={t`Whom both take for one person`} actions={<><span className="pt-faint"><Ago at={one.started_at} /></span> <LinkTo href={`/imports/${one.import}`}><Trans>Its file</Trans></LinkTo> {one.state !== 'running' && <UploadPersons />}</>}>
      {one.state === 'running' && <Status tone="plain">{t`Being compared`}</Status>}
      {one.state === 'failed' && <Status tone="bad">{one.reason}</Status>}
      {one.state === 'done' && (
        <>
          <p className="pt-faint">{t`${theirs} persons of the incumbent are ${ours} persons here.`}</p>
          <Figures one={one} />
          {one.examples.length > 0 && (
            <div className="ad-box" tabIndex={0} role="region" aria-label={t`Examples`}>
              <table className="ad-table">
                <thead><tr><th scope="col">{t`What`}</th><th scope="col">{t`Incumbent`}</th><th scope="col">{t`Patron`}</th></tr></thead>
                <tbody>{one.examples.map((example) => <Example key={`${example.kind}${example.theirs.join()}${example.ours.join()}`} one={example} />)}</tbody>
              </table>
            </div>
          )}
        </>
      )}
    </Panel>
  )
}
