// SPDX-License-Identifier: Apache-2.0
// Two persons side by side, and what speaks for one person or two, field by field.
import type { MessageDescriptor } from '@lingui/core'
import { msg, plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { Ago, Status, type Tone } from '@/ui/bits'
import { LinkTo } from '@/ui/LinkTo'
import { byWeight, type Evidence, type Pair, type Person } from '../duplicates'
import { personName } from '../words'

const fields: Record<Evidence['field'], MessageDescriptor> = {
  first_name: msg`First name`, last_name: msg`Last name`, email: msg`Mail address`, phone: msg`Phone number`, birthday: msg`Birthday`, address: msg`Address`,
}
const kinds: Record<Evidence['kind'], { name: MessageDescriptor; tone: Tone }> = {
  same: { name: msg`same`, tone: 'good' },
  similar: { name: msg`similar`, tone: 'accent' },
  different: { name: msg`different`, tone: 'warn' },
}

/** Weights beyond this fill the bar: 2^12 times as likely. */
const FULL_BITS = 12

/** To one side for, to the other against; the number says it too. */
function Weight({ bits }: { bits: number }) {
  const { t } = useLingui()
  const format = useFormat()
  const size = Math.min(50, (50 * Math.abs(bits)) / FULL_BITS)
  const likelier = format.short(Math.round(2 ** Math.abs(bits)))
  return (
    <span className="du-weight" title={bits >= 0 ? t`${likelier} times as likely of one person as of two` : t`${likelier} times as likely of two persons as of one`}>
      <span className="du-scale" aria-hidden="true"><span className={bits >= 0 ? 'du-for' : 'du-against'} style={{ inlineSize: `${size}%` }} /></span>
      <span className="du-bits pt-ltr">{bits > 0 ? '+' : ''}{format.number(bits)}</span>
    </span>
  )
}

function Head({ person }: { person: Person }) {
  const { t, i18n } = useLingui()
  const name = personName(i18n, person)
  return (
    <>
      <LinkTo href={`/customers/${person.id}`} className="du-name"><bdi>{name}</bdi></LinkTo>
      {person.detail !== '' && person.detail !== name && <span className="pt-soft pt-ltr du-detail">{person.detail}</span>}
      <span className="pt-faint">{plural(person.events, { one: '# event', other: '# events' })} · {t`seen`} <Ago at={person.last_seen_at} /></span>
    </>
  )
}

/** As the server compares it, a birthday as people write it. */
function said(field: Evidence['field'], text: string): string {
  return field === 'birthday' ? text.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3') : text
}

export function EvidenceTable({ pair }: { pair: Pair }) {
  const { t, i18n } = useLingui()
  const [a, b] = pair.persons
  if (a === undefined || b === undefined) return null
  const one = a.id === b.id
  return (
    <table className="du-table">
      <caption className="pt-hidden">{t`The two side by side`}</caption>
      <thead>
        <tr>
          <td />
          {one ? <th scope="colgroup" colSpan={2}><span className="du-head"><Head person={a} /></span></th> : [a, b].map((person) => <th key={person.id} scope="col"><span className="du-head"><Head person={person} /></span></th>)}
          <th scope="col"><span className="pt-faint">{t`Evidence`}</span></th>
          <th scope="col" title={t`Bits: each one makes one person twice as likely, or half as likely`}><span className="pt-faint">{t`Weight, bits`}</span></th>
        </tr>
      </thead>
      <tbody>
        {byWeight(pair.evidence).map((each) => (
          <tr key={each.field}>
            <th scope="row">{i18n._(fields[each.field])}</th>
            <td><bdi>{said(each.field, each.a)}</bdi></td>
            <td><bdi>{said(each.field, each.b)}</bdi></td>
            <td><Status tone={kinds[each.kind].tone}>{i18n._(kinds[each.kind].name)}</Status></td>
            <td><Weight bits={each.weight} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** "95 %", and in words for who cannot tell from a number. */
export function Score({ score }: { score: number }) {
  const { t } = useLingui()
  const format = useFormat()
  return <span className="du-score" title={t`Probability that the two are one person`}>{format.percent(Math.floor(score * 1000) / 1000)}</span>
}
