// SPDX-License-Identifier: Apache-2.0
// The journey map: stages side by side (on a phone below each other), what goes on between them, and what is in the way.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useElementSize, useMediaQuery } from '@mantine/hooks'
import { Fragment, type ReactNode, useMemo } from 'react'
import { useUrl } from '@/base/url'
import { Icon, type IconName } from '@/ui/icons'
import { ButtonLink } from '@/ui/LinkTo'
import { encode } from '../address'
import type { Journey, JourneyStage } from '../answer'
import type { Open } from '../components/Figures'
import { Twin } from '../components/Twin'
import { roughTable } from '../friction'
import { arcsOf, frictionOf, movesTable, moveText, placesOf, stagesTable } from '../journey'
import type { Note } from '../model'
import { verdictOf } from '../sure'
import { numberText, secondsText, shareText, type Telling } from '../tables'
import { channelText, roughMeasures, stageText } from '../words'
import { Times } from './Friction'
import { Judged, RoughTable, type Scales, scalesOf } from './Rough'

/** A stage is read at this width, and no narrower. */
const COLUMN_MIN = 100
const MOVES_SHOWN = 3
const CHANNEL_ICONS: Record<string, IconName> = { web: 'web', app: 'app', store: 'store', service: 'service' }

type Props = { answer: Journey; tell: Telling; onOpen: Open }

/** How many came in which channel, beside each other. */
function Channels({ stage, index, tell, onOpen }: { stage: JourneyStage; index: number; tell: Telling; onOpen: Open }) {
  const { t, i18n } = useLingui()
  const name = stageText(i18n, stage.name)
  return (
    <ul className="pt-items ex-channels" aria-label={t`Channels of ${name}`}>
      {stage.channels.filter((one) => one.people > 0).map(({ channel, people }) => {
        const said = channelText(i18n, channel)
        const count = numberText(tell, people)
        const icon = CHANNEL_ICONS[channel ?? '']
        return (
          <li key={channel ?? ''} title={said}>
            <span className="ex-channel-name">{icon === undefined ? <span aria-hidden="true">–</span> : <Icon name={icon} size={14} />}<span className="pt-hidden">{said}</span></span>
            <span className="ex-bar-track" aria-hidden="true"><span className="ex-series-0" style={{ width: `${(100 * people) / Math.max(1, stage.people)}%` }} /></span>
            <button type="button" className="ex-number" aria-label={t`${count}: people behind ${name}, ${said}`} onClick={() => onOpen({ stage: index, channel }, `${name}, ${said}`)}>{tell.format.short(people)}</button>
          </li>
        )
      })}
    </ul>
  )
}

function Moves({ answer, stage, tell, onOpen, most }: Props & { stage: number; most: number }) {
  const { t, i18n } = useLingui()
  const people = Math.max(1, answer.stages[stage]?.people ?? 0)
  const flows = answer.flows.filter((flow) => flow.from === stage && flow.to !== stage).slice(0, most)
  if (flows.length === 0) return null
  return (
    <ul className="pt-items ex-bars ex-moves" aria-label={t`Where they go from here`}>
      {flows.map((flow) => {
        const to = stageText(i18n, answer.stages[flow.to]?.name ?? '')
        const of = moveText(tell, answer, flow)
        const count = numberText(tell, flow.people)
        return (
          <li key={flow.to}>
            <span className="ex-bar-name"><bdi title={to}>{flow.to < stage ? t`back to ${to}` : t`on to ${to}`}</bdi></span>
            <span className="ex-bar-track" aria-hidden="true"><span className={flow.to < stage ? 'ex-series-1' : 'ex-series-0'} style={{ width: `${Math.min(100, (100 * flow.people) / people)}%` }} /></span>
            <span className="ex-bar-value"><button type="button" className="ex-number" aria-label={t`${count}: people behind ${of}`} onClick={() => onOpen({ stage, to: flow.to }, of)}>{count}</button> <span className="pt-faint">{shareText(tell, flow.people / people)}</span></span>
          </li>
        )
      })}
    </ul>
  )
}

