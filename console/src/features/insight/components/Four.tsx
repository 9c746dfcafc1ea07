// SPDX-License-Identifier: Apache-2.0
// The four figures side by side: value, how sure it is, the period before, what it is made of, what it reveals.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { useFormat } from '@/base/format'
import { Icon } from '@/ui/icons'
import { type Cell, type Change, changesOf, clockOf, type Share } from '../figures'
import type { Drill } from '../model'

export type Open = (drill: Drill) => void

function Compared({ change, before }: { change: Change; before: string | null }) {
  const { t } = useLingui()
  if (before === null) return <span className="pt-faint">{t`nothing to compare with`}</span>
  if (change === 'better') return <span className="pt-text-good in-change"><Icon name="check" size={12} />{t`better, before ${before}`}</span>
  if (change === 'worse') return <span className="pt-text-warn in-change"><Icon name="warn" size={12} />{t`worse, before ${before}`}</span>
  return <span className="pt-faint">{t`before ${before}, no clear change`}</span>
}

function FigureCard({ title, value, sure, compared, children, reveals, onOpen, opens }: {
  title: string
  value: string | null
  sure: ReactNode
  compared: ReactNode
  children: ReactNode
  reveals: string
  onOpen: () => void
  opens: string
}) {
  const { t } = useLingui()
  return (
    <section className="in-card" aria-label={title}>
      <h2>{title}</h2>
      <div className={value === null ? 'in-value pt-faint' : 'in-value'}>{value ?? t`no data`}</div>
      <div className="pt-figure-note">{sure}</div>
      <div className="in-compared">{compared}</div>
      <div className="in-made">{children}</div>
      <p className="pt-soft in-reveals">{reveals}</p>
      <Button size="xs" className="in-open" disabled={value === null} onClick={onOpen}>{opens}</Button>
    </section>
  )
}

/** "81 of 100; between 72 % and 87 %" */
function Sure({ of }: { of: Pick<Share, 'low' | 'high' | 'hits' | 'n'> }) {
  const format = useFormat()
  if (of.low === null || of.high === null) return <>{'\u00a0'}</>
  const [hits, n, low, high] = [format.integer(of.hits), format.integer(of.n), format.percent(of.low, 0), format.percent(of.high, 0)]
  return <Trans>{hits} of {n}; 95 % sure: {low} to {high}</Trans>
}

function Parts({ rows }: { rows: [name: string, value: string][] }) {
  return <dl className="in-parts">{rows.map(([name, value]) => <div key={name}><dt>{name}</dt><dd className="pt-num">{value}</dd></div>)}</dl>
}

function FirstContact({ cell, before, change, onOpen }: { cell: Cell; before: Cell; change: Change; onOpen: Open }) {
  const { t } = useLingui()
  const format = useFormat()
  const { fcr } = cell
  const provisional = format.integer(fcr.provisional)
  return (
    <FigureCard
      title={t`First contact resolution`} value={fcr.share === null ? null : format.percent(fcr.share)} sure={<Sure of={fcr} />}
      compared={<Compared change={change} before={before.fcr.share === null ? null : format.percent(before.fcr.share)} />}
      reveals={t`Whether the first answer was the right one. What comes back costs twice and wears customers out.`}
      onOpen={() => onOpen({ behind: 'not_first', clock: 'resolution' })} opens={t`Those that were not`}
    >
      <Parts rows={[[t`Came back within 7 days`, format.integer(fcr.repeated)], [t`Opened again`, format.integer(fcr.reopened)], [t`Wrote again`, format.integer(fcr.contacted)], [t`Handed over`, format.integer(fcr.transferred)], [t`Changed channel`, format.integer(fcr.switched)]]} />
      {fcr.provisional > 0 && <p className="pt-figure-note">{t`${provisional} of them are not final yet`}</p>}
    </FigureCard>
  )
}

