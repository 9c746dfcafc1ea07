// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { useElementSize } from '@mantine/hooks'
import { useMemo } from 'react'
import type { Paths } from '../answer'
import type { Open } from '../components/Figures'
import { Twin } from '../components/Twin'
import { BOX_WIDTH, heightOf, sankeyOf } from '../sankey'
import { isBackwards, numberText, tableOf, type Telling } from '../tables'
import { eventText } from '../words'

/** Room that a name has in the last column, right of its box. */
const NAMES = 136
/** A letter of a name, on average. */
const LETTER = 6.2
/** Letters that the number behind a name takes. */
const NUMBER = 6
const COLUMN_MIN = 130

const cut = (text: string, room: number) => (text.length > room ? `${text.slice(0, room - 1)}…` : text)

function Drawing({ answer, tell, onOpen }: { answer: Paths; tell: Telling; onOpen: Open }) {
  const { t } = useLingui()
  const { ref, width } = useElementSize()
  const backwards = isBackwards(answer.query)
  const columns = Math.max(1, ...answer.edges.map((edge) => edge.depth)) + 1
  const full = Math.max(width, columns * COLUMN_MIN)
  const height = heightOf(answer.edges)
  const drawn = useMemo(() => sankeyOf(answer.edges, full - NAMES, height, backwards), [answer.edges, full, height, backwards])
  const room = Math.floor(((full - NAMES) / Math.max(1, columns - 1) - BOX_WIDTH) / LETTER) - NUMBER
  const lastRoom = Math.floor((NAMES - BOX_WIDTH) / LETTER) - NUMBER
  const last = backwards ? 0 : columns - 1
  return (
    <div ref={ref} className="ex-sankey pt-ltr" tabIndex={0} role="region" aria-label={t`Paths as a drawing`}>
      {width > 0 && (
        <svg width={full} height={height + 8} role="img" aria-label={t`Paths from event to event; the table has the same figures`}>
          {drawn.bands.map((band) => {
            const edge = answer.edges[band.index]
            const from = eventText(tell.i18n, edge?.from ?? null, backwards)
            const to = eventText(tell.i18n, edge?.to ?? null, backwards)
            const of = backwards ? `${to} → ${from}` : `${from} → ${to}`
            return (
              <path key={band.index} className={edge?.to === null ? 'ex-band ex-band-end' : 'ex-band'} d={band.path} strokeWidth={band.width} onClick={() => onOpen({ edge: band.index }, of)}>
                <title>{`${of}: ${numberText(tell, band.count)}`}</title>
              </path>
            )
          })}
          {drawn.boxes.map((box) => (
            <g key={box.key} transform={`translate(${box.x} ${box.y})`}>
              <rect className={box.name === null ? 'ex-box ex-box-end' : 'ex-box'} width={BOX_WIDTH} height={box.height} rx="2"><title>{`${eventText(tell.i18n, box.name, backwards)}: ${numberText(tell, box.count)}`}</title></rect>
              <text x={BOX_WIDTH + 5} y={Math.max(10, Math.min(box.height / 2 + 4, 40))}>{cut(eventText(tell.i18n, box.name, backwards), box.column === last ? lastRoom : room)} <tspan className="ex-axis">{tell.format.short(box.count)}</tspan></text>
            </g>
          ))}
        </svg>
      )}
    </div>
  )
}

export function PathsResult({ answer, tell, onOpen }: { answer: Paths; tell: Telling; onOpen: Open }) {
  const { t } = useLingui()
  const table = useMemo(() => tableOf(tell, answer), [tell, answer])
  return (
    <Twin label={t`Paths`} note={plural(answer.paths, { one: '# path', other: '# paths' })} file="paths" table={table} onOpen={onOpen}>
      <Drawing answer={answer} tell={tell} onOpen={onOpen} />
    </Twin>
  )
}
