import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMAND_HELP } from './help.js'
import { runCommand } from './run-command.js'

let server: TestServer
let admin: Person
const folder = mkdtempSync(joinPath(tmpdir(), 'stoa-cli-'))
beforeAll(async () => {
  server = await startTestServer()
  admin = await joinAsAdmin(server)
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function stoa(args: string[], environment: Record<string, string> = {}) {
  const out: string[] = []
  const err: string[] = []
  const code = await runCommand(args, {
    environment: { STOA_URL: server.url, STOA_TOKEN: admin.token, ...environment },
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

function write(name: string, text: string): string {
  const path = joinPath(folder, name)
  writeFileSync(path, text)
  return path
}

describe('stoa apply and export', () => {
  it('[V1] rehearses with exit code 2, applies, then has nothing to do', async () => {
    write('pw.txt', 'a password from a file\n')
    const file = write(
      'eco.yaml',
      'users:\n  - { name: cli-user, password: { file: pw.txt }, tokens: [{ name: t, role: read }] }\n  - { name: cli-env, password: { env: CLI_PW } }\n',
    )
    const environment = { CLI_PW: 'another fine password' }
    const dry = await stoa(['apply', '-f', file, '--dry-run'], environment)
    expect(dry).toEqual({ code: 2, err: '', out: '+ user cli-user\n+ user cli-env\n2 changes' })
    const real = await stoa(['apply', '-f', file], environment)
    expect(real.code).toBe(0)
    expect(real.out).toMatch(/2 changes\n\nShown once; keep them now:\n {2}token t of cli-user: hf_\w{46}$/)
    expect(await stoa(['apply', '-f', file, '--dry-run'], environment)).toEqual({
      code: 0,
      err: '',
      out: '= 2 unchanged\n0 changes',
    })
    const exported = await stoa(['export', '--manifest'])
    expect(exported.out).toContain('- name: cli-user')
    const back = write('export.yaml', exported.out)
    expect((await stoa(['apply', '-f', back, '--dry-run'])).code).toBe(0)
  })

  it('ends with 1 and one line at what is wrong', async () => {
    const wrong = write('wrong.yaml', 'users:\n  - name: x1\n    pasword: { env: NOPE }\n')
    expect(await stoa(['apply', '-f', wrong])).toMatchObject({
      code: 1,
      out: '',
      err: `${wrong}:3:5: users[0].pasword: environment variable NOPE is not set`,
    })
    const lines = [
      await stoa(['apply']),
      await stoa(['apply', '-f', joinPath(folder, 'none.yaml')]),
      await stoa(['apply', '-f', wrong], { STOA_URL: 'http://127.0.0.1:1' }),
      await stoa(['apply', '-f', wrong], { STOA_TOKEN: 'hf_wrong' }),
      await stoa(['apply', '-f', wrong], { STOA_URL: 'nonsense' }),
      await stoa(['apply', '--unknown']),
      await stoa(['export']),
      await stoa(['nothing']),
      await stoa(['toString']),
    ]
    for (const { code, err, out } of lines) {
      expect(code).toBe(1)
      expect(out).toBe('')
      expect(err.split('\n'), err).toHaveLength(1)
    }
  })

  it('is refused to somebody who is not an admin', async () => {
    const plain = await join(server, 'cli-plain')
    const file = write('plain.yaml', 'users: [{ name: cli-intruder }]')
    expect(await stoa(['apply', '-f', file], { STOA_TOKEN: plain.token })).toMatchObject({
      code: 1,
      err: 'Only an admin of this platform may do this.',
    })
    expect((await stoa(['export', '--manifest'], { STOA_TOKEN: plain.token })).code).toBe(1)
  })

  it('takes address and token from HF_ENDPOINT and HF_TOKEN as well', async () => {
    mkdirSync(folder, { recursive: true })
    const out: string[] = []
    const environment = { HF_ENDPOINT: `${server.url}/`, HF_TOKEN: admin.token }
    const code = await runCommand(['whoami'], { environment, out: (text) => void out.push(text), err: () => {} })
    expect(code).toBe(0)
    expect(out).toEqual([`root at ${server.url}`, 'token test, role write'])
  })
})

it('explains itself', async () => {
  const { code, out } = await stoa(['--help'])
  expect(code).toBe(0)
  expect(out).toContain('stoa apply -f FILE [--dry-run]')
})

describe('stoa storage', () => {
  it('[C1] tells what would go, then lets it go; refuses others', async () => {
    await server.running.kit.blobs.put('lfs/aa/bb/left', [Buffer.alloc(1500)] as never)
    expect((await stoa(['storage', 'collect'])).code).toBe(0)
    const dry = await stoa(['storage', 'collect', '--dry-run'])
    expect(dry.code).toBe(0)
    expect(dry.out).toContain('left copies of large files: 0 of 1 would go (0 bytes), 1 (1.5 kB) not for long enough')
    expect(dry.out).toMatch(/done: 0 bytes would go$/)
    const eve = await join(server, 'eve')
    const refused = await stoa(['storage', 'collect'], { STOA_TOKEN: eve.token })
    expect([refused.code, refused.out]).toEqual([1, ''])
    expect((await stoa(['storage'])).err).toContain('Say what')
    expect((await stoa(['storage', 'cancel', 'none'])).err).toContain('no such collection')
  })
})

describe('stoa --help', () => {
  it('tells what each command takes, and runs nothing', async () => {
    const whole = await stoa(['--help'])
    for (const name of Object.keys(COMMAND_HELP)) {
      expect(whole.out).toContain(`stoa ${name}`)
      const help = await stoa([name, '--help'])
      expect(help).toMatchObject({ code: 0, err: '' })
      expect(help.out).toMatch(new RegExp(`^stoa ${name}`))
    }
    expect((await stoa(['apply', '-f', 'no-such-file', '-h'])).code).toBe(0)
  })
})