function Marks({ stage }: { stage: JourneyStage }) {
  const { i18n } = useLingui()
  const of = (verdict: 'worse' | 'better') => stage.measures.filter((one) => verdictOf(one) === verdict).map((one) => i18n._(roughMeasures[one.measure].title))
  const list = new Intl.ListFormat(i18n.locale)
  const [worse, better] = [of('worse'), of('better')]
  return (
    <>
      {worse.length > 0 && <span title={list.format(worse)}><Judged verdict="worse">{plural(worse.length, { one: '# worse', other: '# worse' })}</Judged></span>}
      {better.length > 0 && <span title={list.format(better)}><Judged verdict="better">{plural(better.length, { one: '# better', other: '# better' })}</Judged></span>}
    </>
  )
}

function Card({ answer, index, open, narrow, tell, onChoose, onOpen }: Props & { index: number; open: boolean; narrow: boolean; onChoose: () => void }) {
  const { t, i18n } = useLingui()
  const stage = answer.stages[index]
  if (stage === undefined) return null
  const name = stageText(i18n, stage.name)
  const most = Math.max(1, ...answer.stages.map((one) => one.people))
  const people = numberText(tell, stage.people)
  const on = shareText(tell, stage.going_on_share)
  const time = secondsText(tell, stage.median_s)
  return (
    <li className="ex-card" data-open={open} data-empty={stage.people === 0}>
      <button type="button" className="ex-card-name" aria-expanded={open} onClick={onChoose}><bdi>{name}</bdi></button>
      <span className="ex-card-people">
        {stage.people > 0 ? <button type="button" className="ex-number" aria-label={t`${people}: people behind ${name}`} onClick={() => onOpen({ stage: index }, name)}>{tell.format.short(stage.people)}</button> : <span className="pt-faint">{t`nobody`}</span>}
      </span>
      {stage.people > 0 && (
        <>
          <span className="ex-bar-track" aria-hidden="true"><span className="ex-series-0" style={{ width: `${(100 * stage.people) / most}%` }} /></span>
          <span className="ex-card-line">{index < answer.stages.length - 1 && t`${on} go on`}</span>
          <span className="ex-card-line pt-faint" title={t`Median time from the stage before`}>{stage.median_s === null ? null : stage.median_s < 1 ? t`at once` : t`after ${time}`}</span>
          <Channels stage={stage} index={index} tell={tell} onOpen={onOpen} />
          <span className="ex-card-marks"><Marks stage={stage} /></span>
          {narrow && !open && <Moves answer={answer} stage={index} tell={tell} onOpen={onOpen} most={MOVES_SHOWN} />}
        </>
      )}
    </li>
  )
}

/** What is known of one stage. */
function Details({ answer, index, scales, tell, onOpen }: Props & { index: number; scales: Scales }) {
  const { t, i18n } = useLingui()
  const stage = answer.stages[index]
  const place = placesOf(tell, answer)[index]
  if (stage === undefined || place === undefined) return null
  const friction = frictionOf(tell, answer, index)
  const from = stageText(i18n, answer.stages[friction?.from ?? 0]?.name ?? '')
  const to = stageText(i18n, answer.stages[friction?.to ?? 0]?.name ?? '')
  const ended = numberText(tell, stage.ended)
  const visits = plural(stage.visits, { one: '# visit', other: '# visits' })
  const events = plural(stage.events, { one: '# event', other: '# events' })
  const before = numberText(tell, stage.people_then)
  return (
    <section className="ex-details" aria-label={place.name}>
      <div className="pt-row">
        <h2 className="pt-grow"><bdi>{place.name}</bdi></h2>
        {friction !== null && stage.people > 0 && <ButtonLink href={`/explore/friction?q=${encode(friction.query)}`}>{t`Friction from ${from} to ${to}`}</ButtonLink>}
      </div>
      <p className="ex-about pt-soft"><span>{visits}</span><span>{events}</span><span>{t`${ended} ended here`}</span><span>{t`${before} people in the time before`}</span></p>
      {stage.people > 0 && (
        <div className="ex-details-parts">
          <RoughTable place={place} scales={scales} tell={tell} onOpen={onOpen} />
          <div><h3><Trans>Where they go from here</Trans></h3><Moves answer={answer} stage={index} tell={tell} onOpen={onOpen} most={answer.stages.length} /></div>
        </div>
      )}
    </section>
  )
}

