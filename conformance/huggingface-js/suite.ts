import { strict as assert } from 'node:assert'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type * as Hub from '@huggingface/hub'
import { importFrom, installNode } from '../environments.js'
import { type CaseResult, runCases, type Suite, type Target } from '../target.js'

type Library = typeof Hub
type Cases = Record<string, () => Promise<void>>

interface Client {
  readonly version: string
  /** Large files through Xet, or through LFS. */
  readonly xet: boolean
}

const CLIENTS: readonly Client[] = [
  { version: '1.1.2', xet: false },
  { version: '2.17.5', xet: false },
  { version: '2.17.5', xet: true },
]

function fileCases(hub: Library, target: Target, { xet }: Client): Cases {
  const as = { hubUrl: target.url, accessToken: target.alice }
  const repo = { type: 'model', name: 'alice/js' } as const
  const large = randomBytes(11 * 1024 * 1024)
  const edited = Buffer.concat([large.subarray(0, 5_000_000), Buffer.from('edited'), large.subarray(5_000_000)])
  const download = async (path: string, revision = 'main'): Promise<Buffer | null> => {
    const blob = await hub.downloadFile({ ...as, repo, path, revision, xet })
    // The first releases answer as fetch does.
    return blob && Buffer.from(await (blob as unknown as Response | Blob).arrayBuffer())
  }
  return {
    'create and upload': async () => {
      await hub.createRepo({ ...as, repo })
      await assert.rejects(hub.createRepo({ ...as, repo }))
      const files = [
        { path: 'notes.txt', content: new Blob(['hello']) },
        { path: 'weights.bin', content: new Blob([large]) },
      ]
      const asked: string[] = []
      const watched: typeof fetch = (input, init) => {
        asked.push(input instanceof Request ? input.url : String(input))
        return fetch(input, init)
      }
      await hub.uploadFiles({ ...as, repo, files, useXet: xet, fetch: watched })
      assert.equal(
        asked.some((url) => url.includes('/xorbs/')),
        xet,
        asked.join('\n'),
      )
    },
    'list and download': async () => {
      const sizes: Record<string, number> = {}
      for await (const file of hub.listFiles({ ...as, repo, recursive: true })) sizes[file.path] = file.size
      assert.equal(sizes['weights.bin'], large.length)
      assert.ok((await download('weights.bin'))?.equals(large))
      assert.equal((await download('notes.txt'))?.toString(), 'hello')
      assert.equal(await download('absent.txt'), null)
    },
    'an edited copy': async () => {
      await hub.uploadFile({ ...as, repo, file: { path: 'weights.bin', content: new Blob([edited]) }, useXet: xet })
      assert.ok((await download('weights.bin'))?.equals(edited))
    },
    'progress of an upload': async () => {
      const events = new Set<string>()
      const files = [{ path: 'second.bin', content: new Blob([large.subarray(0, 3_000_000)]) }]
      for await (const { event } of hub.uploadFilesWithProgress({ ...as, repo, files, useXet: xet })) events.add(event)
      assert.ok(events.has('phase') && events.has('fileProgress'), [...events].join())
      assert.ok((await download('second.bin'))?.equals(large.subarray(0, 3_000_000)))
    },
    'a pull request': async () => {
      const file = { path: 'idea.txt', content: new Blob(['an idea']) }
      const made = await hub.uploadFile({ ...as, accessToken: target.bob, repo, file, isPullRequest: true })
      assert.match(made?.pullRequestUrl ?? '', /discussions\/1$/)
      assert.equal((await download('idea.txt', 'refs/pr/1'))?.toString(), 'an idea')
      assert.equal(await download('idea.txt'), null)
    },
    'commits are listed and counted': async () => {
      const titles: string[] = []
      for await (const commit of hub.listCommits({ ...as, repo })) titles.push(commit.title)
      assert.equal(titles.at(-1), 'initial commit')
      assert.equal(await hub.countCommits({ ...as, repo }), titles.length)
    },
    'delete files': async () => {
      await hub.deleteFile({ ...as, repo, path: 'notes.txt' })
      assert.equal(await hub.fileExists({ ...as, repo, path: 'notes.txt' }), false)
      await hub.deleteFiles({ ...as, repo, paths: ['second.bin'] })
      assert.equal(await hub.fileExists({ ...as, repo, path: 'second.bin' }), false)
    },
    rights: async () => {
      await assert.rejects(hub.deleteRepo({ ...as, accessToken: target.bob, repo }))
      await assert.rejects(hub.deleteFile({ ...as, accessToken: target.reader, repo, path: 'weights.bin' }))
    },
    delete: async () => {
      await hub.deleteRepo({ ...as, repo })
      assert.equal(await hub.fileExists({ ...as, repo, path: 'weights.bin' }).catch(() => false), false)
    },
  }
}

