// SPDX-License-Identifier: Apache-2.0
// Who counts, as rows: traits of a person, what somebody did and never did; what rows cannot say as JSON.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect, SegmentedControl, Textarea } from '@mantine/core'
import { newSet } from '../sets'
import { type Did, EVERYBODY, type Who, whoFault, whoJson, whoOf } from '../who'
import { faults } from '../words'
import { Add, Remove, SetFields, TraitRows } from './fields'
import { replaced, without } from './lists'

const EXAMPLE = '{"did": {"event": "Order Completed"}, "times": {"at_least": 2}}'

function DidRow({ one, label, at, onChange, onRemove }: { one: Did; label: string; at: string; onChange: (change: Partial<Did>) => void; onRemove: () => void }) {
  const { t } = useLingui()
  return (
    <li className="ex-item-body">
      <NativeSelect aria-label={t`Did or never did, ${label}`} value={one.not ? 'not' : 'did'} data={[{ value: 'did', label: t`did` }, { value: 'not', label: t`never did` }]} onChange={(event) => onChange({ not: event.currentTarget.value === 'not' })} />
      <SetFields set={one} label={t`What was done, ${label}`} at={at} empty={t`Choose an event`} onChange={onChange}><Remove label={t`Remove what was done, ${label}`} onClick={onRemove} /></SetFields>
    </li>
  )
}

/** `label`: whose rule it is, for those who hear it; `at`: its place in the query. */
export function WhoFields({ who, label, at, onChange }: { who: Who; label: string; at: string; onChange: (who: Who) => void }) {
  const { t, i18n } = useLingui()
  if (who.kind === 'json') {
    const fault = whoFault(who)
    const rows = fault === null ? whoOf(whoJson(who)) : EVERYBODY
    return (
      <div className="ex-set">
        <Textarea
          aria-label={t`Rule as JSON, ${label}`} description={<Trans>A rule over a person, as the documentation of rules has it; empty: everybody.</Trans>} inputWrapperOrder={['input', 'error', 'description']} placeholder={EXAMPLE} autosize minRows={2} maxRows={12}
          spellCheck={false} classNames={{ input: 'ex-code' }} value={who.text} error={fault === null ? null : i18n._(faults[fault])} onChange={(event) => onChange({ kind: 'json', text: event.currentTarget.value })}
        />
        {rows.kind === 'rows' && <div><Button size="compact-sm" onClick={() => onChange(rows)}>{fault === null ? <Trans>As fields</Trans> : <Trans>Begin anew with fields</Trans>}</Button></div>}
      </div>
    )
  }
  const asText = () => onChange({ kind: 'json', text: whoFault(who) !== null || whoJson(who) === undefined ? '' : JSON.stringify(whoJson(who), null, 2) })
  const put = (did: Did[]) => onChange({ ...who, did })
  return (
    <div className="ex-set">
      {who.traits.length + who.did.length > 1 && (
        <SegmentedControl
          aria-label={t`How much must hold, ${label}`} value={who.join} data={[{ value: 'all', label: t`All must hold` }, { value: 'any', label: t`Any is enough` }]}
          onChange={(join) => onChange({ ...who, join: join === 'any' ? 'any' : 'all' })}
        />
      )}
      <TraitRows rows={who.traits} onChange={(traits) => onChange({ ...who, traits })} />
      {who.did.length > 0 && (
        <ul className="pt-items ex-items">
          {who.did.map((one, i) => <DidRow key={one.id} one={one} label={who.did.length > 1 ? `${label}, ${i + 1}` : label} at={`${at}/did/${i}`} onChange={(change) => put(replaced(who.did, one.id, change))} onRemove={() => put(without(who.did, one.id))} />)}
        </ul>
      )}
      <div className="pt-actions">
        <Add onClick={() => put([...who.did, { ...newSet(), not: false }])}><Trans>Add what they did</Trans></Add>
        <Button size="compact-sm" variant="subtle" onClick={asText}>JSON</Button>
      </div>
    </div>
  )
}
