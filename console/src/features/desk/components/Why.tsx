// SPDX-License-Identifier: Apache-2.0
// Why a ticket has its priority: every reason, the strongest one marked.
import { Trans, useLingui } from '@lingui/react/macro'
import { useFormat } from '@/base/format'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import type { Ticket, Why as Reasons } from '../model'
import { useNames } from '../names'
import { levels, scopes } from '../words'
import { Priority } from './chips'

type Reason = Reasons['reasons'][number]

function useReasonText() {
  const { t, i18n } = useLingui()
  const names = useNames()
  return (reason: Reason): [what: string, how: string] => {
    const urgency = reason.urgency === undefined ? '' : i18n._(levels[reason.urgency])
    const scope = reason.scope === undefined ? '' : i18n._(scopes[reason.scope])
    const impact = reason.impact === undefined ? '' : i18n._(levels[reason.impact])
    switch (reason.rule) {
      case 'category': return [t`Its category`, names.category(reason.row ?? '')]
      case 'matrix': return [t`What customers feel`, t`${names.touchpoint(reason.touchpoint ?? '')}, scope: ${scope}, urgency: ${urgency}`]
      case 'impact_urgency': return [t`Impact and urgency`, t`impact: ${impact}, urgency: ${urgency}`]
      case 'label': return [t`What somebody calls it`, reason.name ?? t`a label only raises`]
      case 'peak': return [t`A peak`, reason.name ?? '']
    }
  }
}

export function WhyList({ why }: { why: Reasons }) {
  const { t } = useLingui()
  const text = useReasonText()
  return (
    <ul className="pt-items dk-reasons">
      {why.reasons.map((reason, i) => {
        const [what, how] = text(reason)
        const decided = reason.rule === why.because && reason.priority === why.priority
        return (
          <li key={`${reason.rule}${i}`} data-on={decided}>
            <Priority of={reason.priority} />
            <span className="pt-grow"><span className="dk-reason">{what}</span> <bdi className="pt-soft">{how}</bdi></span>
            {decided && <span className="dk-decided"><Icon name="check" size={12} />{t`decided`}</span>}
          </li>
        )
      })}
      {why.reasons.length === 0 && <li><Trans>Nothing is known of it that a rule speaks of.</Trans></li>}
    </ul>
  )
}

export function Why({ ticket }: { ticket: Ticket }) {
  const { t } = useLingui()
  const format = useFormat()
  const facts = [
    ticket.stores > 0 ? t`stores: ${format.integer(ticket.stores)}` : '', ticket.tills > 0 ? t`tills: ${format.integer(ticket.tills)}` : '',
    ticket.customers > 0 ? t`customers: ${format.integer(ticket.customers)}` : '', t`reports: ${format.integer(ticket.reports)}`,
  ].filter(Boolean).join(', ')
  return (
    <section className="dk-why" aria-label={t`Why this priority`}>
      <div className="dk-why-head"><Priority of={ticket.priority} /> <h2 className="dk-h"><Trans>Why this priority</Trans></h2></div>
      <WhyList why={ticket.why} />
      <p className="pt-faint"><Trans>Affected now: {facts}. The strongest reason wins, none lowers. <LinkTo href={`/desk/policy?version=${ticket.policy_version}`}>Policy, version {format.integer(ticket.policy_version)}</LinkTo></Trans></p>
    </section>
  )
}
