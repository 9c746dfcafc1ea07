// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Checkbox } from '@mantine/core'
import { useMemo } from 'react'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useGo, useUrl } from '@/base/url'
import { Status, Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { ButtonLink } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { AreaTabs } from '@/ui/Tabs'
import { consentFeature } from '..'
import { type Purpose, usePurposes } from '../model'
import { bases, byDefault } from '../words'
import '../consent.css'

function useColumns(): Column<Purpose>[] {
  const { t, i18n } = useLingui()
  return useMemo(() => [
    { id: 'name', title: t`Name`, main: true, cell: (one) => <bdi>{one.name}</bdi>, value: (one) => one.name, width: 'minmax(150px, 1fr)' },
    { id: 'id', title: t`Id`, cell: (one) => <code className="pt-ltr">{one.id}</code>, value: (one) => one.id, width: 'minmax(130px, 0.8fr)' },
    { id: 'basis', title: t`Legal basis`, cell: (one) => i18n._(bases[one.basis]), value: (one) => i18n._(bases[one.basis]), width: '160px' },
    { id: 'default', title: t`Where nobody decided`, cell: (one) => i18n._(byDefault[one.basis]), value: (one) => i18n._(byDefault[one.basis]), width: 'minmax(190px, 1fr)' },
    { id: 'categories', title: t`Categories`, cell: (one) => <bdi title={one.categories.join(', ')}>{one.categories.join(', ')}</bdi>, value: (one) => one.categories.join(', '), width: 'minmax(140px, 1fr)' },
    { id: 'state', title: t`State`, cell: (one) => (one.archived_at === null ? <Status tone="good" dot>{t`In use`}</Status> : <Status tone="plain">{t`Archived`}</Status>), value: (one) => one.archived_at === null, width: '110px' },
    { id: 'version', title: t`Text version`, cell: (one) => <bdi>{one.text_version}</bdi>, value: (one) => one.text_version, width: '110px' },
    { id: 'changed', title: t`Changed`, cell: (one) => (one.changed_at === null ? <span className="pt-faint">{t`came with Patron`}</span> : <Time at={one.changed_at} />), value: (one) => one.changed_at, width: '205px', optional: true },
  ], [t, i18n])
}

function List({ purposes }: { purposes: readonly Purpose[] }) {
  const { t } = useLingui()
  const go = useGo()
  const [url, setUrl] = useUrl()
  const columns = useColumns()
  const all = url.archived === '1'
  return (
    <DataTable
      label={t`Purposes`} columns={columns} rows={purposes.filter((one) => all || one.archived_at === null)} rowId={(one) => one.id} csv="purposes" storageKey="purposes" onOpen={(one) => go(`/consent/purposes/${one.id}`)}
      tools={purposes.some((one) => one.archived_at !== null) && <Checkbox label={t`Archived ones too`} checked={all} onChange={(event) => setUrl({ archived: event.currentTarget.checked ? '1' : null })} />}
      empty={<Empty title={t`No purpose is in use`}><Trans>A purpose says what data may be used for, and on which legal basis. Destinations and messages name theirs, and nothing leaves that is not allowed.</Trans></Empty>}
    />
  )
}

export function PurposesPage() {
  const { t } = useLingui()
  const go = useGo()
  const query = usePurposes()
  const mayWrite = useMay('consent.write')
  const used = query.data?.filter((one) => one.archived_at === null).length
  useShortcuts(mayWrite ? [{ keys: 'n', label: t`Add a purpose`, group: t`Consent`, run: () => go('/consent/purposes/new') }] : [])
  return (
    <Page
      fill title={t`Consent`} note={used === undefined ? '\u00a0' : plural(used, { one: '# purpose in use', other: '# purposes in use' })}
      actions={mayWrite && <ButtonLink href="/consent/purposes/new" variant="filled" leftSection={<Icon name="add" />}><Trans>Add a purpose</Trans></ButtonLink>}
    >
      <AreaTabs of={consentFeature} />
      <Loaded query={query}>{(purposes) => <List purposes={purposes} />}</Loaded>
    </Page>
  )
}
