// SPDX-License-Identifier: Apache-2.0
// What customers did at the checkout while a major incident was open, and else.
import { Trans, useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { usePrefs, zoneOf } from '@/base/prefs'
import { Panel } from '@/ui/Page'
import { Loaded } from '@/ui/states'
import { type Checkout, useCheckout, type View } from '../model'

function Row({ name, of }: { name: string; of: Checkout['during'] }) {
  const { t } = useLingui()
  const format = useFormat()
  const share = (value: number | null) => (value === null ? '–' : format.percent(value))
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="pt-num" data-label={t`Hours`}>{format.integer(of.hours)}</td>
      <td className="pt-num" data-label={t`Checkouts`}>{format.integer(of.started)}</td>
      <td className="pt-num" data-label={t`Failed`}>{share(of.failures)}</td>
      <td className="pt-num" data-label={t`Abandoned`}>{share(of.abandonment)}</td>
    </tr>
  )
}

function Table({ of }: { of: Checkout }) {
  const { t } = useLingui()
  if (of.during.started + of.otherwise.started === 0) return <p className="pt-soft"><Trans>No checkout was seen in this time.</Trans></p>
  if (of.incidents === 0) return <p className="pt-soft"><Trans>No major incident was open in this time.</Trans></p>
  return (
    <>
      <table className="in-beside">
        <caption className="pt-hidden">{t`Checkouts while a major incident was open, and else`}</caption>
        <thead><tr><td /><th scope="col">{t`Hours`}</th><th scope="col">{t`Checkouts`}</th><th scope="col">{t`Failed`}</th><th scope="col">{t`Abandoned`}</th></tr></thead>
        <tbody><Row name={t`While one was open`} of={of.during} /><Row name={t`Else`} of={of.otherwise} /></tbody>
      </table>
      <p className="pt-figure-note"><Trans>What went together, not what caused it.</Trans></p>
    </>
  )
}

export function CheckoutPanel({ view }: { view: View }) {
  const { t } = useLingui()
  const query = useCheckout(view, zoneOf(usePrefs()))
  return <Panel title={t`Checkouts beside major incidents`}><Loaded query={query} rows={2}>{(of) => <Table of={of} />}</Loaded></Panel>
}
