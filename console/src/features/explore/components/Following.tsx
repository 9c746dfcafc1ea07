// SPDX-License-Identifier: Apache-2.0
// Whether an answer follows what happens, and how fresh it is.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useFormat } from '@/base/format'
import { Status } from '@/ui/bits'
import type { Live } from '../live'

export function LiveSwitch({ live, on, onChange }: { live: Live; on: boolean; onChange: (on: boolean) => void }) {
  const { t } = useLingui()
  return (
    <Button
      aria-pressed={on} variant={on ? 'light' : 'default'} disabled={!live.possible} title={on ? t`Stop following what happens` : t`Follow what happens: the answer changes by itself`}
      leftSection={<span className="pt-dot" aria-hidden="true" data-on={on} />} onClick={() => onChange(!on)}
    >
      <Trans>Live</Trans>
    </Button>
  )
}

/** In words, and changed in place. */
export function Freshness({ live }: { live: Live }) {
  const { t } = useLingui()
  const format = useFormat()
  const time = live.at === null ? '' : format.time(live.at)
  const { state, status } = live.line
  const broken = state === 'lost' || state === 'refused' || live.problem !== null
  return (
    <p className="ex-about" data-live>
      {broken ? <Status tone="warn" dot><Trans>Not following</Trans></Status> : live.at === null ? <Status tone="plain" dot><Trans>Beginning</Trans></Status> : <Status tone="good" dot><Trans>Live</Trans></Status>}
      <span className="pt-faint">
        {live.problem !== null ? <bdi>{live.problem}</bdi> : state === 'lost' ? t`The line is lost and tried again` : state === 'refused' ? t`The server has refused it (${status})` : live.at !== null && t`newest answer at ${time}`}
      </span>
    </p>
  )
}
