// SPDX-License-Identifier: Apache-2.0
import { useElementSize } from '@mantine/hooks'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useFormat } from '@/base/format'
import { usePrefs } from '@/base/prefs'
import type { ChartProps } from './Chart'

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** Longer than that, a time of day alone says too little. */
const DAY_MS = 86400000

const DASHES: number[][] = [[], [6, 3], [2, 2], [8, 3, 2, 3]]

/** Names the lines at their ends, and draws what happened. */
function labels(props: ChartProps, colors: string[]): uPlot.Plugin {
  return {
    hooks: {
      draw: (u) => {
        const ctx = u.ctx
        const ratio = devicePixelRatio
        ctx.save()
        ctx.font = `${11 * ratio}px system-ui, sans-serif`
        const taken: number[] = []
        props.lines.forEach((line, i) => {
          let at = line.values.length - 1
          while (at >= 0 && line.values[at] === null) at -= 1
          const value = line.values[at]
          if (props.lines.length < 2 || at < 0 || value === null || value === undefined) return
          let y = u.valToPos(value, 'y', true) - 5 * ratio
          while (taken.some((other) => Math.abs(other - y) < 12 * ratio)) y -= 12 * ratio
          taken.push(y)
          ctx.fillStyle = colors[i % colors.length] ?? '#000'
          ctx.textAlign = 'right'
          ctx.fillText(line.name, u.bbox.left + u.bbox.width - 2 * ratio, Math.max(y, u.bbox.top + 10 * ratio))
        })
        ctx.strokeStyle = token('--faint')
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

export function Plot(props: ChartProps & { height: number; write: (value: number) => string }) {
  const { ref, width } = useElementSize()
  const format = useFormat()
  const { theme } = usePrefs()
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const latest = useRef(props)
  latest.current = props
  const shape = `${props.lines.map((line) => line.name).join('|')} ${format.locale} ${format.zone} ${theme} ${props.marks?.length ?? 0}`

  // the drawing is built when its shape changes; new figures only go in
  useEffect(() => {
    if (width === 0 || !box.current) return
    const now = latest.current
    const span = (now.times.at(-1) ?? 0) - (now.times[0] ?? 0)
    const instant = span > DAY_MS ? format.date : format.time
    const colors = ['--series-1', '--series-2', '--series-3', '--series-4'].map(token)
    const axis = { stroke: token('--faint'), grid: { stroke: token('--line'), width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' }
    const data = [now.times.map((at) => at / 1000), ...now.lines.map((line) => [...line.values])] as uPlot.AlignedData
    const u = new uPlot(
      {
        width,
        height: now.height,
        legend: { show: false },
        cursor: { points: { size: 6 }, y: false },
        scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] } },
        axes: [
          { ...axis, values: (_, splits) => splits.map((s) => instant(s * 1000)), space: 90, size: 28 },
          { ...axis, values: (_, splits) => splits.map((s) => latest.current.write(s)), size: (_, texts) => 16 + 7 * Math.max(5, ...(texts ?? []).map((text) => text.length)) },
        ],
        series: [
          {},
          ...now.lines.map((line, i) => ({
            label: line.name, stroke: colors[i % colors.length] ?? '#000', width: 1.5, dash: DASHES[i % DASHES.length] ?? [], spanGaps: false,
            // a point between two gaps has no line
            points: { show: true, size: 5, fill: colors[i % colors.length] ?? '#000', filter: (u: uPlot) => alone(u.data[i + 1] ?? []) },
          })),
        ],
        plugins: [labels(now, colors)],
      },
      data,
      box.current,
    )
    plot.current = u
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
