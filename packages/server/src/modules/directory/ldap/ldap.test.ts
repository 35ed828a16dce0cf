import type { DirectoryFields, DirectoryView } from '@stoa/contracts'
import {
  ask,
  createTestClock,
  join,
  joinAsAdmin,
  type Person,
  type Slapd,
  startSlapd,
  startTestServer,
  type TestServer,
  TEST_PASSWORD,
} from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const slapd = await startSlapd()
const clock = createTestClock(new Date('2026-11-21T12:00:00Z'))
const PATH = '/api/v1/accounts/admin/directories'
const MINUTE_MS = 60_000
let server: TestServer
let root: Person

const fieldsOf = ({ url, base, admin }: Slapd, more: Partial<DirectoryFields> = {}): DirectoryFields => ({
  name: 'Example',
  url,
  security: 'starttls',
  caPem: slapd?.caPem ?? null,
  bindDn: admin.dn,
  bindPassword: admin.password,
  isEnabled: true,
  rules: [],
  ...more,
  settings: {
    people: { base: `ou=people,${base}`, filter: '(&(objectClass=inetOrgPerson)(|(uid={login})(mail={login})))' },
    attributes: { id: 'entryUUID', login: 'uid', email: 'mail', fullname: 'cn' },
    groups: {
      base: `ou=groups,${base}`,
      filter: '(objectClass=groupOfNames)',
      memberAttribute: 'member',
      nested: 'walk',
    },
    createsAccounts: true,
    linksByEmail: false,
    syncMinutes: 5,
    timeoutMs: 3000,
    ...more.settings,
  },
})

const signIn = async (login: string, password: string) => {
  const answer = await ask<{ user?: { name: string; email: string | null; fullname: string } | null }>(
    `${server.url}/api/v1/accounts/sign-in`,
    'POST',
    { body: { login, password } },
  )
  return { status: answer.status, user: answer.body.user, cookie: answer.cookie, body: answer.body }
}
const set = async (id: string, fields: DirectoryFields) => {
  const answer = await root.ask<DirectoryView>('PUT', `${PATH}/${id}`, fields)
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  return answer.body
}
const sync = async (id: string) => (await root.ask<DirectoryView>('POST', `${PATH}/${id}/sync`, {})).body

beforeAll(async () => {
  server = await startTestServer({ clock })
  root = await joinAsAdmin(server)
}, 60_000)
afterAll(async () => {
  await server.stop()
  await slapd?.stop()
})

