// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Select } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useUrl } from '@/base/url'
import { Ago, Mono, Status, Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { ConfirmDialog } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { Page } from '@/ui/Page'
import { roleName } from '@/ui/roles'
import { Empty, Failed, Skeleton, StaleNote } from '@/ui/states'
import { toast } from '@/ui/toast'
import { AddToken } from '../components/AddToken'
import { PeopleTabs } from '../components/Tabs'
import { revokeToken, type Token, useTokens } from '../model'

function TokenState({ token }: { token: Token }) {
  const { t } = useLingui()
  if (token.state === 'valid') return <Status tone="good">{t`Valid`}</Status>
  return token.state === 'expired' ? <Status tone="warn">{t`Expired`}</Status> : <Status tone="bad">{t`Revoked`}</Status>
}

function useColumns(mayWrite: boolean, onRevoke: (token: Token) => void): Column<Token>[] {
  const { t, i18n } = useLingui()
  return useMemo(() => [
    { id: 'name', title: t`Name`, main: true, cell: (k) => k.name || <Mono>{k.id}</Mono>, value: (k) => k.name, width: 'minmax(140px, 1.4fr)' },
    { id: 'role', title: t`Role`, cell: (k) => roleName(i18n, k.role), value: (k) => k.role, width: '110px' },
    { id: 'scopes', title: t`Permissions`, cell: (k) => (k.scopes === null ? <span className="pt-soft">{t`all of the role`}</span> : <span className="pt-ltr">{k.scopes.join(', ')}</span>), value: (k) => k.scopes?.join(' '), width: 'minmax(140px, 1.6fr)' },
    { id: 'state', title: t`State`, cell: (k) => <TokenState token={k} />, value: (k) => k.state, width: '100px' },
    { id: 'used', title: t`Last use`, cell: (k) => <Ago at={k.last_used_at} />, value: (k) => k.last_used_at, width: '140px' },
    { id: 'expires', title: t`Good until`, cell: (k) => (k.expires_at === null ? <span className="pt-faint">{t`no end`}</span> : <Time at={k.expires_at} style="date" />), value: (k) => k.expires_at, width: '130px' },
    { id: 'by', title: t`Made by`, cell: (k) => k.created_by?.name ?? <span className="pt-soft">{t`command line`}</span>, value: (k) => k.created_by?.name, width: '140px' },
    ...(mayWrite ? [{ id: 'revoke', title: t`Revoke`, cell: (k: Token) => (k.state === 'valid' ? <Button size="compact-xs" onClick={() => onRevoke(k)}>{t`Revoke`}</Button> : null), width: '90px' }] : []),
  ], [t, i18n, mayWrite, onRevoke])
}

export function TokensPage() {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const [going, setGoing] = useState<Token | null>(null)
  const mayWrite = useMay('tokens.write')
  const query = useTokens(url.all === '1' ? 'any' : 'valid')
  const tokens = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data])
  const columns = useColumns(mayWrite, setGoing)
  const retry = () => void query.refetch()
  const add = () => setUrl({ add: '1' })
  const word = going?.name || t`revoke`
  useShortcuts(mayWrite ? [{ keys: 'n', label: t`Make an API token`, group: t`People and roles`, run: add }] : [])
  async function revoke() {
    if (!going) return
    await revokeToken(going.id)
    setGoing(null)
    toast({ text: t`The token is revoked` })
  }
  return (
    <Page
      fill title={t`People and roles`} note={t`Tokens of scripts and other systems. Each acts with a role, or with a part of one.`}
      actions={mayWrite && <Button variant="filled" leftSection={<Icon name="add" />} onClick={add}><Trans>Make an API token</Trans></Button>}
    >
      <PeopleTabs at="tokens" />
      {query.isError && query.data !== undefined && <StaleNote since={query.dataUpdatedAt} error={query.error} retry={retry} />}
      {query.data === undefined ? (query.isError ? <Failed error={query.error} retry={retry} /> : <Skeleton rows={8} />) : (
        <DataTable
          label={t`API tokens`} columns={columns} rows={tokens} rowId={(k) => k.id} csv="tokens" storageKey="tokens"
          more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
          tools={(
            <Select
              aria-label={t`State`} w={220} allowDeselect={false} value={url.all === '1' ? 'all' : 'valid'}
              data={[{ value: 'valid', label: t`Valid` }, { value: 'all', label: t`With expired and revoked ones` }]}
              onChange={(value) => setUrl({ all: value === 'all' ? '1' : null })}
            />
          )}
          empty={<Empty title={t`No token yet`} action={mayWrite && <Button variant="filled" onClick={add}><Trans>Make an API token</Trans></Button>}><Trans>A token lets a script or another system call the API as this server's people do.</Trans></Empty>}
        />
      )}
      {mayWrite && <AddToken opened={url.add === '1'} onClose={() => setUrl({ add: null })} />}
      <ConfirmDialog title={t`Revoke the token`} word={word} opened={going !== null} onClose={() => setGoing(null)} onConfirm={revoke} submit={t`Revoke`}>
        <Trans>What uses it is refused from now on. This cannot be undone; a new token can be made.</Trans>
      </ConfirmDialog>
    </Page>
  )
}
