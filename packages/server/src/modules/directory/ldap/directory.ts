import type { DirectorySettings, GroupRule } from '@stoa/contracts'
import { escapeFilter } from './escape-filter.js'

/** How one directory is reached, with its secret opened. */
export interface DirectoryAccess {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly security: 'ldaps' | 'starttls' | 'plain'
  readonly caPem: string | null
  readonly bindDn: string | null
  readonly bindPassword: string | null
  readonly settings: DirectorySettings
}

export type { DirectorySettings, GroupRule }

/** Somebody as the directory describes them. */
export interface DirectoryPerson {
  /** What the directory gives and never changes; hexadecimal where it is bytes. */
  readonly entryId: string
  readonly dn: string
  readonly login: string
  readonly email: string | null
  readonly fullname: string
  /** Disabled there: no sign-in, and no account that works. */
  readonly isDisabled: boolean
}

/** Attributes with bytes in place of text. */
export const BYTE_ATTRIBUTES: readonly string[] = ['objectGUID', 'objectSid', 'GUID']

const DISABLED_BIT = 2

/** An entry as a client library gives it. */
export type Entry = Readonly<Record<string, string | string[] | Buffer | Buffer[]>> & { readonly dn: string }

/** Reads an entry; null when it has no identifier or no login name. */
export function readPerson(entry: Entry, { attributes }: DirectorySettings): DirectoryPerson | null {
  const entryId = bytesOrText(entry, attributes.id)
  const login = textOf(entry, attributes.login)
  if (entryId === null || login === null) return null
  const email = textOf(entry, attributes.email)
  return {
    entryId,
    dn: entry.dn,
    login,
    email: email !== null && /^[^\s@]{1,64}@[^\s@]{1,189}$/.test(email) ? email : null,
    fullname: (textOf(entry, attributes.fullname) ?? login).slice(0, 120),
    isDisabled: isDisabled(entry),
  }
}

/** Active Directory says it with a bit, others with a word or a time. */
function isDisabled(entry: Entry): boolean {
  const control = textOf(entry, 'userAccountControl')
  if (control !== null && (Number.parseInt(control, 10) & DISABLED_BIT) !== 0) return true
  if (textOf(entry, 'pwdAccountLockedTime') === '000001010000Z') return true
  return textOf(entry, 'nsAccountLock')?.toLowerCase() === 'true'
}

function valueOf(entry: Entry, name: string): string | Buffer | null {
  const key = Object.keys(entry).find((one) => one.toLowerCase() === name.toLowerCase())
  const value = key === undefined ? undefined : entry[key]
  const first = Array.isArray(value) ? value[0] : value
  return first === undefined || first.length === 0 ? null : first
}

function textOf(entry: Entry, name: string): string | null {
  const value = valueOf(entry, name)
  const text = Buffer.isBuffer(value) ? value.toString('utf8') : value
  return text?.trim() || null
}

function bytesOrText(entry: Entry, name: string): string | null {
  const value = valueOf(entry, name)
  return Buffer.isBuffer(value) ? value.toString('hex') : value
}

/** The filter that finds the groups of an entry: with the rule of Active Directory also those that hold its groups. */
export function groupFilterOf({ groups }: DirectorySettings, dn: string): string {
  const rule = groups.nested === 'matching-rule' ? ':1.2.840.113556.1.4.1941:' : ''
  return `(&${groups.filter}(${groups.memberAttribute}${rule}=${escapeFilter(dn)}))`
}

/** A group of the directory, by its whole name or its common one. */
export interface DirectoryGroup {
  readonly dn: string
  readonly name: string
}

const plain = (text: string): string => text.toLowerCase().replace(/\s*([,=])\s*/g, '$1')

/** The rules that are met by being in these groups. */
export function meetsRule(rule: GroupRule, groups: readonly DirectoryGroup[]): boolean {
  const wanted = plain(rule.group)
  return groups.some(({ dn, name }) => plain(dn) === wanted || plain(name) === wanted)
}
