import { pauseUpload, removeUpload, resumeUpload } from '../lib/uploads/upload-store.js'
import { isRunning, type Upload } from '../lib/uploads/upload.js'
import { formatBytes, formatDuration } from '../lib/units.js'
import { t } from '../text/en.js'
import { tf } from '../text/en/files.js'
import { Button } from './button.js'
import css from './upload.module.css'

const words = tf.upload
const settleMs = 700

/** Bytes, rate and time left in one line. */
function lineOf(upload: Upload): string {
  const { totalBytes, sentBytes, knownBytes, startedAt, phase } = upload
  if (totalBytes === 0) return ''
  const elapsedMs = performance.now() - startedAt
  const mine = Math.max(0, sentBytes - knownBytes)
  const perSecond = phase === 'sending' && elapsedMs > settleMs ? (mine * 1000) / elapsedMs : 0
  const parts = [`${formatBytes(sentBytes)} / ${formatBytes(totalBytes)}`]
  if (perSecond > 0) {
    parts.push(t.parts.rate(formatBytes(perSecond)))
    const leftMs = ((totalBytes - sentBytes) / perSecond) * 1000
    if (leftMs > 1000) parts.push(t.parts.timeLeft(formatDuration(leftMs)))
  }
  return parts.join(' · ')
}

/** How an upload stands, with what can be done about it. The lighter track shows what has been read already. */
export function UploadProgress({ upload }: { upload: Upload }) {
  const { phase, totalBytes, hashedBytes, sentBytes, key } = upload
  const share = (bytes: number) =>
    totalBytes > 0 ? `${(100 * bytes) / totalBytes}%` : phase === 'done' ? '100%' : '0%'
  const percent = totalBytes > 0 ? Math.floor((100 * sentBytes) / totalBytes) : 0
  return (
    <div className={css.progress} data-phase={phase}>
      <div
        className={css.track}
        role="progressbar"
        aria-label={words.progress(upload.request.files.length)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={phase === 'done' ? 100 : percent}
        aria-valuetext={`${words.phases[phase]} ${lineOf(upload)}`}
      >
        <div className={css.read} style={{ inlineSize: share(hashedBytes) }} />
        <div
          className={css.sent}
          style={{ inlineSize: share(sentBytes) }}
          data-busy={phase === 'committing' || undefined}
        />
      </div>
      <div className={css.line}>
        <span role="status">{words.phases[phase]}</span>
        <span className={css.figures}>{lineOf(upload)}</span>
        <span className={css.buttons}>
          {isRunning(upload) && phase !== 'committing' && (
            <Button size="dense" variant="quiet" onClick={() => pauseUpload(key)}>
              {words.pause}
            </Button>
          )}
          {(phase === 'paused' || phase === 'failed') && (
            <Button size="dense" onClick={() => resumeUpload(key)}>
              {words.goOn}
            </Button>
          )}
          {phase !== 'done' && phase !== 'committing' && (
            <Button size="dense" variant="quiet" onClick={() => void removeUpload(key)}>
              {t.parts.cancel}
            </Button>
          )}
        </span>
      </div>
      {upload.error && (
        <p className={css.error} role="alert">
          {upload.error}
        </p>
      )}
    </div>
  )
}
