import {
  acceptInvitation,
  addMember,
  applyManifest,
  askToJoin,
  changeEmail,
  confirmEmail,
  createInvitation,
  createOrg,
  createOrgInvitation,
  exportManifest,
  type CsvResult,
  inspectInvitation,
  type InvitationPreview,
  joinByInvitation,
  listOrgInvitations,
  previewOrgInvitation,
  resendOrgInvitation,
  type ResponseOf,
  revokeOrgInvitation,
  setSignUpPolicy,
  signUp,
  uploadInvitations,
  uploadOrgInvitations,
  whoami,
} from '@stoa/contracts'
import {
  type Answer,
  ask,
  createTestClock,
  join,
  joinAsAdmin,
  type Person,
  startTestServer,
  TEST_PASSWORD,
  type TestServer,
} from '@stoa/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { letterTo, lettersTo } from '../letters.suite.js'

let server: TestServer
let root: Person
let ada: Person
let ben: Person
let groupId = ''
const clock = createTestClock(new Date('2026-11-20T12:00:00Z'))
const DAY_MS = 24 * 3_600_000
const org = (path: string, name = 'acme'): string => path.replace(':name', name)

beforeAll(async () => {
  server = await startTestServer({ clock })
  root = await joinAsAdmin(server)
  ada = await join(server, 'ada')
  ben = await join(server, 'ben')
  await ada.ask('POST', createOrg.path, { name: 'acme', fullname: 'Acme GmbH' })
  await ben.ask('POST', createOrg.path, { name: 'other-org' })
  const group = await ada.ask<{ id: string }>('POST', '/api/organizations/acme/resource-groups', { name: 'Research' })
  groupId = group.body.id
})
afterAll(() => server.stop())

type Made = ResponseOf<typeof createOrgInvitation>
interface Refusal {
  readonly error: { readonly code: string }
}
const codeOf = ({ status, body }: Answer<unknown>): string | number => (body as Refusal).error?.code ?? status
const post = <T = Refusal>(path: string, body: object, cookie = ''): Promise<Answer<T>> =>
  ask<T>(server.url + path, 'POST', { body, cookie })
const invite = (body: object, who = ada) => who.ask<Made>('POST', org(createOrgInvitation.path), body)
const secretOf = ({ link }: Made): string => link?.split('#')[1] ?? ''
const makeLink = async (body: object = {}): Promise<string> =>
  secretOf((await invite({ deliver: 'link', role: 'write', ...body })).body)
const accept = (who: Person, secret: string) => who.ask('POST', acceptInvitation.path, { secret })
const joinBy = (secret: string, name: string, more: object = {}) =>
  post<ResponseOf<typeof joinByInvitation>>(joinByInvitation.path, { secret, name, password: TEST_PASSWORD, ...more })
const setPolicy = (body: object) => root.ask('PUT', setSignUpPolicy.path, body)
const listed = async (state = 'open') =>
  (await ada.ask<ResponseOf<typeof listOrgInvitations>>('GET', `${org(listOrgInvitations.path)}?state=${state}`)).body
    .invitations

