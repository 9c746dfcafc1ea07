// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, Checkbox, Select, TagsInput, TextInput } from '@mantine/core'
import { Icon } from '@/ui/icons'
import { emptyRow, FORMATS, type PropRow, rowFault, TYPES } from '../schema'

function useTypeName() {
  const { t, i18n } = useLingui()
  const either = new Intl.ListFormat(i18n.locale, { type: 'disjunction' })
  const names: Record<string, string> = { '': t`any`, string: t`text`, number: t`number`, integer: t`whole number`, boolean: t`yes or no`, object: t`object`, array: t`list`, null: t`null` }
  return (type: string) => (type === '' ? names[''] ?? '' : either.format(type.split('|').map((one) => names[one] ?? one)))
}

function Row({ row, rows, depth, onChange, onRemove, onChild }: {
  row: PropRow
  rows: readonly PropRow[]
  depth: number
  onChange: (row: PropRow) => void
  onRemove: () => void
  onChild: (() => void) | null
}) {
  const { t } = useLingui()
  const typeName = useTypeName()
  const name = row.name
  const fault = rowFault(row, rows)
  const types = TYPES.some((one) => one === row.type) ? TYPES : [...TYPES, row.type]
  const formats = row.format !== '' && !FORMATS.some((one) => one === row.format) ? [...FORMATS, row.format] : [...FORMATS]
  const shown = depth === 0 ? ['properties', 'required'] : []
  const hidden = Object.entries(row.rest).filter(([key]) => !shown.includes(key))
  const rest = hidden.length === 0 && !('enum' in row.rest) ? '' : JSON.stringify(Object.fromEntries(hidden))
  return (
    <tr>
      <td className={depth > 0 ? 'pl-inner' : ''} data-label={t`Property`}>
        <TextInput
          aria-label={t`Name`} classNames={{ input: 'pl-mono' }} value={name} onChange={(event) => onChange({ ...row, name: event.currentTarget.value })} autoComplete="off"
          error={fault === 'no name' ? t`A name is missing` : fault === 'twice' ? t`There is one of that name` : null}
        />
      </td>
      {row.whole !== null ? <td colSpan={6} className="pt-soft pl-whole">{row.whole ? t`anything goes` : t`must not be there`}</td> : (
        <>
          <td data-label={t`Type`}><Select aria-label={t`Type of ${name}`} allowDeselect={false} value={row.type} data={types.map((value) => ({ value, label: typeName(value) }))} onChange={(type) => onChange({ ...row, type: type ?? '' })} /></td>
          <td className="pl-tick" data-label={t`Required`}><Checkbox aria-label={t`${name} is required`} checked={row.required} onChange={(event) => onChange({ ...row, required: event.currentTarget.checked })} /></td>
          <td data-label={t`One of`}>
            {'enum' in row.rest ? <span className="pt-faint">{t`in JSON`}</span>
              : <TagsInput aria-label={t`Values of ${name}`} placeholder={row.enum?.length ? '' : t`any`} value={row.enum ?? []} onChange={(words) => onChange({ ...row, enum: words.length === 0 ? null : words })} splitChars={[',']} />}
          </td>
          <td data-label={t`Pattern`}>
            <TextInput
              aria-label={t`Pattern of ${name}`} classNames={{ input: 'pl-mono' }} value={row.pattern} onChange={(event) => onChange({ ...row, pattern: event.currentTarget.value })} autoComplete="off"
              error={fault === 'pattern' ? t`No regular expression` : null}
            />
          </td>
          <td data-label={t`Format`}><Select aria-label={t`Format of ${name}`} clearable clearButtonProps={{ 'aria-label': t`No format` }} value={row.format || null} data={formats} onChange={(format) => onChange({ ...row, format: format ?? '' })} /></td>
          <td data-label={t`Description`}><TextInput aria-label={t`Description of ${name}`} value={row.description} onChange={(event) => onChange({ ...row, description: event.currentTarget.value })} autoComplete="off" /></td>
        </>
      )}
      <td className="pl-tools">
        {rest !== '' && rest !== '{}' && <code className="pt-ltr pt-faint pl-rest" title={rest}>+ JSON</code>}
        {onChild && <ActionIcon aria-label={t`Add a member of ${name}`} title={t`Add a member of ${name}`} onClick={onChild}><Icon name="add" /></ActionIcon>}
        <ActionIcon aria-label={t`Remove ${name}`} title={t`Remove ${name}`} onClick={onRemove}><Icon name="close" /></ActionIcon>
      </td>
    </tr>
  )
}

/** The properties of an event; those of objects one level down. */
export function PropTable({ rows, onChange }: { rows: readonly PropRow[]; onChange: (rows: PropRow[]) => void }) {
  const put = (row: PropRow) => onChange(rows.map((other) => (other.id === row.id ? row : other)))
  const drop = (row: PropRow) => onChange(rows.filter((other) => other.id !== row.id))
  return (
    <>
      {rows.length > 0 && (
        <div className="pt-scroll">
          <table className="pl-props">
            <thead>
              <tr>
                <th scope="col"><Trans>Property</Trans></th>
                <th scope="col"><Trans>Type</Trans></th>
                <th scope="col"><Trans>Required</Trans></th>
                <th scope="col"><Trans>One of</Trans></th>
                <th scope="col"><Trans>Pattern</Trans></th>
                <th scope="col"><Trans>Format</Trans></th>
                <th scope="col"><Trans>Description</Trans></th>
                <td />
              </tr>
            </thead>
            <tbody>
              {rows.flatMap((row) => [
                <Row
                  key={row.id} row={row} rows={rows} depth={0} onChange={put} onRemove={() => drop(row)}
                  onChild={row.type.split('|').includes('object') ? () => put({ ...row, children: [...row.children, emptyRow()] }) : null}
                />,
                ...row.children.map((child) => (
                  <Row
                    key={child.id} row={child} rows={row.children} depth={1} onChild={null}
                    onChange={(changed) => put({ ...row, children: row.children.map((other) => (other.id === child.id ? changed : other)) })}
                    onRemove={() => put({ ...row, children: row.children.filter((other) => other.id !== child.id) })}
                  />
                )),
              ])}
            </tbody>
          </table>
        </div>
      )}
      <Button leftSection={<Icon name="add" />} onClick={() => onChange([...rows, emptyRow()])} className="pl-add"><Trans>Add a property</Trans></Button>
    </>
  )
}
