import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { joinAsAdmin, startTestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from './run-command.js'

const folder = mkdtempSync(joinPath(tmpdir(), 'stoa-cli-audit-'))
const file = (name: string): string => joinPath(folder, name)

async function stoa(args: string[], environment: Record<string, string> = {}) {
  const out: string[] = []
  const err: string[] = []
  const terminal = {
    environment,
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
  }
  return { code: await runCommand(args, terminal), out: out.join('\n'), err: err.join('\n') }
}

beforeAll(async () => {
  const server = await startTestServer()
  const admin = await joinAsAdmin(server)
  const environment = { STOA_URL: server.url, STOA_TOKEN: admin.token }
  await admin.ask('POST', '/api/v1/accounts/orgs', { name: 'acme', fullname: 'Acme' })
  await server.running.app.governance.signEverything()
  for (const args of [
    ['key', '-o', file('key.pem')],
    ['witness', 'acme', '-o', file('witness.json')],
    ['export', 'acme', '-o', file('acme.jsonl')],
    ['export', 'platform', '-o', file('platform.jsonl')],
  ]) {
    expect(await stoa(['audit', ...args], environment)).toMatchObject({ code: 0 })
  }
  await server.stop()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const verify = (name: string) =>
  stoa(['audit', 'verify', file(name), '--key', file('key.pem'), '--witness', file('witness.json')])

/** A copy of the export with its lines changed. */
function tamper(name: string, change: (lines: string[]) => string[]): string {
  const lines = readFileSync(file('acme.jsonl'), 'utf8').trimEnd().split('\n')
  writeFileSync(file(name), `${change(lines).join('\n')}\n`)
  return name
}

describe('stoa audit verify, with no server running', () => {
  test('accepts what was exported', async () => {
    const { code, out } = await verify('acme.jsonl')
    expect(out).toMatch(/^valid: [23] events/)
    expect(out).toContain('signed: 1 checkpoints, up to event 2')
    expect(code).toBe(0)
    const alone = await stoa(['audit', 'verify', file('platform.jsonl')])
    expect(alone.out).toContain('give --key to be sure')
    expect(alone.code).toBe(0)
  })

  test.each<[string, (lines: string[]) => string[], RegExp]>([
    [
      'an edited event',
      (lines) => lines.map((line) => line.replace('org.create', 'org.delete')),
      /event 1: it was edited/,
    ],
    ['a removed event', (lines) => lines.filter((line) => !line.includes('org.create')), /event 1: event 1 is missing/],
    [
      'swapped events',
      ([first, a, b, ...rest]) => [first, b, a, ...rest] as string[],
      /event 1: event 1 is missing or moved/,
    ],
    ['an end cut off', (lines) => lines.slice(0, -1), /its last line is missing/],
    [
      'a chain cut off and closed again',
      ([manifest = '', first = '']) => [
        manifest.replace(/"last_seq":\d+/, '"last_seq":1'),
        first,
        '{"type":"end","events":1}',
      ],
      /a witness saw events up to 2/,
    ],
    [
      'a forged checkpoint',
      (lines) => lines.map((line) => line.replace(/"root":"./, '"root":"g')),
      /not signed by this key/,
    ],
  ])('finds %s', async (_, change, problem) => {
    const { code, err } = await verify(tamper('tampered.jsonl', change))
    expect(err).toMatch(problem)
    expect(code).toBe(2)
  })

  test('says in one line what it lacks', async () => {
    expect(await stoa(['audit'])).toMatchObject({ code: 1, err: expect.stringContaining('stoa audit verify FILE') })
    const missing = await stoa(['audit', 'verify', file('nowhere.jsonl')])
    expect(missing.err.split('\n')).toHaveLength(1)
  })
})
