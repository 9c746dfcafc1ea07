// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Select } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useUrl } from '@/base/url'
import { Ago, Mono, Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { ConfirmDialog } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { Page } from '@/ui/Page'
import { roleName } from '@/ui/roles'
import { Empty, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import { AddToken } from '../components/AddToken'
import { PeopleTabs } from '../components/Tabs'
import { TokenDetails, TokenState } from '../components/TokenDetails'
import { revokeToken, type Token, useTokens } from '../model'

function useColumns(): Column<Token>[] {
  const { t, i18n } = useLingui()
  return useMemo(() => [
    { id: 'name', title: t`Name`, main: true, cell: (k) => k.name || <Mono>{k.id}</Mono>, value: (k) => k.name, width: 'minmax(130px, 1.4fr)' },
    { id: 'role', title: t`Role`, cell: (k) => roleName(i18n, k.role), value: (k) => k.role, width: '100px' },
    { id: 'scopes', title: t`Permissions`, cell: (k) => (k.scopes === null ? <span className="pt-soft">{t`all of the role`}</span> : <span className="pt-ltr">{k.scopes.join(', ')}</span>), value: (k) => k.scopes?.join(' '), width: 'minmax(130px, 1.6fr)' },
    { id: 'state', title: t`State`, cell: (k) => <TokenState token={k} />, value: (k) => k.state, width: '100px' },
    { id: 'used', title: t`Last use`, cell: (k) => <Ago at={k.last_used_at} />, value: (k) => k.last_used_at, width: '120px' },
    { id: 'expires', title: t`Good until`, cell: (k) => (k.expires_at === null ? <span className="pt-faint">{t`no end`}</span> : <Time at={k.expires_at} style="date" />), value: (k) => k.expires_at, width: '115px' },
    { id: 'by', title: t`Made by`, cell: (k) => k.created_by?.name ?? <span className="pt-soft">{t`command line`}</span>, value: (k) => k.created_by?.name, width: '120px' },
  ], [t, i18n])
}

function Revoke({ token, onClose }: { token: Token | null; onClose: () => void }) {
  const { t } = useLingui()
  async function revoke() {
    if (token) await revokeToken(token.id)
    onClose()
    toast({ text: t`The token is revoked` })
  }
  return (
    <ConfirmDialog title={t`Revoke the token`} word={token?.name || t`revoke`} opened={token !== null} onClose={onClose} onConfirm={revoke} submit={t`Revoke`}>
      <Trans>What uses it is refused from now on. This cannot be undone; a new token can be made.</Trans>
    </ConfirmDialog>
  )
}

export function TokensPage() {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const [going, setGoing] = useState<Token | null>(null)
  const mayWrite = useMay('tokens.write')
  const query = useTokens(url.all === '1' ? 'any' : 'valid')
  const tokens = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data])
  const columns = useColumns()
  const count = useFormat().loaded(tokens.length, query.hasNextPage)
  const open = tokens.find((k) => k.id === url.token)
  const add = () => setUrl({ add: '1' })
  useShortcuts(mayWrite ? [{ keys: 'n', label: t`Make an API token`, group: t`People and roles`, run: add }] : [])
  return (
    <Page
      fill title={t`People and roles`} note={query.data ? t`Tokens: ${count}. They let scripts and other systems call the API, with a role or a part of one.` : '\u00a0'}
      actions={mayWrite && <Button variant="filled" leftSection={<Icon name="add" />} onClick={add}><Trans>Make an API token</Trans></Button>}
    >
      <PeopleTabs />
      <Loaded query={query} rows={8}>
        {() => (
          <div className="pt-split">
            <DataTable
              label={t`API tokens`} columns={columns} rows={tokens} rowId={(k) => k.id} csv="tokens" storageKey="tokens"
              openId={url.token ?? null} onOpen={(k) => setUrl({ token: k.id }, { push: true })}
              more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
              tools={(
                <Select
                  aria-label={t`State`} w={260} allowDeselect={false} value={url.all === '1' ? 'all' : 'valid'}
                  data={[{ value: 'valid', label: t`Valid` }, { value: 'all', label: t`With expired and revoked ones` }]}
                  onChange={(value) => setUrl({ all: value === 'all' ? '1' : null })}
                />
              )}
              empty={(
                <Empty title={url.all === '1' ? t`No token yet` : t`No valid token`} action={mayWrite && <Button variant="filled" onClick={add}><Trans>Make an API token</Trans></Button>}>
                  <Trans>A script or another system shows its token with each call; it can do what the token's role may.</Trans>
                </Empty>
              )}
            />
            {open && <TokenDetails token={open} onClose={() => setUrl({ token: null })} onRevoke={mayWrite ? setGoing : undefined} />}
          </div>
        )}
      </Loaded>
      {mayWrite && <AddToken opened={url.add === '1'} onClose={() => setUrl({ add: null })} />}
      <Revoke token={going} onClose={() => setGoing(null)} />
    </Page>
  )
}
