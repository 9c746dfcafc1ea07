// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, Menu, NativeSelect } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { useGo, useUrl } from '@/base/url'
import { Ago } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { ConfirmDialog, Dialog } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { Empty, errorText, Failed, Skeleton } from '@/ui/states'
import { toast } from '@/ui/toast'
import { type DeadLetter, type Destination, discard, redrive, useDead } from '../model'

type Act = { what: 'redrive' | 'discard'; reason: string | null } | null

function useColumns(onOne: (what: 'redrive' | 'discard', one: DeadLetter) => void): Column<DeadLetter>[] {
  const { t } = useLingui()
  const format = useFormat()
  const mayWrite = useMay('destinations.write')
  return useMemo(() => [
    { id: 'event', title: t`Event`, main: true, cell: (d) => <bdi>{d.event ?? d.type ?? t`no longer in the log`}</bdi>, value: (d) => d.event, width: 'minmax(140px, 1fr)' },
    { id: 'reason', title: t`Reason`, cell: (d) => <bdi>{d.reason}</bdi>, value: (d) => d.reason, width: '110px' },
    { id: 'error', title: t`What was answered`, cell: (d) => <bdi title={d.error}>{d.error}</bdi>, value: (d) => d.error, width: 'minmax(160px, 2fr)' },
    { id: 'attempts', title: t`Tries`, cell: (d) => format.integer(d.attempts), value: (d) => d.attempts, numeric: true, width: '70px' },
    { id: 'failed', title: t`Failed`, cell: (d) => <Ago at={d.failed_at} />, value: (d) => d.failed_at, width: '135px' },
    { id: 'position', title: t`Position`, cell: (d) => format.integer(d.position), value: (d) => d.position, numeric: true, width: '110px', optional: true },
    { id: 'message', title: t`Message id`, cell: (d) => <bdi>{d.message_id ?? ''}</bdi>, value: (d) => d.message_id, width: 'minmax(140px, 1fr)', optional: true },
    ...(mayWrite ? [{
      id: 'act', title: t`Action`, width: '64px',
      cell: (d: DeadLetter) => {
        const position = format.integer(d.position)
        return (
          <Menu>
            <Menu.Target><ActionIcon aria-label={t`What to do with position ${position}`} onClick={(event) => event.stopPropagation()}><Icon name="more" /></ActionIcon></Menu.Target>
            <Menu.Dropdown onClick={(event) => event.stopPropagation()}>
              <Menu.Item leftSection={<Icon name="refresh" />} onClick={() => onOne('redrive', d)}><Trans>Send it again</Trans></Menu.Item>
              <Menu.Item leftSection={<Icon name="close" />} onClick={() => onOne('discard', d)}><Trans>Discard</Trans></Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )
      },
    }] : []),
  ], [t, format, mayWrite, onOne])
}

/** All of a reason, or all: discarding is for ever, so that its name is to be typed. */
function ActDialogs({ of, act, count, onClose }: { of: Destination; act: Act; count: number; onClose: () => void }) {
  const { t } = useLingui()
  const choice = act?.reason ? { reason: act.reason } : {}
  const pace = of.redrive_per_s
  const [error, setError] = useState<unknown>(null)
  async function again() {
    setError(null)
    try {
      const { events } = await redrive(of.id, choice)
      onClose()
      toast({ text: plural(events, { one: '# event is sent again', other: '# events are sent again' }) })
    } catch (why) {
      setError(why)
    }
  }
  return (
    <>
      <Dialog title={t`Send dead letters again`} opened={act?.what === 'redrive'} onClose={onClose}>
        <div className="pt-stack">
          <p>{plural(count, { one: '# event', other: '# events' })} · {plural(pace, { one: 'at most # a second', other: 'at most # a second' })}</p>
          <p className="pt-soft"><Trans>They go behind what is live, by the filter, mapping and consent of now. What fails again comes back here.</Trans></p>
          {error !== null && <p role="alert" className="pt-text-bad"><bdi>{errorText(error)}</bdi></p>}
          <div className="pt-actions de-end">
            <Button onClick={onClose}><Trans>Cancel</Trans></Button>
            <Button variant="filled" data-autofocus onClick={() => void again()}><Trans>Send them again</Trans></Button>
          </div>
        </div>
      </Dialog>
      <ConfirmDialog
        title={t`Discard dead letters`} word={of.name} opened={act?.what === 'discard'} onClose={onClose} submit={t`Discard them`}
        onConfirm={async () => {
          const { events } = await discard(of.id, choice)
          onClose()
          toast({ text: plural(events, { one: '# event is discarded', other: '# events are discarded' }) })
        }}
      >
        <p>{plural(count, { one: '# event', other: '# events' })}</p>
        <Trans>The destination never gets them, unless their range is replayed. The events themselves stay in the log.</Trans>
      </ConfirmDialog>
    </>
  )
}

export function DeadLetters({ of }: { of: Destination }) {
  const { t } = useLingui()
  const go = useGo()
  const format = useFormat()
  const [url, setUrl] = useUrl()
  const mayWrite = useMay('destinations.write')
  const mayEvents = useMay('events.read')
  const [act, setAct] = useState<Act>(null)
  const reasons = of.failed.filter((one) => one.state === 'dead')
  const reason = reasons.some((one) => one.reason === url.reason) ? url.reason : undefined
  const query = useDead(of.id, reason)
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data])
  const count = reasons.filter((one) => reason === undefined || one.reason === reason).reduce((sum, one) => sum + one.events, 0)
  const id = of.id
  const onOne = useMemo(() => (what: 'redrive' | 'discard', one: DeadLetter) => {
    const text = what === 'redrive' ? t`It is sent again` : t`It is discarded`
    void (what === 'redrive' ? redrive : discard)(id, { position: one.position }).then(() => toast({ text })).catch((error) => toast({ text: errorText(error), tone: 'bad' }))
  }, [t, id])
  const columns = useColumns(onOne)
  if (query.data === undefined) return query.isError ? <Failed error={query.error} retry={() => void query.refetch()} /> : <Skeleton rows={6} />
  return (
    <>
      <DataTable
        label={t`Dead letters`} columns={columns} rows={rows} rowId={(d) => String(d.position)} csv="dead-letters" storageKey="dead-letters" maxRows={12}
        {...(mayEvents ? { onOpen: (d: DeadLetter) => go(`/live?event=${d.position}`) } : {})}
        more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
        tools={(
          <>
            <NativeSelect
              aria-label={t`Reason`} w={240} value={reason ?? ''} data={[{ value: '', label: t`All reasons` }, ...reasons.map((one) => ({ value: one.reason, label: `${one.reason} (${format.integer(one.events)})` }))]}
              onChange={(event) => setUrl({ reason: event.currentTarget.value })}
            />
            {mayWrite && count > 0 && (
              <>
                <Button disabled={of.job !== null} onClick={() => setAct({ what: 'redrive', reason: reason ?? null })}><Trans>Send again…</Trans></Button>
                <Button disabled={of.job !== null} onClick={() => setAct({ what: 'discard', reason: reason ?? null })}><Trans>Discard…</Trans></Button>
              </>
            )}
          </>
        )}
        empty={<Empty title={t`Nothing failed for good`}><Trans>What the other side refuses, or what fails too often, is kept here with the reason, and can be sent again.</Trans></Empty>}
      />
      <ActDialogs of={of} act={act} count={count} onClose={() => setAct(null)} />
    </>
  )
}
