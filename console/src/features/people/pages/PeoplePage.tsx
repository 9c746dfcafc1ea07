// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Select, TextInput } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { oneOf, useUrl } from '@/base/url'
import { Ago, Status } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { Icon } from '@/ui/icons'
import { Page } from '@/ui/Page'
import { roleName } from '@/ui/roles'
import { Empty, Loaded } from '@/ui/states'
import { AccountDetails } from '../components/AccountDetails'
import { AccountState } from '../components/AccountState'
import { Invite } from '../components/Invite'
import { LinkDialog } from '../components/LinkDialog'
import { PeopleTabs } from '../components/Tabs'
import { type Account, type AccountWithLink, ROLES, useAccounts } from '../model'

const ANY = 'any'
const STATES = [ANY, 'active', 'invited', 'disabled'] as const

function useColumns(): Column<Account>[] {
  const { t, i18n } = useLingui()
  return useMemo(() => [
    { id: 'name', title: t`Name`, main: true, cell: (a) => a.name, value: (a) => a.name, width: 'minmax(130px, 1.4fr)' },
    { id: 'email', title: t`Mail address`, cell: (a) => <span className="pt-ltr">{a.email}</span>, value: (a) => a.email, width: 'minmax(150px, 1.6fr)' },
    { id: 'role', title: t`Role`, cell: (a) => roleName(i18n, a.role), value: (a) => a.role, width: '100px' },
    { id: 'state', title: t`State`, cell: (a) => <AccountState account={a} />, value: (a) => a.state, width: '100px' },
    { id: 'totp', title: t`Second factor`, cell: (a) => (a.totp ? <Status tone="good">{t`on`}</Status> : <span className="pt-soft">{t`off`}</span>), value: (a) => a.totp, width: '115px' },
    { id: 'seen', title: t`Last seen`, cell: (a) => <Ago at={a.last_seen_at} />, value: (a) => a.last_seen_at, width: '130px' },
  ], [t, i18n])
}

export function PeoplePage() {
  const { t, i18n } = useLingui()
  const [url, setUrl] = useUrl()
  const [made, setMade] = useState<AccountWithLink | null>(null)
  const mayWrite = useMay('people.write')
  const state = oneOf(url.state, STATES)
  const role = ROLES.find((one) => one === url.role)
  const query = useAccounts({ ...(url.q ? { search: url.q } : {}), ...(role ? { role } : {}), ...(state === ANY ? {} : { state }) })
  const accounts = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data])
  const count = useFormat().loaded(accounts.length, query.hasNextPage)
  const open = accounts.find((a) => a.id === url.person)
  const columns = useColumns()
  const filtered = Boolean(url.q || role || state !== ANY)
  const add = () => setUrl({ invite: '1' })
  useShortcuts(mayWrite ? [{ keys: 'n', label: t`Invite a person`, group: t`People and roles`, run: add }] : [])
  const states = { any: t`All`, active: t`Active`, invited: t`Invited`, disabled: t`Disabled` }
  return (
    <Page
      fill title={t`People and roles`} note={query.data ? t`Persons who may sign in here, and what for: ${count}` : '\u00a0'}
      actions={mayWrite && <Button variant="filled" leftSection={<Icon name="add" />} onClick={add}><Trans>Invite a person</Trans></Button>}
    >
      <PeopleTabs />
      <Loaded query={query} rows={8}>
        {() => (
          <div className="pt-split">
            <DataTable
              label={t`People`} columns={columns} rows={accounts} rowId={(a) => a.id} csv="people" storageKey="people"
              openId={url.person ?? null} onOpen={(a) => setUrl({ person: a.id }, { push: true })}
              more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
              tools={(
                <>
                  <TextInput aria-label={t`Find by name or address`} placeholder={t`Find by name or address`} value={url.q ?? ''} onChange={(event) => setUrl({ q: event.currentTarget.value })} />
                  <Select
                    aria-label={t`Role`} w={150} allowDeselect={false} value={role ?? ANY}
                    data={[{ value: ANY, label: t`All roles` }, ...ROLES.map((value) => ({ value: value as string, label: roleName(i18n, value) }))]}
                    onChange={(value) => setUrl({ role: value === ANY ? null : value })}
                  />
                  <Select
                    aria-label={t`State`} w={130} allowDeselect={false} value={state} data={STATES.map((value) => ({ value, label: states[value] }))}
                    onChange={(value) => setUrl({ state: value === ANY ? null : value })}
                  />
                </>
              )}
              empty={filtered
                ? <Empty title={t`Nobody fits`} action={<Button onClick={() => setUrl({ q: null, role: null, state: null })}><Trans>Show all</Trans></Button>} />
                : <Empty title={t`Nobody yet`} action={mayWrite && <Button variant="filled" onClick={add}><Trans>Invite a person</Trans></Button>} />}
            />
            {open && <AccountDetails account={open} mayWrite={mayWrite} onClose={() => setUrl({ person: null })} onLink={setMade} />}
          </div>
        )}
      </Loaded>
      {mayWrite && <Invite opened={url.invite === '1'} onClose={() => setUrl({ invite: null })} onMade={setMade} />}
      <LinkDialog made={made} onClose={() => setMade(null)} />
    </Page>
  )
}
