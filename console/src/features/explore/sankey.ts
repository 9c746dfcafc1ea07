// SPDX-License-Identifier: Apache-2.0
// Paths as bands between columns: where each box and each band stands, in a picture of a given size.
import type { Edge, EventName } from './answer'

export type Box = { key: string; name: EventName; x: number; y: number; height: number; count: number; column: number }
export type Band = { index: number; from: string; to: string; path: string; width: number; count: number }
export type Sankey = { boxes: Box[]; bands: Band[] }

export const BOX_WIDTH = 10
const GAP = 14
const LEAST = 2

const keyOf = (column: number, name: EventName) => `${column} ${name === null ? '' : `${name.type} ${name.name}`}`

/** `backwards`: the anchor stands on the far side, and time still runs the way one reads. */
export function sankeyOf(edges: readonly Edge[], width: number, height: number, backwards = false): Sankey {
  const columns = Math.max(1, ...edges.map((edge) => edge.depth)) + 1
  const boxes = new Map<string, Box & { out: number; into: number }>()
  const box = (column: number, name: EventName) => {
    const key = keyOf(column, name)
    const found = boxes.get(key)
    if (found) return found
    const made = { key, name, x: 0, y: 0, height: 0, count: 0, column, out: 0, into: 0 }
    boxes.set(key, made)
    return made
  }
  for (const edge of edges) {
    box(edge.depth - 1, edge.from).out += edge.count
    box(edge.depth, edge.to).into += edge.count
  }
  for (const one of boxes.values()) one.count = Math.max(one.out, one.into)
  const byColumn = Array.from({ length: columns }, (_, column) =>
    [...boxes.values()].filter((one) => one.column === column).sort((a, b) => Number(a.name === null) - Number(b.name === null) || b.count - a.count))
  // the fullest column gives the scale of all, so that heights can be compared
  const scale = Math.min(...byColumn.filter((column) => column.length > 0).map((column) => {
    const sum = column.reduce((all, one) => all + one.count, 0)
    return sum > 0 ? Math.max(0.2 * height, height - GAP * (column.length - 1)) / sum : 1
  }))
  const step = columns > 1 ? (width - BOX_WIDTH) / (columns - 1) : 0
  byColumn.forEach((column, at) => {
    let y = 0
    for (const one of column) {
      one.x = (backwards ? columns - 1 - at : at) * step
      one.y = y
      one.height = Math.max(LEAST, one.count * scale)
      y += one.height + GAP
    }
  })
  const left = new Map<string, number>()
  const take = (key: string, thick: number) => {
    const at = left.get(key) ?? 0
    left.set(key, at + thick)
    return at
  }
  const order = edges.map((edge, index) => ({ edge, index })).sort((a, b) => (box(a.edge.depth, a.edge.to).y - box(b.edge.depth, b.edge.to).y) || (box(a.edge.depth - 1, a.edge.from).y - box(b.edge.depth - 1, b.edge.from).y))
  const bands = order.map(({ edge, index }) => {
    const from = box(edge.depth - 1, edge.from)
    const to = box(edge.depth, edge.to)
    const thick = Math.max(1, edge.count * scale)
    const y1 = from.y + take(`> ${from.key}`, edge.count * scale) + thick / 2
    const y2 = to.y + take(`< ${to.key}`, edge.count * scale) + thick / 2
    const x1 = backwards ? from.x : from.x + BOX_WIDTH
    const x2 = backwards ? to.x + BOX_WIDTH : to.x
    const middle = (x1 + x2) / 2
    const n = (value: number) => value.toFixed(1)
    return { index, from: from.key, to: to.key, count: edge.count, width: thick, path: `M${n(x1)} ${n(y1)}C${n(middle)} ${n(y1)} ${n(middle)} ${n(y2)} ${n(x2)} ${n(y2)}` }
  })
  return { boxes: [...boxes.values()].map(({ out: _, into: __, ...one }) => one), bands }
}

/** How high the picture must be for its boxes to keep apart. */
export function heightOf(edges: readonly Edge[]): number {
  const names = new Map<number, Set<string>>()
  for (const edge of edges) {
    for (const [column, name] of [[edge.depth - 1, edge.from], [edge.depth, edge.to]] as const) {
      names.set(column, (names.get(column) ?? new Set()).add(keyOf(column, name)))
    }
  }
  const most = Math.max(1, ...[...names.values()].map((one) => one.size))
  return Math.min(900, Math.max(260, most * 34))
}