describe('a link', () => {
  it('is shown once, tells what it offers, and takes people in as often as it may', async () => {
    const groups = [{ id: groupId, role: 'write' }]
    const made = await invite({ deliver: 'link', role: 'contributor', groups, maxUses: 2 })
    const secret = secretOf(made.body)
    expect(made.body.invitation).toMatchObject({
      state: 'open',
      maxUses: 2,
      uses: 0,
      invitedBy: 'ada',
      isLetter: false,
    })
    expect(JSON.stringify(await listed())).not.toContain(secret)
    const seen = await post<ResponseOf<typeof inspectInvitation>>(inspectInvitation.path, { secret })
    expect(seen.body).toMatchObject({
      org: { name: 'acme', fullname: 'Acme GmbH' },
      invitedBy: 'ada',
      forEmail: null,
      preview: { role: 'contributor', sees: 'all', groups: [{ name: 'Research', role: 'write', resources: 0 }] },
    })
    const carl = await join(server, 'carl')
    expect((await accept(carl, secret)).body).toEqual({ org: 'acme', role: 'contributor' })
    expect((await carl.client.call(whoami, {})).orgs).toMatchObject([{ name: 'acme', roleInOrg: 'contributor' }])
    expect(codeOf(await accept(carl, secret))).toBe('Conflict')
    const dana = await joinBy(secret, 'dana', { fullname: 'Dana D.' })
    expect(dana.body).toMatchObject({ isJoined: true, session: { user: { name: 'dana' }, orgs: [{ name: 'acme' }] } })
    expect(codeOf(await joinBy(secret, 'too-many'))).toBe('LinkInvalid')
    const [shown] = await listed('all')
    expect(shown).toMatchObject({ state: 'accepted', uses: 2, acceptedBy: ['carl', 'dana'] })
    const group = await ada.ask<{ users: { name: string; role: string }[] }>(
      'GET',
      `/api/organizations/acme/resource-groups/${groupId}`,
    )
    expect(JSON.stringify(group.body)).toContain('dana')
  })

  it('of a single use is used once, also by two at the same moment', async () => {
    const secret = await makeLink()
    const both = await Promise.all([joinBy(secret, 'first-one'), joinBy(secret, 'second-one')])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 404])
  })

  it('ends when it is late, was revoked, or whoever made it may no longer invite', async () => {
    const late = await makeLink({ expiresInDays: 1 })
    const revoked = (await invite({ deliver: 'link' })).body
    await ada.ask('DELETE', org(revokeOrgInvitation.path).replace(':invitationId', revoked.invitation.id))
    expect(codeOf(await accept(ben, secretOf(revoked)))).toBe('LinkInvalid')
    expect(codeOf(await post(inspectInvitation.path, { secret: secretOf(revoked) }))).toBe('LinkInvalid')
    clock.advanceMs(DAY_MS + 1)
    expect(codeOf(await accept(ben, late))).toBe('LinkInvalid')
    expect(codeOf(await accept(ben, 'x'.repeat(43)))).toBe('LinkInvalid')

    const zoe = await join(server, 'zoe')
    await ada.client.call(addMember, { params: { name: 'acme' }, body: { user: 'zoe', role: 'admin' } })
    const left = secretOf((await invite({ deliver: 'link', role: 'admin' }, zoe)).body)
    await ada.ask('DELETE', '/api/v1/accounts/orgs/acme/members/zoe')
    expect(codeOf(await accept(zoe, left))).toBe('LinkInvalid')
  })

  it('for an address proves nothing about who has it: the address is verified first', async () => {
    const secret = await makeLink({ email: 'eli@example.org' })
    expect(codeOf(await accept(ben, secret))).toBe('InvitationElsewhere')
    const eli = await joinBy(secret, 'eli', { email: 'ignored@example.org' })
    expect(eli.body).toMatchObject({
      isJoined: false,
      session: { user: { email: 'eli@example.org', emailVerified: false } },
    })
    const again = () => post(acceptInvitation.path, { secret }, eli.cookie)
    expect(codeOf(await again())).toBe('InvitationElsewhere')
    const verify = await letterTo(server, 'eli@example.org', 'email.verify')
    await post(confirmEmail.path, { secret: verify.secret }, eli.cookie)
    expect((await again()).status).toBe(200)
  })
})

