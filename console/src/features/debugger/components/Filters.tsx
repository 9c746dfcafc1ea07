// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, ok } from '@/api/client'
import { useMay } from '@/base/session'
import { type Filter, TYPES, VALIDITIES } from '../model'

type Change = Partial<Record<keyof Filter, string | null>>

/** Typed text goes into the address once the hand rests. */
function TextFilter({ id, label, value, onChange }: { id: string; label: string; value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value)
  const tell = useDebouncedCallback(onChange, 250)
  useEffect(() => setTyped(value), [value])
  return (
    <TextInput
      id={id} aria-label={label} placeholder={label} value={typed} maxLength={255} w={150} autoComplete="off"
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        tell(event.currentTarget.value)
      }}
    />
  )
}

type ChoiceProps = { label: string; width: number; value: string; data: { value: string; label: string }[]; onChange: (value: string) => void }

function Choice({ label, width, value, data, onChange }: ChoiceProps) {
  return <NativeSelect aria-label={label} w={width} value={value} data={data} onChange={(event) => onChange(event.currentTarget.value)} />
}

export function Filters({ filter, onChange }: { filter: Filter; onChange: (change: Change) => void }) {
  const { t } = useLingui()
  const maySources = useMay('sources.read')
  const sources = useQuery({ queryKey: ['sources'], queryFn: async () => (await ok(api.GET('/api/v1/sources'))).data ?? [], enabled: maySources }).data ?? []
  const set = Object.values(filter).some((value) => value !== '' && value !== 'all')
  const names = { all: t`All results`, valid: t`Landed`, quarantined: t`Quarantined`, rejected: t`Refused` }
  return (
    <>
      <TextFilter id="live-name" label={t`Name`} value={filter.name} onChange={(name) => onChange({ name })} />
      <TextFilter id="live-user" label={t`User`} value={filter.user} onChange={(user) => onChange({ user })} />
      {maySources && (
        <Choice label={t`Source`} width={150} value={filter.source} onChange={(source) => onChange({ source })}
          data={[{ value: '', label: t`All sources` }, ...sources.map((s) => ({ value: s.id, label: s.name }))]} />
      )}
      <Choice label={t`Type`} width={120} value={filter.type} onChange={(type) => onChange({ type })}
        data={[{ value: '', label: t`All types` }, ...TYPES.map((value) => ({ value, label: value }))]} />
      <Choice label={t`Result`} width={150} value={filter.validity} onChange={(value) => onChange({ validity: value === 'all' ? null : value })}
        data={VALIDITIES.map((value) => ({ value, label: names[value] }))} />
      {set && <Button onClick={() => onChange({ source: null, type: null, validity: null, user: null, name: null })}><Trans>Reset</Trans></Button>}
    </>
  )
}