function TimeToResolve({ cell, before, change, onOpen }: { cell: Cell; before: Cell; change: Change; onOpen: Open }) {
  const { t } = useLingui()
  const format = useFormat()
  const { mttr } = cell
  const say = (seconds: number | null) => (seconds === null ? '–' : format.duration(seconds * 1000))
  return (
    <FigureCard
      title={t`Mean time to resolve`} value={mttr.mean_s === null ? null : say(mttr.mean_s)} sure={mttr.n > 0 ? plural(mttr.n, { one: '# ticket', other: '# tickets' }) : '\u00a0'}
      compared={<Compared change={change} before={before.mttr.mean_s === null ? null : say(before.mttr.mean_s)} />}
      reveals={t`How long customers live with a fault, by the clock on the wall. Time that we wait for them is not counted.`}
      onOpen={() => onOpen({ behind: 'resolved', clock: 'resolution' })} opens={t`The tickets`}
    >
      <Parts rows={[[t`Half of them within`, say(mttr.p50_s)], [t`Nine of ten within`, say(mttr.p90_s)], [t`In business hours`, say(mttr.business_mean_s)], [t`Waited for the requester`, mttr.wait_mean_s === 0 ? t`not at all` : say(mttr.wait_mean_s)]]} />
    </FigureCard>
  )
}

function Promises({ cell, before, change, onOpen }: { cell: Cell; before: Cell; change: Change; onOpen: Open }) {
  const { t } = useLingui()
  const format = useFormat()
  const names = { response: t`First response`, next_response: t`Next response`, resolution: t`Resolution`, ola: t`Between teams`, vendor: t`Vendor` }
  const resolution = clockOf(cell, 'resolution')
  const old = clockOf(before, 'resolution')
  const unjudged = format.integer(cell.sla.unjudged)
  return (
    <FigureCard
      title={t`Promises kept`} value={resolution.share === null ? null : format.percent(resolution.share)} sure={<Sure of={resolution} />}
      compared={<Compared change={change} before={old.share === null ? null : format.percent(old.share)} />}
      reveals={t`Whether what was promised was kept. It says nothing of what was not promised.`}
      onOpen={() => onOpen({ behind: 'breached', clock: 'resolution' })} opens={t`Those that were missed`}
    >
      <Parts rows={cell.sla.clocks.map((one) => [names[one.clock], one.share === null ? '–' : `${format.percent(one.share)} (${format.integer(one.n)})`])} />
      {cell.sla.unjudged > 0 && <p className="pt-figure-note">{t`Clocks of ${unjudged} tickets are being read`}</p>}
    </FigureCard>
  )
}

function Satisfaction({ cell, before, change, onOpen }: { cell: Cell; before: Cell; change: Change; onOpen: Open }) {
  const { t } = useLingui()
  const format = useFormat()
  const { csat } = cell
  const most = Math.max(1, ...csat.scores)
  return (
    <FigureCard
      title={t`Satisfaction`} value={csat.share === null ? null : format.percent(csat.share)} sure={csat.n === 0 ? t`no answers yet` : <Sure of={csat} />}
      compared={<Compared change={change} before={before.csat.share === null ? null : format.percent(before.csat.share)} />}
      reveals={t`How customers felt about it: 4 or 5 of 5. Only those speak who answer, so the share of answers stands beside it.`}
      onOpen={() => onOpen({ behind: 'unsatisfied', clock: 'resolution' })} opens={t`Those that were not satisfied`}
    >
      <table className="in-scores">
        <caption className="pt-hidden">{t`Answers by score`}</caption>
        <tbody>
          {[...csat.scores].map((count, i) => (
            <tr key={i}><th scope="row">{format.integer(i + 1)}</th><td className="in-bar"><span style={{ inlineSize: `${(100 * count) / most}%` }} /></td><td className="pt-num">{format.integer(count)}</td></tr>
          )).reverse()}
        </tbody>
      </table>
      <Parts rows={[[t`Answered`, csat.response === null ? '–' : `${format.percent(csat.response, 0)} (${format.integer(csat.n)}/${format.integer(csat.invited)})`], [t`Mean`, csat.mean === null ? '–' : format.number(csat.mean, 2)]]} />
    </FigureCard>
  )
}

export function Four({ cell, before, onOpen }: { cell: Cell; before: Cell; onOpen: Open }) {
  const { t } = useLingui()
  const changes = changesOf(cell, before)
  return (
    <div className="in-four" role="group" aria-label={t`The four figures`}>
      <FirstContact cell={cell} before={before} change={changes.fcr} onOpen={onOpen} />
      <TimeToResolve cell={cell} before={before} change={changes.mttr} onOpen={onOpen} />
      <Promises cell={cell} before={before} change={changes.sla} onOpen={onOpen} />
      <Satisfaction cell={cell} before={before} change={changes.csat} onOpen={onOpen} />
    </div>
  )
}
