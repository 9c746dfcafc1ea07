// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import type { Node } from '../model'
import { Identifiers } from './Story'

/** One of two persons in a preview: their identifiers and how many events go with them. */
export function Part({ title, nodes, events = nodes.reduce((sum, node) => sum + node.events, 0) }: { title: string; nodes: readonly Node[]; events?: number }) {
  return (
    <section className="cu-part">
      <h3><bdi>{title}</bdi></h3>
      <p className="pt-faint">{plural(events, { one: '# event', other: '# events' })}</p>
      <ul className="pt-items" tabIndex={0} aria-label={title}>{nodes.map((node) => <li key={node.number}><Identifiers of={node} /></li>)}</ul>
    </section>
  )
}
