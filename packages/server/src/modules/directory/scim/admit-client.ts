import { refuse } from '@stoa/contracts'
import { hashSecret } from '../../accounts/index.js'
import type { DirectoryDeps } from '../deps.js'
import { type CredentialRow, findCredential, insertActivity, touchCredential } from '../queries/provisioning.js'
import { type ScimPlace, scimBaseUrl } from './place.js'

/** A use is written down when the one before is older. */
const TOUCH_EVERY_MS = 60_000
const BEARER = /^Bearer +([\w.~+/-]{20,200}=*) *$/i

export interface AdmittedClient {
  readonly place: ScimPlace
  readonly credential: CredentialRow
}

/**
 * Lets an identity provider in by its credential. An organisation that is not there, one that is another's, a wrong, a
 * revoked and an expired credential answer alike: `ScimUnauthorized`.
 */
export async function admitClient(
  deps: DirectoryDeps,
  asked: {
    readonly orgName: string
    readonly authorization: string | undefined
    readonly flavour: ScimPlace['flavour']
  },
): Promise<AdmittedClient> {
  const [, secret] = BEARER.exec(asked.authorization ?? '') ?? []
  if (secret === undefined) throw refuse('ScimUnauthorized')
  const credential = await findCredential(deps.db, hashSecret(secret))
  const org = await deps.accounts.findAccount(deps.db, asked.orgName)
  if (!credential || org?.type !== 'org' || org.id !== credential.orgId) throw refuse('ScimUnauthorized')
  const now = deps.clock.now()
  if (credential.expiresAt !== null && credential.expiresAt <= now) {
    await noteExpired(deps, credential)
    throw refuse('ScimUnauthorized')
  }
  const lastMs = credential.lastUsedAt?.getTime() ?? 0
  if (now.getTime() - lastMs >= TOUCH_EVERY_MS) await deps.write((tx) => touchCredential(tx, credential.id, now))
  const { flavour } = asked
  const baseUrl = scimBaseUrl(deps.publicUrl(), org.name, flavour)
  return { credential, place: { deps, org: { id: org.id, name: org.name }, flavour, baseUrl } }
}

/** The organisation learns that its identity provider still uses what has expired; whoever asks does not. */
async function noteExpired(deps: DirectoryDeps, { orgId, name, id, lastUsedAt }: CredentialRow): Promise<void> {
  const now = deps.clock.now()
  if (lastUsedAt !== null && now.getTime() - lastUsedAt.getTime() < TOUCH_EVERY_MS) return
  await deps.write(async (tx) => {
    await touchCredential(tx, id, now)
    const detail = `The credential ${name} has expired. Make a new one and enter it at the identity provider.`
    const line = {
      id: deps.ids.next(),
      orgId,
      userId: null,
      at: now,
      method: '',
      subject: 'Credential',
      status: 401,
      detail,
    }
    await insertActivity(tx, line)
  })
}
