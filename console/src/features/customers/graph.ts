// SPDX-License-Identifier: Apache-2.0
// The identity graph as a drawing: identifiers in boxes (each box was a person of its own once), lines for what joined them.
import type { Link, Node } from './model'

export type Edge = { link: Link; from: number; to: number }
export type Clusters = { clusters: number[][]; edges: Edge[] }

const keyOf = (type: string, value: string) => `${type} ${value}`

/** Takes the story back, newest first: what came with the other goes again; what is left at the end came together from the beginning. */
export function clustersOf(nodes: readonly Node[], links: readonly Link[]): Clusters {
  const numbers = nodes.map((node) => node.number).sort((a, b) => a - b)
  const known = new Map(nodes.map((node) => [keyOf(node.type, node.value), node.number]))
  let clusters: number[][] = numbers.length > 0 ? [numbers] : []
  const edges: Edge[] = []
  for (const link of [...links].sort((a, b) => b.number - a.number)) {
    if (link.kind === 'split' || link.refused) continue
    const came = new Set(link.nodes)
    let stayed: number | undefined
    let joined: number | undefined
    clusters = clusters.flatMap((cluster) => {
      const goes = cluster.filter((number) => came.has(number))
      const stays = cluster.filter((number) => !came.has(number))
      if (goes.length === 0 || stays.length === 0) return [cluster]
      stayed ??= stays[0]
      joined ??= goes[0]
      return [stays, goes]
    })
    const from = (link.evidence && known.get(keyOf(link.evidence.type, link.evidence.value))) ?? stayed
    const to = (link.other && known.get(keyOf(link.other.type, link.other.value))) ?? joined
    if (from !== undefined && to !== undefined && from !== to) edges.push({ link, from, to })
  }
  return { clusters: clusters.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0)), edges: edges.reverse() }
}

export type Box = { x: number; y: number; width: number; height: number; rows: { node: number; y: number }[] }
export type Line = { link: Link; path: string; x: number; y: number }
export type Layout = { boxes: Box[]; lines: Line[]; width: number; height: number }

export const ROW = 44
const PAD = 6
const GAP_X = 72
const GAP_Y = 24
/** Room before the first column, for lines between boxes of one column. */
const GUTTER = 44
const WIDEST = 320
const NARROWEST = 200

/** How far each box is from the first one, along the lines. */
function depthsOf({ clusters, edges }: Clusters): number[] {
  const home = new Map(clusters.flatMap((cluster, i) => cluster.map((node) => [node, i] as const)))
  const depth: number[] = clusters.map((_, i) => (i === 0 ? 0 : -1))
  for (const queue = [0]; queue.length > 0;) {
    const at = queue.shift() ?? 0
    for (const { from, to } of edges) {
      const ends = [home.get(from), home.get(to)]
      if (!ends.includes(at)) continue
      const next = ends[0] === at ? ends[1] : ends[0]
      if (next === undefined || depth[next] !== -1) continue
      depth[next] = (depth[at] ?? 0) + 1
      queue.push(next)
    }
  }
  return depth.map((d) => Math.max(0, d))
}

/** Boxes in columns by how far they are from the first, as many columns as the width has room for. */
export function layoutOf(graph: Clusters, width: number): Layout {
  const depths = depthsOf(graph)
  const deepest = Math.max(0, ...depths)
  const room = Math.max(1, Math.floor((width - GUTTER + GAP_X) / (NARROWEST + GAP_X)))
  const columns = Math.min(room, deepest + 1)
  const boxWidth = Math.max(120, Math.min(WIDEST, Math.floor((width - GUTTER - (columns - 1) * GAP_X) / columns)))
  const heights = Array.from({ length: columns }, () => 0)
  const boxes = graph.clusters.map((cluster, i): Box => {
    const column = Math.min(depths[i] ?? 0, columns - 1)
    const x = GUTTER + column * (boxWidth + GAP_X)
    const y = heights[column] ?? 0
    const height = cluster.length * ROW + 2 * PAD
    heights[column] = y + height + GAP_Y
    return { x, y, width: boxWidth, height, rows: cluster.map((node, n) => ({ node, y: y + PAD + n * ROW + ROW / 2 })) }
  })
  const place = new Map(boxes.flatMap((box) => box.rows.map((row) => [row.node, { box, y: row.y }] as const)))
  const lines: Line[] = []
  for (const { link, from, to } of graph.edges) {
    const a = place.get(from)
    const b = place.get(to)
    if (a === undefined || b === undefined) continue
    // a little apart, so that several between the same two can be told from each other
    const shift = 4 * (lines.length % 4)
    if (a.box.x === b.box.x) {
      const out = a.box.x - 22 - shift * 2
      lines.push({ link, path: `M ${a.box.x} ${a.y} C ${out} ${a.y}, ${out} ${b.y}, ${b.box.x} ${b.y}`, x: a.box.x - 18 - shift * 1.5, y: (a.y + b.y) / 2 })
      continue
    }
    const [left, right] = a.box.x < b.box.x ? [a, b] : [b, a]
    const begin = left.box.x + left.box.width
    const middle = (begin + right.box.x) / 2
    lines.push({ link, path: `M ${begin} ${left.y} C ${middle} ${left.y}, ${middle} ${right.y}, ${right.box.x} ${right.y}`, x: middle, y: (left.y + right.y) / 2 })
  }
  return {
    boxes, lines: apart(lines),
    width: GUTTER + columns * boxWidth + (columns - 1) * GAP_X,
    height: Math.max(0, ...heights) - (graph.clusters.length > 0 ? GAP_Y : 0),
  }
}

const MARK = 26

/** Marks of lines that cross in one place are moved down until none hides another. */
function apart(lines: readonly Line[]): Line[] {
  const placed: Line[] = []
  for (const line of lines) {
    let y = line.y
    while (placed.some((other) => Math.abs(other.x - line.x) < MARK && Math.abs(other.y - y) < MARK)) y += MARK
    placed.push({ ...line, y })
  }
  return placed
}
