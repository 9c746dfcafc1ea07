// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { type Format, useFormat } from '@/base/format'

const CURRENCY = /^[A-Z]{3}$/

function amount(format: Format, currency: string, value: unknown): string {
  return new Intl.NumberFormat(format.locale, { style: 'currency', currency, maximumFractionDigits: 6 }).format(value as number | `${number}`)
}

/** A sum for each currency; null: it is something else. */
function amounts(format: Format, value: object): string | null {
  const entries = Object.entries(value)
  if (entries.length === 0 || !entries.every(([currency, sum]) => CURRENCY.test(currency) && Number.isFinite(Number(sum)))) return null
  return entries.map(([currency, sum]) => amount(format, currency, sum)).join(' · ')
}

/** A value on one line. "cut": more events than are kept, so the value is at least this. */
export function Value({ value, cut }: { value: unknown; cut: boolean }) {
  const { t } = useLingui()
  const format = useFormat()
  if (value === null || value === undefined) return <span className="pt-faint">{t`no data`}</span>
  const plain = typeof value === 'number' ? format.number(value, 6) : value === true ? t`yes` : value === false ? t`no` : typeof value === 'string' ? value : null
  const text = plain ?? amounts(format, value as object) ?? JSON.stringify(value)
  return <bdi className={cut ? 'pt-ltr' : undefined} title={cut ? t`At least: more events than are kept` : undefined}>{cut && <><span aria-hidden="true">≥ </span><span className="pt-hidden">{t`at least`} </span></>}{text}</bdi>
}
