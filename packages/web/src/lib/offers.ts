import { type ListingView, listListings } from '@stoa/contracts'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.js'

/** What is on sale, by repository id: at most one published listing each. */
export const offersQuery = queryOptions({
  queryKey: [listListings.id, 'all'],
  queryFn: async ({ signal }) => {
    const { listings } = await api.call(listListings, { query: { state: 'published', limit: 100 }, signal })
    return new Map(listings.map((listing) => [repoOfResource(listing.resource), listing] as const))
  },
})

/** The published listing of one repository. */
export const offerQuery = (repoId: string) =>
  queryOptions({
    queryKey: [listListings.id, repoId],
    queryFn: async ({ signal }) => {
      const { listings } = await api.call(listListings, { query: { resource: `repo:${repoId}`, limit: 10 }, signal })
      return listings.find((listing) => listing.state === 'published') ?? null
    },
  })

/** `repo:acme/bert` names the repository `acme/bert`. */
export const repoOfResource = (resource: string): string => resource.replace(/^[a-z]+:/, '')

export interface Rate {
  micros: bigint
  per: bigint
}

/** Reads an exact rate (`"0.15 / 1000000"`, major units) without ever making it a float. */
export function parseRate(text: string): Rate {
  const [amount = '0', per = '1'] = text.split('/').map((part) => part.trim())
  const [whole = '0', fraction = ''] = amount.split('.')
  return { micros: BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6)), per: BigInt(per) }
}

/** `quantity × rate`, rounded once, half away from zero (market.md R1). */
export function rateTimes({ micros, per }: Rate, quantity: bigint): bigint {
  return (micros * quantity * 2n + per) / (per * 2n)
}

/** What a call of so many tokens costs under an offer. */
export function costOfCall({ price }: ListingView, inputTokens: bigint, outputTokens: bigint): bigint {
  const part = (rate: string | null, quantity: bigint) => (rate ? rateTimes(parseRate(rate), quantity) : 0n)
  return part(price.input, inputTokens) + part(price.output, outputTokens) + part(price.perRequest, 1n)
}
