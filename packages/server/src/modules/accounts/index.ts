import { makeAdminLink, makeLink, makeRecoveryLink } from './one-time-links.js'
import { listMembersWithoutMfa } from './queries/memberships.js'
import { afterCommit, type Db, type Tx } from '../../kit/db/database.js'
import type { Http } from '../../kit/http/server.js'
import { type Account, toAccount } from './account.js'
import { refuse, type SessionView } from '@stoa/contracts'
import type { FastifyReply } from 'fastify'
import type { UserActor } from '../../kit/http/actor.js'
import { confirmSession, demandConfirmed } from './confirm-session.js'
import { endSessionsOf } from './end-sessions.js'
import { letIn, type LetInDeps } from './let-in.js'
import { type Entry, NO_SECOND_FACTORS, type SecondFactors } from './second-factors.js'
import { findPasswordHash, findSessionById } from './queries/credentials.js'
import { renderSessionCookie } from './read-credentials.js'
import { createAuthentication } from './authenticate.js'
import type { AccountsDeps, AccountsKit } from './deps.js'
import { createPlatformSettings, type SignUpPolicy } from './platform-settings.js'
import type { ManifestNoun } from '../../kit/manifest/noun.js'
import { type Switch, switchOf } from '../../kit/switches.js'
import type { NounDeps } from './manifest/noun-deps.js'
import { createUsersNoun } from './manifest/users-noun.js'
import { createNewcomers } from './newcomers.js'
import { createMachines } from './machines.js'
import { createOrganisations } from './organisations.js'
import { NO_ORGS, type OrgSource } from './org-source.js'
import { NO_PASSWORDS, type PasswordSource } from './password-source.js'
import { createPeople } from './people.js'
import type { RemovalGuard } from './remove-account.js'
import type { CountRepos } from './repo-counts.js'
import { type Contact, listContacts, listVerifiedContacts } from './list-contacts.js'
import { type AccountRow, findAccountRow, findAccountRowById, updateAccount, updateUser } from './queries/accounts.js'
import { recordAccount } from './record-change.js'
import { closeDoors, listErasureObstacles, removeErased } from './erase-account.js'
import { checkPasswordOf, SESSION_MAX_S } from './sign-in.js'
import { bindHub } from './routes/hub.js'
import { bindAccessRules } from './routes/access-rules.js'
import { bindEmergency } from './routes/emergency.js'
import { bindPlatformAccounts } from './routes/platform-accounts.js'
import { bindProfile } from './routes/profile.js'
import type { RouteDeps } from './routes/route-deps.js'
import { bindSignIn } from './routes/sign-in.js'
import { bindTokens } from './routes/tokens.js'
import { createSignInThrottle } from './sign-in-throttle.js'
import { NO_SIGN_ONS, type SignOnCredential, type SignOns } from './sign-ons.js'
import { NO_TOKENS, type TokenSource } from './token-source.js'

export { nameCandidates } from './choose-name.js'
export { type Account, avatarUrlOf, isAtLeast, isPro, roleIn } from './account.js'
export { ACCOUNT_RULES, type AccountAction, type Action } from './authz/actions.js'
export { can } from './authz/can.js'
export {
  type DecisionState,
  findTokenProblem,
  OPEN_POLICY,
  TOKEN_KINDS,
  type TokenKind,
  type TokenPolicy,
  type TokenTraits,
} from './authz/token-policy.js'
export type { Decision, Rule } from './authz/decision.js'
export type { AccessContext, AccountResource, RepoResource } from './authz/resource.js'
export { type VisibleSet, visibleTo } from './authz/visible.js'
export { visibleCondition, type VisibleColumns } from './queries/visible-condition.js'
export {
  type AccountRow,
  findAccountRow,
  findAccountRowById,
  listAccountRows,
  listAccountRowsById,
  lockAccount,
} from './queries/accounts.js'
export type { TokenRow } from './queries/credentials.js'
export {
  findDuties,
  findRole,
  listMemberIds,
  listMembers,
  listRoles,
  type MemberRow,
} from './queries/memberships.js'
export { listReachingTokens, type ReachingTokenRow } from './queries/reaching-tokens.js'
export type { HeldPolicy, HeldRole, OrgSource } from './org-source.js'
export { demandOrg, getManagedOrg, getShown, requireSession, visitorOf } from './routes/route-deps.js'
export { createSignInThrottle, type SignInThrottle } from './sign-in-throttle.js'
export { refuseThrottled } from './sign-in.js'
export type { Visitor } from './visitor.js'
export { hashSecret, makeLinkSecret, makeTokenSecret } from './token-secret.js'
export type { HeldToken, ReachingGrant, ReachQuery, TokenSource, TokenUse } from './token-source.js'
export type { SignOnClaim, SignOnCredential, SignOns } from './sign-ons.js'
export type { Entry, SecondFactors } from './second-factors.js'
export type { Newcomer } from './newcomers.js'
export type { SignUpMode, SignUpPolicy } from './platform-settings.js'
export { findHeldBack, refuseHeldBack } from './held-back.js'
export type { MfaRequired } from './mfa-demand.js'
export type { PasswordSource } from './password-source.js'
export type { People, Person } from './people.js'
export type { Contact } from './list-contacts.js'
export type { CountRepos, RepoCounts } from './repo-counts.js'
export type { CredentialId, TokenFacts } from './authenticate.js'
export { scopeAllows, type ScopeTarget } from './token-scope.js'

