import { refuse } from '@stoa/contracts'
import { showSize } from './size-text.js'

/** What an account may hold; null is no limit. */
export interface Quota {
  readonly publicBytes: bigint | null
  /** Of private and internal repositories and buckets. */
  readonly privateBytes: bigint | null
  /** Repositories and buckets together. */
  readonly maxRepos: bigint | null
}

/** What an account holds. Large files count at their full size in every repository that has them. */
export interface Usage {
  readonly publicBytes: bigint
  readonly privateBytes: bigint
  readonly repos: bigint
}

/** One thing said about quotas: null says nothing, -1 no limit. */
export interface QuotaRow {
  readonly subject: string
  readonly publicBytes: bigint | null
  readonly privateBytes: bigint | null
  readonly maxRepos: bigint | null
}

export const EVERYBODY = '*'
export const planSubject = (plan: string): string => `plan:${plan}`

/** What holds for an account: what is said of it, else of its plan, else of everybody. */
export function quotaOf(rows: readonly QuotaRow[], account: { readonly id: string; readonly plan: string }): Quota {
  const order = [account.id, planSubject(account.plan), EVERYBODY]
  const said = order.flatMap((subject) => rows.find((row) => row.subject === subject) ?? [])
  const first = (key: 'publicBytes' | 'privateBytes' | 'maxRepos'): bigint | null => {
    const value = said.map((row) => row[key]).find((one) => one !== null)
    return value === undefined || value === null || value < 0n ? null : value
  }
  return { publicBytes: first('publicBytes'), privateBytes: first('privateBytes'), maxRepos: first('maxRepos') }
}

export const isUnlimited = (quota: Quota): boolean =>
  quota.publicBytes === null && quota.privateBytes === null && quota.maxRepos === null

/** What is about to be added to an account. */
export interface Addition {
  readonly visibility: 'public' | 'private' | 'internal'
  readonly bytes: bigint
  readonly repos?: number
}

/** Throws `QuotaExceeded`, with figures, when an addition does not fit. Adding nothing always fits. */
export function demandFit(accountName: string, quota: Quota, usage: Usage, addition: Addition): void {
  if (addition.bytes > 0n) {
    const { limit, used, kind } = storageOf(quota, usage, addition.visibility)
    if (limit !== null && used + addition.bytes > limit) {
      throw storageFull(accountName, { kind, limit, used, needed: addition.bytes })
    }
  }
  const more = BigInt(addition.repos ?? 0)
  if (more > 0n && quota.maxRepos !== null && usage.repos + more > quota.maxRepos) {
    const text =
      `${accountName} has ${usage.repos} of ${quota.maxRepos} repositories and buckets. Delete one that is not needed, ` +
      'or ask an administrator for more.'
    throw refuse('QuotaExceeded', text, {
      quota: 'repositories',
      limit: Number(quota.maxRepos),
      used: Number(usage.repos),
    })
  }
}

/** Throws `QuotaExceeded` when an account holds too much, what the transaction under way added included. */
export function demandWithin(
  accountName: string,
  quota: Quota,
  usage: Usage,
  visibility: Addition['visibility'],
): void {
  const { limit, used, kind } = storageOf(quota, usage, visibility)
  if (limit !== null && used > limit) throw storageFull(accountName, { kind, limit, used: limit, needed: used - limit })
}

function storageOf(quota: Quota, usage: Usage, visibility: Addition['visibility']) {
  return visibility === 'public'
    ? { kind: 'public' as const, limit: quota.publicBytes, used: usage.publicBytes }
    : { kind: 'private' as const, limit: quota.privateBytes, used: usage.privateBytes }
}

interface Shortage {
  readonly kind: 'public' | 'private'
  readonly limit: bigint
  readonly used: bigint
  readonly needed: bigint
}

function storageFull(accountName: string, { kind, limit, used, needed }: Shortage): Error {
  const text =
    `The ${kind} storage of ${accountName} is full: ${showSize(used)} of ${showSize(limit)} are used and ` +
    `${showSize(needed)} more do not fit. Delete what is not needed, or ask an administrator for more.`
  return refuse('QuotaExceeded', text, {
    quota: `${kind}Storage`,
    limitBytes: Number(limit),
    usedBytes: Number(used),
    neededBytes: Number(needed),
  })
}
