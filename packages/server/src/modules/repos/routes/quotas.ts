import { getAccountQuota, getStorage, refuse, setAccountQuota, type StorageShare } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { can } from '../../accounts/index.js'
import { deleteQuota, listQuotaRows, sumUsage, upsertQuota } from '../queries/quotas.js'
import type { QuotaRow } from '../quotas/quota.js'
import type { RepoRouteDeps } from './repo-routes.js'

/** What an account stores and may store. Who may not see it is told that there is no such account. */
export function bindQuotas(http: Http, deps: RepoRouteDeps): void {
  http.scope('stoa').bind(getStorage, async ({ actor, params }) => {
    const name = params.name === 'me' ? actor.name : params.name
    const account = await deps.accounts.findAccount(deps.db, name)
    if (!account || !can(actor, 'storage.read', account).allow) throw refuse('AccountNotFound')
    const [quota, usage] = [await deps.quotas.quotaOf(deps.db, account.id), await sumUsage(deps.db, account.id)]
    return {
      account: account.name,
      public: share(usage.publicBytes, quota.publicBytes),
      private: share(usage.privateBytes, quota.privateBytes),
      repositories: share(usage.repos, quota.maxRepos),
    }
  })
  bindLimits(http, deps)
}

function bindLimits(http: Http, deps: RepoRouteDeps): void {
  const stoa = http.scope('stoa')
  const find = async (name: string) => {
    const account = await deps.accounts.findAccount(deps.db, name)
    if (!account) throw refuse('AccountNotFound')
    return account
  }
  const said = async (accountId: string): Promise<QuotaRow> => {
    const row = (await listQuotaRows(deps.db)).find(({ subject }) => subject === accountId)
    return row ?? { subject: accountId, publicBytes: null, privateBytes: null, maxRepos: null }
  }
  stoa.bind(getAccountQuota, async ({ params }) => showLimits(await said((await find(params.account)).id)))
  stoa.bind(setAccountQuota, async ({ params, body }) => {
    const account = await find(params.account)
    const before = await said(account.id)
    const isSilent = Object.values(body).every((limit) => limit === null)
    const after: QuotaRow = {
      subject: account.id,
      publicBytes: toBig(body.publicBytes),
      privateBytes: toBig(body.privateBytes),
      maxRepos: toBig(body.repositories),
    }
    await deps.write(async (tx) => {
      if (isSilent) await deleteQuota(tx, account.id)
      else await upsertQuota(tx, after)
      const target = { type: account.type, id: account.id, name: account.name }
      const facts = { before: { ...showLimits(before) }, after: { ...body } }
      await deps.audit.record(tx, { chain: 'platform', action: 'admin.quota', target, ...facts })
    })
    deps.quotas.forget()
    return showLimits(after)
  })
}

const toBig = (limit: number | null): bigint | null => (limit === null ? null : BigInt(limit))
const toNumber = (limit: bigint | null): number | null => (limit === null ? null : Number(limit))
const showLimits = (row: QuotaRow) => ({
  publicBytes: toNumber(row.publicBytes),
  privateBytes: toNumber(row.privateBytes),
  repositories: toNumber(row.maxRepos),
})

const share = (used: bigint, limit: bigint | null): StorageShare => ({
  used: Number(used),
  limit: limit === null ? null : Number(limit),
})
