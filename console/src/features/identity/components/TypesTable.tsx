// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { Icon } from '@/ui/icons'
import { type Draft, type Fault, FORMS, MODES, newType, NUMBER_MAX, type Other, type Row, TYPES_MAX, withCountry, withForm, withMode } from '../rules'
import { formHints, forms, modeHints, modes } from '../words'

function Fields<T extends Other>({ type, name, fault, onChange }: { type: T; name: string; fault: Fault | undefined; onChange: (type: T) => void }) {
  const { t, i18n } = useLingui()
  const whole = (value: string | number) => Math.max(1, Math.min(NUMBER_MAX, Math.trunc(Number(value)) || 1))
  return (
    <>
      <td data-label={t`Priority`}><NumberInput aria-label={t`Priority of ${name}`} hideControls allowDecimal={false} min={1} max={NUMBER_MAX} value={type.priority} onChange={(value) => onChange({ ...type, priority: whole(value) })} /></td>
      <td data-label={t`At most, a person`}><NumberInput aria-label={t`Most values of ${name} a person may have`} hideControls allowDecimal={false} min={1} max={NUMBER_MAX} disabled={type.mode === 'immutable'} value={type.limit} onChange={(value) => onChange({ ...type, limit: whole(value) })} /></td>
      <td data-label={t`Form`}>
        <NativeSelect aria-label={t`Form of ${name}`} title={i18n._(formHints[type.form])} value={type.form} data={FORMS.map((value) => ({ value, label: i18n._(forms[value]) }))} onChange={(event) => onChange(withForm(type, FORMS.find((one) => one === event.currentTarget.value) ?? 'trim'))} />
        {type.form === 'phone' && (
          <TextInput
            className="id-country" aria-label={t`Default country of ${name}`} title={t`Two letters, such as AT: numbers without a country are that country's, and all are compared in their international form. Empty: they stay as they were sent.`}
            placeholder={t`no default country`} maxLength={2} autoComplete="off" spellCheck={false} value={type.country ?? ''} onChange={(event) => onChange(withCountry(type, event.currentTarget.value))}
            error={fault === 'country' ? t`Two letters, such as AT` : null}
          />
        )}
      </td>
      <td data-label={t`Mode`}>
        <NativeSelect aria-label={t`Mode of ${name}`} title={i18n._(modeHints[type.mode])} value={type.mode} data={MODES.map((value) => ({ value, label: i18n._(modes[value]) }))} onChange={(event) => onChange(withMode(type, MODES.find((one) => one === event.currentTarget.value) ?? 'unique'))} />
      </td>
    </>
  )
}

function Line({ type, fault, onChange, onRemove }: { type: Row; fault: Fault | undefined; onChange: (type: Row) => void; onRemove: () => void }) {
  const { t } = useLingui()
  const name = type.name
  return (
    <tr>
      <td data-label={t`Type`}>
        <TextInput
          aria-label={t`Name of the type`} classNames={{ input: 'id-mono' }} value={name} maxLength={40} autoComplete="off" spellCheck={false} onChange={(event) => onChange({ ...type, name: event.currentTarget.value })}
          error={fault === 'name' ? t`Small letters, digits and _, a letter first` : fault === 'twice' ? t`There is one of that name` : null}
        />
      </td>
      <Fields type={type} name={name} fault={fault} onChange={onChange} />
      <td className="id-tools"><ActionIcon aria-label={t`Remove ${name}`} title={t`Remove ${name}`} onClick={onRemove}><Icon name="close" /></ActionIcon></td>
    </tr>
  )
}

/** Which identifiers there are, from the highest priority to the lowest; those that no row names share the last one. */
export function TypesTable({ draft, faults, onChange }: { draft: Draft; faults: ReadonlyMap<number | 'blocked' | 'other', Fault>; onChange: (draft: Draft) => void }) {
  const { t, i18n } = useLingui()
  const put = (types: Row[]) => onChange({ ...draft, types })
  return (
    <>
      <div className="pt-scroll">
        <table className="id-types">
          <thead>
            <tr>
              <th scope="col"><Trans>Type</Trans></th>
              <th scope="col" title={t`1 is the highest: an event is filed under its highest identifier, and the lowest gives way`}><Trans>Priority</Trans></th>
              <th scope="col" title={t`Values of this type that a person may have, ever`}><Trans>At most, a person</Trans></th>
              <th scope="col" title={t`How values are made comparable`}><Trans>Form</Trans></th>
              <th scope="col" title={MODES.map((mode) => `${i18n._(modes[mode])}: ${i18n._(modeHints[mode])}`).join('\n')}><Trans>Mode</Trans></th>
              <td />
            </tr>
          </thead>
          <tbody>
            {draft.types.map((type) => (
              <Line key={type.row} type={type} fault={faults.get(type.row)} onChange={(next) => put(draft.types.map((one) => (one.row === type.row ? next : one)))} onRemove={() => put(draft.types.filter((one) => one.row !== type.row))} />
            ))}
            <tr>
              <th scope="row" className="pt-soft"><Trans>All others</Trans></th>
              <Fields type={draft.other} name={t`all others`} fault={faults.get('other')} onChange={(other) => onChange({ ...draft, other })} />
              <td />
            </tr>
          </tbody>
        </table>
      </div>
      <div className="id-add"><Button leftSection={<Icon name="add" />} disabled={draft.types.length >= TYPES_MAX} onClick={() => put([...draft.types, newType(draft)])}><Trans>Add a type</Trans></Button></div>
    </>
  )
}
