import {
  addDomain,
  type BodyOf,
  checkDomain,
  confirmDomain,
  createConnection,
  createPlatformConnection,
  deleteConnection,
  deletePlatformConnection,
  getPlatformSignOn,
  getSignOn,
  orgSignOnOffers,
  removeDomain,
  removePlatformDomain,
  signOnOffers,
  testConnection,
  testPlatformConnection,
  updateConnection,
  updatePlatformConnection,
} from '@stoa/contracts'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.js'

/** Whose connections: an organisation's by its name, or the platform's. */
export type SignOnOwner = { readonly org: string } | 'platform'
export type ConnectionWish = Omit<BodyOf<typeof updateConnection>, 'mapping'> & {
  mapping?: BodyOf<typeof createConnection>['mapping']
}

const keyOf = (owner: SignOnOwner): string => (owner === 'platform' ? '' : owner.org)

export const signOnQuery = (owner: SignOnOwner) =>
  queryOptions({
    queryKey: [getSignOn.id, keyOf(owner)],
    queryFn: ({ signal }) =>
      owner === 'platform'
        ? api.call(getPlatformSignOn, { signal })
        : api.call(getSignOn, { params: { name: owner.org }, signal }),
  })

export const offersQuery = queryOptions({
  queryKey: [signOnOffers.id],
  queryFn: ({ signal }) => api.call(signOnOffers, { signal }),
  staleTime: 60_000,
})

export const orgOffersQuery = (name: string) =>
  queryOptions({
    queryKey: [orgSignOnOffers.id, name],
    queryFn: ({ signal }) => api.call(orgSignOnOffers, { params: { name }, signal }),
  })

/** Acts on the connections and domains of an owner. */
export function signOnActs(owner: SignOnOwner) {
  if (owner === 'platform') {
    return {
      create: (body: BodyOf<typeof createConnection>) => api.call(createPlatformConnection, { body }),
      update: (connectionId: string, body: ConnectionWish) =>
        api.call(updatePlatformConnection, { params: { connectionId }, body }),
      remove: (connectionId: string) => api.call(deletePlatformConnection, { params: { connectionId } }),
      test: (connectionId: string) => api.call(testPlatformConnection, { params: { connectionId } }),
      addDomain: (domain: string) => api.call(confirmDomain, { body: { org: null, domain } }),
      checkDomain: null,
      removeDomain: (domainId: string) => api.call(removePlatformDomain, { params: { domainId } }),
    }
  }
  const name = owner.org
  return {
    create: (body: BodyOf<typeof createConnection>) => api.call(createConnection, { params: { name }, body }),
    update: (connectionId: string, body: ConnectionWish) =>
      api.call(updateConnection, { params: { name, connectionId }, body }),
    remove: (connectionId: string) => api.call(deleteConnection, { params: { name, connectionId } }),
    test: (connectionId: string) => api.call(testConnection, { params: { name, connectionId } }),
    addDomain: (domain: string) => api.call(addDomain, { params: { name }, body: { domain } }),
    checkDomain: (domainId: string) => api.call(checkDomain, { params: { name, domainId } }),
    removeDomain: (domainId: string) => api.call(removeDomain, { params: { name, domainId } }),
  }
}
