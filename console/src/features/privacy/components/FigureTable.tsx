// SPDX-License-Identifier: Apache-2.0
// Counts by place, and what becomes of each; places where nothing is stand in one line below.
import { Trans, useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import type { Figures } from '../model'
import { INDEXED, remains, SEARCHED } from '../words'

export function FigureTable({ figures, all, label }: {
  figures: Figures
  /** Also what is found only when an erasure is carried out. */
  all: boolean
  label: string
}) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const rows = all ? [...INDEXED, ...SEARCHED] : INDEXED
  const found = rows.filter((row) => figures[row.id] > 0)
  const none = rows.filter((row) => figures[row.id] === 0).map((row) => i18n._(row.name))
  const list = new Intl.ListFormat(i18n.locale, { type: 'unit' }).format(none)
  return (
    <>
      {found.length > 0 && (
        <table className="pr-figures">
          <caption className="pt-hidden">{label}</caption>
          <thead><tr><th scope="col">{t`What`}</th><th scope="col" className="pt-num">{t`Count`}</th><th scope="col">{t`What becomes of it`}</th></tr></thead>
          <tbody>
            {found.map((row) => (
              <tr key={row.id}><th scope="row">{i18n._(row.name)}</th><td className="pt-num">{format.integer(figures[row.id])}</td><td className="pt-soft">{i18n._(row.becomes)}</td></tr>
            ))}
          </tbody>
        </table>
      )}
      {none.length > 0 && <p className="pt-faint pr-none"><Trans>Nothing of: {list}.</Trans></p>}
    </>
  )
}

/** What stays and why; without what: all that an erasure leaves. */
export function Remains({ of }: { of?: readonly { what: string; ground: string }[] }) {
  const { i18n } = useLingui()
  const rows = of ?? Object.keys(remains).map((what) => ({ what, ground: '' }))
  return (
    <dl className="pr-remains">
      {rows.map(({ what, ground }) => {
        const known = remains[what]
        return (
          <div key={what}>
            <dt>{known ? i18n._(known.name) : what.replaceAll('_', ' ')}</dt>
            <dd className="pt-soft">{known ? i18n._(known.ground) : <bdi lang="en">{ground}</bdi>}</dd>
          </div>
        )
      })}
    </dl>
  )
}
