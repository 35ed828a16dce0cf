import { acceptInvitation, inspectInvitation, type ResponseOf, type SessionView } from '@stoa/contracts'
import { useQuery } from '@tanstack/react-query'
import { createFileRoute, Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { sessionQuery, useEnterSession, useSession } from '../../lib/session.js'
import { useAct } from '../../lib/use-act.js'
import { invitations as words } from '../../text/en/invitations.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Page, PageHeader, Stack } from '../../ui/page.js'
import { Skeleton } from '../../ui/skeleton.js'
import { useToast } from '../../ui/toast.js'
import { RolePreview } from '../-invitations/role-preview.js'
import { InvitedForm } from '../-join/invited-form.js'
import { LinkGone } from '../-mail/link-gone.js'
import { forgetLinkSecret, useLinkSecret } from '../-mail/use-link-secret.js'

export const Route = createFileRoute('/join_/invitation')({ component: Invited })

const KEPT = 'stoa.invitation'
type Offer = ResponseOf<typeof inspectInvitation>

/** What somebody is invited to, before they say yes. */
function Invited() {
  const secret = useLinkSecret(KEPT)
  const found = useQuery({
    queryKey: [inspectInvitation.id, secret],
    queryFn: ({ signal }) => api.call(inspectInvitation, { body: { secret }, signal }),
    retry: false,
    refetchOnWindowFocus: false,
  })
  const [mustVerify, setMustVerify] = useState(false)
  if (found.isPending)
    return (
      <Page narrow>
        <Skeleton lines={6} />
      </Page>
    )
  if (found.isError) return <LinkGone title={words.gone} help={words.goneHelp} />
  const offer = found.data
  const where = offer.org && (offer.org.fullname || offer.org.name)
  return (
    <Page narrow>
      <PageHeader title={words.acceptTitle(where)} lead={words.acceptLead(offer.invitedBy, where)} />
      <Stack>
        {offer.forEmail && <p className="muted">{words.forEmail(offer.forEmail)}</p>}
        <RolePreview preview={offer.preview} who={offer.name ?? 'you'} />
        {mustVerify ? (
          <Notice tone="good" live>
            {words.verifyFirst}
          </Notice>
        ) : (
          <Answer offer={offer} secret={secret} onMustVerify={() => setMustVerify(true)} />
        )}
      </Stack>
    </Page>
  )
}

function Answer({ offer, secret, onMustVerify }: { offer: Offer; secret: string; onMustVerify: () => void }) {
  const { user } = useSession()
  const navigate = useNavigate()
  const enter = useEnterSession()
  const say = useToast()
  const arrive = async (org: string | undefined): Promise<void> => {
    forgetLinkSecret(KEPT)
    if (org === undefined) return navigate({ to: '/' })
    say(words.joined(org))
    await navigate({ to: '/$ns', params: { ns: org } })
  }
  const accept = useAct({
    run: () => api.call(acceptInvitation, { body: { secret } }),
    refresh: [sessionQuery.queryKey],
    after: ({ org }) => void arrive(org),
  })
  if (user) {
    if (offer.org === null) return <Notice>{words.haveAccount}</Notice>
    return (
      <>
        <ErrorSummary message={accept.error?.message} />
        <Button variant="primary" size="large" block busy={accept.isPending} onClick={() => accept.mutate()}>
          {words.accept(offer.org.name)}
        </Button>
      </>
    )
  }
  const onMade = async (session: SessionView, isJoined: boolean): Promise<void> => {
    if (!isJoined) onMustVerify()
    await enter(session)
    if (isJoined) await arrive(offer.org?.name)
  }
  const isForOne = offer.forEmail !== null
  return (
    <>
      {offer.isSignUpPossible ? (
        <InvitedForm secret={secret} fullname={offer.name ?? ''} isForOne={isForOne} onDone={onMade} />
      ) : (
        <Notice tone="warn">{words.signUpClosed}</Notice>
      )}
      {offer.org !== null && (
        <p>
          <Link to="/login" search={{ next: '/join/invitation' }}>
            {words.goSignIn}
          </Link>
        </p>
      )}
    </>
  )
}
