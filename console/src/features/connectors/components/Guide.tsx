// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Loader } from '@mantine/core'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { Code, Copy, Status, Time } from '@/ui/bits'
import { LinkTo } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { adobeXml, guideOf, shellOf } from '../guide'
import { type Connector, type Kind, useDeliveries } from '../model'
import { useResultNames } from './Deliveries'

export const addressOf = (of: Connector) => `${location.origin}${of.path}`

/** What to do in the vendor's admin: the address, the steps, the topics. */
export function Guide({ of, kind }: { of: Connector; kind: Kind | undefined }) {
  const { t, i18n } = useLingui()
  const guide = guideOf(of.kind)
  const address = addressOf(of)
  const topics = kind?.topics ?? []
  return (
    <Panel title={t`What to do there`}>
      <div className="pt-stack">
        <div>
          <h3 className="cn-label"><Trans>Address of this connector</Trans></h3>
          <Code label={t`Address of this connector`} text={address} wrap />
          <p className="pt-note"><Trans>Whoever sends must reach it by TLS. Where the world knows this server by another name than your browser, put that in front.</Trans></p>
        </div>
        <ol className="cn-steps">{guide.after.map((step) => <li key={step.id}>{i18n._(step)}</li>)}</ol>
        {topics.length > 0 && (
          <div>
            <h3 className="cn-label pt-row"><Trans>Topics to subscribe to</Trans> <Copy text={topics.join('\n')} label={t`Copy the topics`} /></h3>
            <ul className="pt-items cn-topics">{topics.map((topic) => <li key={topic} className="pt-ltr">{topic}</li>)}</ul>
          </div>
        )}
        {of.kind === 'adobe' && <Code label="webhooks.xml" text={adobeXml(address)} height={260} />}
        {of.kind === 'webhook' && <div><h3 className="cn-label"><Trans>A test delivery from a shell</Trans></h3><Code label={t`A test delivery from a shell`} text={shellOf(address)} height={220} /></div>}
        {guide.note !== null && <p className="pt-soft">{i18n._(guide.note)}</p>}
      </div>
    </Panel>
  )
}

/** Waits for the first delivery and tells what came of the newest. */
export function Waiting({ of }: { of: Connector }) {
  const { t } = useLingui()
  const format = useFormat()
  const mayEvents = useMay('events.read')
  const newest = useDeliveries(of.id).data?.[0]
  const names = useResultNames()
  if (!newest) {
    return (
      <div className="cn-waiting" role="status">
        <Loader size="xs" />
        <span>{of.enabled ? <Trans>Waiting for the first delivery…</Trans> : <Trans>It is disabled: what comes is answered and dropped.</Trans>}</span>
      </div>
    )
  }
  const good = newest.result === 'landed'
  const bad = ['unsigned', 'too_large', 'failed', 'quarantined'].includes(newest.result)
  const count = format.integer(newest.events)
  return (
    <div className="cn-waiting" role="status">
      <Status tone={good ? 'good' : bad ? 'warn' : 'plain'} dot>{names[newest.result]}</Status>
      <span><Time at={newest.at} style="time" /></span>
      {newest.topic !== null && <bdi className="cn-mono">{newest.topic}</bdi>}
      {good && <span>{t`events: ${count}`}</span>}
      {newest.reason !== null && <bdi className="cn-error">{newest.reason}</bdi>}
      {newest.result === 'quarantined' && of.kind === 'webhook' && <LinkTo href={`/connectors/${of.id}?tab=mapping`}><Trans>Write its mapping</Trans></LinkTo>}
      {good && mayEvents && of.source !== null && <LinkTo href={`/live?source=${of.source.id}`}><Trans>Watch its events</Trans></LinkTo>}
    </div>
  )
}
