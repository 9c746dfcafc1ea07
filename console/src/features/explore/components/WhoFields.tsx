// SPDX-License-Identifier: Apache-2.0
// Who counts, as rows: traits of a person, what somebody did and never did; what rows cannot say as JSON.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect, SegmentedControl, Select, Textarea } from '@mantine/core'
import { newSet } from '../sets'
import { type Did, EVERYBODY, isEverybody, type Who, whoFault, whoJson, whoOf } from '../who'
import { faults } from '../words'
import { useReports } from '../model'
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

/** The people of a saved question: its own rule, as it is then. Questions about everybody have none. */
function ReportChoice({ id, label, onChange }: { id: string; label: string; onChange: (who: Who) => void }) {
  const { t } = useLingui()
  const reports = useReports()
  const named = reports.data?.filter((one) => one.query.who !== undefined) ?? []
  const data = named.map((one) => ({ value: one.id, label: one.name }))
  const gone = id !== '' && reports.data !== undefined && !named.some((one) => one.id === id)
  return (
    <div className="ex-set">
      <div className="ex-set-row">
        <Select
          className="pt-grow" aria-label={t`Saved question, ${label}`} searchable placeholder={reports.isPending ? t`Loading…` : t`Choose a saved question`} data={data} value={id === '' || gone ? null : id} nothingFoundMessage={t`No saved question has people of its own`}
          error={reports.isError ? t`The saved questions cannot be read` : gone ? t`It is not there any more, or is about everybody` : null} onChange={(next) => onChange({ kind: 'report', id: next ?? '' })}
        />
        <Remove label={t`Everybody, ${label}`} onClick={() => onChange(EVERYBODY)} />
      </div>
      <p className="pt-faint ex-small"><Trans>Only the people of that question, as its rule is when this one is asked; saved, this question keeps the rule as it is now.</Trans></p>
    </div>
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
  if (who.kind === 'report') return <ReportChoice id={who.id} label={label} onChange={onChange} />
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
        {isEverybody(who) && <Add onClick={() => onChange({ kind: 'report', id: '' })}><Trans>Of a saved question</Trans></Add>}
        <Button size="compact-sm" variant="subtle" onClick={asText}>JSON</Button>
      </div>
    </div>
  )
}