describe('a letter', () => {
  it('verifies the address of whoever makes an account with it, and forgets the address', async () => {
    const made = await invite({ deliver: 'letter', email: 'Fay@example.org', name: 'Fay', role: 'read' })
    expect(made.body).toMatchObject({
      link: null,
      invitation: { email: 'Fay@example.org', name: 'Fay', isLetter: true },
    })
    const { secret, text, subject } = await letterTo(server, 'fay@example.org', 'invitation')
    expect(text).toContain('ada invites you to the organisation acme')
    expect(subject).not.toContain('GmbH')
    const seen = await post<ResponseOf<typeof inspectInvitation>>(inspectInvitation.path, { secret })
    expect(seen.body).toMatchObject({ forEmail: 'F…@example.org', provesAddress: true, name: 'Fay' })
    expect(codeOf(await accept(ben, secret))).toBe('InvitationElsewhere')
    const fay = await joinBy(secret, 'fay')
    expect(fay.body.session.user).toMatchObject({ email: 'Fay@example.org', emailVerified: true })
    const [row] = (await listed('all')).filter(({ acceptedBy }) => acceptedBy.includes('fay'))
    expect(row).toMatchObject({ email: null, name: null, state: 'accepted' })
  })

  it('is accepted by the account that verified its address, and by no other', async () => {
    const gus = await join(server, 'gus')
    await gus.ask('PUT', changeEmail.path, { email: 'gus@example.org' })
    await gus.ask('POST', confirmEmail.path, {
      secret: (await letterTo(server, 'gus@example.org', 'email.verify')).secret,
    })
    await invite({ deliver: 'letter', email: 'gus@example.org' })
    const { secret } = await letterTo(server, 'gus@example.org', 'invitation')
    expect(codeOf(await joinBy(secret, 'gus-two'))).toBe('EmailTaken')
    expect((await accept(gus, secret)).body).toEqual({ org: 'acme', role: 'read' })
  })

  it('is sent again with a new link, and does not leave once it was taken back', async () => {
    const { id } = (await invite({ deliver: 'letter', email: 'hal@example.org' })).body.invitation
    const first = await letterTo(server, 'hal@example.org', 'invitation')
    const path = (of: string) => org(of).replace(':invitationId', id)
    expect((await ada.ask('POST', path(resendOrgInvitation.path))).status).toBe(200)
    const [second, ...more] = await lettersTo(server, 'hal@example.org')
    expect(more).toEqual([])
    expect(codeOf(await post(inspectInvitation.path, { secret: first.secret }))).toBe('LinkInvalid')
    expect((await post(inspectInvitation.path, { secret: second?.secret ?? '' })).status).toBe(200)
    expect((await ada.ask('DELETE', path(revokeOrgInvitation.path))).status).toBe(204)
    expect(await lettersTo(server, 'hal@example.org')).toEqual([])
    expect(codeOf(await ada.ask('POST', path(resendOrgInvitation.path)))).toBe('NotFound')
  })
})

describe('whoever may not invite', () => {
  it('is refused: visitors, members, admins of another organisation, tokens', async () => {
    const { id } = (await invite({ deliver: 'link' })).body.invitation
    const carl = await ask<Refusal>(server.url + '/api/v1/accounts/sign-in', 'POST', {
      body: { login: 'carl', password: TEST_PASSWORD },
    })
    const headers = { authorization: `Bearer ${ada.token}` }
    const calls = [
      ['POST', createOrgInvitation.path, { deliver: 'link' }],
      ['GET', listOrgInvitations.path, undefined],
      ['POST', uploadOrgInvitations.path, { text: 'email', dryRun: true }],
      ['POST', previewOrgInvitation.path, {}],
      ['POST', resendOrgInvitation.path, undefined],
      ['DELETE', revokeOrgInvitation.path, undefined],
    ] as const
    for (const [method, route, body] of calls) {
      const path = org(route).replace(':invitationId', id)
      const sent = body ? { body } : {}
      const answers = [
        await ask(server.url + path, method, sent),
        await ask(server.url + path, method, { ...sent, cookie: carl.cookie }),
        await ben.ask(method, path, body),
        await root.ask(method, path, body),
        await ask(server.url + path, method, { ...sent, headers }),
      ]
      const codes = ['Unauthorized', 'Forbidden', 'Forbidden', 'Forbidden', 'SessionRequired']
      expect([route, answers.map(codeOf)]).toEqual([route, codes])
    }
    // An invitation of one organisation is none of another.
    const elsewhere = org(revokeOrgInvitation.path, 'other-org').replace(':invitationId', id)
    expect(codeOf(await ben.ask('DELETE', elsewhere))).toBe('NotFound')
    expect(codeOf(await ben.ask('POST', createInvitation.path, { deliver: 'link' }))).toBe('Forbidden')
    expect(codeOf(await invite({ deliver: 'link', groups: [{ id: '0'.repeat(24), role: 'read' }] }))).toBe(
      'GroupNotFound',
    )
    expect(codeOf(await invite({ deliver: 'letter' }))).toBe('InvalidRequest')
  })
})

