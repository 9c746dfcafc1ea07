// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import type { Row } from '../fold'
import { operators, places } from '../words'

/** Conditions in words, an item of a list each. */
export function WhereText({ rows }: { rows: readonly Row[] }) {
  const { i18n } = useLingui()
  return rows.map((row) => (
    <li key={row.id}>
      <span className="pt-soft">{i18n._(places[row.place])}</span> <bdi>{row.name}</bdi> <span className="pt-soft">{i18n._(operators[row.is])}</span> <bdi>{row.values.join(', ')}</bdi>
    </li>
  ))
}
