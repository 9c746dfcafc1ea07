// SPDX-License-Identifier: Apache-2.0
import { useMemo } from 'react'
import { startOfDay } from '@/base/zone'
import type { FigureTable } from '../answer'
import type { Note } from '../model'
import { type Mark, noted } from '../tables'

type Range = { to: string; zone: string }

/** Notes as a chart takes them: at the begin of their days. */
export function useMarks(notes: readonly Note[], zone: string): Mark[] {
  return useMemo(() => notes.flatMap(({ at, text }) => {
    const begin = startOfDay(at, zone)
    return begin === null ? [] : [{ at: begin, name: text }]
  }), [notes, zone])
}

export function useNoted(table: FigureTable, notes: readonly Note[], { to, zone }: Range): FigureTable {
  const marks = useMarks(notes, zone)
  return useMemo(() => noted(table, marks, to), [table, marks, to])
}
