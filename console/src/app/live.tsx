// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Tooltip } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useFormat } from '@/base/format'
import { usePulse } from '@/base/pulse'
import { renewAll } from '@/base/session'
import { Status } from '@/ui/bits'

/** Whether what is on the screen is of now. */
export function LiveChip() {
  const { t } = useLingui()
  const format = useFormat()
  const { line, since, history } = usePulse()
  const last = history.at(-1)
  // only what is shown: a page's first format of a time or number takes long
  const behind = line === 'catching_up' ? format.integer(last?.lag ?? 0) : ''
  const time = line === 'live' || line === 'offline' ? format.time(since) : ''
  const text = { live: t`Live`, catching_up: t`Catching up`, offline: t`Offline`, connecting: t`Connecting` }[line]
  const more = {
    live: t`Connected since ${time}`,
    catching_up: t`${behind} records are not in the figures yet`,
    offline: t`No connection since ${time}; it comes back by itself`,
    connecting: t`Connecting to the server`,
  }[line]
  const tone = { live: 'good', catching_up: 'warn', offline: 'bad', connecting: 'plain' }[line] as 'good' | 'warn' | 'bad' | 'plain'
  return (
    <Tooltip label={more}>
      <span role="status" aria-label={`${text}. ${more}`} className="sh-live"><Status tone={tone} dot>{text}</Status></span>
    </Tooltip>
  )
}

/** Says that the line is lost, and makes everything fresh once it is back. */
export function OfflineBanner() {
  const format = useFormat()
  const { line, since } = usePulse()
  const was = useRef(line)
  useEffect(() => {
    if (was.current === 'offline' && (line === 'live' || line === 'catching_up')) renewAll()
    was.current = line
  }, [line])
  if (line !== 'offline') return null
  const time = format.time(since)
  return (
    <div className="pt-banner pt-bad" role="status">
      <Trans>No connection to the server since {time}. What you see is of then; what you typed is kept.</Trans>
    </div>
  )
}
