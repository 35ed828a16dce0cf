import type { DirectoryDeps } from '../deps.js'

/** Where a request of an identity provider is heard: one organisation, in one of the two flavours. */
export interface ScimPlace {
  readonly deps: DirectoryDeps
  readonly org: { readonly id: string; readonly name: string }
  /** `managed` knows only accounts that were made for the organisation. */
  readonly flavour: 'basic' | 'managed'
  /** Address of the flavour, without a slash at the end. */
  readonly baseUrl: string
}

/** Address of a flavour for an organisation. */
export function scimBaseUrl(publicUrl: string, orgName: string, flavour: ScimPlace['flavour']): string {
  const path = flavour === 'managed' ? 'scim-provisioning' : 'scim'
  return `${publicUrl}/api/organizations/${encodeURIComponent(orgName)}/${path}/v2`
}

/** Which people of the organisation the flavour knows. */
export const peopleOf = ({ org, flavour }: ScimPlace) => ({ orgId: org.id, managedOnly: flavour === 'managed' })

/** Who gives what follows from groups of this organisation. */
export const sourceOf = (orgId: string): string => `scim:${orgId}`
