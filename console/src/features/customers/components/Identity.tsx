// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useUrl } from '@/base/url'
import { Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { Panel } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { type Link, type Node, type Profile, useBarriers, useLinks } from '../model'
import { typeIcon, typeName } from '../words'
import { Barriers } from './Barriers'
import { Graph } from './Graph'
import { SplitDialog } from './SplitDialog'
import { Story } from './Story'

function useColumns(): Column<Node>[] {
  const { t, i18n } = useLingui()
  const format = useFormat()
  return useMemo(() => [
    { id: 'type', title: t`Kind`, cell: (n) => <span className="cu-id"><Icon name={typeIcon(n.type)} size={14} />{typeName(i18n, n.type)}</span>, value: (n) => typeName(i18n, n.type), width: 'minmax(135px, 0.8fr)' },
    { id: 'value', title: t`Identifier`, main: true, cell: (n) => <span className="pt-ltr" title={n.value}>{n.value}</span>, value: (n) => n.value, width: 'minmax(150px, 1.6fr)' },
    { id: 'last', title: t`Last seen`, cell: (n) => <Time at={n.last_at} style="date" />, value: (n) => n.last_at, width: '122px' },
    { id: 'first', title: t`First seen`, cell: (n) => <Time at={n.first_at} style="date" />, value: (n) => n.first_at, width: '122px', optional: true },
    { id: 'events', title: t`Events`, cell: (n) => format.integer(n.events), value: (n) => n.events, numeric: true, width: '90px' },
  ], [t, i18n, format])
}

/** Goes to the evidence of a line. */
function toLink(link: Link) {
  const element = document.getElementById(`cu-link-${link.number}`)
  element?.scrollIntoView({ block: 'center' })
  element?.focus({ preventScroll: true })
}

export function Identity({ profile }: { profile: Profile }) {
  const { t } = useLingui()
  const [, setUrl] = useUrl()
  const mayWrite = useMay('profiles.write')
  const links = useLinks(profile)
  const barriers = useBarriers(profile)
  const columns = useColumns()
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set())
  const [chosen, setChosen] = useState<number | null>(null)
  const [parting, setParting] = useState<{ nodes: number[]; undo: boolean } | null>(null)
  const [shown, setShown] = useState<{ nodes: number[]; undo: boolean }>({ nodes: [], undo: false })
  const part = (nodes: number[], undo: boolean) => {
    setShown({ nodes, undo })
    setParting({ nodes, undo })
  }
  const partTicked = () => ticked.size > 0 && part([...ticked].map(Number), false)
  useShortcuts(mayWrite ? [{ keys: 'p', label: t`Part off the ticked identifiers`, group: t`Customers`, run: partTicked }] : [])
  const all = links.data?.data ?? []
  return (
    <div className="pt-stack">
      <div className="cu-two">
        <Panel title={t`Identity graph`}>
          <Loaded query={links} rows={6}>{() => <Graph profile={profile} links={all} chosen={chosen} onChoose={(node) => setChosen(node === chosen ? null : node)} onLink={toLink} />}</Loaded>
          {all.some((link) => link.kind !== 'split') && <p className="pt-faint cu-legend"><Trans>What stands in one box came together from the beginning. A line made two of them one person: by an event, or dashed, by hand.</Trans></p>}
        </Panel>
        <DataTable
          label={t`Identifiers`} columns={columns} rows={profile.nodes} rowId={(n) => String(n.number)} csv="identifiers" storageKey="customer-identifiers" maxRows={12} openId={chosen === null ? null : String(chosen)}
          onOpen={(n) => setChosen(n.number === chosen ? null : n.number)} empty={<Empty title={t`No identifier`} />}
          {...(mayWrite && profile.nodes.length > 1 ? { ticked, onTick: setTicked } : {})}
          tools={mayWrite && profile.nodes.length > 1 ? (
            ticked.size === 0
              ? <span className="pt-faint cu-hint"><Trans>Tick those that are somebody else's</Trans></span>
              : <Button leftSection={<Icon name="split" />} onClick={partTicked}>{plural(ticked.size, { one: 'Part off # identifier…', other: 'Part off # identifiers…' })}</Button>
          ) : <h2>{t`Identifiers`}</h2>}
        />
      </div>
      <Loaded query={links} rows={4}>
        {(page) => <Story links={page.data} more={Boolean(page.next_cursor)} profile={profile} mayWrite={mayWrite} onUndo={(link) => part(link.nodes, true)} onEvent={(position) => setUrl({ event: position })} />}
      </Loaded>
      <Loaded query={barriers} rows={2}>{(page) => <Barriers barriers={page.data} profile={profile} mayWrite={mayWrite} />}</Loaded>
      <SplitDialog profile={profile} nodes={shown.nodes} undo={shown.undo} opened={parting !== null} onClose={() => setParting(null)} onDone={() => setTicked(new Set())} />
    </div>
  )
}
