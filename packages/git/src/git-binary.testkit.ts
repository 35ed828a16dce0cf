import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ENV = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_AUTHOR_DATE: '1700000000 +0100',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
  GIT_COMMITTER_DATE: '1700000000 +0100',
}

/** A new repository of the real `git`, for vectors made at test time. */
export function createRealRepo(): { dir: string; git: (args: string[], input?: string | Buffer) => Buffer } {
  const dir = mkdtempSync(join(tmpdir(), 'stoa-git-'))
  const git = (args: string[], input?: string | Buffer): Buffer =>
    execFileSync('git', args, {
      cwd: dir,
      env: ENV,
      input: input ?? '',
      maxBuffer: 1 << 28,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
  git(['init', '-q', '-b', 'main'])
  return { dir, git }
}
