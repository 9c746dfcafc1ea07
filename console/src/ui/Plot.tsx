// SPDX-License-Identifier: Apache-2.0
import { useElementSize } from '@mantine/hooks'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useFormat } from '@/base/format'
import { usePrefs } from '@/base/prefs'
import type { ChartProps, Line } from './Chart'

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** Longer than that, a time of day alone says too little. */
const DAY_MS = 86400000

const DASHES: number[][] = [[], [6, 3], [2, 2], [8, 3, 2, 3]]
const COLORS = ['--series-1', '--series-2', '--series-3', '--series-4']

/** Of more lines than colours, the second of a colour has another dash. */
function strokeOf(lines: readonly Line[], i: number, colors: string[]) {
  const beside = lines[i]?.beside
  const at = beside ?? i
  const color = colors[at % colors.length] ?? '#000'
  return { stroke: color, width: beside === undefined ? 1.5 : 1, dash: beside === undefined ? (DASHES[(i + Math.floor(i / COLORS.length)) % DASHES.length] ?? []) : [3, 4] }
}

/** Names the lines at their ends, and draws what happened. */
function labels(props: ChartProps, colors: string[]): uPlot.Plugin {
  return {
    hooks: {
      draw: (u) => {
        const ctx = u.ctx
        const ratio = devicePixelRatio
        ctx.save()
        ctx.font = `${11 * ratio}px system-ui, sans-serif`
        const line = 12 * ratio
        const ends = props.lines.flatMap(({ values }, i) => {
          const value = values.findLast((one) => one !== null)
          return props.lines.length < 2 || value === null || value === undefined ? [] : [{ i, y: u.valToPos(value, 'y', true) - 5 * ratio }]
        }).sort((a, b) => a.y - b.y)
        // apart from each other: down from the top, then up from the bottom
        ends.forEach((end, at) => (end.y = Math.max(end.y, at === 0 ? u.bbox.top + 10 * ratio : (ends[at - 1]?.y ?? 0) + line)))
        ends.toReversed().forEach((end, at, up) => (end.y = Math.min(end.y, at === 0 ? u.bbox.top + u.bbox.height - 2 * ratio : (up[at - 1]?.y ?? 0) - line)))
        ctx.textAlign = 'right'
        // apart from the lines, too
        ctx.strokeStyle = token('--panel')
        ctx.lineWidth = 3 * ratio
        ctx.lineJoin = 'round'
        for (const { i, y } of ends) {
          ctx.fillStyle = strokeOf(props.lines, i, colors).stroke
          ctx.strokeText(props.lines[i]?.name ?? '', u.bbox.left + u.bbox.width - 2 * ratio, y)
          ctx.fillText(props.lines[i]?.name ?? '', u.bbox.left + u.bbox.width - 2 * ratio, y)
        }
        ctx.strokeStyle = token('--faint')
        ctx.lineWidth = 1
        ctx.fillStyle = token('--soft')
        ctx.textAlign = 'left'
        for (const mark of props.marks ?? []) {
          const x = u.valToPos(mark.at / 1000, 'x', true)
          if (x < u.bbox.left || x > u.bbox.left + u.bbox.width) continue
          ctx.beginPath()
          ctx.moveTo(x, u.bbox.top)
          ctx.lineTo(x, u.bbox.top + u.bbox.height)
          ctx.stroke()
          ctx.fillText(mark.name, x + 4 * ratio, u.bbox.top + 10 * ratio)
        }
        ctx.restore()
      },
    },
  }
}

/** Places of values that have none on either side. */
function alone(values: ArrayLike<number | null | undefined>): number[] {
  const missing = (at: number) => (values[at] ?? null) === null
  return Array.from({ length: values.length }, (_, i) => i).filter((i) => !missing(i) && missing(i - 1) && missing(i + 1))
}

/** As many of the times as there is room to name, the newest among them; in seconds. */
function everyNth(times: readonly number[], room: number): number[] {
  const n = Math.ceil(times.length / room)
  return times.filter((_, i) => (times.length - 1 - i) % n === 0).map((at) => at / 1000)
}

/** The point nearest to the pointer. */
function pick(u: uPlot, props: ChartProps) {
  const { idx, top = 0 } = u.cursor
  if (idx === null || idx === undefined || props.onPick === undefined) return
  const away = props.lines.map((line) => {
    const value = line.values[idx]
    return value === null || value === undefined || line.beside !== undefined ? Number.POSITIVE_INFINITY : Math.abs(u.valToPos(value, 'y') - top)
  })
  const nearest = away.indexOf(Math.min(...away))
  if (Number.isFinite(away[nearest])) props.onPick(nearest, idx)
}

export function Plot(props: ChartProps & { height: number; write: (value: number) => string }) {
  const { ref, width } = useElementSize()
  const format = useFormat()
  const { theme } = usePrefs()
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const latest = useRef(props)
  latest.current = props
  const shape = `${props.lines.map((line) => `${line.name} ${line.beside ?? ''}`).join('|')} ${props.writeTime ? props.times.join() : ''} ${props.height} ${format.locale} ${format.zone} ${theme} ${JSON.stringify(props.marks ?? [])}`

  // the drawing is built when its shape changes; new figures only go in
  useEffect(() => {
    if (width === 0 || !box.current) return
    const now = latest.current
    const span = (now.times.at(-1) ?? 0) - (now.times[0] ?? 0)
    const instant = span > DAY_MS ? format.date : format.time
    const colors = COLORS.map(token)
    const { writeTime } = now
    const axis = { stroke: token('--faint'), grid: { stroke: token('--line'), width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' }
    const data = [now.times.map((at) => at / 1000), ...now.lines.map((line) => [...line.values])] as uPlot.AlignedData
    const u = new uPlot(
      {
        width,
        height: now.height,
        legend: { show: false },
        cursor: { points: { size: 6 }, y: false },
        scales: { y: { range: (_, min, max) => [Math.min(0, (min ?? 0) * 1.1), max > 0 ? max * 1.1 : min < 0 ? 0 : 1] } },
        axes: [
          writeTime === undefined
            ? { ...axis, values: (_, splits) => splits.map((s) => instant(s * 1000)), space: 90, size: 28 }
            : { ...axis, values: (_, splits) => splits.map((s) => writeTime(s * 1000)), splits: (u) => everyNth(latest.current.times, Math.max(1, u.bbox.width / devicePixelRatio / 90)), size: 28 },
          { ...axis, values: (_, splits) => splits.map((s) => latest.current.write(s)), size: (_, texts) => 16 + 7 * Math.max(5, ...(texts ?? []).map((text) => text.length)) },
        ],
        series: [
          {},
          ...now.lines.map((line, i) => ({
            label: line.name, ...strokeOf(now.lines, i, colors), spanGaps: false,
            // a point between two gaps has no line
            points: { show: true, size: 5, fill: strokeOf(now.lines, i, colors).stroke, filter: (u: uPlot) => alone(u.data[i + 1] ?? []) },
          })),
        ],
        plugins: [labels(now, colors)],
      },
      data,
      box.current,
    )
    plot.current = u
    u.over.addEventListener('click', () => pick(u, latest.current))
    return () => {
      u.destroy()
      plot.current = null
    }
  }, [width, shape, format])

  useEffect(() => {
    plot.current?.setData([props.times.map((at) => at / 1000), ...props.lines.map((line) => [...line.values])] as uPlot.AlignedData)
  }, [props.times, props.lines])

  return (
    <div ref={ref} className="pt-ltr" style={{ height: props.height }}>
      <div ref={box} aria-hidden="true" />
    </div>
  )
}
