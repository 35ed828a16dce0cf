import { createOrg } from '@stoa/contracts'
import { createTestClock, join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lettersTo } from '../signin/letters.suite.js'

const clock = createTestClock(new Date('2027-01-01T12:00:00Z'))
const DAY_MS = 24 * 3_600_000
const settings = (repo: string) => `/api/models/${repo}/settings`
const ask = (person: Person, repo: string) => person.ask('POST', `/${repo}/ask-access`, {})

describe('[R1] letters about requests for access', () => {
  let server: TestServer
  let ada: Person
  beforeAll(async () => {
    server = await startTestServer({ clock })
    ada = await join(server, 'ada')
    for (const name of ['fast', 'slow', 'plain']) {
      await ada.ask('POST', '/api/repos/create', { name })
      await ada.ask('PUT', settings(`ada/${name}`), { gated: 'manual' })
    }
  })
  afterAll(() => server.stop())
  const digest = async (): Promise<void> => {
    clock.advanceMs(DAY_MS)
    await server.running.kit.jobs.drained()
  }

  it('are settings that the client sends, stored and shown to admins alone', async () => {
    const shown = await ada.ask('GET', settings('ada/fast'))
    const usual = { gatedNotificationsMode: 'bulk', gatedNotificationsEmail: null, orgMembersGated: false }
    expect(shown.body).toMatchObject(usual)
    const change = { gatedNotificationsMode: 'real-time', gatedNotificationsEmail: 'gate@lab.example' }
    expect((await ada.ask('PUT', settings('ada/fast'), change)).body).toMatchObject({ ...change, gated: 'manual' })
    expect((await ada.ask('GET', settings('ada/fast'))).body).toMatchObject(change)
    expect((await ada.ask('PUT', settings('ada/fast'), { gatedNotificationsEmail: null })).body).toMatchObject(change)

    const eve = await join(server, 'eve')
    expect((await eve.ask('GET', settings('ada/fast'))).status).toBe(403)
    expect((await eve.ask('PUT', settings('ada/fast'), { gatedNotificationsEmail: 'eve@x.example' })).status).toBe(403)
    const info = await fetch(`${server.url}/api/models/ada/fast?expand=gated`)
    expect(await info.text()).not.toContain('gate@lab.example')
  })

  it('refuses what is no address, no mode, and members where there are none', async () => {
    for (const [body, words] of [
      [{ gatedNotificationsEmail: 'nobody' }, 'is not an e-mail address'],
      [{ gatedNotificationsEmail: 'a@b.de\r\nBcc: c@d.de' }, 'is not an e-mail address'],
      [{ gatedNotificationsEmail: `${'a'.repeat(250)}@b.de` }, 'gatedNotificationsEmail'],
      [{ gatedNotificationsMode: 'hourly' }, 'gatedNotificationsMode'],
      [{ orgMembersGated: 'yes' }, 'orgMembersGated'],
      [{ orgMembersGated: true }, 'Only a repository of an organisation'],
    ] as const) {
      const refused = await ada.ask<{ error: string }>('PUT', settings('ada/slow'), { gated: 'auto', ...body })
      expect([body, refused.status]).toEqual([body, 400])
      expect(refused.headers.get('x-error-code')).toBeTruthy()
      expect(refused.body.error).toContain(words)
    }
    expect((await ada.ask('GET', settings('ada/slow'))).body).toMatchObject({ gated: 'manual' })
  })

  it('come at once where the owner wants it, name who asks, and hold no answers', async () => {
    const bob = await join(server, 'bob')
    expect((await bob.ask('POST', '/ada/fast/ask-access', { secret: 'my answer' })).status).toBeLessThan(400)
    expect((await ask(bob, 'ada/fast')).status).toBeLessThan(400)
    const letters = await lettersTo(server, 'gate@lab.example')
    expect(letters.map(({ kind, subject }) => [kind, subject])).toEqual([
      ['gate.asked', 'bob asks for access to ada/fast'],
    ])
    expect(letters[0]?.text).toContain(`${server.url}/ada/fast/settings`)
    expect(letters[0]?.text).not.toContain('my answer')
    await digest()
    expect(await lettersTo(server, 'gate@lab.example')).toHaveLength(1)
  })

  it('come once a day in one letter otherwise, and tell of each request once', async () => {
    await ada.ask('PUT', settings('ada/slow'), { gatedNotificationsEmail: 'day@lab.example' })
    for (const name of ['p1', 'p2']) await ask(await join(server, name), 'ada/slow')
    await ask(await join(server, 'p3'), 'ada/plain')
    expect(await lettersTo(server, 'day@lab.example')).toEqual([])
    await digest()
    const [letter, ...more] = await lettersTo(server, 'day@lab.example')
    expect(more).toEqual([])
    expect(letter).toMatchObject({ kind: 'gate.digest', subject: '2 requests for access since yesterday' })
    expect(letter?.text).toContain('model ada/slow: 2 people wait for you to decide.')
    await digest()
    expect(await lettersTo(server, 'day@lab.example')).toHaveLength(1)
  })

  it('go to the verified address of the owner where none was given, once the owner chose to be told', async () => {
    const own = 'ada@lab.example'
    const confirmed = { email: own, emailVerifiedAt: clock.now() }
    expect(await lettersTo(server, own)).toEqual([])
    const { kit } = server.running
    await kit.write(async (tx) => {
      await tx.updateTable('accounts.users').set(confirmed).where('accountId', '=', ada.id).execute()
      await kit.audit.record(tx, { chain: 'platform', action: 'test', target: { type: 'user', id: ada.id } })
    })
    await ada.ask('PUT', settings('ada/plain'), { gatedNotificationsMode: 'real-time' })
    await ask(await join(server, 'p4'), 'ada/plain')
    expect((await lettersTo(server, own)).map(({ subject }) => subject)).toEqual(['p4 asks for access to ada/plain'])
    await ada.ask('PUT', settings('ada/plain'), { gated: 'auto' })
    await ask(await join(server, 'p5'), 'ada/plain')
    expect((await lettersTo(server, own))[0]?.subject).toBe('p5 was let in to ada/plain')
  })

  it('are held back by the limits of letters and come with the digest', async () => {
    await ada.ask('PUT', settings('ada/fast'), { gatedNotificationsEmail: 'busy@lab.example' })
    for (let n = 0; n < 8; n++) await ask(await join(server, `many${n}`), 'ada/fast')
    expect(await lettersTo(server, 'busy@lab.example')).toHaveLength(6)
    await digest()
    const letters = await lettersTo(server, 'busy@lab.example')
    expect(letters).toHaveLength(7)
    expect(letters[0]).toMatchObject({ kind: 'gate.digest', subject: '2 requests for access since yesterday' })
  })

  it('forget the address when the repository goes to somebody else', async () => {
    expect((await ada.ask('POST', createOrg.path, { name: 'lab', fullname: 'Lab' })).status).toBeLessThan(300)
    const moved = await ada.ask('POST', '/api/repos/move', { fromRepo: 'ada/fast', toRepo: 'lab/fast', type: 'model' })
    expect(moved.status).toBe(200)
    expect((await ada.ask('GET', settings('lab/fast'))).body).toMatchObject({
      gatedNotificationsMode: 'bulk',
      gatedNotificationsEmail: null,
    })
  })

  it('gates an organisation’s repository for its readers too, at every door', async () => {
    const rita = await join(server, 'rita')
    const added = await ada.ask('POST', `${createOrg.path}/lab/members`, { user: 'rita', role: 'read' })
    expect(added.status).toBeLessThan(300)
    await ada.ask('PUT', settings('lab/fast'), { private: true })
    const doors = ['/lab/fast/resolve/main/.gitattributes', '/lab/fast.git/info/refs?service=git-upload-pack']
    const open = async (person: Person): Promise<(string | number | null)[]> => {
      const answers = doors.map((path) =>
        fetch(server.url + path, { headers: { authorization: `Bearer ${person.token}` } }),
      )
      return (await Promise.all(answers)).map(({ ok, headers }) => (ok ? 'open' : headers.get('x-error-code')))
    }
    expect(await open(rita)).toEqual(['open', 'open'])
    const gated = await ada.ask('PUT', settings('lab/fast'), { orgMembersGated: true })
    expect(gated.body).toMatchObject({ orgMembersGated: true, gated: 'manual' })
    expect(await open(rita)).toEqual(['GatedRepo', 'GatedRepo'])
    expect(await open(ada)).toEqual(['open', 'open'])
    expect((await ask(rita, 'lab/fast')).status).toBe(303)
    const base = '/api/models/lab/fast/user-access-request'
    expect((await ada.ask('POST', `${base}/handle`, { user: 'rita', status: 'accepted' })).status).toBe(200)
    expect(await open(rita)).toEqual(['open', 'open'])
    expect((await ada.ask('POST', `${base}/handle`, { user: 'rita', status: 'pending' })).status).toBe(200)
    expect(await open(rita)).toEqual(['GatedRepo', 'GatedRepo'])
    expect(await open(await join(server, 'stranger'))).toEqual(['RepoNotFound', 'RepoNotFound'])
  })
})
