// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { type Clusters, clustersOf, type Layout, layoutOf } from './graph'
import type { Link, Node } from './model'

const node = (number: number, type = 'email'): Node => ({ number, type, value: `v${number}`, first_at: null, last_at: null, events: 1 })
const id = (number: number, type = 'email') => ({ type, value: `v${number}` })

function link(number: number, nodes: number[], more: Partial<Link> = {}): Link {
  return { number, kind: 'event', at: '2026-11-22T10:00:00Z', position: number, evidence: null, other: null, other_person: null, by: null, reason: null, refused: null, nodes, ...more }
}

const nodes = (...numbers: number[]) => numbers.map((n) => node(n))

describe('clustersOf', () => {
  it('is one box when nobody was merged', () => expect(clustersOf(nodes(3, 1, 2), [])).toEqual({ clusters: [[1, 2, 3]], edges: [] }))
  it('is nothing without identifiers', () => expect(clustersOf([], [])).toEqual({ clusters: [], edges: [] }))
  it('takes a merge apart and joins what met', () => {
    const { clusters, edges } = clustersOf(nodes(1, 2, 3, 4), [link(1, [3, 4], { evidence: id(2), other: id(4) })])
    expect(clusters).toEqual([[1, 2], [3, 4]])
    expect(edges.map((e) => [e.from, e.to])).toEqual([[2, 4]])
  })
  it('takes the newest apart first, in whatever order they are given', () => {
    const links = [link(1, [2], { evidence: id(1), other: id(2) }), link(2, [3, 4], { evidence: id(2), other: id(3) })]
    for (const given of [links, [...links].reverse()]) {
      const { clusters, edges } = clustersOf(nodes(1, 2, 3, 4), given)
      expect(clusters).toEqual([[1], [2], [3, 4]])
      expect(edges.map((e) => e.link.number)).toEqual([1, 2])
    }
  })
  it('joins by the first of each where nobody says what met', () => {
    const { edges } = clustersOf(nodes(1, 2, 3), [link(1, [3], { kind: 'person' })])
    expect(edges.map((e) => [e.from, e.to])).toEqual([[1, 3]])
  })
  it('leaves out what has been parted off since', () => {
    const { clusters, edges } = clustersOf(nodes(1, 2), [link(1, [3], { evidence: id(1), other: id(3) }), link(2, [3], { kind: 'split' })])
    expect(clusters).toEqual([[1, 2]])
    expect(edges).toEqual([])
  })
})

function overlaps(layout: Layout): boolean {
  return layout.boxes.some((a, i) => layout.boxes.some((b, j) => i < j && a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height))
}

describe('layoutOf', () => {
  const star: Clusters = clustersOf(nodes(1, 2, 3, 4, 5, 6), [
    link(1, [2], { evidence: id(1), other: id(2) }), link(2, [3, 4], { evidence: id(1), other: id(3) }), link(3, [5, 6], { evidence: id(4), other: id(5) }),
  ])
  it.each([280, 320, 600, 900, 1400])('draws each identifier once, no box over another, nothing outside, at %i px', (width) => {
    const layout = layoutOf(star, width)
    expect(layout.boxes.flatMap((box) => box.rows.map((row) => row.node)).sort()).toEqual([1, 2, 3, 4, 5, 6])
    expect(overlaps(layout)).toBe(false)
    expect(layout.lines).toHaveLength(3)
    expect(layout.width).toBeLessThanOrEqual(Math.max(width, 280))
    for (const box of layout.boxes) {
      expect(box.y + box.height).toBeLessThanOrEqual(layout.height)
      expect(box.x + box.width).toBeLessThanOrEqual(layout.width)
      for (const row of box.rows) expect(row.y > box.y && row.y < box.y + box.height).toBe(true)
    }
  })
  it('has a column for each step from the first box where there is room', () => {
    expect(new Set(layoutOf(star, 1400).boxes.map((box) => box.x)).size).toBe(3)
    expect(new Set(layoutOf(star, 320).boxes.map((box) => box.x)).size).toBe(1)
  })
  it('draws the same from the same', () => expect(layoutOf(star, 900)).toEqual(layoutOf(star, 900)))
  it('keeps marks apart', () => {
    const double = clustersOf(nodes(1, 2), [link(1, [2], { evidence: id(1), other: id(2) }), link(2, [2], { evidence: id(1), other: id(2) })])
    const [a, b] = layoutOf(double, 900).lines
    expect(Math.abs((a?.y ?? 0) - (b?.y ?? 0))).toBeGreaterThanOrEqual(24)
  })
  it('has no height without identifiers', () => expect(layoutOf({ clusters: [], edges: [] }, 900)).toMatchObject({ height: 0, boxes: [] }))
})
