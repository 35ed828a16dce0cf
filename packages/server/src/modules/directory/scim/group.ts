import { refuse } from '@stoa/contracts'
import type { ProvisionedGroup } from '../queries/provisioned-groups.js'
import type { Resource } from './resource.js'
import { CORE_GROUP } from './schema-urns.js'
import { showMeta } from './user.js'

const NAME_MAX = 200

export interface GroupFacts {
  readonly displayName: string
  readonly externalId: string | null
  /** Identifiers of people, each once. */
  readonly members: readonly string[]
}

/** Reads the facts; throws `ScimInvalidValue` without a displayName. */
export function readGroupFacts(resource: Resource): GroupFacts {
  const { displayName, externalId, members } = resource
  const name = typeof displayName === 'string' ? displayName.trim() : ''
  if (name === '' || name.length > NAME_MAX) {
    throw refuse('ScimInvalidValue', `displayName is missing or longer than ${NAME_MAX} characters.`)
  }
  const ids = (Array.isArray(members) ? members : []).map((member) => {
    const held = typeof member === 'object' && member !== null && !Array.isArray(member) ? member : {}
    if (typeof held['type'] === 'string' && held['type'].toLowerCase() === 'group') {
      throw refuse('ScimInvalidValue', 'A group cannot be in a group. Send its people.')
    }
    if (typeof held['value'] !== 'string') throw refuse('ScimInvalidValue', 'A member has no value.')
    return held['value']
  })
  return {
    displayName: name,
    externalId: typeof externalId === 'string' ? externalId : null,
    members: [...new Set(ids)],
  }
}

/** The group as a PATCH finds it. */
export function storedGroup(group: ProvisionedGroup, members: readonly string[]): Resource {
  const { displayName, externalId } = group
  return {
    displayName,
    ...(externalId === null ? {} : { externalId }),
    ...(members.length === 0 ? {} : { members: members.map((value) => ({ value })) }),
  }
}

/** The group as it is answered. */
export function showGroup(
  group: ProvisionedGroup,
  members: readonly { readonly memberId: string; readonly userName: string }[],
  baseUrl: string,
): Resource {
  const { id, displayName, externalId } = group
  const shown = members.map(({ memberId, userName }) => ({
    value: memberId,
    $ref: `${baseUrl}/Users/${memberId}`,
    display: userName,
    type: 'User',
  }))
  return {
    schemas: [CORE_GROUP],
    id,
    displayName,
    ...(externalId === null ? {} : { externalId }),
    members: shown,
    meta: showMeta('Group', group, `${baseUrl}/Groups/${id}`),
  }
}
