import { refuse } from '@stoa/contracts'
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { useTitle } from '../lib/use-title.js'
import { t } from '../text/en.js'
import { ErrorState } from './error-state.js'
import { Page } from './page.js'

/** A page whose loader or drawing failed. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const retry = () => {
    reset()
    void router.invalidate()
  }
  return (
    <Page>
      <ErrorState error={error} onRetry={retry} />
    </Page>
  )
}

/** An address of ours that leads nowhere; looks as a private page does. */
export function NotFoundPage() {
  useTitle(t.parts.errors.notFoundTitle)
  return (
    <Page>
      <ErrorState error={refuse('NotFound')} />
    </Page>
  )
}
