import { ipRanges, memberRole, ORG_DUTIES, orgDuty, tokenRole } from '@stoa/contracts'
import { z } from 'zod'
import type { Tx } from '../../../kit/db/database.js'
import {
  type Change,
  describeDifference,
  itemProblem,
  type ManifestContext,
  type ManifestNoun,
} from '../../../kit/manifest/noun.js'
import { pickDefined } from '../../../kit/http/sent-fields.js'
import {
  findAccountRow,
  findDuties,
  findRole,
  listAccountRows,
  listMembers,
  type MemberRow,
  TOKEN_KINDS,
} from '../../accounts/index.js'
import { changeTokenPolicy } from '../change-token-policy.js'
import type { OrgsDeps } from '../deps.js'
import { findTokenPolicy, type TokenPolicyRow } from '../queries/token-policies.js'

const MAX_MEMBERS = 10_000

const org = z.strictObject({
  name: z.string().min(1).max(96),
  fullname: z.string().trim().min(1).max(120).optional(),
  plan: z.enum(['free', 'team', 'enterprise', 'plus', 'academia']).optional(),
  defaultPrivate: z.boolean().optional(),
  website: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .optional(),
  details: z.string().max(2000).optional(),
  members: z.record(z.string().max(96), memberRole).optional(),
  /** Members without a second factor see nothing private. */
  requiresMfa: z.boolean().optional(),
  /** What the organisation asks of the credentials that reach it; what is not named stays. */
  tokenPolicy: z
    .strictObject({
      kinds: z.array(tokenRole).max(3).optional(),
      approval: z.boolean().optional(),
      maxAgeDays: z.number().int().min(1).max(3650).nullable().optional(),
      /** Networks it is reached from; an empty list for all. */
      ipRanges: ipRanges.optional(),
    })
    .optional(),
  /** What members do beside the role. */
  duties: z.record(z.string().max(96), z.array(orgDuty).max(ORG_DUTIES.length)).optional(),
})
export type OrgItem = z.output<typeof org>

/** `orgs:` of a manifest. Members that are not mentioned stay. */
export function createOrgsNoun(deps: OrgsDeps): ManifestNoun<OrgItem> {
  return {
    key: 'orgs',
    identity: ['name'],
    schema: org,
    apply: (tx, item, context) => applyOrg(tx, deps, item, context),
    remove: async (tx, item, context) => {
      const row = await findAccountRow(tx, item.name)
      if (!row || row.state === 'removed') return null
      if (row.kind !== 'org') throw itemProblem(['name'], `${row.name} is a user`)
      await deps.accounts.organisations.remove(tx, row)
      context.afterCommit(deps.accounts.forgetAll)
      return { kind: 'remove', subject: `org ${row.name}`, text: '' }
    },
    export: async (db) => {
      const items: OrgItem[] = []
      for (const row of await listAccountRows(db, 'org')) {
        const members = await listMembers(db, row.id, { limit: MAX_MEMBERS })
        items.push({
          name: row.name,
          fullname: row.fullname,
          plan: row.plan as OrgItem['plan'],
          defaultPrivate: row.defaultPrivate || undefined,
          requiresMfa: row.requiresMfa || undefined,
          website: row.website || undefined,
          details: row.details || undefined,
          members: Object.fromEntries(members.map((member) => [member.name, member.role])),
          tokenPolicy: policyOf(await findTokenPolicy(db, row.id)),
          duties: dutiesOf(members),
        })
      }
      return items
    },
  }
}

async function applyOrg(tx: Tx, deps: OrgsDeps, item: OrgItem, context: ManifestContext): Promise<Change | null> {
  const { name, fullname, members = {} } = item
  const before = await findAccountRow(tx, name)
  if (before?.state === 'removed')
    throw itemProblem(['name'], 'the name of a removed account; names are not given again')
  if (before && before.kind !== 'org') throw itemProblem(['name'], `${before.name} is a user`)
  context.afterCommit(deps.accounts.forgetAll)
  if (!before) {
    const orgId = await deps.accounts.organisations.create(tx, {
      name,
      fullname,
      isLenient: context.lenient,
      patch: settingsOf(item),
    })
    await applyMembers(tx, deps, orgId, members)
    await applyDuties(tx, deps, orgId, item.duties ?? {})
    await applyPolicy(tx, deps, { id: orgId, name }, item)
    return {
      kind: 'create',
      subject: `org ${name}`,
      text: item.plan && item.plan !== 'free' ? `plan ${item.plan}` : '',
    }
  }
  const wanted = { ...settingsOf(item), ...(fullname === undefined ? {} : { fullname }) }
  const texts = [describeDifference({ ...before }, wanted)]
  if (texts[0] !== '') await deps.accounts.organisations.change(tx, before, wanted)
  texts.push(...(await applyMembers(tx, deps, before.id, members)))
  texts.push(...(await applyDuties(tx, deps, before.id, item.duties ?? {})))
  texts.push(await applyPolicy(tx, deps, before, item))
  const text = texts.filter((one) => one !== '').join(', ')
  return text === '' ? null : { kind: 'update', subject: `org ${before.name}`, text }
}

