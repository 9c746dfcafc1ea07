// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Progress as Bar, Stack } from '@mantine/core'
import { useRef, useState } from 'react'
import { useFormat } from '@/base/format'
import { usePulse } from '@/base/pulse'
import { Dialog } from '@/ui/dialogs'
import { Facts } from '@/ui/Page'
import { errorText } from '@/ui/states'
import type { Filter } from '../filter'
import { redriveStep, renew } from '../model'
import { BEGIN, type Progress, redriveAll } from '../redrive'
import { reasons } from './reasons'

type Run = { progress: Progress; state: 'ready' | 'running' | 'stopped' | 'failed' | 'done'; error: string | null }
const READY: Run = { progress: BEGIN, state: 'ready', error: null }

function useRun(filter: Filter) {
  const [run, setRun] = useState<Run>(READY)
  const stopping = useRef(false)
  async function start() {
    stopping.current = false
    const from = run.state === 'done' ? BEGIN : run.progress
    setRun({ progress: from, state: 'running', error: null })
    try {
      const end = await redriveAll((at) => redriveStep(filter, at), (progress) => setRun({ progress, state: 'running', error: null }), from, () => stopping.current)
      setRun({ progress: end, state: end.done ? 'done' : 'stopped', error: null })
    } catch (why) {
      setRun((now) => ({ ...now, state: 'failed', error: errorText(why) }))
    }
    renew()
  }
  return {
    run, start,
    stop: () => {
      stopping.current = true
    },
    reset: () => setRun(READY),
  }
}

function Told({ run }: { run: Run }) {
  const { t } = useLingui()
  const format = useFormat()
  const end = usePulse().history.at(-1)?.end
  const { redriven, refused, at, done } = run.progress
  const share = done ? 1 : end ? Math.min(1, at / end) : null
  return (
    <div role="status" className="pt-stack">
      {share !== null && <Bar value={share * 100} aria-label={t`How much of the log is through`} />}
      <Facts
        rows={[
          [t`Redriven`, <span key="r">{plural(redriven, { one: '# event landed', other: '# events landed' })}</span>],
          [t`Refused again`, refused === 0 ? t`none` : <span key="f">{plural(refused, { one: '# event stays here', other: '# events stay here' })}</span>],
          ...(share === null ? [] : [[t`Through`, t`${format.percent(share, 0)} of the log`] as [string, React.ReactNode]]),
        ]}
      />
      {run.state === 'done' && redriven + refused === 0 && <p className="pt-soft"><Trans>None was left that fits.</Trans></p>}
    </div>
  )
}

/** All that fit the filter, in steps, with what became of them. */
export function RedriveAll({ filter, sourceName, opened, onClose }: { filter: Filter; sourceName: string | undefined; opened: boolean; onClose: () => void }) {
  const { t, i18n } = useLingui()
  const { run, start, stop, reset } = useRun(filter)
  const running = run.state === 'running'
  const close = () => {
    if (running) return
    reset()
    onClose()
  }
  return (
    <Dialog title={t`Redrive all that fit`} opened={opened} onClose={close} closable={!running}>
      <Stack gap="md">
        <p><Trans>Every open event that fits is judged again by the rules and plans of today. What passes lands once, however often this is done; the rest stays here.</Trans></p>
        <Facts
          rows={[
            [t`Source`, filter.source === undefined ? t`all` : <bdi key="s">{sourceName ?? filter.source}</bdi>],
            [t`Reason`, filter.reason === undefined ? t`all` : i18n._(reasons[filter.reason].name)],
          ]}
        />
        {run.state !== 'ready' && <Told run={run} />}
        {run.state === 'failed' && <p role="alert" className="pt-text-bad"><Trans>It stopped on the way:</Trans> <bdi>{run.error}</bdi> <Trans>What is redriven stays so.</Trans></p>}
        <Group justify="flex-end" gap="sm">
          {running
            ? <Button onClick={stop}><Trans>Stop after this step</Trans></Button>
            : <Button onClick={close}>{run.state === 'done' ? <Trans>Close</Trans> : <Trans>Cancel</Trans>}</Button>}
          {run.state !== 'done' && (
            <Button variant="filled" loading={running} onClick={() => void start()} data-autofocus>
              {run.state === 'ready' ? <Trans>Redrive</Trans> : <Trans>Go on</Trans>}
            </Button>
          )}
        </Group>
      </Stack>
    </Dialog>
  )
}