function listCases(hub: Library, target: Target): Cases {
  const as = { hubUrl: target.url, accessToken: target.alice }
  return {
    whoAmI: async () => {
      const me = await hub.whoAmI(as)
      assert.equal(me.name, 'alice')
    },
    'models are listed': async () => {
      const names: string[] = []
      for await (const model of hub.listModels({ hubUrl: target.url, search: { owner: 'stoa' } }))
        names.push(model.name)
      assert.deepEqual(names.sort(), ['stoa/tiny-llama', 'stoa/tiny-sentiment'])
    },
    'weights are described': async () => {
      const read = { hubUrl: target.url, repo: 'stoa/tiny-llama', computeParametersCount: true } as const
      const { parameterCount } = await hub.parseSafetensorsMetadata(read)
      assert.ok(Object.values(parameterCount ?? {}).reduce((sum, count) => sum + (count ?? 0), 0) > 100_000)
    },
  }
}

function newerCases(hub: Library, target: Target, { xet }: Client): Cases {
  const as = { hubUrl: target.url, accessToken: target.alice }
  const repo = { type: 'dataset', name: 'alice/js-data' } as const
  const large = randomBytes(2_000_000)
  return {
    'a range of a file': async () => {
      await hub.createRepo({ ...as, repo })
      await hub.uploadFile({ ...as, repo, file: { path: 'rows.bin', content: new Blob([large]) }, useXet: xet })
      const blob = await hub.downloadFile({ ...as, repo, path: 'rows.bin', xet })
      const part = await blob?.slice(1000, 2000).arrayBuffer()
      assert.ok(part && Buffer.from(part).equals(large.subarray(1000, 2000)))
    },
    branches: async () => {
      await hub.createBranch({ ...as, repo, branch: 'dev' })
      const file = { path: 'dev.txt', content: new Blob(['dev']) }
      await hub.uploadFile({ ...as, repo, file, branch: 'dev' })
      assert.equal(await hub.fileExists({ ...as, repo, path: 'dev.txt' }), false)
      assert.equal(await hub.fileExists({ ...as, repo, path: 'dev.txt', revision: 'dev' }), true)
      await hub.deleteBranch({ ...as, repo, branch: 'dev' })
      assert.equal(await hub.fileExists({ ...as, repo, path: 'dev.txt', revision: 'dev' }).catch(() => false), false)
    },
    'facts of files': async () => {
      const [fact] = await hub.pathsInfo({ ...as, repo, paths: ['rows.bin'] })
      assert.equal(fact?.size, large.length)
      const info = await hub.fileDownloadInfo({ ...as, repo, path: 'rows.bin' })
      assert.equal(info?.size, large.length)
    },
    'a snapshot': async () => {
      const folder = await hub.snapshotDownload({ ...as, repo, cacheDir: join(target.scratch, 'js-cache') })
      assert.ok(readFileSync(join(folder, 'rows.bin')).equals(large))
    },
    'rights are checked': async () => {
      await hub.checkRepoAccess({ ...as, repo })
      await assert.rejects(hub.checkRepoAccess({ ...as, repo: { type: 'model', name: 'alice/absent' } }))
      assert.equal(await hub.repoExists({ ...as, repo }), true)
      await hub.deleteRepo({ ...as, repo })
      assert.equal(await hub.repoExists({ ...as, repo }), false)
    },
  }
}

async function run(client: Client, target: Target): Promise<CaseResult[]> {
  const folder = await installNode(`huggingface-js-${client.version}`, [`@huggingface/hub@${client.version}`])
  const hub = (await importFrom(folder, '@huggingface/hub/dist/index.mjs')) as unknown as Library
  const isNew = client.version.startsWith('2.')
  return runCases({
    ...listCases(hub, target),
    ...fileCases(hub, target, client),
    ...(isNew ? newerCases(hub, target, client) : {}),
  })
}

/** `@huggingface/hub` as installed from the registry. */
export const hubJsSuites: readonly Suite[] = CLIENTS.map((client) => ({
  name: `@huggingface/hub ${client.version} ${client.xet ? 'with Xet' : 'over LFS'}`,
  run: (target) => run(client, target),
}))
