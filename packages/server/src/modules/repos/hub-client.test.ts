import { createHash } from 'node:crypto'
import {
  checkRepoAccess,
  commit,
  createBranch,
  createRepo,
  deleteBranch,
  deleteFile,
  deleteRepo,
  downloadFile,
  fileDownloadInfo,
  listCommits,
  listFiles,
  pathsInfo,
  uploadFile,
} from '@huggingface/hub'
import { join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** The unmodified JavaScript client of the Hub against a real server. */
describe('[C1] @huggingface/hub', () => {
  let server: TestServer
  let ada: Person
  beforeAll(async () => {
    server = await startTestServer()
    ada = await join(server, 'ada')
  })
  afterAll(() => server.stop())

  const as = (person: Person) => ({ hubUrl: server.url, accessToken: person.token })
  const list = async (options: Parameters<typeof listFiles>[0]): Promise<string[]> => {
    const paths: string[] = []
    for await (const file of listFiles(options)) paths.push(file.path)
    return paths.sort()
  }
  const repo = { type: 'model' as const, name: 'ada/demo' }
  const weights = Buffer.alloc(300_000, 7)

  it('creates a repository with its first commit', async () => {
    const made = await createRepo({ ...as(ada), repo })
    expect(made.repoUrl).toBe(`${server.url}/ada/demo`)
    expect(await list({ ...as(ada), repo })).toEqual(['.gitattributes'])
  })

  it('commits small files and large ones', async () => {
    const made = await commit({
      ...as(ada),
      repo,
      title: 'Add files',
      useXet: false,
      operations: [
        { operation: 'addOrUpdate', path: 'a.txt', content: new Blob(['hello\n']) },
        { operation: 'addOrUpdate', path: 'dir/ü x.txt', content: new Blob(['odd']) },
        { operation: 'addOrUpdate', path: 'model.safetensors', content: new Blob([weights]) },
      ],
    })
    expect(made?.commit.url).toContain('/ada/demo/commit/')
    expect(await list({ ...as(ada), repo, recursive: true })).toEqual([
      '.gitattributes',
      'a.txt',
      'dir',
      'dir/ü x.txt',
      'model.safetensors',
    ])
    const [info] = await pathsInfo({ ...as(ada), repo, paths: ['model.safetensors'] })
    expect(info?.lfs).toMatchObject({ oid: createHash('sha256').update(weights).digest('hex'), size: 300_000 })
  })

  it('downloads whole files and ranges', async () => {
    const odd = await downloadFile({ ...as(ada), repo, path: 'dir/ü x.txt' })
    expect(await odd?.text()).toBe('odd')
    const large = await downloadFile({ ...as(ada), repo, path: 'model.safetensors' })
    expect(Buffer.from((await large?.arrayBuffer()) ?? new ArrayBuffer(0)).equals(weights)).toBe(true)
    const part = await large?.slice(10, 20).arrayBuffer()
    expect(Buffer.from(part ?? new ArrayBuffer(0))).toEqual(weights.subarray(10, 20))
    expect(await downloadFile({ ...as(ada), repo, path: 'missing.txt' })).toBeNull()
    const info = await fileDownloadInfo({ ...as(ada), repo, path: 'a.txt' })
    expect(info?.size).toBe(6)
  })

  it('works on branches and shows history', async () => {
    await createBranch({ ...as(ada), repo, branch: 'next/one' })
    await uploadFile({
      ...as(ada),
      repo,
      branch: 'next/one',
      file: { path: 'b.txt', content: new Blob(['b']) },
      commitTitle: 'On a branch',
    })
    const titles: string[] = []
    for await (const one of listCommits({ ...as(ada), repo, revision: 'next/one' })) titles.push(one.title)
    expect(titles).toEqual(['On a branch', 'Add files', 'initial commit'])
    expect(await list({ ...as(ada), repo })).not.toContain('b.txt')
    await deleteBranch({ ...as(ada), repo, branch: 'next/one' })
  })

  it('deletes files and the repository', async () => {
    await deleteFile({ ...as(ada), repo, path: 'a.txt' })
    expect(await list({ ...as(ada), repo })).not.toContain('a.txt')
    await expect(deleteFile({ ...as(ada), repo, path: 'a.txt' })).rejects.toMatchObject({ statusCode: 404 })
    await deleteRepo({ ...as(ada), repo })
    await expect(checkRepoAccess({ ...as(ada), repo })).rejects.toMatchObject({ statusCode: 404 })
  })
})
