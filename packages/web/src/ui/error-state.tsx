import { StoaError } from '@stoa/contracts'
import { t } from '../text/en.js'
import { Button, ButtonLink } from './button.js'
import { CopyText } from './copy-text.js'
import css from './states.module.css'

interface Told {
  title: string
  text: string
  requestId: string | undefined
}

const words = t.parts.errors

/** What a person is told about a failure. Private and missing read the same. */
export function describeError(error: unknown): Told {
  if (!(error instanceof StoaError)) {
    const offline = error instanceof TypeError && /fetch|network|load failed/i.test(error.message)
    return offline
      ? { title: words.offlineTitle, text: words.offline, requestId: undefined }
      : { title: words.brokenTitle, text: words.broken, requestId: undefined }
  }
  const id = error.detail['requestId']
  const requestId = typeof id === 'string' ? id : undefined
  if (error.status === 404 || error.status === 401)
    return { title: words.notFoundTitle, text: words.notFound, requestId }
  if (error.status === 402) return { title: words.payTitle, text: error.message, requestId }
  if (error.status === 429) return { title: words.limitedTitle, text: error.message, requestId }
  if (error.status < 500) return { title: words.refusedTitle, text: error.message, requestId }
  return { title: words.brokenTitle, text: words.broken, requestId }
}

/** What happened, whether anything was lost, the request id to copy, two ways on. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const told = describeError(error)
  return (
    <section className={css.error} role="alert">
      <h1>{told.title}</h1>
      <p>{told.text}</p>
      {told.requestId && (
        <div className={css.request}>
          {words.requestId} <CopyText text={told.requestId} what={words.requestId} />
        </div>
      )}
      <div className={css.actions}>
        {onRetry && (
          <Button variant="primary" onClick={onRetry}>
            {t.parts.retry}
          </Button>
        )}
        <ButtonLink to="/">{words.goHome}</ButtonLink>
        <ButtonLink to="/models">{words.goModels}</ButtonLink>
      </div>
    </section>
  )
}