/** `details`: of the stage that is chosen; on a phone below it, else below all of them. */
function StageMap({ answer, tell, onOpen, narrow, chosen, onChoose, details }: Props & { narrow: boolean; chosen: number | null; onChoose: (stage: number | null) => void; details: ReactNode }) {
  const { t } = useLingui()
  const { ref, width } = useElementSize()
  const count = answer.stages.length
  const column = Math.max(COLUMN_MIN, Math.floor((width - 2) / count))
  const turned = document.documentElement.dir === 'rtl'
  const sides = useMemo(() => ({ on: arcsOf(answer.flows, count, column, false, turned), back: arcsOf(answer.flows, count, column, true, turned) }), [answer.flows, count, column, turned])
  const drawing = (back: boolean) => {
    const { arcs, height } = back ? sides.back : sides.on
    return arcs.length === 0 ? null : (
      <svg className="ex-arcs" width={column * count} height={height} role="img" aria-label={back ? t`Moves back to an earlier stage; the table has the same figures` : t`Moves on to a later stage; the table has the same figures`}>
        {arcs.map(({ flow, path, width: thick }) => {
          const of = moveText(tell, answer, flow)
          return <path key={`${flow.from} ${flow.to}`} className={back ? 'ex-band ex-band-back' : 'ex-band'} d={path} strokeWidth={thick} onClick={() => onOpen({ stage: flow.from, to: flow.to }, of)}><title>{`${of}: ${numberText(tell, flow.people)}`}</title></path>
        })}
      </svg>
    )
  }
  const cards = answer.stages.map((_, i) => (
    <Fragment key={i}>
      <Card answer={answer} index={i} open={chosen === i} narrow={narrow} tell={tell} onChoose={() => onChoose(chosen === i ? null : i)} onOpen={onOpen} />
      {narrow && chosen === i && <li>{details}</li>}
    </Fragment>
  ))
  return (
    <>
      <div ref={ref} className="ex-map" tabIndex={narrow ? undefined : 0} role="region" aria-label={t`Stages`}>
        {!narrow && width > 0 && drawing(false)}
        <ol className="pt-items ex-cards" style={narrow ? undefined : { gridTemplateColumns: `repeat(${count}, ${column}px)` }}>{cards}</ol>
        {!narrow && width > 0 && drawing(true)}
      </div>
      {!narrow && details}
    </>
  )
}

export function JourneyResult({ answer, tell, notes, onOpen }: Props & { notes: readonly Note[] }) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const narrow = useMediaQuery('(max-width: 640px)', false, { getInitialValueInEffect: false })
  const table = useMemo(() => stagesTable(tell, answer), [tell, answer])
  const scales = useMemo(() => scalesOf(answer.stages.flatMap((stage) => stage.measures)), [answer])
  const stage = Number(url.stage ?? Number.NaN)
  const chosen = answer.stages[stage] === undefined ? null : stage
  return (
    <Twin
      label={t`Stages`} note={narrow ? undefined : t`arcs above: on to a later stage; below: back`} file="journey" table={table} onOpen={onOpen}
      beside={<>
        <Twin label={t`Moves`} file="journey-moves" table={movesTable(tell, answer)} onOpen={onOpen} />
        <Twin label={t`In the way`} file="journey-friction" table={roughTable(tell, placesOf(tell, answer))} onOpen={onOpen} />
      </>}
    >
      <StageMap
        answer={answer} tell={tell} onOpen={onOpen} narrow={narrow} chosen={chosen} onChoose={(next) => setUrl({ stage: next })}
        details={chosen === null ? <p className="pt-soft ex-small"><Trans>Choose a stage to see what is in its way, and where people go from it.</Trans></p> : <Details answer={answer} index={chosen} scales={scales} tell={tell} onOpen={onOpen} />}
      />
      <Times answer={answer} tell={tell} notes={notes} />
    </Twin>
  )
}
