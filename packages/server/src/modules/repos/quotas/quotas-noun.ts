import { z } from 'zod'
import type { Db, Tx } from '../../../kit/db/database.js'
import {
  type Change,
  describeDifference,
  itemProblem,
  type ManifestContext,
  type ManifestNoun,
} from '../../../kit/manifest/noun.js'
import type { RepoDeps } from '../deps.js'
import { deleteQuota, listQuotaRows, upsertQuota } from '../queries/quotas.js'
import { EVERYBODY, planSubject, type QuotaRow } from './quota.js'
import { readSize, writeSize } from './size-text.js'

const UNLIMITED = 'unlimited'
const MAX_REPOS = 1_000_000_000

const size = z
  .union([z.string().max(40), z.number().int().nonnegative()])
  .refine((value) => value === UNLIMITED || readSize(value) !== null, 'a size such as "100 GB", or "unlimited"')
const quotaItem = z
  .strictObject({
    /** A name, or `*` for everybody. */
    account: z.string().min(1).max(96).optional(),
    plan: z.string().min(1).max(64).optional(),
    publicStorage: size.optional(),
    privateStorage: size.optional(),
    repositories: z.union([z.literal(UNLIMITED), z.number().int().min(0).max(MAX_REPOS)]).optional(),
  })
  .refine((item) => (item.account === undefined) !== (item.plan === undefined), {
    message: 'name one of account (or "*") and plan',
  })
export type QuotaItem = z.output<typeof quotaItem>

type NounDeps = Pick<RepoDeps, 'accounts' | 'quotas'>

/** `quotas:` of a manifest: what accounts may store. What is said of an account wins over its plan, a plan over `*`. */
export function quotasNoun(deps: NounDeps): ManifestNoun<QuotaItem> {
  return {
    key: 'quotas',
    identity: ['account', 'plan'],
    schema: quotaItem,
    apply: (tx, item, context) => applyQuota(deps, tx, item, context),
    remove: async (tx, item, context) => {
      if (!(await deleteQuota(tx, await subjectOf(deps, tx, item)))) return null
      context.afterCommit(deps.quotas.forget)
      return { kind: 'remove', subject: nameOf(item), text: '' }
    },
    export: (db) => exportQuotas(deps, db),
  }
}

const nameOf = (item: QuotaItem): string =>
  item.plan === undefined ? `quota of ${item.account}` : `quota of plan ${item.plan}`

async function subjectOf(deps: NounDeps, tx: Tx, { account, plan }: QuotaItem): Promise<string> {
  if (plan !== undefined) return planSubject(plan)
  if (account === undefined || account === EVERYBODY) return EVERYBODY
  const found = await deps.accounts.findAccount(tx, account)
  if (!found) throw itemProblem(['account'], `there is no account ${account}`)
  return found.id
}

async function applyQuota(deps: NounDeps, tx: Tx, item: QuotaItem, context: ManifestContext): Promise<Change | null> {
  const subject = await subjectOf(deps, tx, item)
  const before = (await listQuotaRows(tx)).find((row) => row.subject === subject)
  const after: QuotaRow = {
    subject,
    publicBytes: limitOf(item.publicStorage),
    privateBytes: limitOf(item.privateStorage),
    maxRepos: limitOf(item.repositories),
  }
  const text = describeDifference(before ? limitsOf(before) : {}, limitsOf(after))
  if (before && text === '') return null
  await upsertQuota(tx, after)
  context.afterCommit(deps.quotas.forget)
  return { kind: before ? 'update' : 'create', subject: nameOf(item), text }
}

function limitOf(value: string | number | undefined): bigint | null {
  if (value === undefined) return null
  return value === UNLIMITED ? -1n : readSize(value)
}

const showLimit = (limit: bigint | null): string | undefined =>
  limit === null ? undefined : limit < 0n ? UNLIMITED : writeSize(limit)

function limitsOf(row: QuotaRow): Pick<QuotaItem, 'publicStorage' | 'privateStorage' | 'repositories'> {
  const { maxRepos } = row
  return {
    publicStorage: showLimit(row.publicBytes),
    privateStorage: showLimit(row.privateBytes),
    repositories: maxRepos === null ? undefined : maxRepos < 0n ? UNLIMITED : Number(maxRepos),
  }
}

async function exportQuotas(deps: NounDeps, db: Db): Promise<QuotaItem[]> {
  const items: QuotaItem[] = []
  for (const row of await listQuotaRows(db)) {
    const plan = /^plan:(.+)$/.exec(row.subject)?.[1]
    if (plan !== undefined) items.push({ plan, ...limitsOf(row) })
    else if (row.subject === EVERYBODY) items.push({ account: EVERYBODY, ...limitsOf(row) })
    else items.push({ account: (await deps.accounts.getAccount(db, row.subject)).name, ...limitsOf(row) })
  }
  return items
}
