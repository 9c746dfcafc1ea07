// SPDX-License-Identifier: Apache-2.0
// The parts of the policy of priorities, as they are written.
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, MultiSelect, NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { Icon } from '@/ui/icons'
import { LEVELS } from '../model'
import { useNames } from '../names'
import { ACTIONS, type Cells, type Policy, SCOPES, withCategory, withCell, withCount } from '../policy'
import { levels, scopes } from '../words'
import { Scroll } from './Scroll'

function Cell({ label, value, disabled, onChange }: { label: string; value: number; disabled: boolean; onChange: (value: number) => void }) {
  return (
    <select className={`dk-p dk-p${value}`} aria-label={label} disabled={disabled} value={value} onChange={(event) => onChange(Number(event.currentTarget.value))}>
      {[1, 2, 3, 4, 5].map((one) => <option key={one} value={one}>P{one}</option>)}
    </select>
  )
}

type Editing = { policy: Policy; off: boolean; set: (policy: Policy) => void }

export function Matrix({ policy, off, set }: Editing) {
  const { t, i18n } = useLingui()
  const names = useNames()
  const name = (touchpoint: string) => (touchpoint === '*' ? t`Any other` : names.touchpoint(touchpoint))
  if (policy.method === 'impact_urgency') {
    return (
      <Scroll label={t`Matrix`}>
        <table className="dk-grid">
          <thead><tr><th scope="col">{t`Impact`}</th>{LEVELS.map((urgency) => <th key={urgency} scope="col">{t`Urgency: ${i18n._(levels[urgency])}`}</th>)}</tr></thead>
          <tbody>
            {LEVELS.map((impact, i) => (
              <tr key={impact}>
                <th scope="row">{i18n._(levels[impact])}</th>
                {LEVELS.map((urgency, j) => (
                  <td key={urgency}>
                    <Cell
                      label={`${i18n._(levels[impact])}, ${i18n._(levels[urgency])}`} disabled={off} value={policy.impact_urgency[i]?.[j] ?? 3}
                      onChange={(value) => set({ ...policy, impact_urgency: policy.impact_urgency.map((row, k) => (k === i ? row.map((one, l) => (l === j ? value : one)) : row)) as [Cells, Cells, Cells] })}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    )
  }
  return (
    <Scroll label={t`Matrix`}>
      <table className="dk-grid">
        <thead>
          <tr><th rowSpan={2} scope="col">{t`Touchpoint`}</th>{SCOPES.map((scope) => <th key={scope} scope="colgroup" colSpan={3} className="dk-edge">{i18n._(scopes[scope])}</th>)}</tr>
          <tr>{SCOPES.flatMap((scope) => LEVELS.map((urgency, i) => <th key={`${scope}${urgency}`} scope="col" className={i === 0 ? 'dk-edge' : ''}>{i18n._(levels[urgency])}</th>))}</tr>
        </thead>
        <tbody>
          {Object.entries(policy.touchpoints).map(([touchpoint, row]) => (
            <tr key={touchpoint}>
              <th scope="row"><bdi>{name(touchpoint)}</bdi></th>
              {SCOPES.flatMap((scope) => LEVELS.map((urgency, i) => (
                <td key={`${scope}${urgency}`} className={i === 0 ? 'dk-edge' : ''}>
                  <Cell label={`${name(touchpoint)}, ${i18n._(scopes[scope])}, ${i18n._(levels[urgency])}`} disabled={off} value={row[scope]?.[i] ?? 3} onChange={(value) => set(withCell(policy, touchpoint, scope, i, value))} />
                </td>
              )))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

export function Scopes({ policy, off, set }: Editing) {
  const { t, i18n } = useLingui()
  const counts = { stores: t`Stores`, tills: t`Tills`, customers: t`Customers` }
  return (
    <table className="dk-edit">
      <thead><tr><th scope="col">{t`Scope`}</th>{Object.entries(counts).map(([id, name]) => <th key={id} scope="col">{name}</th>)}</tr></thead>
      <tbody>
        {(['store', 'several', 'widespread'] as const).map((scope) => (
          <tr key={scope}>
            <th scope="row">{i18n._(scopes[scope])}</th>
            {(['stores', 'tills', 'customers'] as const).map((what) => (
              <td key={what}>
                <NumberInput
                  size="xs" hideControls min={0} max={1000000} disabled={off} placeholder={t`never by it`} aria-label={t`${i18n._(scopes[scope])}: ${counts[what]} from`} value={policy.scopes[scope]?.[what] || ''}
                  onChange={(value) => set(withCount(policy, scope, what, Number(value) || 0))}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function Categories({ policy, off, set }: Editing) {
  const { t, i18n } = useLingui()
  const names = useNames()
  const actions = { major_incident: t`major incident`, problem: t`problem record`, change: t`change record`, vendor: t`escalation to the vendor` }
  const touchpoints = ['', ...Object.keys(policy.touchpoints).filter((one) => one !== '*')].map((value) => ({ value, label: value === '' ? t`none` : names.touchpoint(value) }))
  return (
    <Scroll label={t`Categories`}>
      <table className="dk-edit">
        <thead><tr><th scope="col">{t`Name`}</th><th scope="col">{t`Id`}</th><th scope="col">{t`At least`}</th><th scope="col">{t`Touchpoint`}</th><th scope="col">{t`Urgency`}</th><th scope="col">{t`Queue`}</th><th scope="col">{t`Acknowledge, min`}</th><th scope="col">{t`Follows at once`}</th><th scope="col"><span className="pt-hidden">{t`Remove`}</span></th></tr></thead>
        <tbody>
          {policy.categories.map((one, i) => {
            const change = (part: Parameters<typeof withCategory>[2]) => set(withCategory(policy, i, part))
            return (
              <tr key={i}>
                <td><TextInput size="xs" miw={180} aria-label={t`Name of row ${i + 1}`} disabled={off} maxLength={200} value={one.name} onChange={(event) => change({ name: event.currentTarget.value })} /></td>
                <td><TextInput size="xs" miw={130} className="pt-ltr" aria-label={t`Id of row ${i + 1}`} disabled={off} maxLength={64} value={one.id} onChange={(event) => change({ id: event.currentTarget.value })} /></td>
                <td><Cell label={t`${one.name}: at least`} disabled={off} value={one.floor} onChange={(floor) => change({ floor })} /></td>
                <td><NativeSelect size="xs" miw={150} aria-label={t`${one.name}: touchpoint`} disabled={off} value={one.touchpoint ?? ''} data={touchpoints} onChange={(event) => change({ touchpoint: event.currentTarget.value })} /></td>
                <td><NativeSelect size="xs" aria-label={t`${one.name}: urgency`} disabled={off} value={one.urgency ?? 'medium'} data={LEVELS.map((value) => ({ value, label: i18n._(levels[value]) }))} onChange={(event) => change({ urgency: event.currentTarget.value })} /></td>
                <td><NativeSelect size="xs" miw={110} aria-label={t`${one.name}: queue`} disabled={off} value={one.queue ?? ''} data={[{ value: '', label: t`none` }, ...names.queues.map((queue) => ({ value: queue.id, label: queue.name }))]} onChange={(event) => change({ queue: event.currentTarget.value })} /></td>
                <td><NumberInput size="xs" hideControls min={0} max={100000} disabled={off} aria-label={t`${one.name}: acknowledge within minutes`} value={one.escalate_min ?? ''} onChange={(value) => change({ escalate_min: value === '' ? undefined as never : Number(value) })} /></td>
                <td><MultiSelect size="xs" miw={190} aria-label={t`${one.name}: follows at once`} disabled={off} value={one.actions ?? []} data={ACTIONS.map((value) => ({ value, label: actions[value] }))} onChange={(value) => change({ actions: value })} /></td>
                <td>{!off && <ActionIcon aria-label={t`Remove ${one.name}`} onClick={() => change(null)}><Icon name="close" size={14} /></ActionIcon>}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {!off && <Button size="compact-sm" leftSection={<Icon name="add" size={14} />} onClick={() => set(withCategory(policy, policy.categories.length, {}))}><Trans>Add a category</Trans></Button>}
    </Scroll>
  )
}

export function Peaks({ policy, off, set }: Editing) {
  const { t } = useLingui()
  const names = useNames()
  const touchpoints = Object.keys(policy.touchpoints).filter((one) => one !== '*').map((value) => ({ value, label: names.touchpoint(value) }))
  const change = (at: number, part: Partial<Policy['peaks'][number]>) => set({ ...policy, peaks: policy.peaks.map((one, i) => (i === at ? { ...one, ...part } : one)) })
  return (
    <>
      {policy.peaks.length === 0 && <p className="pt-soft"><Trans>None. A peak, such as the last days before a holiday, raises what it holds for.</Trans></p>}
      {policy.peaks.length > 0 && (
        <Scroll label={t`Peaks`}>
          <table className="dk-edit">
            <thead><tr><th scope="col">{t`Name`}</th><th scope="col">{t`From, UTC`}</th><th scope="col">{t`To, UTC`}</th><th scope="col">{t`Raises by`}</th><th scope="col">{t`Touchpoints`}</th><th scope="col"><span className="pt-hidden">{t`Remove`}</span></th></tr></thead>
            <tbody>
              {policy.peaks.map((one, i) => (
                <tr key={i}>
                  <td><TextInput size="xs" miw={150} aria-label={t`Name of peak ${i + 1}`} disabled={off} value={one.name} onChange={(event) => change(i, { name: event.currentTarget.value })} /></td>
                  {(['from', 'to'] as const).map((end) => (
                    <td key={end}><TextInput size="xs" type="datetime-local" aria-label={end === 'from' ? t`${one.name}: from` : t`${one.name}: to`} disabled={off} value={one[end].slice(0, 16)} onChange={(event) => event.currentTarget.value !== '' && change(i, { [end]: `${event.currentTarget.value}:00Z` })} /></td>
                  ))}
                  <td><NativeSelect size="xs" aria-label={t`${one.name}: raises by`} disabled={off} value={String(one.raise)} data={['1', '2', '3', '4']} onChange={(event) => change(i, { raise: Number(event.currentTarget.value) })} /></td>
                  <td><MultiSelect size="xs" miw={180} aria-label={t`${one.name}: touchpoints`} disabled={off} placeholder={one.touchpoints?.length ? '' : t`all`} value={one.touchpoints ?? []} data={touchpoints} onChange={(value) => change(i, { touchpoints: value })} /></td>
                  <td>{!off && <ActionIcon aria-label={t`Remove ${one.name}`} onClick={() => set({ ...policy, peaks: policy.peaks.filter((_, k) => k !== i) })}><Icon name="close" size={14} /></ActionIcon>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {!off && (
        <Button
          size="compact-sm" leftSection={<Icon name="add" size={14} />}
          onClick={() => {
            const day = new Date(Math.ceil(Date.now() / 86400000) * 86400000)
            set({ ...policy, peaks: [...policy.peaks, { name: t`Peak`, from: day.toISOString(), to: new Date(day.getTime() + 7 * 86400000).toISOString(), raise: 1 }] })
          }}
        ><Trans>Add a peak</Trans></Button>
      )}
    </>
  )
}
