// SPDX-License-Identifier: Apache-2.0
// The identity graph drawn: a box holds what came together from the beginning, a line is what made two of them one person.
import { useLingui } from '@lingui/react/macro'
import { useElementSize } from '@mantine/hooks'
import { useMemo } from 'react'
import { Icon } from '@/ui/icons'
import { clustersOf, layoutOf, ROW } from '../graph'
import type { Link, Profile } from '../model'
import { typeIcon, typeName } from '../words'

/** More than these are not drawn: the table beside has them all. */
const DRAWN = 60

export function Graph({ profile, links, chosen, onChoose, onLink }: {
  profile: Profile
  links: readonly Link[]
  chosen: number | null
  onChoose: (node: number) => void
  onLink: (link: Link) => void
}) {
  const { t, i18n } = useLingui()
  const { ref, width } = useElementSize<HTMLDivElement>()
  const nodes = useMemo(() => profile.nodes.slice(0, DRAWN), [profile.nodes])
  const graph = useMemo(() => clustersOf(nodes, links), [nodes, links])
  const layout = useMemo(() => layoutOf(graph, Math.max(280, width)), [graph, width])
  const byNumber = new Map(nodes.map((node) => [node.number, node]))
  const more = profile.nodes.length - nodes.length
  return (
    <div ref={ref} className="cu-graph-room">
      <div className="cu-graph" style={{ height: layout.height }} role="group" aria-label={t`Identity graph`}>
        <svg className="cu-graph-lines" width={layout.width} height={layout.height} aria-hidden="true">
          {layout.lines.map((line) => <path key={line.link.number} d={line.path} data-kind={line.link.kind} />)}
        </svg>
        {layout.boxes.map((box) => (
          <div key={box.rows[0]?.node} className="cu-box" style={{ insetInlineStart: box.x, top: box.y, width: box.width, height: box.height }}>
            {box.rows.map(({ node: number }) => {
              const node = byNumber.get(number)
              if (!node) return null
              return (
                <button key={number} type="button" className="cu-node" style={{ height: ROW }} aria-pressed={number === chosen} title={node.value} onClick={() => onChoose(number)}>
                  <Icon name={typeIcon(node.type)} />
                  <span className="cu-node-text"><span className="pt-faint">{typeName(i18n, node.type)}</span><span className="pt-ltr cu-node-value">{node.value}</span></span>
                </button>
              )
            })}
          </div>
        ))}
        {layout.lines.map((line) => {
          const number = line.link.number
          return (
            <button
              key={number} type="button" className="cu-mark" data-kind={line.link.kind} style={{ insetInlineStart: line.x - 12, top: line.y - 12 }}
              aria-label={line.link.kind === 'person' ? t`Joined by hand: show the evidence` : t`Joined by an event: show the evidence`} onClick={() => onLink(line.link)}
            >
              <Icon name={line.link.kind === 'person' ? 'person' : 'merge'} size={12} />
            </button>
          )
        })}
      </div>
      {more > 0 && <p className="pt-faint">{t`The first ${DRAWN} identifiers are drawn; the table has all.`}</p>}
    </div>
  )
}
