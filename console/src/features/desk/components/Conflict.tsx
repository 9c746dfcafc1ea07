// SPDX-License-Identifier: Apache-2.0
// Somebody else has set the same field: both values side by side, and nothing of mine lost.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { settle, useStanding } from '../edits'
import type { Edit, Ticket } from '../model'
import { useValueText } from '../names'
import { useAct } from '../useAct'
import { fields, nameOf } from '../words'

export function Conflict({ ticket }: { ticket: Ticket }) {
  const { t, i18n } = useLingui()
  const value = useValueText()
  const act = useAct()
  const standing = useStanding(ticket.key)
  if (standing === undefined) return null
  function putMine() {
    if (standing === undefined) return
    const { note: _, public: __, ...edit }: Edit = standing.edit
    settle(ticket.key)
    void act([ticket], edit, (of) => t`${of}: changed to yours`)
  }
  return (
    <section className="dk-conflict" role="alert" aria-label={t`Changed by somebody else`}>
      <h2 className="dk-h"><Trans>Somebody else changed the same. Nothing was overwritten.</Trans></h2>
      <p className="pt-soft"><bdi>{standing.detail}</bdi></p>
      <table className="dk-table">
        <thead><tr><th scope="col">{t`Field`}</th><th scope="col">{t`It was`}</th><th scope="col">{t`Yours`}</th><th scope="col">{t`Theirs, in force`}</th></tr></thead>
        <tbody>
          {standing.conflicts.map(({ field, base, mine, theirs }) => (
            <tr key={field}><th scope="row">{nameOf(i18n, fields, field)}</th><td className="dk-pre"><bdi>{value(field, base)}</bdi></td><td className="dk-pre"><bdi>{value(field, mine)}</bdi></td><td className="dk-pre"><bdi>{value(field, theirs)}</bdi></td></tr>
          ))}
        </tbody>
      </table>
      <div className="pt-row">
        <Button size="compact-sm" variant="filled" onClick={() => settle(ticket.key)}><Trans>Leave theirs</Trans></Button>
        <Button size="compact-sm" onClick={putMine}><Trans>Put mine instead</Trans></Button>
      </div>
    </section>
  )
}
