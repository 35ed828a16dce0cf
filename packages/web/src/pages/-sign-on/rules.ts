import type { ConnectionView } from '@stoa/contracts'

type Mapping = ConnectionView['mapping']
type Role = Mapping['roles'][number]['role']
type GroupRole = Mapping['groups'][number]['role']

const ROLES: readonly string[] = ['admin', 'write', 'contributor', 'read', 'no_access']

/** Rules as people write them: one a line. */
export const showRoles = (rules: Mapping['roles']): string =>
  rules.map(({ value, role }) => `${value} = ${role}`).join('\n')
export const showGroups = (rules: Mapping['groups']): string =>
  rules.map(({ value, group, role }) => `${value} = ${group} : ${role}`).join('\n')

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** The first line that is no rule; undefined when all are. */
export function findBadRole(text: string): string | undefined {
  return linesOf(text).find((line) => !readRole(line))
}
export function findBadGroup(text: string): string | undefined {
  return linesOf(text).find((line) => !readGroup(line))
}

export const readRoles = (text: string): Mapping['roles'] => linesOf(text).flatMap((line) => readRole(line) ?? [])
export const readGroups = (text: string): Mapping['groups'] => linesOf(text).flatMap((line) => readGroup(line) ?? [])

/** The last `=` counts: names of groups may hold one (`cn=staff,dc=example`). */
function split(line: string, by: string): [string, string] {
  const at = line.lastIndexOf(by)
  return at < 0 ? ['', ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
}

function readRole(line: string): { value: string; role: Role } | null {
  const [value, role] = split(line, '=')
  return value !== '' && ROLES.includes(role) ? { value, role: role as Role } : null
}

function readGroup(line: string): { value: string; group: string; role: GroupRole } | null {
  const [left, role] = split(line, ':')
  const [value, group] = split(left, '=')
  const isGood = value !== '' && group !== '' && role !== 'no_access' && ROLES.includes(role)
  return isGood ? { value, group, role: role as GroupRole } : null
}
