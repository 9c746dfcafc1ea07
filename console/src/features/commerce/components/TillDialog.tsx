// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { FormDialog } from '@/ui/dialogs'
import { putTill, type Till, TILL_KINDS, TILL_STATES } from '../model'
import { tillKinds, tillStates } from '../words'
import '../commerce.css'

const CODE = /^[A-Za-z0-9._-]{1,64}$/

/** till null: a new one. */
export function TillDialog({ store, till, onClose }: { store: string; till: Till | null; onClose: () => void }) {
  const { t, i18n } = useLingui()
  const [code, setCode] = useState(till?.code ?? '')
  const [name, setName] = useState(till?.name ?? '')
  const [kind, setKind] = useState<Till['kind']>(till?.kind ?? 'staffed')
  const [state, setState] = useState<Till['state']>(till?.state ?? 'in_service')
  async function save() {
    await putTill(store, code, till?.version ?? 0, { name, kind, state })
    onClose()
  }
  return (
    <FormDialog title={till === null ? t`Add a till` : t`Change the till`} opened onClose={onClose} onSubmit={save} submit={till === null ? t`Add` : t`Save`} disabled={!CODE.test(code)}>
      <div className="cm-two">
        <TextInput
          label={t`Code`} required maxLength={64} autoComplete="off" disabled={till !== null} value={code} data-autofocus={till === null ? true : undefined}
          error={code !== '' && !CODE.test(code) ? t`Letters, digits, dot, line and underscore only` : null} onChange={(event) => setCode(event.currentTarget.value)}
        />
        <TextInput label={t`Name`} description={t`Where it stands`} maxLength={200} autoComplete="off" value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <NativeSelect label={t`Kind`} value={kind} data={TILL_KINDS.map((value) => ({ value, label: i18n._(tillKinds[value]) }))} onChange={(event) => setKind(event.currentTarget.value as Till['kind'])} />
        <NativeSelect label={t`State`} value={state} data={TILL_STATES.map((value) => ({ value, label: i18n._(tillStates[value].name) }))} onChange={(event) => setState(event.currentTarget.value as Till['state'])} />
      </div>
    </FormDialog>
  )
}
