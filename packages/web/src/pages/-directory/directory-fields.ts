import { type DirectoryFields, type DirectoryView, type GroupRule, PLATFORM_DUTIES } from '@stoa/contracts'

const ROLES = ['admin', 'write', 'contributor', 'read', 'no_access'] as const

/** A directory as its form holds it: everything a text or a tick. */
export interface DirectoryForm {
  name: string
  url: string
  security: DirectoryFields['security']
  allowPlain: boolean
  caPem: string
  bindDn: string
  /** Empty: as it was. */
  bindPassword: string
  isEnabled: boolean
  base: string
  filter: string
  id: string
  login: string
  email: string
  fullname: string
  groupBase: string
  groupFilter: string
  memberAttribute: string
  nested: DirectoryFields['settings']['groups']['nested']
  createsAccounts: boolean
  linksByEmail: boolean
  syncMinutes: string
  timeoutMs: string
  rules: string
}

/** What is usual, by kind of directory. */
export const PRESETS = {
  openldap: {
    filter: '(&(objectClass=inetOrgPerson)(|(uid={login})(mail={login})))',
    id: 'entryUUID',
    login: 'uid',
    email: 'mail',
    fullname: 'cn',
    groupFilter: '(objectClass=groupOfNames)',
    memberAttribute: 'member',
    nested: 'walk',
  },
  ad: {
    filter: '(&(objectCategory=person)(objectClass=user)(|(sAMAccountName={login})(userPrincipalName={login})))',
    id: 'objectGUID',
    login: 'sAMAccountName',
    email: 'mail',
    fullname: 'displayName',
    groupFilter: '(objectClass=group)',
    memberAttribute: 'member',
    nested: 'matching-rule',
  },
} as const satisfies Record<string, Partial<DirectoryForm>>

export const EMPTY: DirectoryForm = {
  name: '',
  url: 'ldaps://',
  security: 'ldaps',
  allowPlain: false,
  caPem: '',
  bindDn: '',
  bindPassword: '',
  isEnabled: true,
  base: '',
  groupBase: '',
  ...PRESETS.openldap,
  createsAccounts: true,
  linksByEmail: false,
  syncMinutes: '15',
  timeoutMs: '5000',
  rules: '',
}

export function toForm(view: DirectoryView): DirectoryForm {
  const { people, attributes, groups, createsAccounts, linksByEmail, syncMinutes, timeoutMs } = view.settings
  return {
    ...EMPTY,
    ...{ name: view.name, url: view.url, security: view.security, isEnabled: view.isEnabled },
    caPem: view.caPem ?? '',
    bindDn: view.bindDn ?? '',
    ...people,
    ...attributes,
    groupBase: groups.base,
    groupFilter: groups.filter,
    memberAttribute: groups.memberAttribute,
    nested: groups.nested,
    ...{ createsAccounts, linksByEmail },
    syncMinutes: String(syncMinutes),
    timeoutMs: String(timeoutMs),
    rules: view.rules.map(writeRule).join('\n'),
  }
}

export function toFields(form: DirectoryForm): DirectoryFields {
  return {
    ...{ name: form.name.trim(), url: form.url.trim(), security: form.security, isEnabled: form.isEnabled },
    ...(form.allowPlain ? { allowPlain: true } : {}),
    caPem: form.caPem.trim() || null,
    bindDn: form.bindDn.trim() || null,
    ...(form.bindPassword === '' ? {} : { bindPassword: form.bindPassword }),
    settings: {
      people: { base: form.base.trim(), filter: form.filter.trim() },
      attributes: { id: form.id, login: form.login, email: form.email, fullname: form.fullname },
      groups: {
        base: form.groupBase.trim(),
        filter: form.groupFilter.trim(),
        memberAttribute: form.memberAttribute,
        nested: form.nested,
      },
      createsAccounts: form.createsAccounts,
      linksByEmail: form.linksByEmail,
      syncMinutes: Number(form.syncMinutes),
      timeoutMs: Number(form.timeoutMs),
    },
    rules: readRules(form.rules).rules,
  }
}

function writeRule(rule: GroupRule): string {
  if ('duty' in rule) return `${rule.group} -> ${rule.duty}`
  const place = rule.resourceGroup === undefined ? rule.org : `${rule.org}/${rule.resourceGroup}`
  return `${rule.group} -> ${place}: ${rule.role}`
}

/** Rules out of lines; the number of the first line that is none, counted from 1. */
export function readRules(text: string): { rules: GroupRule[]; badLine: number | null } {
  const rules: GroupRule[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const rule = readRule(line)
    if (!rule) return { rules, badLine: index + 1 }
    rules.push(rule)
  }
  return { rules, badLine: null }
}

function readRule(line: string): GroupRule | null {
  const at = line.lastIndexOf('->')
  const group = line.slice(0, at).trim()
  const target = line.slice(at + 2).trim()
  if (at < 1 || group === '') return null
  const duty = PLATFORM_DUTIES.find((one) => one === target)
  if (duty) return { group, duty }
  const colon = target.lastIndexOf(':')
  const role = ROLES.find((one) => one === target.slice(colon + 1).trim())
  if (colon < 1 || !role) return null
  const [org = '', ...rest] = target.slice(0, colon).split('/')
  const resourceGroup = rest.join('/').trim()
  if (org.trim() === '') return null
  return { group, org: org.trim(), role, ...(resourceGroup ? { resourceGroup } : {}) }
}
