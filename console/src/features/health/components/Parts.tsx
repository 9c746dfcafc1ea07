// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { Ago, Status } from '@/ui/bits'
import { Panel } from '@/ui/Page'
import { write } from '../figures'
import type { Component } from '../model'
import { TONES, useNames } from './Names'

/** The server's parts, worst first: state, one sentence, figures; what to do where something is wrong. */
export function Parts({ components }: { components: readonly Component[] }) {
  const { t } = useLingui()
  const format = useFormat()
  const names = useNames()
  const order = { bad: 0, warn: 1, ok: 2 }
  const sorted = [...components].sort((a, b) => order[a.state] - order[b.state])
  return (
    <Panel flush title={t`Parts`}>
      <ul className="he-parts">
        {sorted.map((part) => (
          <li key={part.name} className="he-part">
            <div className="he-part-head">
              <strong>{names.component[part.name]}</strong>
              <Status tone={TONES[part.state]} dot>{names.state[part.state]}</Status>
              {part.state !== 'ok' && <span className="pt-faint"><Ago at={part.since} /></span>}
            </div>
            <div>
              <div className="he-said">{part.summary}</div>
              {part.advice && <div className="he-said pt-soft">{part.advice}</div>}
              <div className="he-part-figures">
                {part.figures.map((figure) => (
                  <span key={figure.name}>
                    <span className="pt-faint">{names.figure[figure.name] ?? figure.name.replaceAll('_', ' ')}</span>{' '}
                    {figure.value === null ? t`not known` : write(format, figure.value, figure.unit)}
                  </span>
                ))}
              </div>
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
