import type { DirectoryTestStep, GroupRule } from '@stoa/contracts'
import type { DirectoryAccess, DirectoryGroup, DirectoryPerson } from './directory.js'
import { meetsRule } from './directory.js'
import { explainProblem } from './explain-problem.js'
import { isPasswordOf, type LdapSession, openLdap } from './ldap-client.js'

const SHOWN_GROUPS = 20

/** Tries a directory step by step, and stops at the first that fails; every step says in words what it found. */
export async function testDirectory(
  access: DirectoryAccess,
  rules: readonly GroupRule[],
  attempt: { readonly login?: string | undefined; readonly password?: string | undefined },
): Promise<DirectoryTestStep[]> {
  const steps: DirectoryTestStep[] = []
  const step = async <T>(name: string, work: () => Promise<{ value: T; detail: string }>): Promise<T | null> => {
    try {
      const { value, detail } = await work()
      steps.push({ name, ok: true, detail })
      return value
    } catch (error) {
      const detail = error instanceof TestFailure ? error.message : explainProblem(error)
      steps.push({ name, ok: false, detail })
      return null
    }
  }
  const session = await step('Connection and account', () => connect(access))
  if (!session) return steps
  try {
    const { login, password } = attempt
    if (!login) return steps
    const person = await step('Person', () => lookUp(access, session, login))
    if (!person) return steps
    if (password !== undefined && !(await step('Password', () => tryPassword(access, person, password)))) return steps
    await step('Groups', () => lookAtGroups(session, person, rules))
    return steps
  } finally {
    await session.close()
  }
}

/** Something that works technically and is still not what is wanted. */
class TestFailure extends Error {}

async function connect(access: DirectoryAccess): Promise<{ value: LdapSession; detail: string }> {
  const value = await openLdap(access)
  const how = { ldaps: 'encrypted (ldaps)', starttls: 'encrypted (StartTLS)', plain: 'NOT encrypted' }[access.security]
  // Some libraries connect only when something is asked.
  await value.listPeople([])
  return { value, detail: `Connected, ${how}, ${access.bindDn ? `as ${access.bindDn}` : 'without an account'}.` }
}

async function lookUp(access: DirectoryAccess, session: LdapSession, login: string) {
  const found = await session.findPeople(login)
  const [person] = found
  const { people, attributes } = access.settings
  if (!person) {
    const missing = `or the entry lacks ${attributes.id} or ${attributes.login}`
    throw new TestFailure(`Nobody is found for "${login}" below "${people.base}" with ${people.filter}, ${missing}.`)
  }
  if (found.length > 1)
    throw new TestFailure(`More than one entry is found for "${login}": the filter must name one person.`)
  if (person.isDisabled) throw new TestFailure(`${person.dn} is disabled in the directory: no sign-in.`)
  const email = person.email ?? `no address in ${attributes.email}`
  return { value: person, detail: `${person.dn}: ${person.login}, ${person.fullname}, ${email}.` }
}

async function tryPassword(access: DirectoryAccess, person: DirectoryPerson, password: string) {
  if (password === '')
    throw new TestFailure('An empty password is never sent: directories take it for a visitor without a name.')
  if (!(await isPasswordOf(access, person.dn, password)))
    throw new TestFailure('The directory does not accept this password.')
  return { value: true, detail: 'The directory accepts the password.' }
}

async function lookAtGroups(session: LdapSession, person: DirectoryPerson, rules: readonly GroupRule[]) {
  const groups = await session.listGroups(person.dn)
  const names = groups.slice(0, SHOWN_GROUPS).map((group) => group.name || group.dn)
  const more = groups.length > SHOWN_GROUPS ? ` and ${groups.length - SHOWN_GROUPS} more` : ''
  const what = groups.length === 0 ? 'In no group that is found.' : `In ${names.join(', ')}${more}.`
  return { value: true, detail: `${what} ${describeRules(rules, groups)}` }
}

function describeRules(rules: readonly GroupRule[], groups: readonly DirectoryGroup[]): string {
  const met = rules.filter((rule) => meetsRule(rule, groups))
  if (rules.length === 0) return 'Nothing follows from groups: there are no rules.'
  if (met.length === 0) return `None of the ${rules.length} rules is met.`
  return `What follows: ${met.map(describeRule).join('; ')}.`
}

function describeRule(rule: GroupRule): string {
  if ('duty' in rule) return `${rule.duty} of the platform`
  return `${rule.role} in ${rule.org}${rule.resourceGroup === undefined ? '' : `, resource group ${rule.resourceGroup}`}`
}
