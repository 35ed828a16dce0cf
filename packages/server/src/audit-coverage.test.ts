import { join, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

describe('audit coverage', () => {
  test('a transaction that changes governed state without an event fails at its commit', async () => {
    const ann = await join(server, 'ann')
    const { kit } = server.running
    const rename = kit.write((tx) =>
      tx.updateTable('accounts.accounts').set({ fullname: 'Other' }).where('id', '=', ann.id).execute(),
    )
    await expect(rename).rejects.toThrow('accounts.accounts without an audit event')
    const loosen = kit.write((tx) => tx.deleteFrom('accounts.passwords').where('userId', '=', ann.id).execute())
    await expect(loosen).rejects.toThrow('accounts.passwords without an audit event')
  })

  test('an event about something else does not cover it, one about it does', async () => {
    const bob = await join(server, 'bob')
    const { kit } = server.running
    const rename = (target: string) =>
      kit.write(async (tx) => {
        await tx.updateTable('accounts.accounts').set({ fullname: 'Bob' }).where('id', '=', bob.id).execute()
        await kit.audit.record(tx, { chain: bob.id, action: 'user.update', target: { type: 'user', id: target } })
      })
    await expect(rename('somebody-else')).rejects.toThrow('without an audit event')
    await rename(bob.id)
  })

  test('what is no governed state asks for nothing', async () => {
    const { kit } = server.running
    const at = kit.clock.now()
    await kit.write((tx) => tx.updateTable('accounts.accessTokens').set({ lastUsedAt: at }).execute())
  })
})
