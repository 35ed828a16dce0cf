import { t } from '../text/en.js'
import { formatBytes, formatDuration } from '../lib/units.js'
import css from './figures.module.css'

interface Props {
  label: string
  doneBytes: number
  totalBytes: number
  /** When it began, for rate and time left. */
  startedAt?: number
}

/** Long work with bytes, rate and time left. */
export function Progress({ label, doneBytes, totalBytes, startedAt }: Props) {
  const elapsedMs = startedAt === undefined ? 0 : Math.max(performance.now() - startedAt, 1)
  const perSecond = elapsedMs > 500 ? (doneBytes * 1000) / elapsedMs : 0
  const leftMs = perSecond > 0 ? ((totalBytes - doneBytes) / perSecond) * 1000 : 0
  return (
    <div className={css.progress} role="status">
      <progress className={css.track} value={doneBytes} max={Math.max(totalBytes, 1)} aria-label={label} />
      <div className={css.progressLine}>
        <span>{label}</span>
        <span>
          {formatBytes(doneBytes)} / {formatBytes(totalBytes)}
          {perSecond > 0 && ` · ${t.parts.rate(formatBytes(perSecond))}`}
          {leftMs > 1000 && ` · ${t.parts.timeLeft(formatDuration(leftMs))}`}
        </span>
      </div>
    </div>
  )
}