describe('a role in words', () => {
  it('[R1] is what the decision says of it, before anybody has it', async () => {
    const preview = async (role: string, groups: object[] = []) =>
      (await ada.ask<InvitationPreview>('POST', org(previewOrgInvitation.path), { role, groups })).body
    const group = [{ id: groupId, role: 'read' }]
    expect(await preview('no_access')).toMatchObject({ sees: 'public', may: { createRepos: false, callModels: false } })
    expect((await preview('no_access', group)).sees).toBe('groups')
    expect(await preview('read')).toMatchObject({ sees: 'all', may: { createRepos: false, writeAllRepos: false } })
    expect((await preview('contributor')).may).toMatchObject({ createRepos: true, writeAllRepos: false })
    expect((await preview('write')).may).toMatchObject({ writeAllRepos: true, seeMoney: true, manageOrg: false })
    const everything = Object.values((await preview('admin')).may)
    expect(everything.every(Boolean)).toBe(true)
  })
})

describe('a CSV file', () => {
  const upload = (text: string, dryRun: boolean, who = ada) =>
    who.ask<CsvResult>('POST', org(uploadOrgInvitations.path), { text, dryRun })

  it('is checked line by line without a letter, then its good lines are invited', async () => {
    const text =
      'name,email,role,groups\nIna,ina@example.org,write,Research:write\nJo,jo@example,owner,\nKim,kim@example.org,,\n'
    const dry = (await upload(text, true)).body
    expect(dry).toMatchObject({ good: 2, bad: 1, held: 0 })
    expect(dry.lines.map(({ line, problem }) => [line, problem])).toEqual([
      [2, null],
      [3, 'role'],
      [4, null],
    ])
    expect(await lettersTo(server, 'ina@example.org')).toEqual([])
    expect((await upload(text, false)).body).toMatchObject({ good: 2, bad: 1, held: 0 })
    const { secret } = await letterTo(server, 'ina@example.org', 'invitation')
    expect((await joinBy(secret, 'ina')).body.session.orgs).toMatchObject([{ name: 'acme', role: 'write' }])
    expect((await upload(text, true)).body.lines.map(({ problem }) => problem)).toEqual([null, 'role', 'invited'])
    expect(codeOf(await upload('name\nx', true))).toBe('CsvInvalid')
  })

  it('of ten thousand lines is checked as a whole; its invitations are one event a hundred', async () => {
    const lines = (count: number) => Array.from({ length: count }, (_, n) => `p${n}@bulk.example`).join('\n')
    expect((await upload(`email\n${lines(10_000)}`, true)).status).toBe(422)
    expect((await upload(`email\n${lines(9_900)}`, true)).body).toMatchObject({ good: 9_900, bad: 0 })
    const made = await root.ask<CsvResult>('POST', uploadInvitations.path, {
      text: `email\n${lines(250)}`,
      dryRun: false,
    })
    expect(made.body).toMatchObject({ good: 250, bad: 0, held: 0 })
    const events = await server.running.kit.db
      .selectFrom('kit.auditEvents')
      .select('body')
      .where('action', '=', 'admin.invite_user')
      .where('targetType', '=', 'invitation_batch')
      .orderBy('seq')
      .execute()
    expect(events.map(({ body }) => (JSON.parse(body) as { after: { count: number } }).after.count)).toEqual([
      100, 100, 50,
    ])
    expect(JSON.stringify(events)).not.toContain('bulk.example')
  }, 60_000)
})

describe('letters of one person', () => {
  it('are ten thousand a day at most, over all their organisations, revoked ones too', async () => {
    const now = clock.now()
    await server.running.kit.write(async (tx) => {
      // Rows that nobody was written about: the watch over the audit looks away.
      await sql`set local session_replication_role = replica`.execute(tx)
      await sql`insert into signin.invitations (id, batch_id, is_letter, proves_address, secret_hash, max_uses, invited_by,
          created_at, expires_at, revoked_at)
        select 'many' || n, 'many', true, true, 'many' || n, 1, ${ben.id}, ${now}, ${now}, ${now}
        from generate_series(1, 10000) n`.execute(tx)
    })
    const write = () =>
      ben.ask('POST', org(createOrgInvitation.path, 'other-org'), { deliver: 'letter', email: 'pia@example.org' })
    expect(codeOf(await write())).toBe('InvitationLimit')
    clock.advanceMs(DAY_MS + 1)
    expect((await write()).status).toBe(200)
  })
})

