import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { refuse } from '@stoa/contracts'
import { type Actor, ANONYMOUS } from '../../kit/http/actor.js'
import { NO_LIMITS } from '../../kit/http/rate-limit.js'
import { createHttp } from '../../kit/http/server.js'
import { silentLog } from '../../kit/log.js'
import { createDownloadCounter } from '../repos/count-downloads.js'
import type { RepoEvents } from '../repos/events.js'
import { createQuotas } from '../repos/quotas/quotas.js'
import { bindGitRoutes, type GitRouteDeps } from '../repos/routes/git.js'
import { openStore } from './queries/stores.js'
import { openTestStorage, type TestStorage } from './storage.suite.js'

const run = promisify(execFile)

/** Git over a real port on a real database. Passwords are `<name>-<role>`: `ada-write`, `ada-read`. */
export interface GitServer extends TestStorage {
  readonly url: string
  readonly pushed: RepoEvents['repos.updated'][]
  addNamedRepo(name: string, facts?: { visibility?: string; accountId?: string; type?: string }): Promise<string>
  /** Runs git in a folder below the test's own; answers what it printed on both streams. Throws when it fails. */
  git(cwd: string, ...args: string[]): Promise<string>
  /** The same for what must fail. */
  gitFails(cwd: string, ...args: string[]): Promise<string>
  /** `http://ada:ada-write@127.0.0.1:1/ada/x` */
  remote(name: string, password?: string): string
  folder(name: string): string
}

export async function openGitServer(): Promise<GitServer> {
  const storage = await openTestStorage()
  const pushed: RepoEvents['repos.updated'][] = []
  const http = createHttp({
    authenticate: async ({ authorization }) => toActor(authorization),
    limiter: NO_LIMITS,
    publicUrl: () => 'http://127.0.0.1',
    checkResponses: true,
    ids: storage.kit.ids,
    log: silentLog,
  })
  const events = { emit: async (_tx: unknown, _name: string, payload: object) => void pushed.push(payload as never) }
  const own = { ...storage.kit, log: silentLog, dataDir: storage.dir, storage, store: storage.store, events }
  // Nobody is limited here, so no account is asked for.
  const quotas = createQuotas({ ...own, accounts: { getAccount: () => Promise.reject(new Error('not asked for')) } })
  const deps = { ...own, quotas, downloads: createDownloadCounter(own) }
  bindGitRoutes(http, deps as unknown as GitRouteDeps)
  const { port } = await http.listen('127.0.0.1', 0)
  const url = `http://127.0.0.1:${port}`
  const git = async (cwd: string, ...args: string[]): Promise<string> => {
    const { stdout, stderr } = await run('git', args, { cwd, env: ENV, maxBuffer: 1 << 28 })
    return stdout + stderr
  }
  return {
    ...storage,
    url,
    pushed,
    git,
    gitFails: async (cwd, ...args) => {
      const failure = await git(cwd, ...args).then(
        (text) => ({ stdout: '', stderr: `git ${args[0]} did not fail: ${text}` }),
        (error: { stdout: string; stderr: string }) => error,
      )
      return failure.stdout + failure.stderr
    },
    remote: (name, password) =>
      password === undefined ? `${url}/${name}` : `http://x:${password}@127.0.0.1:${port}/${name}`,
    folder: (name) => {
      const dir = join(storage.dir, name)
      mkdirSync(dir, { recursive: true })
      return dir
    },
    addNamedRepo: async (name, facts = {}) => {
      const id = storage.kit.ids.next()
      const at = new Date()
      const row = {
        id,
        type: 'model',
        accountId: 'ada',
        namespace: 'ada',
        name,
        createdBy: 'ada',
        createdAt: at,
        updatedAt: at,
        ...facts,
      }
      await storage.kit.write(async (tx) => {
        await tx.insertInto('repos.repos').values(row).execute()
        await openStore(tx, id)
      })
      return id
    },
    close: async () => {
      await http.close()
      await storage.close()
    },
  }
}

export const ENV = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '/bin/false',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
}

function toActor(authorization: string | undefined): Actor {
  if (authorization === undefined) return ANONYMOUS
  const secret =
    Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
      .toString()
      .split(':')[1] ?? ''
  const [name, role] = secret.split('-')
  if (name === undefined || (role !== 'read' && role !== 'write')) throw refuse('InvalidCredentials')
  return {
    kind: 'user',
    userId: name,
    name,
    isAdmin: false,
    memberships: [],
    auth: { type: 'token', tokenId: secret, role, scopes: [] },
  }
}
