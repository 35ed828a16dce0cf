import { strict as assert } from 'node:assert'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pythonEnv } from '../environments.js'
import { describeClient, type HubClient, installHubClient } from '../huggingface-hub/suite.js'
import { runProgram } from '../process.js'
import { type CaseResult, runCases, type Suite, type Target } from '../target.js'

/** The command line changed its words twice: `repo` and `repo-files`, then `repos`. */
const CLIENTS: readonly (HubClient & { readonly repo: string; readonly newest: boolean })[] = [
  { version: '0.34.4', xet: '1.1.10', repo: 'repo', newest: false },
  { version: '1.33.0', xet: '1.7.1', repo: 'repos', newest: true },
  { version: '2.4.0', xet: '1.8.0', repo: 'repos', newest: true },
]
type CommandLine = (typeof CLIENTS)[number]
type Hf = (...words: string[]) => Promise<string>

/** What every generation can do. */
function commonCases(hf: Hf, refusedHf: Hf, client: CommandLine, scratch: string): Record<string, () => Promise<void>> {
  const { repo } = client
  const large = randomBytes(6 * 1024 * 1024)
  return {
    'auth whoami': async () => assert.match(await hf('auth', 'whoami'), /alice/),
    'create, and again': async () => {
      assert.match(await hf(repo, 'create', 'alice/cli'), /alice\/cli/)
      await hf(repo, 'create', 'alice/cli', '--exist-ok')
      await refusedHf(repo, 'create', 'alice/cli')
    },
    'upload a file and a folder': async () => {
      mkdirSync(join(scratch, 'cli/part'), { recursive: true })
      for (let index = 0; index < 5; index++) writeFileSync(join(scratch, `cli/part/${index}.txt`), `text ${index}`)
      writeFileSync(join(scratch, 'cli/weights.bin'), large)
      await hf('upload', 'alice/cli', 'cli/part/0.txt', 'first.txt')
      await hf('upload', 'alice/cli', 'cli', '.', '--exclude', '*/4.txt', '--commit-message', 'A folder')
    },
    'download a file and all': async () => {
      await hf('download', 'alice/cli', 'first.txt', '--local-dir', 'got')
      assert.equal(readFileSync(join(scratch, 'got/first.txt'), 'utf8'), 'text 0')
      await hf('download', 'alice/cli', '--local-dir', 'all', '--exclude', '*.md')
      assert.ok(readFileSync(join(scratch, 'all/weights.bin')).equals(large))
      assert.equal(readFileSync(join(scratch, 'all/part/3.txt'), 'utf8'), 'text 3')
      assert.throws(() => readFileSync(join(scratch, 'all/part/4.txt')))
    },
    'a pull request': async () => {
      await hf('upload', 'alice/cli', 'cli/part/4.txt', 'idea.txt', '--create-pr')
      await hf('download', 'alice/cli', 'idea.txt', '--revision', 'refs/pr/1', '--local-dir', 'pr')
      assert.equal(readFileSync(join(scratch, 'pr/idea.txt'), 'utf8'), 'text 4')
    },
    tags: async () => {
      await hf(repo, 'tag', 'create', 'alice/cli', 'v1', '-m', 'first')
      assert.match(await hf(repo, 'tag', 'list', 'alice/cli'), /v1/)
      await hf(repo, 'tag', 'delete', 'alice/cli', 'v1', '-y')
    },
    'delete files': async () => {
      const words = client.newest ? [repo, 'delete-files', 'alice/cli'] : ['repo-files', 'delete', 'alice/cli']
      await hf(...words, 'part/*')
      await refusedHf('download', 'alice/cli', 'part/3.txt', '--local-dir', 'gone')
    },
    'a repository that is not there': async () => {
      const said = await refusedHf('download', 'alice/nothing', 'a.txt')
      assert.match(said, /not found|Repository Not Found|404/i)
    },
  }
}

/** What came with `hf repos`, `hf models` and buckets. */
function newerCases(hf: Hf, refusedHf: Hf, scratch: string): Record<string, () => Promise<void>> {
  return {
    branches: async () => {
      await hf('repos', 'branch', 'create', 'alice/cli', 'dev')
      await hf('upload', 'alice/cli', 'cli/part/1.txt', 'dev.txt', '--revision', 'dev')
      await refusedHf('download', 'alice/cli', 'dev.txt', '--local-dir', 'dev')
      await hf('repos', 'branch', 'delete', 'alice/cli', 'dev')
    },
    'lists and information': async () => {
      assert.match(await hf('models', 'ls', '--author', 'stoa', '--json'), /stoa\/tiny-llama/)
      assert.match(await hf('models', 'info', 'stoa/tiny-llama'), /text-generation/)
      assert.match(await hf('models', 'ls', 'alice/cli'), /weights\.bin/)
    },
    'settings, duplicate, move': async () => {
      await hf('repos', 'settings', 'alice/cli', '--private')
      await hf('repos', 'duplicate', 'alice/cli', 'stoa/cli-copy')
      await hf('repos', 'move', 'stoa/cli-copy', 'alice/cli-moved')
      await hf('download', 'alice/cli-moved', 'first.txt', '--local-dir', 'moved')
      assert.equal(readFileSync(join(scratch, 'moved/first.txt'), 'utf8'), 'text 0')
      await hf('repos', 'delete', 'alice/cli-moved', '-y')
    },
    'verify what the cache holds': async () => {
      await hf('download', 'stoa/tiny-sentiment')
      await hf('cache', 'verify', 'stoa/tiny-sentiment')
    },
    'a bucket': async () => {
      await hf('buckets', 'create', 'alice/cli-bucket')
      await hf('sync', 'cli', 'hf://buckets/alice/cli-bucket/in')
      assert.match(await hf('buckets', 'ls', 'alice/cli-bucket', '-R'), /in\/part\/2\.txt/)
      await hf('sync', 'hf://buckets/alice/cli-bucket/in', 'back')
      const sent = readFileSync(join(scratch, 'cli/weights.bin'))
      assert.ok(readFileSync(join(scratch, 'back/weights.bin')).equals(sent))
      await hf('buckets', 'delete', 'alice/cli-bucket', '-y')
    },
    delete: async () => {
      await hf('repos', 'delete', 'alice/cli', '-y')
      await refusedHf('models', 'info', 'alice/cli')
    },
  }
}

async function run(client: CommandLine, target: Target): Promise<CaseResult[]> {
  const folder = await installHubClient(client)
  const env = { ...pythonEnv(folder, target, true), HF_TOKEN: target.alice, NO_COLOR: '1' }
  const call = (words: readonly string[]) => runProgram(join(folder, 'bin/hf'), words, { cwd: target.scratch, env })
  const hf: Hf = async (...words) => {
    const { code, stdout, stderr } = await call(words)
    if (code !== 0) throw new Error(`hf ${words.join(' ')} ended with ${code}\n${stdout}\n${stderr}`)
    return stdout
  }
  const refusedHf: Hf = async (...words) => {
    const { code, stdout, stderr } = await call(words)
    if (code === 0) throw new Error(`hf ${words.join(' ')} was not refused\n${stdout}`)
    return stdout + stderr
  }
  return runCases({
    ...commonCases(hf, refusedHf, client, target.scratch),
    ...(client.newest ? newerCases(hf, refusedHf, target.scratch) : {}),
  })
}

export const commandLineSuites: readonly Suite[] = CLIENTS.map((client) => ({
  name: `hf command line ${describeClient(client)}`,
  run: (target) => run(client, target),
}))
