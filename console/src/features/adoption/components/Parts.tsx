// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { NativeSelect } from '@mantine/core'
import { useMay } from '@/base/session'
import { Ago, Status } from '@/ui/bits'
import { Panel } from '@/ui/Page'
import { errorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { type Part, type PartState, setPart } from '../model'
import { parts as names, partStates } from '../words'

const STATES: readonly PartState[] = ['incumbent', 'side_by_side', 'patron']

function set(part: Part, state: PartState, said: string) {
  const before = part.state
  setPart(part.name, state, part.note).then(
    () => toast({ text: said, tone: 'good', undo: () => setPart(part.name, before, part.note) }),
    (error: unknown) => toast({ text: errorText(error), tone: 'bad' }),
  )
}

function Line({ part, may }: { part: Part; may: boolean }) {
  const { t, i18n } = useLingui()
  const name = i18n._(names[part.name])
  return (
    <tr>
      <th scope="row">{name}</th>
      <td data-label={t`Whose it is`}>
        {may ? (
          <NativeSelect
            aria-label={t`Whose is: ${name}`} value={part.state} data={STATES.map((value) => ({ value, label: i18n._(partStates[value]) }))}
            onChange={(event) => {
              const state = STATES.find((one) => one === event.currentTarget.value) ?? 'incumbent'
              const whose = i18n._(partStates[state])
              set(part, state, t`${name}: ${whose}`)
            }}
          />
        ) : <Status tone={part.state === 'patron' ? 'good' : 'plain'}>{i18n._(partStates[part.state])}</Status>}
      </td>
      <td data-label={t`Note`}><bdi>{part.note}</bdi></td>
      <td data-label={t`Said`} className="pt-faint">{part.changed_at !== null && <Trans><Ago at={part.changed_at} /> by <bdi>{part.changed_by}</bdi></Trans>}</td>
    </tr>
  )
}

/** Whose each part of the work is. */
export function Parts({ list }: { list: readonly Part[] }) {
  const { t } = useLingui()
  const may = useMay('connectors.write')
  return (
    <Panel title={t`Whose each part is`} flush>
      <table className="ad-table">
        <thead><tr><th scope="col">{t`Part`}</th><th scope="col">{t`Whose it is`}</th><th scope="col">{t`Note`}</th><th scope="col">{t`Said`}</th></tr></thead>
        <tbody>{list.map((part) => <Line key={part.name} part={part} may={may} />)}</tbody>
      </table>
    </Panel>
  )
}
