// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Select, TagsInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useMay, useSession } from '@/base/session'
import { Ago, Mono, Time } from '@/ui/bits'
import { SidePanel } from '@/ui/dialogs'
import { ButtonLink, LinkTo } from '@/ui/LinkTo'
import { Facts } from '@/ui/Page'
import { roleName } from '@/ui/roles'
import { errorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { type Account, type AccountWithLink, changeAccount, resetAccount, type RoleName } from '../model'
import { AccountState } from './AccountState'
import { useGivableRoles } from './Invite'

export function AccountDetails({ account, mayWrite, onClose, onLink }: {
  account: Account
  mayWrite: boolean
  onClose: () => void
  onLink: (made: AccountWithLink) => void
}) {
  const { t, i18n } = useLingui()
  const session = useSession()
  const mayAudit = useMay('audit.read')
  const roles = useGivableRoles()
  const self = session?.account?.id === account.id
  const may = mayWrite && !self && (account.role !== 'owner' || session?.role === 'owner')
  const name = account.name
  const change = useMutation({
    mutationFn: (body: { role?: RoleName; disabled?: boolean; totp?: boolean; stores?: string[] }) => changeAccount(account.id, body),
    onError: (why) => toast({ text: errorText(why), tone: 'bad' }),
  })
  const reset = useMutation({ mutationFn: () => resetAccount(account.id), onSuccess: onLink, onError: (why) => toast({ text: errorText(why), tone: 'bad' }) })
  function setRole(role: RoleName) {
    const before = account.role
    const label = roleName(i18n, role)
    change.mutate({ role }, { onSuccess: () => toast({ text: t`${name} is ${label} now`, undo: () => change.mutate({ role: before }) }) })
  }
  function setDisabled(disabled: boolean) {
    change.mutate({ disabled }, {
      onSuccess: () => toast({ text: disabled ? t`${name} can no longer sign in` : t`${name} can sign in again`, undo: () => change.mutate({ disabled: !disabled }) }),
    })
  }
  return (
    <SidePanel title={account.name} onClose={onClose}>
      <Facts rows={[
        [t`Mail address`, <Mono copy>{account.email}</Mono>],
        [t`State`, <AccountState account={account} />],
        [t`Role`, may
          ? <Select aria-label={t`Role`} allowDeselect={false} value={account.role} data={roles.map((value) => ({ value, label: roleName(i18n, value) }))} onChange={(value) => value && value !== account.role && setRole(value as RoleName)} />
          : roleName(i18n, account.role)],
        ...(account.role !== 'store' && account.stores.length === 0 ? [] : [[t`Stores`, may
          ? <TagsInput aria-label={t`Stores`} maxTags={50} placeholder={account.stores.length === 0 ? t`Codes of their stores` : ''} value={(change.isPending && change.variables.stores) || account.stores} onChange={(stores) => change.mutate({ stores })} />
          : <bdi>{account.stores.join(', ')}</bdi>] as [string, React.ReactNode]]),
        [t`Second factor`, account.totp ? t`on` : t`off`],
        [t`Signs in with`, account.external ? t`the provider of the company` : t`password`],
        [t`Open sessions`, account.sessions],
        [t`Last seen`, <Ago at={account.last_seen_at} />],
        [t`Added`, <Time at={account.created_at} />],
        [t`Id`, <Mono copy>{account.id}</Mono>],
      ]} />
      {self && <p className="pt-soft"><Trans>This is you. Another owner or admin can change your role; all else is under <LinkTo href="/you">your account</LinkTo>.</Trans></p>}
      {may && (
        <div className="pt-actions">
          <Button loading={reset.isPending} onClick={() => reset.mutate()}>{account.state === 'invited' ? t`New invitation link` : t`Link for a new password`}</Button>
          {account.totp && <Button onClick={() => change.mutate({ totp: false }, { onSuccess: () => toast({ text: t`${name} signs in without a second factor until a new one is set up` }) })}><Trans>Take the second factor away</Trans></Button>}
          <Button onClick={() => setDisabled(account.state !== 'disabled')}>{account.state === 'disabled' ? t`Enable` : t`Disable`}</Button>
        </div>
      )}
      {mayAudit && <div><ButtonLink href={`/audit?actor=${account.id}`} size="compact-sm"><Trans>What this person has changed</Trans></ButtonLink></div>}
    </SidePanel>
  )
}
