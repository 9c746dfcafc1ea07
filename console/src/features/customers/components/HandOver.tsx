// SPDX-License-Identifier: Apache-2.0
// What whoever takes over needs: the same for associate, app and agent who read the same version.
import { useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useFormat } from '@/base/format'
import { Ago } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { Facts, Panel } from '@/ui/Page'
import { Loaded } from '@/ui/states'
import { type Context, type Profile, useContext } from '../model'
import { callName, channelIcon, channelName, personName } from '../words'
import { lineOf } from './Traits'

type Moment = Context['recent'][number]

function useText() {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const moment = (one: Moment) => [format.dateTime(one.at), channelName(i18n, one.channel ?? ''), one.name || callName(i18n, one.type)].join(' · ')
  return (context: Context): string => {
    const version = context.version
    const zone = format.zone
    return [
      `${personName(i18n, context)} — ${t`version ${version}`}`,
      ...[context.reach.email, context.reach.phone].filter((one) => one !== null),
      ...(context.open.cart ? [`${t`Open cart`}: ${context.open.cart.items.map((item) => `${item.quantity} × ${item.name ?? item.product}`).join(', ')}`] : []),
      ...context.traits.map((trait) => `${trait.name}: ${lineOf(trait.value)}`),
      `${t`Recent`} (${t`Times in ${zone}`}):`,
      ...context.recent.map((one) => `- ${moment(one)}`),
      `${location.origin}/customers/${context.id}`,
    ].join('\n')
  }
}

function CopyAll({ context }: { context: Context }) {
  const { t } = useLingui()
  const textOf = useText()
  const [copied, setCopied] = useState<number | null>(null)
  const done = copied === context.version
  return (
    <Button leftSection={<Icon name={done ? 'check' : 'copy'} />} onClick={() => void navigator.clipboard.writeText(textOf(context)).then(() => setCopied(context.version))}>
      {done ? t`Copied` : t`Copy the hand-over`}
      <span className="pt-hidden" role="status">{done ? t`Copied` : ''}</span>
    </Button>
  )
}

function Recent({ moments }: { moments: readonly Moment[] }) {
  const { i18n } = useLingui()
  return (
    <ul className="pt-items cu-recent">
      {moments.map((one) => (
        <li key={one.position}>
          <Icon name={channelIcon(one.channel ?? '')} size={14} /><span className="pt-hidden">{channelName(i18n, one.channel ?? '')}</span>
          <bdi className="pt-grow">{one.name || callName(i18n, one.type)}</bdi>
          <span className="pt-faint"><Ago at={one.at} /></span>
        </li>
      ))}
    </ul>
  )
}

function Told({ context }: { context: Context }) {
  const { t } = useLingui()
  const { cart } = context.open
  return (
    <>
      <Facts
        rows={[
          [t`Open cart`, cart === null ? <span className="pt-faint" key="c">{t`none`}</span> : <ul key="c" className="pt-items">{cart.items.map((item) => <li key={item.product}><span>{item.quantity} ×</span> <bdi>{item.name ?? item.product}</bdi></li>)}</ul>],
          ...context.traits.map((trait): [React.ReactNode, React.ReactNode] => [<bdi key="n">{trait.name.replaceAll('_', ' ')}</bdi>, <bdi key="v">{lineOf(trait.value)}</bdi>]),
        ]}
      />
      <h3 className="cu-sub">{t`Recent`}</h3>
      <Recent moments={context.recent} />
    </>
  )
}

export function HandOver({ profile }: { profile: Profile }) {
  const { t } = useLingui()
  const query = useContext(profile)
  const version = query.data?.version
  return (
    <Panel title={<h2 className="pt-grow">{t`Hand-over`} {version !== undefined && <span className="pt-faint cu-version">{t`version ${version}`}</span>}</h2>} actions={query.data && <CopyAll context={query.data} />} label={t`Hand-over`}>
      <Loaded query={query} rows={5}>{(context) => <Told context={context} />}</Loaded>
    </Panel>
  )
}
