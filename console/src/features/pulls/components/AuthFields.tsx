// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, NativeSelect, PasswordInput, TextInput } from '@mantine/core'
import { Icon } from '@/ui/icons'
import type { Pull } from '../model'
import type { Header, Place, PullForm } from '../form'
import { auths } from '../words'

type Props = { form: PullForm; stored: boolean; put: (change: Partial<PullForm>) => void; fault: (place: Place) => string | null }

const KINDS = Object.keys(auths) as Pull['auth'][]
const HEADERS_MAX = 10

function Headers({ rows, onChange }: { rows: readonly Header[]; onChange: (rows: Header[]) => void }) {
  const { t } = useLingui()
  const next = Math.max(0, ...rows.map((row) => row.id)) + 1
  const put = (row: Header) => onChange(rows.map((one) => (one.id === row.id ? row : one)))
  return (
    <>
      {rows.length > 0 && (
        <ul className="pt-items pu-rows">
          {rows.map((row, i) => {
            const number = i + 1
            return (
              <li key={row.id} className="pu-row">
                <TextInput aria-label={t`Name of header ${number}`} placeholder="Accept-Language" maxLength={200} classNames={{ input: 'pu-ltr' }} autoComplete="off" value={row.name} onChange={(event) => put({ ...row, name: event.currentTarget.value })} />
                <TextInput aria-label={t`Value of header ${number}`} placeholder={t`value`} maxLength={1000} classNames={{ input: 'pu-ltr' }} autoComplete="off" value={row.value} onChange={(event) => put({ ...row, value: event.currentTarget.value })} />
                <ActionIcon aria-label={t`Remove header ${number}`} onClick={() => onChange(rows.filter((one) => one.id !== row.id))}><Icon name="close" /></ActionIcon>
              </li>
            )
          })}
        </ul>
      )}
      <Button leftSection={<Icon name="add" />} disabled={rows.length >= HEADERS_MAX} onClick={() => onChange([...rows, { id: next, name: '', value: '' }])}><Trans>Add a header</Trans></Button>
    </>
  )
}

/** How it says who it is. A secret that is stored is never shown: left empty it stays as it is. */
export function AuthFields({ form, stored, put, fault }: Props) {
  const { t, i18n } = useLingui()
  const { auth } = form
  return (
    <>
      <NativeSelect
        label={t`Credentials`} value={auth} data={KINDS.map((value) => ({ value, label: i18n._(auths[value]) }))}
        onChange={(event) => put({ auth: KINDS.find((one) => one === event.currentTarget.value) ?? 'none' })}
      />
      {auth !== 'none' && (
        <div className={auth === 'bearer' ? undefined : 'pu-pair'}>
          {auth !== 'bearer' && (
            <TextInput
              label={auth === 'basic' ? t`User` : t`Header`} required maxLength={200} autoComplete="off" classNames={{ input: 'pu-ltr' }} placeholder={auth === 'basic' ? undefined : 'X-Api-Key'}
              value={form.authName} error={fault('auth_name')} onChange={(event) => put({ authName: event.currentTarget.value })}
            />
          )}
          <PasswordInput
            label={auth === 'basic' ? t`Password` : auth === 'bearer' ? t`Token` : t`Value of the header`} required={!stored} maxLength={1000} autoComplete="new-password"
            placeholder={stored ? t`stored; type to replace it` : undefined} value={form.secret} error={fault('secret')} onChange={(event) => put({ secret: event.currentTarget.value })}
          />
        </div>
      )}
      <div>
        <h3 className="pu-label"><Trans>Further headers</Trans></h3>
        <p className="pt-soft"><Trans>Not for secrets: these are shown again.</Trans></p>
        <Headers rows={form.headers} onChange={(headers) => put({ headers })} />
        {fault('headers') !== null && <p role="alert" className="pt-text-bad">{fault('headers')}</p>}
      </div>
    </>
  )
}
