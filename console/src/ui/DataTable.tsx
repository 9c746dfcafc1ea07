// SPDX-License-Identifier: Apache-2.0
// Lists of any length: sticky head, sorting, column choice, CSV, rows by keyboard; cards on a narrow screen.
import { plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { ActionIcon, Checkbox, Menu, Tooltip } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import {
  type ColumnDef, getCoreRowModel, getSortedRowModel, type Row, type SortingState, useReactTable, type VisibilityState,
} from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useShortcuts } from '@/base/keys'
import { usePrefs } from '@/base/prefs'
import { saveCsv } from './csv'
import { Icon } from './icons'

export type Column<T> = {
  id: string
  title: string
  /** What is shown. */
  cell: (row: T) => ReactNode
  /** What it sorts by and what goes into the CSV file; without it the column does neither. */
  value?: (row: T) => string | number | boolean | null | undefined
  /** CSS grid track, such as '2fr' or '120px'. */
  width?: string
  numeric?: boolean
  /** Not shown until chosen. */
  optional?: boolean
  /** Always shown; on a card it is the head. */
  main?: boolean
}

export type DataTableProps<T> = {
  label: string
  columns: Column<T>[]
  rows: readonly T[]
  rowId: (row: T) => string
  /** Enter or a click on a row. */
  onOpen?: (row: T) => void
  /** The row whose details are open. */
  openId?: string | null
  /** Ticked rows; with it each row has a box. */
  ticked?: ReadonlySet<string>
  onTick?: (ids: Set<string>) => void
  /** File name without ending; with it the list can be saved. */
  csv?: string
  /** Under which the choice of columns is kept in this browser. */
  storageKey?: string
  /** What stands instead of rows. */
  empty: ReactNode
  /** Loads the next page when the end comes into sight. */
  more?: (() => void) | undefined
  /** Filters and actions beside the list's own. */
  tools?: ReactNode
  /** Only as many rows high as needed, at most this many. */
  maxRows?: number
  tone?: (row: T) => 'warn' | 'bad' | undefined
  /** Rows whose cells have a second line. */
  tall?: (row: T) => boolean
  /** Told when the list is scrolled away from its top, or back to it. */
  onAway?: (away: boolean) => void
  /** Rows come and go many times a second: no sorting, no announcement of their number. */
  live?: boolean
}

const ROW = { comfortable: 36, compact: 28 }
const SECOND_LINE = 16
const NARROW = '(max-width: 640px)'

function stored(key: string | undefined, columns: readonly { id: string; optional?: boolean }[]): VisibilityState {
  const standard = Object.fromEntries(columns.map((c) => [c.id, !c.optional]))
  if (key === undefined) return standard
  try {
    return { ...standard, ...(JSON.parse(localStorage.getItem(`patron.columns.${key}`) ?? '{}') as VisibilityState) }
  } catch {
    return standard
  }
}

