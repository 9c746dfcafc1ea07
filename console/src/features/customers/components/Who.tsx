// SPDX-License-Identifier: Apache-2.0
// The head of a person's page: how to reach them, and what they are in figures.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useFormat } from '@/base/format'
import { usePulse } from '@/base/pulse'
import { Ago, Copy, Status, Time, ZoneNote } from '@/ui/bits'
import { Icon, type IconName } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import type { Profile } from '../model'
import { money } from '../money'
import { dialled } from '../search'
import { channelIcon, channelName, newest } from '../words'
import { GroupChips } from './Belongs'

function Reach({ icon, href, value, more, label }: { icon: IconName; href: string; value: string; more: number; label: string }) {
  const { t } = useLingui()
  return (
    <span className="cu-reach">
      <a href={href} aria-label={`${label}: ${value}`}><Icon name={icon} /><span className="pt-ltr cu-reach-value">{value}</span></a>
      {more > 0 && <span className="pt-faint pt-ltr" title={t`More of them are under Identity`}>+{more}</span>}
      <Copy text={value} label={t`Copy ${value}`} />
    </span>
  )
}

/** Mail and phone at once: the two ways to a person. */
export function Reaches({ profile }: { profile: Profile }) {
  const { t } = useLingui()
  const mail = newest(profile, 'email')
  const phone = newest(profile, 'phone')
  const card = newest(profile, 'loyalty_card')
  return (
    <div className="cu-reaches">
      {mail && <Reach icon="mail" href={`mailto:${mail.value}`} label={t`Write a mail`} {...mail} />}
      {phone && <Reach icon="phone" href={`tel:${dialled(phone.value)}`} label={t`Call`} {...phone} />}
      {card && <span className="cu-reach"><span className="cu-reach-plain"><Icon name="card" /><span className="pt-hidden">{t`Loyalty card`}</span><span className="pt-ltr cu-reach-value">{card.value}</span></span><Copy text={card.value} label={t`Copy ${card.value}`} /></span>}
      {!mail && !phone && <span className="pt-faint"><Trans>No mail address and no phone number are known.</Trans></span>}
      <GroupChips profile={profile} />
    </div>
  )
}

function Channel({ channel }: { channel: string }) {
  const { i18n } = useLingui()
  return <span className="cu-channel"><Icon name={channelIcon(channel)} size={14} />{channelName(i18n, channel)}</span>
}

function Tile({ label, children, note, minor = false }: { label: string; children: ReactNode; note: ReactNode; minor?: boolean }) {
  return (
    <div className={minor ? 'cu-minor' : undefined}>
      <dt className="pt-soft">{label}</dt>
      <dd className="pt-figure-value">{children}</dd>
      <dd className="pt-figure-note">{note}</dd>
    </div>
  )
}

export function Figures({ profile }: { profile: Profile }) {
  const { t } = useLingui()
  const format = useFormat()
  const { values, last, first, events } = profile
  const orders = values.reduce((sum, value) => sum + value.orders, 0)
  const refunds = values.reduce((sum, value) => sum + value.refunds, 0)
  const identifiers = profile.nodes.length
  const kinds = new Set(profile.nodes.map((node) => node.type)).size
  return (
    <dl className="cu-figures">
      <Tile label={t`Value so far`} note={orders === 0 ? t`no order yet` : t`orders less refunds, of all time`}>
        {values.length === 0 ? '–' : values.map((value) => <bdi key={value.currency} className="cu-value">{money(format.locale, value.currency, value.amount)}</bdi>)}
      </Tile>
      <Tile label={t`Orders`} note={plural(refunds, { one: '# refund', other: '# refunds' })}>{format.integer(orders)}</Tile>
      <Tile label={t`Last seen`} note={last ? <Time at={last.at} /> : t`no event yet`}>{last ? <span className="cu-seen"><Ago at={last.at} /> {last.channel !== null && <span className="pt-figure-unit"><Channel channel={last.channel} /></span>}</span> : '–'}</Tile>
      <Tile label={t`Events`} note={first ? <><Trans>since <Time at={first.at} style="date" /></Trans> {first.channel !== null && <Channel channel={first.channel} />}</> : t`none yet`}>{format.integer(events)}</Tile>
      <Tile minor label={t`Identifiers`} note={plural(kinds, { one: 'of # kind', other: 'of # kinds' })}>{format.integer(identifiers)}</Tile>
    </dl>
  )
}

/** Since when, how fresh, which version: two who read the same version see the same person. */
export function Fresh({ profile, at }: { profile: Profile; at: number }) {
  const { t } = useLingui()
  const format = useFormat()
  const { line } = usePulse()
  const version = profile.version
  const time = format.time(at)
  return (
    <span className="pt-row">
      <LinkTo href="/customers">{t`Customers`}</LinkTo>
      <span><Trans>Known since <Time at={profile.first?.at ?? profile.created_at} style="date" /></Trans></span>
      <span id="cu-version" title={t`Rises with every change: who reads the same version sees the same`}><Trans>version {version}</Trans></span>
      {line === 'live' ? <Status tone="good" dot>{t`Live`}</Status>
        : line === 'connecting' ? <Status tone="plain" dot>{t`Connecting`}</Status>
          : <Status tone="warn" dot>{line === 'catching_up' ? t`Catching up` : t`As of ${time}, not live`}</Status>}
      <ZoneNote />
    </span>
  )
}
