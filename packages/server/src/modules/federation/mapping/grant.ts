import type { Role } from '../../../kit/http/actor.js'

/** What follows from being in a group elsewhere: a role in an organisation, one in a resource group of it, a duty for the platform. */
export interface Grant {
  readonly kind: 'role' | 'group' | 'duty'
  /** The organisation, the resource group, or empty for a duty. */
  readonly targetId: string
  /** The organisation of a resource group; null for duties. */
  readonly orgId: string | null
  /** The role or duty. */
  readonly value: string
}

const STRENGTH: Readonly<Record<string, number>> = { no_access: 0, read: 1, contributor: 2, write: 3, admin: 4 }

/** Whether one role is stronger than another. */
export function isStronger(one: string, other: string): boolean {
  return (STRENGTH[one] ?? -1) > (STRENGTH[other] ?? -1)
}

/** One grant a place: of two roles in one organisation or resource group the stronger. */
export function strongest(grants: readonly Grant[]): Grant[] {
  const found = new Map<string, Grant>()
  for (const grant of grants) {
    const key = `${grant.kind} ${grant.targetId} ${grant.kind === 'duty' ? grant.value : ''}`
    const known = found.get(key)
    if (!known || isStronger(grant.value, known.value)) found.set(key, grant)
  }
  return [...found.values()]
}

/** A mapping of one organisation: the name of a group there, and what follows here. */
export interface Mapping {
  readonly groupName: string
  readonly resourceGroupId: string | null
  readonly role: Role
}

/**
 * What somebody in these groups gets in an organisation. As soon as any group decides about roles there, whoever is in none
 * of those has the default role.
 */
export function grantsOf(
  orgId: string,
  mappings: readonly Mapping[],
  { groups, defaultRole }: { readonly groups: readonly string[]; readonly defaultRole: Role },
): Grant[] {
  const names = new Set(groups.map((name) => name.toLowerCase()))
  const own = mappings.filter((mapping) => names.has(mapping.groupName.toLowerCase()))
  const decides = mappings.some((mapping) => mapping.resourceGroupId === null)
  const base: Grant[] = decides ? [{ kind: 'role', targetId: orgId, orgId, value: defaultRole }] : []
  const mapped = own.map(
    ({ resourceGroupId, role }): Grant =>
      resourceGroupId === null
        ? { kind: 'role', targetId: orgId, orgId, value: role }
        : { kind: 'group', targetId: resourceGroupId, orgId, value: role },
  )
  return strongest([...base, ...mapped])
}
