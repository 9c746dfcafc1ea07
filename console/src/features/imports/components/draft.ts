// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'react'
import { type Mapping, mappingOf, type MapRow, parseMapping, rowsOf, targetFault, withColumns } from '../mapping'

const sound = (rows: MapRow[]) => !rows.some((row) => targetFault(row, rows) !== null)

/**
 * What is being edited: as a table, or as the text it is. Another `stored` takes its place; more columns become more rows. `tell` hears of a change
 * within the event that makes it, so that a save by the next key has it; `whole` is false while it cannot be saved.
 */
export function useDraft(stored: Mapping, columns: readonly string[], tell?: (mapping: Mapping, whole: boolean) => void) {
  const [mapping, set] = useState<Mapping>(stored)
  const [rows, setRows] = useState<MapRow[]>(() => rowsOf(stored, columns))
  const [text, setText] = useState(() => JSON.stringify(stored, null, 2))
  const [dirty, setDirty] = useState(false)
  const key = JSON.stringify(stored)
  const known = JSON.stringify(columns)
  function load(next: Mapping) {
    set(next)
    setRows(rowsOf(next, columns))
    setText(JSON.stringify(next, null, 2))
  }
  // biome-ignore lint: the key is the content
  useEffect(() => {
    load(JSON.parse(key) as Mapping)
    setDirty(false)
  }, [key])
  // biome-ignore lint: the key is the content
  useEffect(() => {
    setRows((now) => withColumns(now, JSON.parse(known) as string[]))
  }, [known])
  const parsed = parseMapping(text)
  return {
    mapping, rows, text, dirty, fault: parsed.fault,
    changeRows: (next: MapRow[]) => {
      const whole = mappingOf(mapping, next)
      setRows(next)
      set(whole)
      setText(JSON.stringify(whole, null, 2))
      setDirty(true)
      tell?.(whole, sound(next))
    },
    change: (next: Mapping) => {
      const shown = JSON.stringify(next.columns) === JSON.stringify(mapping.columns) ? rows : rowsOf(next, columns)
      set(next)
      setRows(shown)
      setText(JSON.stringify(next, null, 2))
      setDirty(true)
      tell?.(next, sound(shown))
    },
    changeText: (next: string) => {
      setText(next)
      const { mapping: whole } = parseMapping(next)
      const shown = whole === null ? rows : rowsOf(whole, columns)
      if (whole !== null) set(whole)
      setRows(shown)
      setDirty(true)
      tell?.(whole ?? mapping, whole !== null && sound(shown))
    },
  }
}