describe('who may make an account', () => {
  const signUpAs = (name: string) => post(signUp.path, { name, password: TEST_PASSWORD })

  it('is set by an admin, on the record, and holds at once', async () => {
    expect(codeOf(await ada.ask('PUT', setSignUpPolicy.path, { mode: 'closed' }))).toBe('Forbidden')
    expect(codeOf(await setPolicy({ mode: 'domain', domains: [] }))).toBe('InvalidRequest')
    for (const domain of ['*', 'a', 'a..b', 'http://x.de', 'x.de\r\n'.repeat(2)])
      expect((await setPolicy({ mode: 'domain', domains: [domain] })).status).toBe(400)
    await setPolicy({ mode: 'closed' })
    expect(codeOf(await signUpAs('nope'))).toBe('SignUpClosed')
    expect(codeOf(await joinBy(await makeLink(), 'nope'))).toBe('SignUpClosed')
    const event = await server.running.kit.db
      .selectFrom('kit.auditEvents')
      .select('actorId')
      .where('action', '=', 'admin.settings.update')
      .where('targetId', '=', 'sign_up')
      .executeTakeFirst()
    expect(event?.actorId).toBe(root.id)
  })

  it('may be whoever is invited: to the platform, or by an organisation', async () => {
    await setPolicy({ mode: 'invitation' })
    expect(codeOf(await signUpAs('nope'))).toBe('SignUpClosed')
    const made = await root.ask<Made>('POST', createInvitation.path, { deliver: 'link' })
    expect((await joinBy(secretOf(made.body), 'lea')).body).toMatchObject({
      session: { user: { name: 'lea' }, orgs: [] },
    })
    expect((await joinBy(await makeLink(), 'mia')).body.isJoined).toBe(true)
    expect(codeOf(await root.ask('POST', createInvitation.path, { deliver: 'link', role: 'read' }))).toBe(
      'InvalidRequest',
    )
  })

  it('is set by a manifest too, exported, and refused when it makes no sense', async () => {
    const apply = (text: string) =>
      root.ask<{ text: string }>('POST', applyManifest.path, { documents: [{ name: 'x', text }] })
    const applied = await apply('signUp: [{ mode: domain, domains: [Corp.example] }]')
    expect(applied.body.text).toContain('sign-up')
    expect((await apply('signUp: [{ mode: domain, domains: [corp.example] }]')).body.text).not.toContain('sign-up')
    const exported = await root.ask<{ text: string }>('GET', exportManifest.path)
    expect(exported.body.text).toContain('signUp:\n  - mode: domain\n    domains:\n      - corp.example')
    expect((await apply('signUp: [{ mode: domain }]')).status).toBe(422)
    expect((await apply('signUp: [{ mode: open }, { mode: closed }]')).status).toBe(422)
    await apply('signUp: [{ state: absent }]')
    expect((await signUpAs('nils')).status).toBe(200)
  })

  it('may be whoever has an address at a domain: by a letter, which nobody learns anything from', async () => {
    await setPolicy({ mode: 'domain', domains: ['Corp.example'] })
    const request = (email: string) => post(askToJoin.path, { email })
    expect(codeOf(await signUpAs('nope'))).toBe('SignUpClosed')
    for (const email of ['x@evil.example', 'x@corp.example.evil.example', 'x@sub.corp.example'])
      expect(codeOf(await request(email))).toBe('SignUpClosed')
    expect((await request('nia@corp.example')).status).toBe(204)
    const { secret } = await letterTo(server, 'nia@corp.example', 'sign_up')
    const nia = await joinBy(secret, 'nia')
    expect(nia.body.session.user).toMatchObject({ email: 'nia@corp.example', emailVerified: true })
    expect((await request('NIA@corp.example')).status).toBe(204)
    const known = await letterTo(server, 'nia@corp.example', 'sign_up')
    expect([known.secret, known.text.includes('nia already')]).toEqual(['', true])
    await setPolicy({ mode: 'open' })
    expect(codeOf(await request('o@corp.example'))).toBe('SignUpClosed')
    expect((await signUpAs('otto')).status).toBe(200)
  })
})