describe.skipIf(slapd === null)('[R1] a real OpenLDAP', () => {
  const real = slapd as Slapd
  let id: string

  it('is added by an owner of the platform, its password sealed and never shown', async () => {
    const made = await root.ask<DirectoryView>('POST', PATH, fieldsOf(real))
    expect(made.status).toBe(200)
    id = made.body.id
    expect(made.body).toMatchObject({ hasBindPassword: true, security: 'starttls', people: 0 })
    expect(JSON.stringify(made.body)).not.toContain(real.admin.password + '"')
    const [row] = await server.running.kit.db.selectFrom('directory.directories').selectAll().execute()
    expect(JSON.stringify(row)).not.toContain(`"${real.admin.password}"`)
    const stranger = await join(server, 'stranger')
    for (const [method, path, body] of [
      ['GET', PATH, undefined],
      ['POST', PATH, fieldsOf(real)],
      ['PUT', `${PATH}/${id}`, fieldsOf(real)],
      ['DELETE', `${PATH}/${id}`, undefined],
      ['POST', `${PATH}/test`, fieldsOf(real)],
      ['POST', `${PATH}/${id}/sync`, undefined],
    ] as const) {
      expect([method, path, (await stranger.ask(method, path, body)).status]).toEqual([method, path, 403])
      expect((await ask(server.url + path, method, body ? { body } : {})).status).toBe(401)
    }
  })

  it('lets people in with an account of their own, the same one each time', async () => {
    const first = await signIn('ada', 'pw-ada')
    expect(first.user).toMatchObject({ name: 'ada', fullname: 'Ada Lovelace', email: 'ada@example.test' })
    expect((await signIn('ADA@example.test', 'pw-ada')).user?.name).toBe('ada')
    const whoami = await ask(`${server.url}/api/v1/accounts/session`, 'GET', { cookie: first.cookie })
    expect(whoami.body).toMatchObject({ user: { name: 'ada' } })
  })

  it('refuses wrong, empty and foreign passwords alike', async () => {
    const answers = [
      await signIn('ada', 'pw-bob'),
      await signIn('ada', ''),
      await signIn('nobody', 'pw-ada'),
      await signIn('nobody', ''),
      await signIn('*', 'pw-ada'),
      await signIn('ada)(uid=*', 'pw-ada'),
      await signIn('a*', 'pw-ada'),
      await signIn('root', 'pw-root'),
    ]
    for (const answer of answers) {
      expect(answer.status).toBe(401)
      expect(answer.body).toEqual(answers[0]?.body)
    }
    expect((await signIn('ada', 'pw-ada')).status).toBe(200)
  })

  it('is asked after the passwords of this platform, which work without it', async () => {
    await set(id, fieldsOf(real, { url: 'ldap://127.0.0.1:1', bindPassword: 'x' }))
    expect((await signIn('root', TEST_PASSWORD)).status).toBe(200)
    expect((await signIn('ada', 'pw-ada')).status).toBe(401)
    const list = await root.ask<{ directories: DirectoryView[] }>('GET', PATH)
    expect(list.body.directories[0]?.problem).toContain('Nothing listens')
    await set(id, fieldsOf(real))
    clock.advanceMs(11_000)
    expect((await signIn('ada', 'pw-ada')).status).toBe(200)
  })

  it('speaks ldaps, believes only the authority it was given, and nothing unencrypted elsewhere', async () => {
    const test = (fields: DirectoryFields) =>
      root.ask<{ ok: boolean; steps: { name: string; ok: boolean; detail: string }[] }>('POST', `${PATH}/test`, fields)
    const good = await test(fieldsOf(real, { url: real.tlsUrl, security: 'ldaps' }))
    expect(good.body).toMatchObject({ ok: true, steps: [{ ok: true }] })
    for (const [url, security] of [
      [real.tlsUrl, 'ldaps'],
      [real.url, 'starttls'],
    ] as const) {
      const foreign = await test(fieldsOf(real, { url, security, caPem: null }))
      expect(foreign.body.ok).toBe(false)
      expect(foreign.body.steps[0]?.detail).toContain('authority')
    }
    const wrong = await test(fieldsOf(real, { bindPassword: 'wrong' }))
    expect(wrong.body.steps[0]?.detail).toContain('does not accept')
    for (const fields of [
      fieldsOf(real, { url: 'ldap://directory.example:389', security: 'plain' }),
      fieldsOf(real, { url: real.tlsUrl, security: 'starttls' }),
      fieldsOf(real, { url: real.url, security: 'ldaps' }),
    ]) {
      expect((await root.ask('POST', PATH, { ...fields, name: 'other' })).status).toBe(400)
    }
    expect((await root.ask('POST', PATH, { ...fieldsOf(real), url: 'http://x' })).status).toBe(400)
    const moved = { ...fieldsOf(real), url: 'ldap://127.0.0.1:2', bindPassword: undefined }
    expect((await root.ask('PUT', `${PATH}/${id}`, moved)).status).toBe(400)
  })

  it('is tried step by step, in words', async () => {
    const steps = async (more: object, fields = fieldsOf(real)) => {
      const answer = await root.ask<{ steps: { name: string; ok: boolean; detail: string }[] }>(
        'POST',
        `${PATH}/test`,
        { ...fields, ...more },
      )
      return answer.body.steps.map(({ ok, detail }) => `${ok ? 'yes' : 'no'}: ${detail}`)
    }
    const all = await steps({ login: 'ada', password: 'pw-ada' })
    expect(all).toHaveLength(4)
    expect(all[1]).toContain('uid=ada,ou=people,dc=example,dc=test: ada, Ada Lovelace, ada@example.test')
    expect(all[3]).toContain('research, labs')
    expect((await steps({ login: 'ada', password: 'x' })).at(-1)).toContain(
      'no: The directory does not accept this password',
    )
    expect((await steps({ login: 'zoe' })).at(-1)).toContain('no: Nobody is found for "zoe"')
    const several = fieldsOf(real)
    several.settings.people.filter = '(|(objectClass=inetOrgPerson)(uid={login}))'
    expect((await steps({ login: 'ada' }, several)).at(-1)).toContain('no: More than one')
    const lost = fieldsOf(real)
    lost.settings.people.base = 'ou=nowhere,dc=example,dc=test'
    expect((await steps({ login: 'ada' }, lost)).at(-1)).toContain('does not exist')
  })

  it('gives roles, resource groups and duties by groups, and groups in groups', async () => {
    const boss = await join(server, 'boss')
    await boss.ask('POST', '/api/v1/accounts/orgs', { name: 'lab' })
    await boss.ask('POST', '/api/organizations/lab/resource-groups', { name: 'inner' })
    const rules: DirectoryFields['rules'] = [
      { group: 'labs', org: 'lab', role: 'read' },
      { group: 'cn=research,ou=groups,dc=example,dc=test', org: 'lab', role: 'write' },
      { group: 'research', org: 'lab', role: 'contributor', resourceGroup: 'inner' },
      { group: 'labs', duty: 'auditor' },
      { group: 'other', org: 'lab', role: 'admin' },
    ]
    await set(id, fieldsOf(real, { rules }))
    await signIn('ada', 'pw-ada')
    const members = async () =>
      (await boss.ask<{ user: string; role: string }[]>('GET', '/api/organizations/lab/members')).body.map(
        ({ user, role }) => [user, role],
      )
    expect(await members()).toContainEqual(['ada', 'write'])
    const groups = await boss.ask<{ users: { name: string; role: string }[] }[]>(
      'GET',
      '/api/organizations/lab/resource-groups',
    )
    expect(groups.body[0]?.users).toMatchObject([{ name: 'ada', role: 'contributor' }])
    const account = await root.ask<{ duties: string[] }>('GET', '/api/v1/accounts/admin/accounts/ada')
    expect(account.body.duties).toEqual(['auditor'])

    // No longer in the group, nothing of it is left; what somebody else gave would stay.
    await real.modify(
      `dn: cn=research,ou=groups,${real.base}\nchangetype: modify\ndelete: member\nmember: uid=ada,ou=people,${real.base}\n`,
    )
    await sync(id)
    expect(await members()).not.toContainEqual(['ada', 'write'])
    const after = await root.ask<{ duties: string[] }>('GET', '/api/v1/accounts/admin/accounts/ada')
    expect(after.body.duties).toEqual([])
    await set(id, fieldsOf(real, { rules: [] }))
  })

  it('suspends who vanished, with every session and token, and lets them back', async () => {
    const here = await signIn('ada', 'pw-ada')
    const made = await ask<{ secret: string }>(`${server.url}/api/v1/accounts/tokens`, 'POST', {
      cookie: here.cookie,
      body: { name: 'laptop', role: 'write' },
    })
    const token = { headers: { authorization: `Bearer ${made.body.secret}` } }
    const whoami = async () => (await ask(`${server.url}/api/whoami-v2`, 'GET', token)).status
    expect(await whoami()).toBe(200)
    await real.modify(
      `dn: uid=ada,ou=people,${real.base}\nchangetype: modrdn\nnewrdn: uid=ada\ndeleteoldrdn: 0\nnewsuperior: ou=groups,${real.base}\n`,
    )
    // The clock of the server says when directories are compared.
    clock.advanceMs(6 * MINUTE_MS)
    await server.running.kit.jobs.drained()
    expect(await whoami()).toBe(401)
    expect((await signIn('ada', 'pw-ada')).status).toBe(401)
    const view = await root.ask<{ directories: DirectoryView[] }>('GET', PATH)
    expect(view.body.directories[0]).toMatchObject({
      people: 1,
      suspended: 1,
      syncResult: '1 people compared, 1 suspended, 0 came back.',
    })

    await real.modify(
      `dn: uid=ada,ou=groups,${real.base}\nchangetype: modrdn\nnewrdn: uid=ada\ndeleteoldrdn: 0\nnewsuperior: ou=people,${real.base}\n`,
    )
    expect((await signIn('ada', 'pw-ada')).user?.name).toBe('ada')
    expect(await whoami()).toBe(401)
  })

  it('does not wake an account that the platform suspended', async () => {
    await root.ask('POST', '/api/v1/accounts/admin/accounts/ada/suspend', { reason: 'for a test' })
    expect((await signIn('ada', 'pw-ada')).status).toBe(401)
    await sync(id)
    expect((await signIn('ada', 'pw-ada')).status).toBe(401)
    await root.ask('POST', '/api/v1/accounts/admin/accounts/ada/restore', {})
    expect((await signIn('ada', 'pw-ada')).status).toBe(200)
  })

  it('with the shape of Active Directory: identifiers of bytes, disabled accounts', async () => {
    const fields = fieldsOf(real)
    fields.settings.people.filter = '(&(objectClass=adPerson)(sAMAccountName={login}))'
    fields.settings.attributes = { id: 'objectGUID', login: 'sAMAccountName', email: 'telephoneNumber', fullname: 'cn' }
    await root.ask('DELETE', `${PATH}/${id}`)
    const made = await root.ask<DirectoryView>('POST', PATH, fields)
    expect((await signIn('bob', 'pw-bob')).status).toBe(401)
    await real.modify(
      `dn: uid=bob,ou=people,${real.base}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 512\n`,
    )
    expect((await signIn('bob', 'pw-bob')).user?.name).toBe('bob')
    const ada = await signIn('ada', 'pw-ada')
    expect(ada.user?.name).toBe('ada-2')
    expect((await sync(made.body.id)).syncResult).toBe('2 people compared, 0 suspended, 0 came back.')
    await real.modify(
      `dn: uid=bob,ou=people,${real.base}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 514\n`,
    )
    expect((await sync(made.body.id)).syncResult).toBe('2 people compared, 1 suspended, 0 came back.')
    expect((await signIn('bob', 'pw-bob')).status).toBe(401)
    id = made.body.id
  })

  it('links an existing account only when told to, and never one that runs the platform', async () => {
    const { people } = server.running.app.accounts
    const eve = await join(server, 'eve-of-old')
    await server.running.kit.write((tx) => people.update(tx, eve.id, { email: 'eve@example.test' }))
    await set(id, fieldsOf(real))
    expect((await signIn('eve', 'pw-eve')).status).toBe(401)
    const list = await root.ask<{ directories: DirectoryView[] }>('GET', PATH)
    expect(list.body.directories[0]?.problem).toContain('eve-of-old has the same address')
    const linking = fieldsOf(real, { settings: { ...fieldsOf(real).settings, linksByEmail: true } })
    await set(id, linking)
    await server.running.kit.write((tx) => people.setDuties(tx, eve.id, ['moderator']))
    expect((await signIn('eve', 'pw-eve')).status).toBe(401)
    await server.running.kit.write((tx) => people.setDuties(tx, eve.id, []))
    expect((await signIn('eve', 'pw-eve')).user?.name).toBe('eve-of-old')
  })
})
