import { PROVISIONING_CREDENTIALS_MAX, type ProvisioningCredential, refuse } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import { type Account, hashSecret, makeTokenSecret } from '../../accounts/index.js'
import type { DirectoryDeps } from '../deps.js'
import {
  type CredentialRow,
  deleteCredential,
  endCredential,
  insertCredential,
  listCredentials,
} from '../queries/provisioning.js'

const HINT_LENGTH = 4

export interface MadeCredential {
  readonly credential: CredentialRow
  /** To be shown once; only its hash is kept. */
  readonly secret: string
}

type Org = Pick<Account, 'id'>

/** Makes a credential for an identity provider. Throws `ProvisioningCredentialLimit`. */
export async function addCredential(
  tx: Tx,
  deps: DirectoryDeps,
  org: Org,
  wanted: { readonly name: string; readonly expiresAt: Date | null; readonly byId: string | null },
): Promise<MadeCredential> {
  const { name, expiresAt, byId } = wanted
  if ((await listCredentials(tx, org.id)).length >= PROVISIONING_CREDENTIALS_MAX) {
    throw refuse('ProvisioningCredentialLimit')
  }
  const secret = makeTokenSecret(undefined, 'provisioning')
  const credential: CredentialRow = {
    id: deps.ids.next(),
    orgId: org.id,
    name,
    hint: secret.slice(-HINT_LENGTH),
    createdAt: deps.clock.now(),
    expiresAt,
    lastUsedAt: null,
  }
  await insertCredential(tx, { ...credential, secretHash: hashSecret(secret), createdBy: byId })
  await record(tx, deps, credential, 'create')
  return { credential, secret }
}

/** Makes a successor with the same lifetime; the old one ends after the overlap, or earlier by itself. Throws `NotFound`, `ProvisioningCredentialLimit`. */
export async function rotateCredential(
  tx: Tx,
  deps: DirectoryDeps,
  org: Org,
  wanted: { readonly id: string; readonly overlapMs: number; readonly byId: string | null },
): Promise<MadeCredential> {
  const old = (await listCredentials(tx, org.id)).find((one) => one.id === wanted.id)
  if (!old) throw refuse('NotFound')
  const now = deps.clock.now().getTime()
  const lifeMs = old.expiresAt === null ? null : old.expiresAt.getTime() - old.createdAt.getTime()
  const expiresAt = lifeMs === null ? null : new Date(now + lifeMs)
  const made = await addCredential(tx, deps, org, { name: old.name, expiresAt, byId: wanted.byId })
  const end = Math.min(now + wanted.overlapMs, old.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY)
  await endCredential(tx, old.id, new Date(end))
  await record(tx, deps, old, 'rotate', new Date(end))
  return made
}

/** Revokes a credential, at once. Throws `NotFound`. */
export async function revokeCredential(tx: Tx, deps: DirectoryDeps, org: Org, id: string): Promise<void> {
  const old = (await listCredentials(tx, org.id)).find((one) => one.id === id)
  if (!old || !(await deleteCredential(tx, org.id, id))) throw refuse('NotFound')
  await record(tx, deps, old, 'revoke')
}

async function record(tx: Tx, deps: DirectoryDeps, credential: CredentialRow, verb: string, endsAt?: Date) {
  const { id, orgId, name, expiresAt } = credential
  await deps.audit.record(tx, {
    chain: orgId,
    action: `scim.credential.${verb}`,
    target: { type: 'scim_credential', id, name },
    after: { expiresAt: endsAt ?? expiresAt },
  })
}

export function showCredential(row: CredentialRow): ProvisioningCredential {
  const { id, name, hint, createdAt, expiresAt, lastUsedAt } = row
  return {
    id,
    name,
    hint,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  }
}
