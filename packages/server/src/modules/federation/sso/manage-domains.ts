import { randomBytes } from 'node:crypto'
import { refuse, SIGN_ON_MAX } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import type { FederationDeps, SsoDeps } from '../deps.js'
import {
  deleteDomain,
  type DomainRow,
  findDomain,
  findDomainOwner,
  insertDomain,
  listDomains,
  verifyDomain,
} from '../queries/domains.js'

type DomainDeps = Pick<FederationDeps, 'ids' | 'clock' | 'audit'>

/** The DNS record that shows a domain to be its owner's. */
export const recordOf = ({ domain, challenge }: Pick<DomainRow, 'domain' | 'challenge'>) => ({
  name: `_stoa.${domain}`,
  value: `stoa-domain-verification=${challenge}`,
})

/** Names a domain that is still to be shown. Throws `Conflict`, `ConnectionLimit`. */
export async function addDomain(tx: Tx, deps: DomainDeps, orgId: string | null, domain: string): Promise<DomainRow> {
  if (await findDomain(tx, orgId, { domain })) throw refuse('Conflict', `${domain} is there already.`)
  if ((await listDomains(tx, orgId)).length >= SIGN_ON_MAX.domains) throw refuse('ConnectionLimit')
  const row: DomainRow = {
    id: deps.ids.next(),
    orgId,
    domain,
    challenge: randomBytes(20).toString('hex'),
    verifiedAt: null,
    verifiedBy: null,
    createdAt: deps.clock.now(),
  }
  await insertDomain(tx, row)
  await record(tx, deps, row, 'add')
  return row
}

const NO_NAME_SERVER =
  'This server asks no name server. Whoever runs it can confirm the domain, or name one with STOA_DNS_SERVERS.'

/** Asks the DNS, and believes it. Throws `NotFound`, `DomainNotShown`, `DomainTaken`. */
export async function checkDomain(deps: SsoDeps, orgId: string | null, id: string): Promise<DomainRow> {
  const row = await findDomain(deps.db, orgId, { id })
  if (!row) throw refuse('NotFound')
  if (row.verifiedAt !== null) return row
  if (!deps.lookupTxt) throw refuse('DomainNotShown', NO_NAME_SERVER)
  const { name, value } = recordOf(row)
  const texts = await deps.lookupTxt(name)
  if (!texts.some((text) => text.trim() === value)) {
    const seen = texts.length === 0 ? 'holds no text' : 'holds another text'
    throw refuse('DomainNotShown', `The record ${name} ${seen}. DNS changes can take an hour to be seen.`)
  }
  return deps.write((tx) => believeDomain(tx, deps, row, 'dns'))
}

/** Confirms a domain by an admin's word; adds it where it is missing. Throws `DomainTaken`, `ConnectionLimit`. */
export async function confirmDomain(
  tx: Tx,
  deps: DomainDeps,
  orgId: string | null,
  domain: string,
): Promise<DomainRow> {
  const row = (await findDomain(tx, orgId, { domain })) ?? (await addDomain(tx, deps, orgId, domain))
  return row.verifiedAt === null ? believeDomain(tx, deps, row, 'admin') : row
}

async function believeDomain(tx: Tx, deps: DomainDeps, row: DomainRow, by: 'dns' | 'admin'): Promise<DomainRow> {
  const owner = await findDomainOwner(tx, row.domain)
  if (owner && owner.id !== row.id) throw refuse('DomainTaken')
  const verifiedAt = deps.clock.now()
  await verifyDomain(tx, row.id, by, verifiedAt)
  await record(tx, deps, row, 'verify', by)
  return { ...row, verifiedAt, verifiedBy: by }
}

/** Gives a domain up. Throws `NotFound`. */
export async function removeDomain(tx: Tx, deps: DomainDeps, orgId: string | null, id: string): Promise<void> {
  const row = await findDomain(tx, orgId, { id })
  if (!row) throw refuse('NotFound')
  await deleteDomain(tx, id)
  await record(tx, deps, row, 'remove')
}

async function record(tx: Tx, deps: DomainDeps, row: DomainRow, verb: string, by?: string): Promise<void> {
  const { id, orgId, domain } = row
  await deps.audit.record(tx, {
    chain: orgId ?? 'platform',
    action: `${orgId === null ? 'admin' : 'org'}.settings.domain_${verb}`,
    target: { type: 'domain', id, name: domain },
    ...(by === undefined ? {} : { after: { verifiedBy: by } }),
  })
}
