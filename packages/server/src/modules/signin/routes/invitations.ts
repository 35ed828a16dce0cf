import {
  type BodyOf,
  createInvitation,
  createOrgInvitation,
  listInvitations,
  listOrgInvitations,
  previewOrgInvitation,
  refuse,
  resendInvitation,
  resendOrgInvitation,
  type ResponseOf,
  revokeInvitation,
  revokeOrgInvitation,
  uploadInvitations,
  uploadOrgInvitations,
} from '@stoa/contracts'
import type { UserActor } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import { requireSession } from '../../accounts/index.js'
import { invite, resend, revoke } from '../invitations/invite.js'
import type { InviteDeps } from '../invitations/invite-deps.js'
import { getManagedPlace, PLATFORM, type Place } from '../invitations/place.js'
import { previewInvitation } from '../invitations/preview.js'
import { showInvitations } from '../invitations/show-invitations.js'
import { uploadCsv } from '../invitations/upload-csv.js'
import { findInvitation, type InvitationRow, listInvitationRows } from '../queries/invitations.js'

/** Making and looking after invitations: of an organisation by its admins, of the platform by its. */
export function bindInvitations(http: Http, deps: InviteDeps): void {
  const stoa = http.scope('stoa')
  const works = createWorks(deps)
  const org = (actor: UserActor, { name }: { readonly name: string }) => getManagedPlace(deps, actor, name)
  const platform = (actor: UserActor): Place => {
    requireSession(actor)
    return PLATFORM
  }

  stoa.bind(listOrgInvitations, async ({ actor, params, query }) => works.list(await org(actor, params), query))
  stoa.bind(createOrgInvitation, async ({ actor, params, body, reply }) => {
    reply.header('cache-control', 'no-store')
    return works.create(await org(actor, params), body, actor)
  })
  stoa.bind(uploadOrgInvitations, async ({ actor, params, body }) =>
    uploadCsv(deps, await org(actor, params), body, { id: actor.userId, name: actor.name }),
  )
  stoa.bind(previewOrgInvitation, async ({ actor, params, body }) =>
    previewInvitation(deps, await org(actor, params), body.role ?? 'read', toGroups(body.groups)),
  )
  stoa.bind(resendOrgInvitation, async ({ actor, params }) =>
    works.resend(await org(actor, params), params.invitationId, actor),
  )
  stoa.bind(revokeOrgInvitation, async ({ actor, params }) => {
    const place = await org(actor, params)
    await deps.write((tx) => revoke(tx, deps, place, params.invitationId))
  })

  stoa.bind(listInvitations, async ({ actor, query }) => works.list(platform(actor), query))
  stoa.bind(createInvitation, async ({ actor, body, reply }) => {
    reply.header('cache-control', 'no-store')
    return works.create(platform(actor), body, actor)
  })
  stoa.bind(uploadInvitations, async ({ actor, body }) =>
    uploadCsv(deps, platform(actor), body, { id: actor.userId, name: actor.name }),
  )
  stoa.bind(resendInvitation, async ({ actor, params }) => works.resend(platform(actor), params.invitationId, actor))
  stoa.bind(revokeInvitation, async ({ actor, params }) => {
    const place = platform(actor)
    await deps.write((tx) => revoke(tx, deps, place, params.invitationId))
  })
}

type AskedGroups = readonly { readonly id: string; readonly role: 'admin' | 'write' | 'contributor' | 'read' }[]
const toGroups = (groups: AskedGroups) => groups.map(({ id, role }) => ({ groupId: id, role }))

type Made = ResponseOf<typeof createOrgInvitation>

/** What is done alike for both kinds of place. */
function createWorks(deps: InviteDeps) {
  const show = async (row: InvitationRow | null) => {
    const [view] = row ? await showInvitations(deps, [row]) : []
    if (!view) throw refuse('NotFound')
    return view
  }
  return {
    async list(
      place: Place,
      {
        state,
        limit,
        cursor,
      }: { readonly state: 'open' | 'all'; readonly limit: number; readonly cursor?: string | undefined },
    ) {
      const page = {
        orgId: place.orgId,
        isOpen: state === 'open',
        before: cursor,
        limit: limit + 1,
        now: deps.clock.now(),
      }
      const rows = await listInvitationRows(deps.db, page)
      const shown = rows.slice(0, limit)
      const nextCursor = rows.length > limit ? (shown.at(-1)?.id ?? null) : null
      return { invitations: await showInvitations(deps, shown), nextCursor }
    },
    async create(place: Place, body: BodyOf<typeof createOrgInvitation>, actor: UserActor): Promise<Made> {
      const { email = null, name = null, deliver, maxUses, expiresInDays } = body
      const isLetter = deliver === 'letter'
      if (isLetter && email === null) throw refuse('InvalidRequest', 'A letter needs an address.')
      if (place.orgId === null && (body.role !== undefined || body.groups.length > 0))
        throw refuse('InvalidRequest', 'Roles and groups are for organisations.')
      const role = place.orgId === null ? null : (body.role ?? 'read')
      const groups = toGroups(body.groups)
      await previewInvitation(deps, place, role, groups)
      const one = { email, name, role, groups, isLetter, maxUses, expiresInDays }
      const by = { id: actor.userId, name: actor.name }
      const [made] = await deps.write((tx) => invite(tx, deps, place, [one], by))
      if (!made) throw refuse('LetterLimit')
      const invitation = await show(await findInvitation(deps.db, place.orgId, made.row.id))
      return { invitation, link: isLetter ? null : made.url }
    },
    async resend(place: Place, id: string, actor: UserActor) {
      const row = await findInvitation(deps.db, place.orgId, id)
      if (!row) throw refuse('NotFound')
      await deps.write((tx) => resend(tx, deps, place, row, { id: actor.userId, name: actor.name }))
      return show(await findInvitation(deps.db, place.orgId, id))
    },
  }
}
