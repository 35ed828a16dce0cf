import { confirm, inspectMailLink } from '@stoa/contracts'
import { useQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { useSession } from '../../lib/session.js'
import { useAct } from '../../lib/use-act.js'
import { security as words } from '../../text/en/security.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Page, PageHeader, Stack } from '../../ui/page.js'
import { Skeleton } from '../../ui/skeleton.js'
import { LinkGone } from '../-mail/link-gone.js'
import { forgetLinkSecret, useLinkSecret } from '../-mail/use-link-secret.js'

export const Route = createFileRoute('/login_/prove')({ component: Prove })

const KEPT = 'stoa.prove'

/** Confirms by the link of a letter that it is still the person of this browser's session. */
function Prove() {
  const secret = useLinkSecret(KEPT)
  const { user } = useSession()
  const found = useQuery({
    queryKey: [inspectMailLink.id, secret],
    queryFn: ({ signal }) => api.call(inspectMailLink, { body: { secret }, signal }),
    retry: false,
    refetchOnWindowFocus: false,
  })
  const prove = useAct({
    run: () => api.call(confirm, { body: { method: 'letter', secret } }),
    after: () => forgetLinkSecret(KEPT),
  })
  if (found.isPending)
    return (
      <Page narrow>
        <Skeleton lines={4} />
      </Page>
    )
  if (found.isError || found.data.purpose !== 'confirm') return <LinkGone />
  const { name } = found.data
  return (
    <Page narrow>
      <PageHeader title={words.proveTitle} lead={words.proveLead(name)} />
      <Stack>
        <ErrorSummary message={prove.error?.message} />
        {prove.isSuccess && <Notice>{words.proveDone}</Notice>}
        {!prove.isSuccess && user?.name !== name && <Notice tone="warn">{words.proveSignIn(name)}</Notice>}
        {!prove.isSuccess && user?.name === name && (
          <Button variant="primary" size="large" block busy={prove.isPending} onClick={() => prove.mutate()}>
            {words.proveDo}
          </Button>
        )}
      </Stack>
    </Page>
  )
}
