import {
  acceptInvitation,
  askToJoin,
  getSignUpPolicy,
  inspectInvitation,
  joinByInvitation,
  refuse,
  setSignUpPolicy,
} from '@stoa/contracts'
import { refuseCrossSite } from '../../../kit/http/bind.js'
import type { Http } from '../../../kit/http/server.js'
import { domainOf } from '../../../kit/mail/address.js'
import { requireSession, visitorOf } from '../../accounts/index.js'
import { acceptInvitation as accept, getInvitation } from '../invitations/accept.js'
import { askToJoin as ask } from '../invitations/ask-to-join.js'
import type { InviteDeps } from '../invitations/invite-deps.js'
import { joinByInvitation as join } from '../invitations/join.js'
import { previewInvitation } from '../invitations/preview.js'

/** The invited person's side, and who may come at all. */
export function bindJoin(http: Http, deps: InviteDeps): void {
  bindPolicy(http, deps)
  const stoa = http.scope('stoa')

  stoa.bind(inspectInvitation, async ({ body }) => {
    const { row, place, fullname, email, inviter } = await getInvitation(deps, body.secret)
    const { accounts, orgs, db, book } = deps
    const standing = []
    for (const group of row.groups) {
      const isThere = place.orgId && (await orgs.findResourceGroup(db, place.orgId, group.groupId))
      if (isThere) standing.push(group)
    }
    return {
      org: place.name === null ? null : { name: place.name, fullname },
      invitedBy: inviter,
      forEmail: email && `${email[0]}…@${domainOf(email)}`,
      provesAddress: row.provesAddress,
      name: book.open(row.id, 'name', row.nameSealed),
      preview: await previewInvitation(deps, place, row.role, standing),
      isSignUpPossible: (await accounts.settings.signUp()) !== 'closed',
      expiresAt: row.expiresAt.toISOString(),
    }
  })

  stoa.bind(acceptInvitation, async ({ actor, body }) => {
    requireSession(actor)
    return accept(deps, actor.userId, body.secret)
  })

  stoa.bind(joinByInvitation, async ({ body, request, reply }) => {
    refuseCrossSite(request, deps.publicUrl())
    const { userId, isJoined } = await join(deps, body)
    const entry = { userId, visitor: visitorOf(request), factors: ['password', 'invitation'] }
    return { session: await deps.accounts.access.letIn(reply, entry), isJoined }
  })
}

function bindPolicy(http: Http, deps: InviteDeps): void {
  const stoa = http.scope('stoa')
  const { settings } = deps.accounts
  const show = async () => {
    const { mode, domains } = await settings.signUpPolicy()
    return { mode, domains: [...domains] }
  }

  stoa.bind(getSignUpPolicy, show)

  stoa.bind(setSignUpPolicy, async ({ body }) => {
    const domains = [...new Set(body.domains)].sort()
    if (body.mode === 'domain' && domains.length === 0) throw refuse('InvalidRequest', 'Name at least one domain.')
    await deps.write((tx) => settings.setSignUp(tx, { mode: body.mode, domains }))
    return show()
  })

  stoa.bind(askToJoin, async ({ body, request }) => {
    refuseCrossSite(request, deps.publicUrl())
    await ask(deps, body.email)
  })
}
