import { ipRanges, TOKEN_PERMISSIONS } from '@stoa/contracts'
import { z } from 'zod'
import type { Tx } from '../../../kit/db/database.js'
import {
  type Change,
  isSame,
  itemProblem,
  type ManifestContext,
  type ManifestNoun,
} from '../../../kit/manifest/noun.js'
import { type AccountRow, findAccountRow, listAccountRows } from '../../accounts/index.js'
import type { OrgsDeps } from '../deps.js'
import {
  changeServiceToken,
  createService,
  createServiceToken,
  listServices,
  removeService,
  type ServiceRow,
} from '../service-accounts.js'

const permissions = z.array(z.enum(TOKEN_PERMISSIONS)).min(1)
/** A token that works from some networks only. */
const limitedToken = z.strictObject({ permissions, ipRanges })

const serviceItem = z.strictObject({
  org: z.string().min(1).max(96),
  name: z.string().min(1).max(96),
  role: z.enum(['no_access', 'read', 'contributor', 'write']).optional(),
  /** Names of tokens and what they may do in the organisation; made ones are printed once. */
  tokens: z.record(z.string().min(1).max(80), z.union([permissions, limitedToken])).optional(),
})
export type ServiceItem = z.output<typeof serviceItem>

/** `serviceAccounts:` of a manifest: accounts of machines, with access tokens only. */
export function createServiceAccountsNoun(deps: OrgsDeps): ManifestNoun<ServiceItem> {
  return {
    key: 'serviceAccounts',
    identity: ['org', 'name'],
    schema: serviceItem,
    apply: (tx, item, context) => applyService(tx, deps, item, context),
    remove: async (tx, item, context) => {
      const { org, service } = await find(tx, item)
      if (!service) return null
      await removeService(tx, deps, org.id, service)
      context.afterCommit(deps.accounts.forgetAll)
      return { kind: 'remove', subject: subjectOf(item), text: '' }
    },
    export: async (db) => {
      const items: ServiceItem[] = []
      for (const org of await listAccountRows(db, 'org')) {
        for (const service of await listServices(db, org.id)) {
          const tokens = (await deps.accounts.machines.listTokens(db, service.id)).map((token) => {
            const given = token.scopes.flatMap((scope) => scope.permissions)
            const { name, ipRanges: networks } = token
            return [name, networks.length === 0 ? given : { permissions: given, ipRanges: [...networks] }]
          })
          const { name, role } = service
          items.push({ org: org.name, name, role: role as ServiceItem['role'], tokens: Object.fromEntries(tokens) })
        }
      }
      return items
    },
  }
}

const subjectOf = (item: ServiceItem): string => `service account ${item.name} of ${item.org}`

async function find(tx: Tx, item: ServiceItem): Promise<{ org: AccountRow; service: ServiceRow | null }> {
  const org = await findAccountRow(tx, item.org)
  if (org?.kind !== 'org' || org.state === 'removed') throw itemProblem(['org'], `there is no organisation ${item.org}`)
  const services = await listServices(tx, org.id)
  return { org, service: services.find((one) => one.name.toLowerCase() === item.name.toLowerCase()) ?? null }
}

async function applyService(
  tx: Tx,
  deps: OrgsDeps,
  item: ServiceItem,
  context: ManifestContext,
): Promise<Change | null> {
  const { org, service: before } = await find(tx, item)
  context.afterCommit(deps.accounts.forgetAll)
  if (!before) {
    const { name, role = 'read' } = item
    await createService(tx, deps, org, { name, role, byId: context.actor?.userId ?? null })
  }
  const { service } = await find(tx, item)
  if (!service) throw new Error(`the service account ${item.name} was not made`)
  const texts: string[] = []
  if (item.role !== undefined && item.role !== service.role) {
    await deps.accounts.organisations.setMember(tx, { orgId: org.id, userId: service.id, role: item.role })
    texts.push(`role ${service.role} → ${item.role}`)
  }
  texts.push(...(await applyTokens(tx, deps, { org, service }, { item, context })))
  if (!before) return { kind: 'create', subject: subjectOf(item), text: texts.join(', ') }
  return texts.length === 0 ? null : { kind: 'update', subject: subjectOf(item), text: texts.join(', ') }
}

async function applyTokens(
  tx: Tx,
  deps: OrgsDeps,
  owner: { readonly org: AccountRow; readonly service: ServiceRow },
  { item, context }: { readonly item: ServiceItem; readonly context: ManifestContext },
): Promise<string[]> {
  const texts: string[] = []
  for (const [name, wish] of Object.entries(item.tokens ?? {})) {
    const wanted = Array.isArray(wish) ? { permissions: wish, ipRanges: [] } : wish
    const known = await deps.accounts.machines.findToken(tx, owner.service.id, name)
    if (known) {
      const given = known.scopes.flatMap((scope) => scope.permissions)
      const isAsWas = isSame(given, wanted.permissions)
      if (isAsWas && isSame(known.ipRanges, wanted.ipRanges)) continue
      await changeServiceToken(tx, deps, owner, { tokenId: known.id, ...wanted })
      texts.push(`token ${name} ${isAsWas ? 'networks' : 'scopes'}`)
      continue
    }
    const { secret } = await createServiceToken(tx, deps, owner, { name, ...wanted, expiresAt: null })
    context.reveal(`token ${name} of ${owner.service.name}`, secret)
    texts.push(`token ${name} none → ***`)
  }
  return texts
}
