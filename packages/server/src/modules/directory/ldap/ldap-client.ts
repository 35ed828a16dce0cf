import { Client, EqualityFilter, InvalidCredentialsError, OrFilter } from 'ldapts'
import {
  BYTE_ATTRIBUTES,
  type DirectoryAccess,
  type DirectoryGroup,
  type DirectoryPerson,
  type Entry,
  groupFilterOf,
  readPerson,
} from './directory.js'
import { escapeDn, fillFilter } from './escape-filter.js'

/** Groups of one person, and how far up groups in groups are walked. */
const GROUPS_MAX = 2_000
const DEPTH_MAX = 8
const FLAGS = ['userAccountControl', 'pwdAccountLockedTime', 'nsAccountLock']
/** Entries asked for in one search of a comparison. */
const LOOKUP_AT_ONCE = 50

/** A connection to a directory, bound as the account that looks people up. Entries elsewhere are never followed. */
export interface LdapSession {
  /** Everybody whom the filter finds, two at most: a name that is not one person's is nobody's. */
  findPeople(login: string): Promise<DirectoryPerson[]>
  /** Those of these identifiers that are there. */
  listPeople(entryIds: readonly string[]): Promise<DirectoryPerson[]>
  listGroups(dn: string): Promise<DirectoryGroup[]>
  close(): Promise<void>
}

/** Opens a connection, encrypted as configured, and binds. Throws what the library or the network says. */
export async function openLdap(access: DirectoryAccess): Promise<LdapSession> {
  const client = await connect(access)
  try {
    if (access.bindDn) await client.bind(access.bindDn, access.bindPassword ?? '')
  } catch (error) {
    await client.unbind().catch(() => {})
    throw error
  }
  return {
    findPeople: (login) => findPeople(client, access, login),
    listPeople: (entryIds) => listPeople(client, access, entryIds),
    listGroups: (dn) => listGroups(client, access, dn),
    close: () => client.unbind().catch(() => {}),
  }
}

/**
 * Whether a password is that of an entry. Without an entry one that does not exist is asked, so that an unknown name takes
 * as long as a wrong password. An empty password is never sent: directories take it for an anonymous visitor.
 */
export async function isPasswordOf(access: DirectoryAccess, dn: string | null, password: string): Promise<boolean> {
  if (password === '') return false
  const client = await connect(access)
  try {
    await client.bind(dn ?? decoyDn(access), password)
    return dn !== null
  } catch (error) {
    if (error instanceof InvalidCredentialsError || dn === null) return false
    throw error
  } finally {
    await client.unbind().catch(() => {})
  }
}

const decoyDn = ({ settings }: DirectoryAccess): string =>
  [`${settings.attributes.login}=${escapeDn('nobody-by-this-name')}`, settings.people.base].filter(Boolean).join(',')

async function connect(access: DirectoryAccess): Promise<Client> {
  const { url, security, caPem, settings } = access
  const { hostname } = new URL(url)
  const tlsOptions = {
    minVersion: 'TLSv1.2' as const,
    ...(caPem === null ? {} : { ca: [caPem] }),
    ...(/^[\d.]+$|:/.test(hostname) ? {} : { servername: hostname }),
  }
  const client = new Client({
    url,
    timeout: settings.timeoutMs,
    connectTimeout: settings.timeoutMs,
    strictDN: false,
    ...(security === 'ldaps' ? { tlsOptions } : {}),
  })
  if (security !== 'starttls') return client
  try {
    await client.startTLS({ ...tlsOptions, host: hostname })
  } catch (error) {
    await client.unbind().catch(() => {})
    throw error
  }
  return client
}

const wanted = ({ settings }: DirectoryAccess) => ({
  attributes: [...Object.values(settings.attributes), ...FLAGS],
  explicitBufferAttributes: BYTE_ATTRIBUTES.filter((name) => name === settings.attributes.id),
  derefAliases: 'never' as const,
})

async function findPeople(client: Client, access: DirectoryAccess, login: string): Promise<DirectoryPerson[]> {
  const { settings } = access
  const { searchEntries } = await client.search(settings.people.base, {
    ...wanted(access),
    scope: 'sub',
    filter: fillFilter(settings.people.filter, { login }),
    sizeLimit: 2,
  })
  return searchEntries.flatMap((entry) => readPerson(entry as Entry, settings) ?? [])
}

async function listPeople(
  client: Client,
  access: DirectoryAccess,
  entryIds: readonly string[],
): Promise<DirectoryPerson[]> {
  const { settings } = access
  const { id } = settings.attributes
  const toValue = (entryId: string) => (BYTE_ATTRIBUTES.includes(id) ? Buffer.from(entryId, 'hex') : entryId)
  const found: DirectoryPerson[] = []
  for (let at = 0; at < entryIds.length; at += LOOKUP_AT_ONCE) {
    const filters = entryIds
      .slice(at, at + LOOKUP_AT_ONCE)
      .map((entryId) => new EqualityFilter({ attribute: id, value: toValue(entryId) }))
    const filter = new OrFilter({ filters })
    const { searchEntries } = await client.search(settings.people.base, { ...wanted(access), scope: 'sub', filter })
    found.push(...searchEntries.flatMap((entry) => readPerson(entry as Entry, settings) ?? []))
  }
  return found
}

/** Groups an entry is in, up to a bound; walked up group by group when the directory cannot do it itself. */
async function listGroups(client: Client, { settings }: DirectoryAccess, dn: string): Promise<DirectoryGroup[]> {
  const found = new Map<string, DirectoryGroup>()
  let level = [dn]
  const depth = settings.groups.nested === 'walk' ? DEPTH_MAX : 1
  for (let step = 0; step < depth && level.length > 0; step += 1) {
    const next: string[] = []
    for (const member of level) {
      const { searchEntries } = await client.search(settings.groups.base, {
        scope: 'sub',
        filter: groupFilterOf(settings, member),
        attributes: ['cn'],
        derefAliases: 'never',
        sizeLimit: GROUPS_MAX,
      })
      for (const entry of searchEntries) {
        const key = entry.dn.toLowerCase()
        if (found.has(key) || found.size >= GROUPS_MAX) continue
        const name = [entry['cn']].flat()[0]?.toString() ?? ''
        found.set(key, { dn: entry.dn, name })
        next.push(entry.dn)
      }
    }
    level = next
  }
  return [...found.values()]
}