function settingsOf({ plan, defaultPrivate, requiresMfa, website, details }: OrgItem) {
  const named = { plan, defaultPrivate, requiresMfa, website, details }
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined))
}

/** Admins first, so that handing over an organisation never leaves it without one. */
async function applyMembers(
  tx: Tx,
  deps: OrgsDeps,
  orgId: string,
  members: Readonly<Record<string, NonNullable<OrgItem['members']>[string]>>,
): Promise<string[]> {
  const texts: string[] = []
  const entries = Object.entries(members).sort(([, a], [, b]) => Number(b === 'admin') - Number(a === 'admin'))
  for (const [name, role] of entries) {
    const user = await findAccountRow(tx, name)
    if (user?.kind !== 'user' || user.state === 'removed')
      throw itemProblem(['members', name], `there is no user ${name}`)
    const before = await deps.accounts.organisations.setMember(tx, { orgId, userId: user.id, role })
    if (before !== role) texts.push(`member ${user.name} ${before ?? 'none'} → ${role}`)
  }
  return texts
}

/** Members have exactly the named duties; those that are not mentioned keep theirs. */
async function applyDuties(
  tx: Tx,
  deps: OrgsDeps,
  orgId: string,
  duties: NonNullable<OrgItem['duties']>,
): Promise<string[]> {
  const texts: string[] = []
  for (const [name, given] of Object.entries(duties)) {
    const user = await findAccountRow(tx, name)
    if (!user || (await findRole(tx, orgId, user.id)) === null)
      throw itemProblem(['duties', name], `${name} is no member`)
    const wanted = [...new Set(given)].sort()
    const held = await findDuties(tx, orgId, user.id)
    if (held.join() === wanted.join()) continue
    await deps.accounts.organisations.setDuties(tx, { orgId, user, duties: wanted })
    texts.push(`duties of ${user.name} ${held.join('+') || 'none'} → ${wanted.join('+') || 'none'}`)
  }
  return texts
}

/** Makes the named parts of the policy so; a phrase, empty when nothing changed. */
async function applyPolicy(
  tx: Tx,
  deps: OrgsDeps,
  org: { readonly id: string; readonly name: string },
  { tokenPolicy }: OrgItem,
): Promise<string> {
  if (tokenPolicy === undefined) return ''
  const { kinds, approval: needsApproval, maxAgeDays, ipRanges: networks } = tokenPolicy
  const named = {
    kinds,
    needsApproval,
    maxAgeDays,
    ipRanges: networks,
    enforcesIpRanges: networks && networks.length > 0,
  }
  const { changed } = await changeTokenPolicy(tx, deps, org, pickDefined(named))
  return changed.length === 0 ? '' : `token policy ${changed.join('+')}`
}

/** Undefined for an organisation that asks nothing. */
function policyOf(row: TokenPolicyRow): OrgItem['tokenPolicy'] {
  const { kinds, needsApproval, maxAgeDays, ipRanges: networks, enforcesIpRanges } = row
  const policy = {
    ...(kinds.length < TOKEN_KINDS.length ? { kinds: [...kinds] } : {}),
    ...(needsApproval ? { approval: true } : {}),
    ...(maxAgeDays === null ? {} : { maxAgeDays }),
    ...(enforcesIpRanges ? { ipRanges: [...networks] } : {}),
  }
  return Object.keys(policy).length === 0 ? undefined : policy
}

/** Duties by member; undefined when nobody has any. */
function dutiesOf(members: readonly MemberRow[]): OrgItem['duties'] {
  const held = members.filter((member) => member.duties.length > 0)
  return held.length === 0 ? undefined : Object.fromEntries(held.map(({ name, duties }) => [name, [...duties]]))
}
