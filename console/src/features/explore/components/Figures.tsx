// SPDX-License-Identifier: Apache-2.0
// Figures as a table. Numbers with people behind them are buttons: one of them takes the focus, the arrows go on from there.
import { useLingui } from '@lingui/react/macro'
import { type KeyboardEvent, useRef, useState } from 'react'
import type { Cell, Figure, FigureTable } from '../answer'

export type Open = (cell: Cell, of: string) => void

const MOVES: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }

/** The next button that way, over cells without one. */
function nextIn(table: FigureTable, row: number, column: number, [down, along]: [number, number]): [number, number] | null {
  for (let r = row + down, c = column + along; table.rows[r] !== undefined && c >= 0 && c < table.columns.length; r += down, c += along) {
    if (table.rows[r]?.figures[c]?.cell !== undefined) return [r, c]
  }
  return null
}

/** A column without a number is read from where lines begin. */
const isWords = (table: FigureTable, column: number) => table.rows.some((row) => typeof row.figures[column]?.raw === 'string') && table.rows.every((row) => typeof row.figures[column]?.raw !== 'number')

function Content({ figure, at, first, onOpen }: { figure: Figure; at: string; first: boolean; onOpen: Open }) {
  const { t } = useLingui()
  const { cell, text, of = '' } = figure
  if (cell === undefined) return <bdi>{text}</bdi>
  return <button type="button" className="ex-number" data-at={at} tabIndex={first ? 0 : -1} aria-label={t`${text}: people behind ${of}`} onClick={() => onOpen(cell, of)}>{text}</button>
}

export function Figures({ label, table, heat = false, newestFirst = false, onOpen }: { label: string; table: FigureTable; heat?: boolean; newestFirst?: boolean; onOpen: Open }) {
  const [at, setAt] = useState<string | null>(null)
  const words = table.columns.map((_, i) => i > 0 && isWords(table, i - 1))
  const body = useRef<HTMLTableSectionElement>(null)
  const shown = newestFirst ? { ...table, rows: table.rows.toReversed() } : table
  const known = at !== null && shown.rows[Number(at.split(' ')[0])]?.figures[Number(at.split(' ')[1])]?.cell !== undefined
  const begin = shown.rows.flatMap((row, r) => row.figures.flatMap((figure, c) => (figure.cell === undefined ? [] : [`${r} ${c}`])))[0] ?? null
  const stop = known ? at : begin

  function onKeyDown(event: KeyboardEvent) {
    const move = MOVES[event.key]
    const where = (event.target as HTMLElement).dataset.at
    if (move === undefined || where === undefined) return
    event.preventDefault()
    const [r = 0, c = 0] = where.split(' ').map(Number)
    // along the line of reading
    const turned: [number, number] = document.documentElement.dir === 'rtl' ? [move[0], -move[1]] : move
    const next = nextIn(shown, r, c, turned)
    if (next === null) return
    setAt(next.join(' '))
    body.current?.querySelector<HTMLElement>(`[data-at="${next.join(' ')}"]`)?.focus()
  }

  return (
    <div className="ex-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="ex-table">
        <thead>
          <tr>{table.columns.map((title, i) => <th key={i} scope="col" className={i > 0 && !words[i] ? 'pt-num' : undefined}><bdi>{title}</bdi></th>)}</tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown} onFocus={(event) => setAt((event.target as HTMLElement).dataset.at ?? at)}>
          {shown.rows.map((row, r) => (
            <tr key={row.key}>
              <th scope="row">
                <bdi>{row.head}</bdi>
                {row.notes?.map((note) => <span key={note} className="ex-row-note" title={note}><span aria-hidden="true">⚑</span> <bdi>{note}</bdi></span>)}
              </th>
              {row.figures.map((figure, c) => (
                <td key={c} className={`${words[c + 1] ? '' : 'pt-num'} ${heat && figure.heat !== undefined ? 'ex-heat' : ''}`} style={heat && figure.heat !== undefined ? { '--heat': `${Math.round(figure.heat * 40)}%` } as React.CSSProperties : undefined}>
                  <Content figure={figure} at={`${r} ${c}`} first={stop === `${r} ${c}`} onOpen={onOpen} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