const FLUSH_EVERY_MS = 60_000
const MAX_MEMBERS_WITHOUT = 100

/** Users, organisations, credentials: who is asking and what they belong to. */
export function createAccounts(kit: AccountsKit) {
  let tokenSource = NO_TOKENS
  let orgSource = NO_ORGS
  let signOns = NO_SIGN_ONS
  let passwordSource = NO_PASSWORDS
  let secondFactors: SecondFactors = NO_SECOND_FACTORS
  const sources = {
    tokenSource: () => tokenSource,
    orgSource: () => orgSource,
    signOns: () => signOns,
    passwordSource: () => passwordSource,
    secondFactors: () => secondFactors,
  }
  const deps: AccountsDeps = { ...kit, ...sources }
  const settings = createPlatformSettings(deps)
  const authentication = createAuthentication({ ...deps, settings })
  const throttle = createSignInThrottle(deps.clock)
  const newcomers = createNewcomers(deps, authentication.cache.forgetUser)
  let flushing: NodeJS.Timeout | undefined
  const letInDeps: LetInDeps = { ...deps, settings }
  let countRepos: CountRepos = async () => ({ numModels: 0, numDatasets: 0, numSpaces: 0 })

  const removalGuards: RemovalGuard[] = []
  const nounDeps: NounDeps = {
    ...deps,
    settings,
    removalGuards,
    forgetAll: authentication.cache.forgetAll,
  }
  const nouns = [createUsersNoun(nounDeps)] as const

  return {
    authenticate: authentication.authenticate,
    /** Facts of an access token; synchronous when warm. Null when it is unknown, expired or its owner suspended. */
    verifyToken: authentication.verifyToken,
    /** The actor behind a credential that was used before, by its id; null when it is worth nothing any more. */
    recall: authentication.recall,
    /** An account by name, in any case; null when there is none (a removed one is none, a service account no namespace). */
    findAccount: async (db: Db, name: string): Promise<Account | null> => {
      const row = await findAccountRow(db, name)
      return row && row.state !== 'removed' && row.kind !== 'service' ? toAccount(row) : null
    },
    /** An account by id, removed or not: what it did keeps its name. */
    getAccount: async (db: Db, id: string): Promise<Account> => {
      const row = await findAccountRowById(db, id)
      if (!row) throw new Error(`no account ${id}`)
      return toAccount(row)
    },
    /** Names and addresses of people who are still here, by account id. */
    listContacts: (db: Db, ids: readonly string[]): Promise<Map<string, Contact>> => listContacts(db, ids),
    /** Where letters to an account go: verified addresses of the person, or of the first admins of the organisation. */
    listVerifiedContacts: (db: Db, accountId: string) => listVerifiedContacts(db, accountId),
    /** What modules that let identities in from elsewhere may do with people. */
    people: createPeople(deps, authentication.cache.forgetUser),
    /** Where the picture of an account is; null for a drawn one. On the record. */
    setAvatarUrl: async (tx: Tx, account: AccountRow, avatarUrl: string | null): Promise<void> => {
      await updateAccount(tx, account.id, { avatarUrl }, deps.clock.now())
      const facts = { before: { picture: account.avatarUrl !== null }, after: { picture: avatarUrl !== null } }
      await recordAccount(tx, deps, account, { action: `${account.kind}.avatar`, ...facts })
    },
    /** What the module of organisations may do with their accounts, members and machines. */
    organisations: createOrganisations({ ...deps, removalGuards }),
    machines: createMachines(deps),
    /** Test mode is on: literal tokens, loose names, no limits. */
    isLenient: settings.isLenient,
    settings,
    nouns: nouns as readonly ManifestNoun[],
    /** The one-time link that makes the first admin; null when somebody is in charge. */
    makeAdminLink: () => makeAdminLink(deps),
    /** A link that sets the password of a user and ends their sessions. */
    makePasswordLink: (userId: string) => deps.write((tx) => makeLink(tx, deps, { purpose: 'set_password', userId })),
    /** A link that sets the password of the first admin and forgets their second factors; only for whoever holds the machine. */
    makeRecoveryLink: () => makeRecoveryLink(deps),
    /** Lets a module that knows directories have their passwords believed, after those of this platform. */
    providePasswordSource: (source: PasswordSource): void => {
      passwordSource = source
    },
    /** Lets the module of organisations say what they ask of credentials, and who is in which group. */
    provideOrgSource: (source: OrgSource): void => {
      orgSource = source
    },
    /** Lets a module that gives out tokens of its own have them believed at every door. */
    provideTokenSource: (source: TokenSource): void => {
      tokenSource = source
    },
    /** Lets the module of single sign-on say what organisations ask of sign-ins. */
    provideSignOns: (provided: SignOns): void => {
      signOns = provided
    },
    /** Notes that a session let an app in: the app reaches what the session may. */
    noteMade: (tx: Tx, made: SignOnCredential, by: { userId: string; sessionId: string }): Promise<void> =>
      signOns.noteMade(tx, made, by),
    /** Drops what this process remembers of a person's credentials, or of everybody's. */
    forgetUser: authentication.cache.forgetUser,
    forgetAll: authentication.cache.forgetAll,
    throttle,
    /** When the person of a session had signed in; null once it ended. */
    signedInAt: async (db: Db, sessionId: string): Promise<Date | null> =>
      (await findSessionById(db, sessionId))?.createdAt ?? null,
    /** Lets the module of repositories fill the counts of overviews. */
    provideRepoCounts: (count: CountRepos): void => {
      countRepos = count
    },
    /** How people come in by themselves. */
    newcomers,
    /** What erasing a person asks of accounts. */
    erasure: {
      listObstacles: (db: Db | Tx, userId: string) => listErasureObstacles(db, userId),
      closeDoors: async (tx: Tx, userId: string, keepSessionId: string): Promise<void> => {
        await closeDoors(tx, deps, userId, keepSessionId)
        afterCommit(tx, () => authentication.cache.forgetUser(userId))
      },
      /** The account as it was; its name is not given again. */
      remove: async (tx: Tx, userId: string): Promise<void> => {
        const user = await findAccountRowById(tx, userId)
        if (!user || user.kind !== 'user') throw new Error(`no user ${userId}`)
        await removeErased(tx, deps, user)
        afterCommit(tx, () => authentication.cache.forgetUser(userId))
      },
    },
    /** What a person's way in asks of accounts; for the modules that know other ways in. */
    access: {
      /** The one way into a session, see `letIn`: sets the cookie, asks for the second factor where there is one. */
      letIn: async (reply: FastifyReply, entry: Entry): Promise<SessionView> => {
        const user = await findAccountRowById(deps.db, entry.userId)
        if (user?.kind !== 'user' || user.state !== 'active') throw refuse('WrongPassword')
        return letIn(letInDeps, reply, entry)
      },
      /** The account a name or verified e-mail address and a password belong to. Throws `WrongPassword`, `SignInThrottled`. */
      checkPassword: (attempt: { login: string; password: string; address: string }): Promise<{ id: string }> =>
        checkPasswordOf({ ...deps, throttle }, attempt),
      /** Throws `ConfirmationRequired` unless the person showed who they are in the last fifteen minutes; the session's id. */
      demandConfirmed: (actor: UserActor): Promise<string> => demandConfirmed(deps, actor),
      /** Notes that they did; the session gets another cookie. */
      confirm: async (reply: FastifyReply, session: { id: string; userId: string; method: string }): Promise<void> => {
        const secret = await deps.write((tx) => confirmSession(tx, deps, session))
        authentication.cache.forgetUser(session.userId)
        reply.header('set-cookie', renderSessionCookie(deps.publicUrl(), secret, SESSION_MAX_S))
      },
      /** Since when a second factor is asked of a user; the other sessions end when the first is added. */
      setMfaSince: async (tx: Tx, userId: string, since: Date | null, keepSessionId?: string): Promise<void> => {
        await updateUser(tx, userId, { mfaSince: since })
        if (since && keepSessionId !== undefined) await endSessionsOf(tx, deps, userId, keepSessionId)
        afterCommit(tx, () => authentication.cache.forgetUser(userId))
      },
      /** Whether somebody's password is known here; people who sign in elsewhere have none. */
      hasPassword: async (userId: string): Promise<boolean> => (await findPasswordHash(deps.db, userId)) !== null,
      /** Lets the module of second factors take part in every sign-in. */
      provideSecondFactors: (provided: SecondFactors): void => {
        secondFactors = provided
      },
      /** Whether somebody has a second factor. */
      hasSecondFactor: async (userId: string): Promise<boolean> =>
        (await findAccountRowById(deps.db, userId))?.mfaSince != null,
      /** Ends every session of somebody, and half sign-ins. */
      endSessions: async (tx: Tx, userId: string): Promise<void> => {
        await endSessionsOf(tx, deps, userId)
        afterCommit(tx, () => authentication.cache.forgetUser(userId))
      },
    },
    /** Whether an organisation asks for second factors, and which members have none. */
    showMfaPolicy: async (orgId: string): Promise<{ requiresMfa: boolean; membersWithout: string[] }> => ({
      requiresMfa: (await findAccountRowById(deps.db, orgId))?.requiresMfa ?? false,
      membersWithout: await listMembersWithoutMfa(deps.db, orgId, MAX_MEMBERS_WITHOUT),
    }),
    /** Asks members of an organisation for a second factor, or no longer. */
    setRequiresMfa: async (tx: Tx, orgId: string, requiresMfa: boolean): Promise<void> => {
      await updateAccount(tx, orgId, { requiresMfa }, deps.clock.now())
      afterCommit(tx, () => authentication.cache.forgetAll())
    },
    /** Forgets every remembered credential: who may do what has changed for many. */
    forgetCredentials: (): void => authentication.cache.forgetAll(),
    /** Lets a module keep an account from being removed while it holds something for it. */
    guardRemoval: (findReason: RemovalGuard): void => void removalGuards.push(findReason),
    routes: (http: Http): void => {
      const routeDeps: RouteDeps = { ...letInDeps, authentication, throttle, newcomers }
      bindSignIn(http, routeDeps)
      bindProfile(http, routeDeps)
      bindTokens(http, routeDeps)
      bindAccessRules(http)
      bindPlatformAccounts(http, routeDeps)
      bindEmergency(http, routeDeps)
      bindHub(http, routeDeps, (accountId) => countRepos(accountId))
    },
    switches: async (): Promise<Switch[]> => [
      describeSignUp(await settings.signUpPolicy()),
      switchOf('lenient', { isOn: settings.isLenient() }),
    ],
    start: async (): Promise<void> => {
      await settings.load()
      flushing = setInterval(() => {
        authentication.flushLastUses().catch((error: unknown) => deps.log.error('last uses were not written', error))
      }, FLUSH_EVERY_MS)
      flushing.unref()
    },
    stop: async (): Promise<void> => {
      clearInterval(flushing)
      await authentication.flushLastUses()
    },
  }
}

function describeSignUp({ mode, domains }: SignUpPolicy): Switch {
  const value = mode === 'domain' ? domains.join(', ') : mode === 'invitation' ? mode : null
  return switchOf('signUp', { isOn: mode !== 'closed', value, page: '/admin/settings' })
}

export type Accounts = ReturnType<typeof createAccounts>
