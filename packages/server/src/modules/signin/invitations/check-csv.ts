import type { CsvProblem } from '@stoa/contracts'
import type { GroupMembership, Role } from '../../../kit/http/actor.js'
import { isMailAddress, plainLine } from '../../../kit/mail/address.js'
import type { Invited } from './invite.js'
import type { CsvLine } from './read-csv.js'

const NAME_MAX = 120
const GROUPS_MAX = 50
const ROLES: readonly Role[] = ['admin', 'write', 'contributor', 'read', 'no_access']
type GroupRole = GroupMembership['role']
const GROUP_ROLES: readonly GroupRole[] = ['admin', 'write', 'contributor', 'read']

/** What the lines may refer to. */
export interface CsvWorld {
  /** False: to the platform, where there are neither roles nor groups. */
  readonly isOrg: boolean
  /** Ids of the organisation's groups by name in lower case. */
  readonly groupIds: ReadonlyMap<string, string>
  /** Whether an address has an open invitation to this place. */
  isInvited(email: string): boolean
  readonly expiresInDays: number
}

export interface CheckedLine {
  readonly line: CsvLine
  readonly problem: CsvProblem | null
  /** Null when there is a problem. */
  readonly invited: Invited | null
}

/** Each line as an invitation, or what is wrong with it; pure. An address counts once in a file. */
export function checkCsv(lines: readonly CsvLine[], world: CsvWorld): CheckedLine[] {
  const seen = new Set<string>()
  return lines.map((line) => {
    const checked = checkLine(line, world, seen)
    if (typeof checked === 'string') return { line, problem: checked, invited: null }
    seen.add(line.values.email.toLowerCase())
    return { line, problem: null, invited: checked }
  })
}

function checkLine(line: CsvLine, world: CsvWorld, seen: ReadonlySet<string>): Invited | CsvProblem {
  if (line.problem) return line.problem
  const { name, email } = line.values
  if (!isMailAddress(email)) return 'email'
  if (seen.has(email.toLowerCase())) return 'duplicate'
  if (name.length > NAME_MAX || plainLine(name, NAME_MAX) !== name.replace(/ +/g, ' ')) return 'name'
  const place = world.isOrg ? readPlace(line, world) : checkNoPlace(line)
  if (typeof place === 'string') return place
  if (world.isInvited(email)) return 'invited'
  const { expiresInDays } = world
  return { email, name: name === '' ? null : name, ...place, isLetter: true, maxUses: 1, expiresInDays }
}

type InPlace = Pick<Invited, 'role' | 'groups'>

function checkNoPlace({ values }: CsvLine): InPlace | CsvProblem {
  if (values.role !== '') return 'role'
  return values.groups === '' ? { role: null, groups: [] } : 'group'
}

function readPlace({ values }: CsvLine, world: CsvWorld): InPlace | CsvProblem {
  const role = ROLES.find((one) => one === (values.role.toLowerCase() || 'read'))
  if (role === undefined) return 'role'
  const names = values.groups.split('|').filter((one) => one.trim() !== '')
  if (names.length > GROUPS_MAX) return 'tooManyGroups'
  const groups = new Map<string, GroupRole>()
  for (const text of names) {
    const [, name = '', asked = 'read'] = /^(.*?)(?::\s*([a-z]+)\s*)?$/i.exec(text) ?? []
    const groupId = world.groupIds.get(name.trim().toLowerCase())
    const groupRole = GROUP_ROLES.find((one) => one === asked.toLowerCase())
    if (groupId === undefined) return 'group'
    if (groupRole === undefined) return 'groupRole'
    groups.set(groupId, groupRole)
  }
  return { role, groups: [...groups].map(([groupId, groupRole]) => ({ groupId, role: groupRole })) }
}
