import {
  createInvitation,
  createOrgInvitation,
  type InvitationView,
  type InviteInput,
  listInvitations,
  listOrgInvitations,
  previewOrgInvitation,
  resendInvitation,
  resendOrgInvitation,
  revokeInvitation,
  revokeOrgInvitation,
  uploadInvitations,
  uploadOrgInvitations,
} from '@stoa/contracts'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from '../../lib/api.js'

/** Where people are invited to: an organisation by its name, or the platform (null). */
export type Place = string | null
export type Shown = 'open' | 'all'
type Upload = { text: string; dryRun: boolean }
type InvitedGroup = NonNullable<InviteInput['groups']>[number]
type InvitedRole = NonNullable<InvitationView['role']>

const keyOf = (place: Place) => [place === null ? listInvitations.id : listOrgInvitations.id, place] as const

/** What is asked anew when invitations change. */
export const invitationKeys = (place: Place) => [keyOf(place)]

export const invitationsQuery = (place: Place, state: Shown) =>
  infiniteQueryOptions({
    queryKey: [...keyOf(place), state],
    queryFn: ({ pageParam, signal }) => {
      const query = { state, ...(pageParam ? { cursor: pageParam } : {}) }
      return place === null
        ? api.call(listInvitations, { query, signal })
        : api.call(listOrgInvitations, { params: { name: place }, query, signal })
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  })

export const rolePreviewQuery = (name: string, role: InvitedRole, groups: InvitedGroup[]) =>
  queryOptions({
    queryKey: [previewOrgInvitation.id, name, role, groups],
    queryFn: ({ signal }) => api.call(previewOrgInvitation, { params: { name }, body: { role, groups }, signal }),
  })

export const inviteTo = (place: Place, body: InviteInput) =>
  place === null
    ? api.call(createInvitation, { body })
    : api.call(createOrgInvitation, { params: { name: place }, body })

export const uploadTo = (place: Place, body: Upload) =>
  place === null
    ? api.call(uploadInvitations, { body })
    : api.call(uploadOrgInvitations, { params: { name: place }, body })

export const resendTo = (place: Place, invitationId: string) =>
  place === null
    ? api.call(resendInvitation, { params: { invitationId } })
    : api.call(resendOrgInvitation, { params: { name: place, invitationId } })

export const revokeFrom = (place: Place, invitationId: string) =>
  place === null
    ? api.call(revokeInvitation, { params: { invitationId } })
    : api.call(revokeOrgInvitation, { params: { name: place, invitationId } })
