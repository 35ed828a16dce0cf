import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mustRun, runProgram } from '../process.js'
import { runCases, type Suite, type Target } from '../target.js'

const AUTHOR = {
  GIT_AUTHOR_NAME: 'Alice',
  GIT_AUTHOR_EMAIL: 'alice@example.org',
  GIT_COMMITTER_NAME: 'Alice',
  GIT_COMMITTER_EMAIL: 'alice@example.org',
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_NOSYSTEM: '1',
}

function context(target: Target) {
  const env = { ...AUTHOR, HOME: target.scratch }
  const remote = (token: string, name: string): string => target.url.replace('://', `://any:${token}@`) + `/${name}`
  const git = (cwd: string, ...args: string[]) => mustRun('git', args, { cwd, env })
  const attempt = (cwd: string, ...args: string[]) => runProgram('git', args, { cwd, env })
  const create = async (name: string, isPrivate = false): Promise<void> => {
    const answer = await fetch(`${target.url}/api/repos/create`, {
      method: 'POST',
      headers: { authorization: `Bearer ${target.alice}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name, private: isPrivate }),
    })
    if (!answer.ok) throw new Error(`create answered ${answer.status}: ${await answer.text()}`)
  }
  return { remote, git, attempt, create }
}

/** git and git-lfs as installed, over HTTP with tokens as passwords. */
export const gitSuite: Suite = {
  name: 'git and git-lfs',
  run: (target) => {
    const { remote, git, attempt, create } = context(target)
    const work = join(target.scratch, 'work')
    return runCases({
      'clone, commit and push': async () => {
        await create('code')
        await git(target.scratch, 'clone', '-q', remote(target.alice, 'alice/code'), work)
        mkdirSync(join(work, 'src'))
        writeFileSync(join(work, 'src/a.txt'), 'one\n')
        await git(work, 'add', '.')
        await git(work, 'commit', '-qm', 'one')
        await git(work, 'push', '-q', 'origin', 'main')
        const text = await fetch(`${target.url}/alice/code/resolve/main/src/a.txt`)
        if ((await text.text()) !== 'one\n') throw new Error('the pushed file is not served')
      },
      'fsck of a fresh clone is clean': async () => {
        const again = join(target.scratch, 'again')
        await git(target.scratch, 'clone', '-q', remote(target.alice, 'alice/code'), again)
        await git(again, 'fsck', '--strict', '--full')
      },
      'shallow and partial clones': async () => {
        await git(target.scratch, 'clone', '-q', '--depth', '1', remote(target.alice, 'alice/code'), 'shallow')
        await git(join(target.scratch, 'shallow'), 'fetch', '-q', '--unshallow')
        await git(target.scratch, 'clone', '-q', '--filter=blob:none', remote(target.alice, 'alice/code'), 'partial')
      },
      'tags and branch deletion': async () => {
        await git(work, 'tag', '-a', 'v1', '-m', 'first')
        await git(work, 'push', '-q', 'origin', 'v1', 'main:topic')
        await git(work, 'push', '-q', 'origin', '--delete', 'topic')
        const { stdout } = await git(work, 'ls-remote', 'origin')
        if (!stdout.includes('refs/tags/v1^{}') || stdout.includes('topic')) throw new Error(stdout)
      },
      'a push that is behind is refused': async () => {
        const behind = join(target.scratch, 'behind')
        await git(target.scratch, 'clone', '-q', remote(target.alice, 'alice/code'), behind)
        for (const [folder, name] of [
          [work, 'x'],
          [behind, 'y'],
        ] as const) {
          writeFileSync(join(folder, name), name)
          await git(folder, 'add', '.')
          await git(folder, 'commit', '-qm', name)
        }
        await git(work, 'push', '-q', 'origin', 'main')
        const late = await attempt(behind, 'push', 'origin', 'main')
        if (late.code === 0 || !/rejected/.test(late.stderr)) throw new Error(late.stderr)
      },
      'large files through git-lfs': async () => {
        const bytes = randomBytes(3 * 1024 * 1024)
        await git(work, 'lfs', 'install', '--local')
        await git(work, 'lfs', 'track', '*.bin')
        writeFileSync(join(work, 'big.bin'), bytes)
        await git(work, 'add', '.')
        await git(work, 'commit', '-qm', 'big')
        await git(work, 'push', '-q', 'origin', 'main')
        await git(target.scratch, 'clone', '-q', remote(target.alice, 'alice/code'), 'with-lfs')
        await git(join(target.scratch, 'with-lfs'), 'lfs', 'install', '--local')
        await git(join(target.scratch, 'with-lfs'), 'lfs', 'pull')
        if (!readFileSync(join(target.scratch, 'with-lfs/big.bin')).equals(bytes))
          throw new Error('other bytes came back')
      },
      'private and missing are alike for strangers': async () => {
        await create('hidden', true)
        const hidden = await attempt(target.scratch, 'ls-remote', remote(target.bob, 'alice/hidden'))
        const missing = await attempt(target.scratch, 'ls-remote', remote(target.bob, 'alice/absent'))
        const shape = (text: string): string => text.replaceAll(/hidden|absent/g, 'NAME')
        if (hidden.code === 0 || shape(hidden.stderr) !== shape(missing.stderr))
          throw new Error(`${hidden.stderr}\n${missing.stderr}`)
      },
      'a reader may not push': async () => {
        const refused = await attempt(work, 'push', remote(target.reader, 'alice/code'), 'main:other')
        if (refused.code === 0) throw new Error('pushed with a read token')
      },
    })
  },
}
