import { confirmEmail, getEmail, inspectMailLink } from '@stoa/contracts'
import { useQuery } from '@tanstack/react-query'
import { createFileRoute, useNavigate } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { sessionQuery, useSession } from '../../lib/session.js'
import { useAct } from '../../lib/use-act.js'
import { letters as words } from '../../text/en/letters.js'
import { Button, ButtonLink } from '../../ui/button.js'
import { ErrorSummary } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Page, PageHeader, Stack } from '../../ui/page.js'
import { Skeleton } from '../../ui/skeleton.js'
import { LinkGone } from '../-mail/link-gone.js'
import { forgetLinkSecret, useLinkSecret } from '../-mail/use-link-secret.js'

export const Route = createFileRoute('/login_/confirm')({ component: Confirm })

const KEPT = 'stoa.confirm'

/** Confirms an address: only for whoever is signed in as the account that gave it. */
function Confirm() {
  const secret = useLinkSecret(KEPT)
  const { user } = useSession()
  const navigate = useNavigate()
  const found = useQuery({
    queryKey: [inspectMailLink.id, secret],
    queryFn: ({ signal }) => api.call(inspectMailLink, { body: { secret }, signal }),
    retry: false,
    refetchOnWindowFocus: false,
  })
  const confirm = useAct({
    run: () => api.call(confirmEmail, { body: { secret } }),
    refresh: [sessionQuery.queryKey, [getEmail.id]],
    say: () => words.confirmed,
    after: () => {
      forgetLinkSecret(KEPT)
      void navigate({ to: '/settings/email' })
    },
  })
  if (found.isPending)
    return (
      <Page narrow>
        <Skeleton lines={4} />
      </Page>
    )
  if (found.isError || found.data.purpose !== 'verify') return <LinkGone />
  const { name, email } = found.data
  return (
    <Page narrow>
      <PageHeader title={words.confirmTitle} lead={words.confirmLead(email, name)} />
      <Stack>
        <ErrorSummary message={confirm.error?.message} />
        {user === null && (
          <>
            <Notice>{words.confirmSignIn(name)}</Notice>
            <ButtonLink to="/login" search={{ next: '/login/confirm' }} variant="primary" size="large" block>
              {words.signIn}
            </ButtonLink>
          </>
        )}
        {user !== null && user.name !== name && <Notice tone="warn">{words.confirmOther(name, user.name)}</Notice>}
        {user?.name === name && (
          <Button variant="primary" size="large" block busy={confirm.isPending} onClick={() => confirm.mutate()}>
            {words.confirmDo}
          </Button>
        )}
      </Stack>
    </Page>
  )
}