function ColumnMenu<T>({ columns, visible, onChange }: { columns: Column<T>[]; visible: VisibilityState; onChange: (v: VisibilityState) => void }) {
  const { t } = useLingui()
  return (
    <Menu closeOnItemClick={false}>
      <Menu.Target>
        <Tooltip label={t`Columns`}><ActionIcon aria-label={t`Columns`}><Icon name="columns" /></ActionIcon></Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {columns.filter((c) => !c.main).map((c) => (
          <Menu.Item
            key={c.id} role="menuitemcheckbox" aria-checked={visible[c.id] !== false}
            leftSection={<span className="pt-tick">{visible[c.id] !== false && <Icon name="check" size={14} />}</span>}
            onClick={() => onChange({ ...visible, [c.id]: visible[c.id] === false })}
          >
            {c.title}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

export function DataTable<T>(props: DataTableProps<T>) {
  const { columns, rows, rowId, onOpen, openId = null, ticked, onTick, storageKey, more } = props
  const { t } = useLingui()
  const { density } = usePrefs()
  const narrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false }) ?? false
  const [sorting, setSorting] = useState<SortingState>([])
  const [visible, setVisible] = useState<VisibilityState>(() => stored(storageKey, columns))
  const [activeId, setActiveId] = useState<string | null>(null)
  const scroller = useRef<HTMLDivElement>(null)

  const defs = useMemo<ColumnDef<T>[]>(
    () => columns.map((c) => ({
      id: c.id,
      header: c.title,
      ...(c.value ? { accessorFn: (row: T) => c.value?.(row) ?? undefined, sortUndefined: 'last' as const } : {}),
      enableSorting: c.value !== undefined && !props.live,
      sortingFn: 'auto',
    })),
    [columns, props.live],
  )
  const table = useReactTable<T>({
    data: rows as T[],
    columns: defs,
    state: { sorting, columnVisibility: visible },
    onSortingChange: setSorting,
    getRowId: rowId,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
  })
  const shown = table.getRowModel().rows
  // by id: rows that come in above must not move the focus
  const active = Math.max(0, activeId === null ? 0 : shown.findIndex((row) => row.id === activeId))
  const cells = columns.filter((c) => visible[c.id] !== false)
  const height = ROW[density]
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => {
      const row = shown[index]
      return (narrow ? 40 + 20 * Math.max(1, cells.length - 1) : height) + (row && props.tall?.(row.original) ? SECOND_LINE : 0)
    },
    overscan: 12,
    getItemKey: (index) => shown[index]?.id ?? index,
  })
  useEffect(() => virtual.measure(), [virtual, narrow, density, cells.length])

  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? -1
  useEffect(() => {
    if (more && last >= shown.length - 20) more()
  }, [more, last, shown.length])

  function moveTo(index: number) {
    const to = Math.max(0, Math.min(shown.length - 1, index))
    if (shown.length === 0) return
    setActiveId(shown[to]?.id ?? null)
    virtual.scrollToIndex(to, { align: 'auto' })
    // a row out of sight is there only after the next picture
    const focus = () => scroller.current?.querySelector<HTMLElement>(`[data-index="${to}"]`)?.focus({ preventScroll: true })
    focus()
    requestAnimationFrame(focus)
  }
  const focused = () => scroller.current?.contains(document.activeElement) ?? false
  const step = (by: number) => moveTo(focused() ? active + by : by > 0 ? (openId === null ? 0 : active + by) : active)

  const group = t`Lists`
  useShortcuts([
    { keys: 'j', label: t`Next row`, group, run: () => step(1) },
    { keys: 'k', label: t`Row before`, group, run: () => step(-1) },
    ...(onOpen ? [{ keys: 'o', label: t`Open the row`, group, run: () => shown[active] && onOpen(shown[active].original) }] : []),
    ...(onTick ? [{ keys: 'x', label: t`Tick the row`, group, run: () => shown[active] && tick(shown[active]) }] : []),
  ])

  function tick(row: Row<T>) {
    const next = new Set(ticked)
    if (!next.delete(row.id)) next.add(row.id)
    onTick?.(next)
  }
  function onRowKey(event: KeyboardEvent, row: Row<T>) {
    if (event.target !== event.currentTarget) return
    const moves: Record<string, number> = {
      ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: shown.length - 1, PageDown: active + 15, PageUp: active - 15,
    }
    const to = moves[event.key]
    if (to !== undefined) moveTo(to)
    else if (event.key === 'Enter' && onOpen) onOpen(row.original)
    else if (event.key === ' ' && onTick) tick(row)
    else return
    event.preventDefault()
  }
  function changeColumns(next: VisibilityState) {
    setVisible(next)
    if (storageKey !== undefined) localStorage.setItem(`patron.columns.${storageKey}`, JSON.stringify(next))
  }

  const tracks = `${onTick ? '32px ' : ''}${cells.map((c) => c.width ?? 'minmax(0, 1fr)').join(' ')}`
  const allTicked = ticked !== undefined && shown.length > 0 && shown.every((row) => ticked.has(row.id))
  const some = ticked !== undefined && ticked.size > 0 && !allTicked
  const bodyHeight = props.maxRows === undefined ? undefined : Math.min(props.maxRows, Math.max(1, shown.length)) * height + height + 2

  return (
    <div className={props.maxRows === undefined ? 'pt-list' : 'pt-list pt-list-short'}>
      {(props.tools !== undefined || props.csv !== undefined || storageKey !== undefined) && (
        <div className="pt-list-tools">
          <div className="pt-grow pt-toolbar">{props.tools}</div>
          {storageKey !== undefined && !narrow && <ColumnMenu columns={columns} visible={visible} onChange={changeColumns} />}
          {props.csv !== undefined && (
            <Tooltip label={t`Save as CSV`}>
              <ActionIcon aria-label={t`Save as CSV`} onClick={() => saveCsv(props.csv ?? '', cells, shown.map((row) => row.original))}><Icon name="download" /></ActionIcon>
            </Tooltip>
          )}
        </div>
      )}
      {rows.length === 0 ? props.empty : (
        <div
          ref={scroller} className={narrow ? 'pt-table pt-cards' : 'pt-table'} role="grid" aria-label={props.label} aria-rowcount={shown.length + 1}
          aria-multiselectable={onTick ? true : undefined}
          style={bodyHeight !== undefined && !narrow ? { height: bodyHeight } : { flexBasis: virtual.getTotalSize() + (narrow ? 2 : height + 2) }}
          onScroll={props.onAway && ((event) => props.onAway?.(event.currentTarget.scrollTop > 4))}
        >
          <div role="rowgroup" className="pt-table-head">
            <div role="row" aria-rowindex={1} className="pt-tr" style={narrow ? undefined : { gridTemplateColumns: tracks }}>
              {onTick && (
                <div role="columnheader" className="pt-td">
                  <Checkbox
                    size="xs" aria-label={t`Tick all`} checked={allTicked} indeterminate={some}
                    onChange={() => onTick(allTicked ? new Set() : new Set(shown.map((row) => row.id)))}
                  />
                </div>
              )}
              {cells.map((c) => {
                const sorted = table.getColumn(c.id)?.getIsSorted() ?? false
                return (
                  <div
                    key={c.id} role="columnheader" className={c.numeric ? 'pt-td pt-num' : 'pt-td'}
                    aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : c.value && !props.live ? 'none' : undefined}
                  >
                    {c.value && !props.live ? (
                      <button type="button" className="pt-sort" onClick={table.getColumn(c.id)?.getToggleSortingHandler()}>
                        {c.title}
                        {sorted !== false && <Icon name={sorted === 'asc' ? 'up' : 'down'} size={12} />}
                      </button>
                    ) : c.title}
                  </div>
                )
              })}
            </div>
          </div>
          <div role="rowgroup" className="pt-table-body" style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => {
              const row = shown[item.index]
              if (!row) return null
              const tone = props.tone?.(row.original)
              return (
                <div
                  key={row.id} role="row" aria-rowindex={item.index + 2} data-index={item.index} ref={narrow ? virtual.measureElement : undefined}
                  tabIndex={item.index === active ? 0 : -1}
                  aria-selected={onTick ? ticked?.has(row.id) ?? false : row.id === openId}
                  className={`pt-tr ${row.id === openId ? 'pt-tr-open' : ''} ${onOpen ? 'pt-tr-link' : ''} ${tone ? `pt-tr-${tone}` : ''}`}
                  style={{ transform: `translateY(${item.start}px)`, ...(narrow ? {} : { gridTemplateColumns: tracks, height: item.size }) }}
                  onKeyDown={(event) => onRowKey(event, row)}
                  onFocus={() => setActiveId(row.id)}
                  onClick={(event) => {
                    if (onOpen && !(event.target as Element).closest('button, a, input, label')) onOpen(row.original)
                  }}
                >
                  {onTick && (
                    <div role="gridcell" className="pt-td pt-td-tick">
                      <Checkbox size="xs" aria-label={t`Tick the row`} tabIndex={-1} checked={ticked?.has(row.id) ?? false} onChange={() => tick(row)} />
                    </div>
                  )}
                  {cells.map((c) => (
                    <div key={c.id} role="gridcell" className={`pt-td ${c.numeric ? 'pt-num' : ''} ${c.main ? 'pt-td-main' : ''}`}>
                      {narrow && !c.main && <span className="pt-card-name">{c.title}</span>}
                      <span className="pt-cell">{c.cell(row.original)}</span>
                    </div>
                  ))}
                </div>
              )
            })}
          </div>
        </div>
      )}
      {!props.live && <span className="pt-hidden" role="status">{plural(shown.length, { one: '# row', other: '# rows' })}</span>}
    </div>
  )
}
