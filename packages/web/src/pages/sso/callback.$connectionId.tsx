import { finishSignOn, type ResponseOf, type SessionView, session as sessionRoute, StoaError } from '@stoa/contracts'
import { createFileRoute, Link, useRouter } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { api } from '../../lib/api.js'
import { safeNext } from '../../lib/require-user.js'
import { useEnterSession } from '../../lib/session.js'
import { signOn as words, wordsOf } from '../../text/en/sign-on.js'
import { Notice } from '../../ui/notice.js'
import { Page, PageHeader, Stack } from '../../ui/page.js'
import { Skeleton } from '../../ui/skeleton.js'
import { SecondStep } from '../-sign-in/second-step.js'
import { Report } from '../-sign-on/report.js'

export const Route = createFileRoute('/sso/callback/$connectionId')({ component: Callback })

type Finished = ResponseOf<typeof finishSignOn>

/** Where providers send the browser back: hands what came to the server, once. */
function Callback() {
  const { connectionId } = Route.useParams()
  const router = useRouter()
  const enter = useEnterSession()
  const [done, setDone] = useState<Finished>()
  const [problem, setProblem] = useState<Error>()
  const hasBegun = useRef(false)
  useEffect(() => {
    if (hasBegun.current) return
    hasBegun.current = true
    const answer = window.location.search.slice(1)
    // The answer is for the server alone: nothing of it stays in the address or the history.
    window.history.replaceState(window.history.state, '', window.location.pathname)
    const finish = async (): Promise<void> => {
      const finished = await api.call(finishSignOn, { body: { connectionId, answer } })
      setDone(finished)
      if (finished.outcome === 'tested' || (finished.outcome === 'signed_in' && finished.step)) return
      await enter(await api.call(sessionRoute, {}))
      router.history.replace(safeNext(finished.next))
    }
    finish().catch(setProblem)
  }, [connectionId, enter, router])

  const onEntered = async (session: SessionView) => {
    if (session.pending) return
    await enter(session)
    router.history.replace(safeNext(done?.outcome === 'signed_in' ? done.next : undefined))
  }
  if (problem) return <Failed problem={problem} />
  if (done?.outcome === 'tested') {
    return (
      <Page>
        <Report report={done.report} back={done.back} />
      </Page>
    )
  }
  if (done?.outcome === 'signed_in' && done.step) {
    return (
      <Page narrow>
        <SecondStep step={done.step} onDone={onEntered} onStartOver={() => router.history.replace('/login')} />
      </Page>
    )
  }
  return (
    <Page narrow>
      <PageHeader title={words.finishing} />
      <Skeleton lines={2} />
    </Page>
  )
}

function Failed({ problem }: { problem: Error }) {
  const check = problem instanceof StoaError ? problem.detail['check'] : undefined
  const told = typeof check === 'string' ? wordsOf(check) : null
  return (
    <Page narrow>
      <PageHeader title={words.failedTitle} />
      <Stack>
        <Notice tone="bad" live>
          {problem.message}
        </Notice>
        {told && (
          <p>
            {words.outcome.failed}: {told.what}. {told.mend}
          </p>
        )}
        {told && <p className="muted">{words.tellAdmin}</p>}
        <p>
          <Link to="/login">{words.toSignIn}</Link>
        </p>
      </Stack>
    </Page>
  )
}
