import css from './figures.module.css'

interface Props {
  values: readonly number[]
  /** What a person who cannot see it is told: range and trend in words. */
  label: string
  height?: number
}

const width = 240

/** Bars over time, without axes: for a shape at a glance, never for reading values. */
export function Sparkline({ values, label, height = 40 }: Props) {
  const top = Math.max(...values, 1)
  const step = width / Math.max(values.length, 1)
  return (
    <svg
      className={css.spark}
      viewBox={`0 0 ${width} ${height}`}
      height={height}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {values.map((value, index) => {
        const size = value > 0 ? Math.max((value / top) * height, 2) : 1
        return (
          <rect
            key={index}
            x={index * step}
            y={height - size}
            width={Math.max(step - 1.5, 0.5)}
            height={size}
            rx={1}
            fill={value > 0 ? 'var(--accent)' : 'var(--line-strong)'}
          />
        )
      })}
    </svg>
  )
}
