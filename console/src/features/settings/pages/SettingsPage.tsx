// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, ok, type Schemas } from '@/api/client'
import { oneOf, useUrl } from '@/base/url'
import { Mono, Status } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { SidePanel } from '@/ui/dialogs'
import { Facts, Page } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'

type Setting = Schemas['Setting']

const SHOWN = ['all', 'changed'] as const

function useOrigins() {
  const { t } = useLingui()
  return { flag: t`Flag`, environment: t`Environment`, file: t`File`, default: t`Default` }
}

function Value({ setting, of = setting.value }: { setting: Setting; of?: Setting['value'] }) {
  const { t } = useLingui()
  if (setting.secret && of === null) return <span className="pt-faint">{t`set, not shown`}</span>
  if (of === '' || of === null) return <span className="pt-faint">{t`empty`}</span>
  return <Mono>{String(of)}</Mono>
}

function useColumns(): Column<Setting>[] {
  const { t } = useLingui()
  const origins = useOrigins()
  return useMemo(() => [
    { id: 'key', title: t`Setting`, main: true, cell: (s) => <Mono>{s.key}</Mono>, value: (s) => s.key, width: 'minmax(180px, 1fr)' },
    { id: 'value', title: t`In force`, cell: (s) => <Value setting={s} />, value: (s) => (s.secret ? null : s.value), width: 'minmax(120px, 1fr)' },
    { id: 'origin', title: t`Comes from`, cell: (s) => <Status tone={s.origin === 'default' ? 'plain' : 'accent'}>{origins[s.origin]}</Status>, value: (s) => s.origin, width: '130px' },
    { id: 'help', title: t`What it does`, cell: (s) => <span className="pt-ltr">{s.help}</span>, value: (s) => s.help, width: 'minmax(200px, 2.4fr)' },
  ], [t, origins])
}

function Details({ setting, onClose }: { setting: Setting; onClose: () => void }) {
  const { t } = useLingui()
  const origins = useOrigins()
  const bounds = setting.kind !== 'boolean' && setting.min !== null && setting.max !== null
  return (
    <SidePanel title={setting.key} onClose={onClose}>
      <p className="pt-ltr">{setting.help}</p>
      <Facts rows={[
        [t`In force`, <Value setting={setting} />],
        [t`Default`, <Value setting={setting} of={setting.default} />],
        [t`Comes from`, <>{origins[setting.origin]} {setting.origin_detail && <Mono>{setting.origin_detail}</Mono>}</>],
        ...(bounds ? [[setting.kind === 'text' ? t`Length in bytes` : t`Bounds`, <Mono>{`${setting.min} … ${setting.max}`}</Mono>] as [string, React.ReactNode]] : []),
        [t`As a flag`, <Mono copy>{setting.flag}</Mono>],
        [t`In the environment`, <Mono copy>{setting.environment}</Mono>],
        [t`In the file`, <Mono copy>{`${setting.key} = ${setting.secret ? '' : String(setting.value ?? '')}`}</Mono>],
      ]} />
      <p className="pt-soft"><Trans>Settings are read when the server starts: change the file or the unit, check it with “patron config check”, then restart.</Trans></p>
    </SidePanel>
  )
}

function List({ settings }: { settings: readonly Setting[] }) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const columns = useColumns()
  const which = oneOf(url.show, SHOWN)
  const words = (url.q ?? '').toLowerCase()
  const shown = settings.filter((s) => (which === 'all' || s.origin !== 'default') && `${s.key} ${s.help}`.toLowerCase().includes(words))
  const open = settings.find((s) => s.key === url.key)
  return (
    <div className="pt-split">
      <DataTable
        label={t`Settings`} columns={columns} rows={shown} rowId={(s) => s.key} csv="settings" storageKey="settings"
        openId={url.key ?? null} onOpen={(s) => setUrl({ key: s.key }, { push: true })}
        tools={(
          <>
            <TextInput aria-label={t`Find a setting`} placeholder={t`Find a setting`} value={url.q ?? ''} onChange={(event) => setUrl({ q: event.currentTarget.value })} />
            <Select
              aria-label={t`Which settings`} w={190} allowDeselect={false} value={which}
              data={[{ value: 'all', label: t`All` }, { value: 'changed', label: t`Changed from the default` }]}
              onChange={(value) => setUrl({ show: value === 'all' ? null : value })}
            />
          </>
        )}
        empty={(
          <Empty title={words === '' ? t`All settings are at their default` : t`No setting fits`} action={<Button onClick={() => setUrl({ q: null, show: null })}><Trans>Show all</Trans></Button>} />
        )}
      />
      {open && <Details setting={open} onClose={() => setUrl({ key: null })} />}
    </div>
  )
}

export function SettingsPage() {
  const { t } = useLingui()
  const query = useQuery({ queryKey: ['settings'], queryFn: async () => (await ok(api.GET('/api/v1/settings'))).data })
  return (
    <Page fill title={t`Settings`} note={t`What the server runs with, and where each value comes from.`}>
      <Loaded query={query} rows={14}>{(settings) => <List settings={settings} />}</Loaded>
    </Page>
  )
}
