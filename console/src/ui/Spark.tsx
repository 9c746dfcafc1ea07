// SPDX-License-Identifier: Apache-2.0

/** A line the size of a word. `max` is shared by all lines of a column, so that they can be compared; null is a gap. */
export function Spark({ values, max, label, width = 96, height = 20 }: {
  values: readonly (number | null)[]
  max: number
  label: string
  width?: number
  height?: number
}) {
  const step = values.length > 1 ? width / (values.length - 1) : width
  const scale = max > 0 ? (height - 2) / max : 0
  let line = ''
  let pen = false
  values.forEach((value, i) => {
    if (value === null) {
      pen = false
      return
    }
    line += `${pen ? 'L' : 'M'}${(i * step).toFixed(1)} ${(height - 1 - value * scale).toFixed(1)}`
    // a point between two gaps is a dot
    if (!pen && (values[i + 1] ?? null) === null) line += 'h0'
    pen = true
  })
  return (
    <svg className="pt-spark" role="img" aria-label={label} width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <path className="pt-spark-zero" d={`M0 ${height - 0.5}H${width}`} />
      <path className="pt-spark-line" d={line} />
    </svg>
  )
}
