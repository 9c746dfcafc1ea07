// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { Ago, Mono, Status, Time } from '@/ui/bits'
import { SidePanel } from '@/ui/dialogs'
import { Facts } from '@/ui/Page'
import { roleName } from '@/ui/roles'
import type { Token } from '../model'

export function TokenState({ token }: { token: Token }) {
  const { t } = useLingui()
  if (token.state === 'valid') return <Status tone="good">{t`Valid`}</Status>
  return token.state === 'expired' ? <Status tone="warn">{t`Expired`}</Status> : <Status tone="bad">{t`Revoked`}</Status>
}

export function TokenDetails({ token, onClose, onRevoke }: { token: Token; onClose: () => void; onRevoke: ((token: Token) => void) | undefined }) {
  const { t, i18n } = useLingui()
  return (
    <SidePanel title={token.name || token.id} onClose={onClose}>
      <Facts rows={[
        [t`State`, <TokenState token={token} />],
        [t`Role`, roleName(i18n, token.role)],
        [t`Permissions`, token.scopes === null ? t`all of the role` : <ul className="pt-items">{token.scopes.map((scope) => <li key={scope}><Mono>{scope}</Mono></li>)}</ul>],
        [t`Last use`, <Ago at={token.last_used_at} />],
        [t`Good until`, token.expires_at === null ? t`no end` : <Time at={token.expires_at} />],
        [t`Made by`, token.created_by?.name ?? t`command line`],
        [t`Made`, <Time at={token.created_at} />],
        ...(token.revoked_at === null ? [] : [[t`Revoked`, <Time at={token.revoked_at} />] as [string, React.ReactNode]]),
        [t`Id`, <Mono copy>{token.id}</Mono>],
      ]} />
      {token.created_by && <p className="pt-soft"><Trans>It can do no more than the person who made it may at the time, and nothing while that person is disabled.</Trans></p>}
      {onRevoke && token.state === 'valid' && <div className="pt-actions"><Button onClick={() => onRevoke(token)}><Trans>Revoke…</Trans></Button></div>}
    </SidePanel>
  )
}
