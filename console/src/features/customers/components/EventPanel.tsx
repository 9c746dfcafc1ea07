// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { ApiError } from '@/api/client'
import { useMay } from '@/base/session'
import { Code, Mono, Time } from '@/ui/bits'
import { SidePanel } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { Facts } from '@/ui/Page'
import { Empty, Failed, Skeleton } from '@/ui/states'
import { useOneEvent } from '../model'
import { type Entry, entryOf } from '../sessions'
import { callName, channelIcon, channelName } from '../words'

function Told({ entry }: { entry: Entry }) {
  const { t, i18n } = useLingui()
  const mayEvents = useMay('events.read')
  const id = (name: string) => (typeof entry.data[name] === 'string' ? (entry.data[name] as string) : null)
  const user = id('userId')
  const visitor = id('anonymousId')
  const rows: [string, React.ReactNode][] = [
    [t`Happened`, <Time key="a" at={entry.at} />],
    [t`Received`, <Time key="r" at={entry.receivedAt} />],
    [t`Channel`, <span key="c" className="cu-channel"><Icon name={channelIcon(entry.channel)} size={14} />{channelName(i18n, entry.channel)}</span>],
    [t`Source`, <bdi key="s">{entry.source || '–'}</bdi>],
    [t`Type`, callName(i18n, entry.type)],
    ...(user === null ? [] : [[t`User id`, <Mono key="u" copy>{user}</Mono>] as [string, React.ReactNode]]),
    ...(visitor === null ? [] : [[t`Visitor id`, <Mono key="v" copy>{visitor}</Mono>] as [string, React.ReactNode]]),
    [t`Position`, String(entry.position)],
  ]
  return (
    <>
      <Facts rows={rows} />
      <Code label={t`The event`} text={JSON.stringify(entry.data, null, 2)} />
      {mayEvents && <LinkTo href={`/live?event=${entry.position}`}>{t`Open in the live debugger`}</LinkTo>}
    </>
  )
}

/** One event of the person; also one that is not in the list yet, for those who may see all events. */
export function EventPanel({ position, known, onClose }: { position: number; known: Entry | undefined; onClose: () => void }) {
  const { t, i18n } = useLingui()
  const mayEvents = useMay('events.read')
  const query = useOneEvent(position, known === undefined && mayEvents)
  const entry = known ?? (query.data ? entryOf(query.data) : undefined)
  const gone = query.error instanceof ApiError && query.error.status === 404
  return (
    <SidePanel title={(entry && (entry.name || callName(i18n, entry.type))) || t`Event`} onClose={onClose} wide>
      {entry ? <Told entry={entry} />
        : gone || !mayEvents ? <Empty title={gone ? t`This event is not in the log` : t`This event is further back`}>{!gone && <Trans>Scroll the timeline back until it is there. Events outside it need the permission events.read.</Trans>}</Empty>
          : query.isError ? <Failed error={query.error} retry={() => void query.refetch()} /> : <Skeleton rows={8} />}
    </SidePanel>
  )
}
