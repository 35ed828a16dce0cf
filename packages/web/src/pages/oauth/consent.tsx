import { decideConsent, inspectConsent, type ResponseOf } from '@stoa/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { useEffect } from 'react'
import { api } from '../../lib/api.js'
import { requireUser } from '../../lib/require-user.js'
import { useSession } from '../../lib/session.js'
import { apps as appsText } from '../../text/en/apps.js'
import { EmptyState } from '../../ui/empty-state.js'
import { ErrorSummary } from '../../ui/field.js'
import { Facts, Page, PageHeader, Stack } from '../../ui/page.js'
import { Skeleton } from '../../ui/skeleton.js'
import { AllowOrDeny, AppRemark, OrgChoice, ScopeList, useOrgChoice } from './-asking.js'

export const Route = createFileRoute('/oauth/consent')({
  validateSearch: (search): { request: string } => ({ request: String(search['request'] ?? '') }),
  beforeLoad: requireUser,
  component: Consent,
})

const words = appsText
type Question = Exclude<ResponseOf<typeof inspectConsent>, { to: string }>

/** Leaves this page for the app, which may be anywhere; the server has checked the address. */
const leaveFor = (to: string) => window.location.assign(to)

function Consent() {
  const { request } = Route.useSearch()
  const found = useQuery({
    queryKey: [inspectConsent.id, request],
    queryFn: ({ signal }) => api.call(inspectConsent, { body: { request }, signal }),
    retry: false,
    refetchOnWindowFocus: false,
    staleTime: 0,
    gcTime: 0,
  })
  const to = found.data && 'to' in found.data ? found.data.to : null
  useEffect(() => {
    if (to !== null) leaveFor(to)
  }, [to])
  if (found.isError) {
    return (
      <Page narrow>
        <EmptyState title={words.cannot}>
          {found.error.message} {words.cannotHelp}
        </EmptyState>
      </Page>
    )
  }
  return (
    <Page narrow>{found.data && !('to' in found.data) ? <Ask question={found.data} /> : <Skeleton lines={6} />}</Page>
  )
}

function Ask({ question }: { question: Question }) {
  const { request } = Route.useSearch()
  const { user } = useSession()
  const { chosen, toggle } = useOrgChoice(question.orgs)
  const decide = useMutation({
    mutationFn: (allow: boolean) =>
      api.call(decideConsent, { body: { request, allow, ...(question.orgs.length > 0 ? { orgs: [...chosen] } : {}) } }),
    onSuccess: ({ to }) => leaveFor(to),
  })
  const { app } = question
  return (
    <>
      <PageHeader title={words.consentTitle(app.name)} />
      <Stack>
        <AppRemark app={app} />
        <ErrorSummary message={decide.error?.message} />
        <ScopeList scopes={question.scopes} />
        <OrgChoice orgs={question.orgs} chosen={chosen} onToggle={toggle} />
        <Facts
          facts={[
            [words.signedInAs, user?.name],
            [words.homepage, app.homepage],
            [words.sentTo, <strong key="to">{question.destination}</strong>],
          ]}
        />
        <AllowOrDeny isBusy={decide.isPending} onDecide={decide.mutate} />
      </Stack>
    </>
  )
}
