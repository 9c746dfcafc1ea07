// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { TextInput } from '@mantine/core'
import { useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useGo, useUrl } from '@/base/url'
import { Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { ButtonLink } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { State } from '../components/State'
import { type Definition, useDefinitions } from '../model'
import { foldText } from '../words'
import '../computed.css'

function useColumns(): Column<Definition>[] {
  const { t, i18n } = useLingui()
  return useMemo(() => [
    { id: 'name', title: t`Name`, main: true, cell: (one) => <bdi>{one.name}</bdi>, value: (one) => one.name, width: 'minmax(150px, 1fr)' },
    { id: 'fold', title: t`What it is`, cell: (one) => <bdi title={foldText(i18n, one.fold)}>{foldText(i18n, one.fold)}</bdi>, value: (one) => foldText(i18n, one.fold), width: 'minmax(220px, 2.4fr)' },
    { id: 'state', title: t`State`, cell: (one) => <State of={one} />, value: (one) => (one.state === 'live' ? 2 : one.progress), width: '230px' },
    { id: 'changed', title: t`Changed`, cell: (one) => <Time at={one.changed_at} />, value: (one) => one.changed_at, width: '215px' },
    { id: 'by', title: t`By`, cell: (one) => <bdi>{one.changed_by ?? ''}</bdi>, value: (one) => one.changed_by, width: 'minmax(110px, 0.8fr)' },
    { id: 'description', title: t`Description`, cell: (one) => <bdi title={one.description}>{one.description}</bdi>, value: (one) => one.description, width: 'minmax(140px, 1.4fr)', optional: true },
  ], [t, i18n])
}

function List({ definitions }: { definitions: readonly Definition[] }) {
  const { t, i18n } = useLingui()
  const go = useGo()
  const [url, setUrl] = useUrl()
  const columns = useColumns()
  const mayWrite = useMay('computed.write')
  const wanted = (url.q ?? '').toLowerCase()
  const shown = definitions.filter((one) => `${one.name} ${one.description} ${foldText(i18n, one.fold)}`.toLowerCase().includes(wanted))
  if (definitions.length === 0) {
    return (
      <Empty title={t`No computed trait yet`} action={mayWrite && <ButtonLink href="/computed/new" variant="filled"><Trans>Add the first one</Trans></ButtonLink>}>
        <Trans>A value that follows from what a person does and is always fresh: orders in the last 30 days, the product seen most, the last channel.</Trans>
      </Empty>
    )
  }
  return (
    <DataTable
      label={t`Computed traits`} columns={columns} rows={shown} rowId={(one) => one.id} csv="computed-traits" storageKey="computed" onOpen={(one) => go(`/computed/${one.id}`)}
      tools={<TextInput aria-label={t`Find a computed trait`} placeholder={t`Name or definition`} maxLength={100} value={url.q ?? ''} onChange={(event) => setUrl({ q: event.currentTarget.value })} />}
      empty={<Empty title={t`None fits`} />}
    />
  )
}

function Summary({ definitions }: { definitions: readonly Definition[] }) {
  const { t } = useLingui()
  const format = useFormat()
  const live = format.integer(definitions.filter((one) => one.state === 'live').length)
  const all = plural(definitions.length, { one: '# computed trait', other: '# computed traits' })
  return <>{t`${all}, ${live} live. Each follows every event, and time as it passes.`}</>
}

export function ComputedPage() {
  const { t } = useLingui()
  const go = useGo()
  const query = useDefinitions()
  const mayWrite = useMay('computed.write')
  useShortcuts(mayWrite ? [{ keys: 'n', label: t`Add a computed trait`, group: t`Computed traits`, run: () => go('/computed/new') }] : [])
  return (
    <Page
      fill title={t`Computed traits`} note={query.data ? <Summary definitions={query.data} /> : '\u00a0'}
      actions={mayWrite && <ButtonLink href="/computed/new" variant="filled" leftSection={<Icon name="add" />}><Trans>Add a computed trait</Trans></ButtonLink>}
    >
      <Loaded query={query}>{(definitions) => <List definitions={definitions} />}</Loaded>
    </Page>
  )
}
