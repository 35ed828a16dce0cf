import { readFileSync } from 'node:fs'
import {
  commit,
  createRepo,
  deleteRepo,
  listDatasets,
  listFiles,
  listModels,
  listSpaces,
  modelInfo,
  uploadFiles,
} from '@huggingface/hub'
import { join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const seed = (path: string): Blob =>
  new Blob([readFileSync(new URL(`../../../../../seed/models/${path}`, import.meta.url))])
const CARD =
  '---\nlicense: apache-2.0\nlanguage: en\ntags: [tiny]\n---\n# Tiny llama\n\nSpeaks a *little*.\n\n![logo](img/logo.png)\n'

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

describe('catalogue on a real server', () => {
  let server: TestServer
  let ada: Person
  let eve: Person
  const as = (person?: Person) => ({ hubUrl: server.url, ...(person ? { accessToken: person.token } : {}) })
  const get = async (path: string, person?: Person, init: RequestInit = {}): Promise<Answer> => {
    const headers = { ...(person ? { authorization: `Bearer ${person.token}` } : {}), ...init.headers }
    const answer = await fetch(path.startsWith('http') ? path : server.url + path, {
      redirect: 'manual',
      ...init,
      headers,
    })
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.includes('json')
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text }
  }
  const ids = (answer: Answer): string[] => (answer.body as { id: string }[]).map((item) => item.id)

  const publish = async (
    name: string,
    files: Record<string, Blob | string>,
    type: 'model' | 'dataset' | 'space' = 'model',
    isPrivate = false,
  ) => {
    const repo = { type, name }
    await createRepo({ ...as(ada), repo, private: isPrivate, ...(type === 'space' ? { sdk: 'static' as const } : {}) })
    const operations = Object.entries(files).map(([path, content]) => ({
      operation: 'addOrUpdate' as const,
      path,
      content: typeof content === 'string' ? new Blob([content]) : content,
    }))
    await commit({ ...as(ada), repo, title: 'Add files', useXet: false, operations })
  }

  beforeAll(async () => {
    server = await startTestServer()
    ada = await join(server, 'ada')
    eve = await join(server, 'eve')
    const llama = ['config.json', 'tokenizer_config.json', 'model.safetensors', 'tiny-llama.q8_0.gguf']
    await publish('ada/tiny-llama', {
      ...Object.fromEntries(llama.map((file) => [file, seed(`tiny-llama/${file}`)])),
      'README.md': CARD,
    })
    await publish('ada/tiny-sentiment', {
      'config.json': seed('tiny-sentiment/config.json'),
      'onnx/model.onnx': seed('tiny-sentiment/onnx/model.onnx'),
      'README.md': '---\nlicense: mit\nbase_model: ada/tiny-llama\n---\nFeels.',
    })
    await publish(
      'ada/secret-llama',
      {
        'README.md':
          '---\nlicense: gpl-3.0\nlanguage: eo\ntags: [hushhush]\nlibrary_name: secretlib\n---\nSecret plans.',
      },
      'model',
      true,
    )
    await publish(
      'ada/words',
      { 'README.md': '---\nlicense: mit\nlanguage: [en, fr]\ntask_categories: [text-generation]\n---\nWords.' },
      'dataset',
    )
    await publish(
      'ada/demo',
      { 'README.md': '---\nsdk: static\nmodels: [ada/tiny-llama]\n---\n', 'index.html': '<p>' },
      'space',
    )
    await server.settled()
  })
  afterAll(() => server.stop())

  it('[M1][C1] lists models as the stock client reads them', async () => {
    const found: { name: string; task?: string; license?: unknown }[] = []
    for await (const model of listModels({
      ...as(),
      additionalFields: ['tags', 'library_name', 'createdAt', 'cardData', 'safetensors'],
    })) {
      expect(model.id).toMatch(/^[0-9a-f]{24}$/)
      expect(model.updatedAt.getTime()).toBeGreaterThan(0)
      found.push({ name: model.name, ...(model.task ? { task: model.task } : {}) })
      if (model.name === 'ada/tiny-llama') {
        expect(model.library_name).toBe('transformers')
        expect(model.cardData).toMatchObject({ license: 'apache-2.0' })
        expect(model.safetensors).toMatchObject({ total: 129_536 })
      }
    }
    expect(found.map((model) => model.name).sort()).toEqual(['ada/tiny-llama', 'ada/tiny-sentiment'])
    expect(found.find((model) => model.name === 'ada/tiny-llama')?.task).toBe('text-generation')
  })

  it('[M1] searches and filters as the stock client asks', async () => {
    const names = async (search: object): Promise<string[]> => {
      const all: string[] = []
      for await (const model of listModels({ ...as(), search })) all.push(model.name)
      return all
    }
    expect(await names({ query: 'llama' })).toEqual(['ada/tiny-llama'])
    expect(await names({ query: 'tiny' })).toHaveLength(2)
    expect(await names({ query: 'sentment' })).toEqual(['ada/tiny-sentiment'])
    expect(await names({ task: 'text-classification' })).toEqual(['ada/tiny-sentiment'])
    expect(await names({ owner: 'ada', tags: ['license:mit'] })).toEqual(['ada/tiny-sentiment'])
    expect(await names({ owner: 'nobody' })).toEqual([])
    for await (const dataset of listDatasets(as())) expect(dataset.name).toBe('ada/words')
    for await (const space of listSpaces({ ...as(), additionalFields: ['models'] }))
      expect(space.models).toEqual(['ada/tiny-llama'])
  })

  it('[C1] gives information at the head, at a branch with slashes and at a commit', async () => {
    const info = await modelInfo({
      ...as(),
      name: 'ada/tiny-llama',
      additionalFields: ['tags', 'config', 'transformersInfo', 'sha'],
    })
    expect(info.tags).toEqual(
      expect.arrayContaining([
        'transformers',
        'safetensors',
        'gguf',
        'llama',
        'text-generation',
        'en',
        'license:apache-2.0',
      ]),
    )
    expect(info.transformersInfo).toMatchObject({ auto_model: 'AutoModelForCausalLM' })
    const plain = await get('/api/models/ada/tiny-llama?blobs=true')
    expect(plain.body).toMatchObject({ gguf: { total: 129_536, architecture: 'llama', context_length: 256 } })
    const body = plain.body as {
      sha: string
      siblings: { rfilename: string; size: number; lfs?: object }[]
      lastModified: string
      spaces: string[]
    }
    expect(body.lastModified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(body.siblings.find((file) => file.rfilename === 'model.safetensors')).toMatchObject({
      size: 520_384,
      lfs: { size: 520_384 },
    })
    expect(body.spaces).toEqual(['ada/demo'])
    await uploadFiles({
      ...as(ada),
      repo: 'ada/tiny-llama',
      branch: 'main',
      files: [{ path: 'new.txt', content: new Blob(['x']) }],
      useXet: false,
    })
    const fresh = await get('/api/models/ada/tiny-llama')
    expect(JSON.stringify(fresh.body)).toContain('new.txt')
    for (const rev of [body.sha, body.sha.slice(0, 7), 'refs%2Fheads%2Fmain', 'refs/heads/main', 'main']) {
      expect((await get(`/api/models/ada/tiny-llama/revision/${rev}`)).status, rev).toBe(200)
    }
    const old = await get(`/api/models/ada/tiny-llama/revision/${body.sha}`)
    expect(JSON.stringify(old.body)).not.toContain('new.txt')
    expect((await get('/api/models/ada/tiny-llama/revision/nope')).headers.get('x-error-code')).toBe('RevisionNotFound')
    const paths: string[] = []
    for await (const file of listFiles({ ...as(), repo: 'ada/tiny-llama' })) paths.push(file.path)
    expect(paths).toContain('config.json')
  })

  it('[C1] keeps private repositories out of lists, search, counts, facets, links and information', async () => {
    const secret = ['secret-', 'hushhush', 'secretlib', 'gpl-3.0', '"eo"']
    const doors = [
      '/api/models',
      '/api/models?full=true&cardData=true&config=true&limit=1',
      '/api/models?search=secret',
      '/api/models?search=sekret',
      '/api/models?filter=hushhush',
      '/api/models?author=ada&sort=id&limit=1',
      '/api/models?library=secretlib',
      '/api/v1/catalog/facets',
      '/api/v1/catalog/facets?search=secret',
      '/api/quicksearch?q=secret',
      '/api/trending?limit=20',
    ]
    for (const door of doors) {
      for (const person of [undefined, eve]) {
        const answer = await get(door, person)
        expect(answer.status, door).toBe(200)
        const shown =
          JSON.stringify(answer.body) +
          Buffer.from(/cursor=([\w-]+)/.exec(answer.headers.get('link') ?? '')?.[1] ?? '', 'base64url').toString()
        for (const word of secret) expect(shown, `${door} shows ${word}`).not.toContain(word)
      }
    }
    expect(ids(await get('/api/models', ada))).toContain('ada/secret-llama')
    expect(((await get('/api/v1/catalog/facets', ada)).body as { total: number }).total).toBe(3)
    expect(((await get('/api/v1/catalog/facets', eve)).body as { total: number }).total).toBe(2)
    for (const path of [
      '/api/models/ada/secret-llama',
      '/api/models/ada/no-such-llama',
      '/api/v1/catalog/card/model/ada/secret-llama',
    ]) {
      expect((await get(path)).status, path).toBe(401)
      expect((await get(path, eve)).status, path).toBe(404)
    }
    const hidden = await get('/api/models/ada/secret-llama', eve)
    const missing = await get('/api/models/ada/no-such-llama', eve)
    expect(hidden.body).toEqual(missing.body)
    expect((await get('/api/models/gpt2')).headers.get('x-error-code')).toBe('RepoNotFound')
    const tags = JSON.stringify((await get('/api/models-tags-by-type')).body)
    expect(tags).not.toContain('secretlib')
  })

  it('hides a repository in the moment it becomes private, before any event is handled', async () => {
    await publish('ada/flips', { 'README.md': '---\nlicense: mit\n---\n' })
    await server.settled()
    expect(ids(await get('/api/models', eve))).toContain('ada/flips')
    await get('/api/models/ada/flips/settings', ada, {
      method: 'PUT',
      body: '{"private":true}',
      headers: { 'content-type': 'application/json' },
    })
    expect(ids(await get('/api/models', eve))).not.toContain('ada/flips')
    await server.settled()
    expect(((await get('/api/v1/catalog/facets', eve)).body as { total: number }).total).toBe(2)
    await deleteRepo({ ...as(ada), repo: 'ada/flips' })
    expect(ids(await get('/api/models', ada))).not.toContain('ada/flips')
  })

  it('pages with absolute links that keep the question', async () => {
    const first = await get('/api/models?author=ada&limit=1&sort=createdAt&expand[]=likes', ada)
    const link = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
    expect(link.startsWith(`${server.url}/api/models?author=ada&limit=1&sort=createdAt`)).toBe(true)
    expect(Object.keys((first.body as object[])[0] ?? {}).sort()).toEqual(['_id', 'id', 'likes'])
    const seen = ids(first)
    for (let next: string | undefined = link; next; ) {
      const page: Answer = await get(next, ada)
      seen.push(...ids(page))
      next = /^<([^>]+)>/.exec(page.headers.get('link') ?? '')?.[1]
    }
    expect(seen).toEqual(['ada/secret-llama', 'ada/tiny-sentiment', 'ada/tiny-llama'])
    expect((await get('/api/models?cursor=forged')).status).toBe(400)
    const refused = await get('/api/models?expand=nonsense')
    expect(refused.status).toBe(400)
    expect((refused.body as { error: string }).error).toMatch(
      /^"expand" must be one of \[author, baseModels, .*widgetData\]$/,
    )
  })

  it('follows renames with 307 and shows the new name', async () => {
    await publish('ada/before', { 'a.txt': 'x' })
    const body = JSON.stringify({ fromRepo: 'ada/before', toRepo: 'ada/after', type: 'model' })
    await get('/api/repos/move', ada, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    await server.settled()
    const moved = await get('/api/models/ada/before/revision/main')
    expect([moved.status, moved.headers.get('location')]).toEqual([307, '/api/models/ada/after/revision/main'])
    expect(ids(await get('/api/models?search=before'))).toEqual([])
    expect(ids(await get('/api/models?search=after'))).toEqual(['ada/after'])
    await deleteRepo({ ...as(ada), repo: 'ada/after' })
  })

  it('[M5] renders the card, with relative pictures led into the repository', async () => {
    const { body, status } = await get('/api/v1/catalog/card/model/ada/tiny-llama')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      toc: [{ id: 'card-tiny-llama', text: 'Tiny llama', depth: 1 }],
      frontMatter: { license: 'apache-2.0' },
      errors: [],
    })
    expect((body as { html: string }).html).toContain('src="/ada/tiny-llama/resolve/main/img/logo.png"')
    expect((await get('/api/v1/catalog/card/dataset/ada/words')).body).toMatchObject({
      frontMatter: { language: ['en', 'fr'] },
    })
    expect((await get('/api/v1/catalog/card/model/ada/tiny-llama?rev=nope')).status).toBe(404)
  })

  it('[M5] renders a card once, however many ask for it at once', async () => {
    const path = '/api/v1/catalog/card/model/ada/tiny-llama'
    const { sha } = (await get(path)).body as { sha: string }
    const answers = await Promise.all(Array.from({ length: 150 }, () => get(`${path}?rev=${sha}`)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })

  it('[M5] checks cards for the stock clients, as JSON and as text', async () => {
    const post = (content: string, accept = 'application/json') =>
      get('/api/validate-yaml', undefined, {
        method: 'POST',
        body: JSON.stringify({ content, repoType: 'model' }),
        headers: { 'content-type': 'application/json', accept },
      })
    expect(await post('---\nlicense: mit\n---\n')).toMatchObject({ status: 200, body: { errors: [], warnings: [] } })
    expect(await post('no metadata')).toMatchObject({
      status: 200,
      body: { warnings: [{ message: 'empty or missing yaml metadata in repo card' }] },
    })
    const wrong = await post('---\ntitle: x\nlicense: asdf\n---\n')
    expect(wrong).toMatchObject({ status: 400, body: { errors: [{ line: 3, column: 1 }] } })
    const text = await post('---\nlicense: asdf\n---\n', 'text/plain')
    expect(text.status).toBe(400)
    expect(text.body).toMatch(/^- Error: "license" must be one of \[.* \(line 2, column 1\)$/)
    const deep = await post('---\nlanguage:\n  - en\n  - english\n---\n')
    expect(deep.body).toMatchObject({
      errors: [{ line: 4, column: 5, message: expect.stringMatching(/^"language" .*\(line 4, column 5\)$/) }],
    })
  })

  it('counts facets and lists tags by type', async () => {
    const { body } = await get('/api/v1/catalog/facets?kind=models')
    expect(body).toMatchObject({
      total: 2,
      isCapped: false,
      facets: {
        library: expect.arrayContaining([
          { id: 'transformers', label: 'Transformers', count: 2 },
          { id: 'gguf', label: 'GGUF', count: 1 },
        ]),
        license: expect.arrayContaining([{ id: 'mit', label: 'MIT', count: 1 }]),
      },
    })
    const tags = (await get('/api/models-tags-by-type?type=pipeline_tag')).body as { pipeline_tag: { id: string }[] }
    expect(tags.pipeline_tag.map((tag) => tag.id)).toContain('text-generation')
  })

  it('[M5] shows evaluation results from their files, and why one cannot be read', async () => {
    const files = {
      '.eval_results/hle.yaml': '- dataset: {id: cais/hle, task_id: default}\n  value: 20.9\n',
      '.eval_results/wrong.yaml': '- value: high\n',
    }
    await publish('ada/evaluated', files, 'model', true)
    const { body } = await get('/api/models/ada/evaluated?expand=evalResults', ada)
    expect((body as { evalResults: unknown }).evalResults).toEqual([
      {
        filename: '.eval_results/hle.yaml',
        verified: false,
        data: { dataset: { id: 'cais/hle', task_id: 'default' }, value: 20.9 },
      },
      { filename: '.eval_results/wrong.yaml', error: '[0]: "dataset" is required' },
    ])
  })

  it('answers the headers of all shards at once, and says which file is wrong', async () => {
    const whole = readFileSync(new URL('../../../../../seed/models/tiny-llama/model.safetensors', import.meta.url))
    const index = {
      metadata: { total_size: 1 },
      weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
    }
    await publish('ada/sharded', {
      'model.safetensors.index.json': JSON.stringify(index),
      'model-00001-of-00002.safetensors': new Blob([whole]),
      'model-00002-of-00002.safetensors': new Blob([whole]),
      'broken.index.json': JSON.stringify({ weight_map: { a: 'broken.safetensors' } }),
      'broken.safetensors': 'not at all',
    })
    const { body } = await get('/api/models/ada/sharded/safetensors-metadata/model.safetensors.index.json')
    expect(Object.keys((body as { headers: object }).headers)).toEqual([
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
    ])
    expect((await get('/api/models/ada/sharded')).body).toMatchObject({ safetensors: { total: 259_072 } })
    expect((await get('/api/models/ada/sharded/safetensors-metadata/broken.index.json')).status).toBe(422)
    expect((await get('/api/models/ada/sharded/safetensors-metadata/none.json')).headers.get('x-error-code')).toBe(
      'EntryNotFound',
    )
    await deleteRepo({ ...as(ada), repo: 'ada/sharded' })
  })

  it('names files that would run code when loaded', async () => {
    const bomb = Buffer.from('gAJjcG9zaXgKc3lzdGVtCnEAWAIAAABpZHEBhXECUnEDLg==', 'base64')
    await publish('ada/bomb', { 'pytorch_model.bin': new Blob([bomb]) })
    expect((await get('/api/models/ada/bomb?securityStatus=true')).body).toMatchObject({
      securityRepoStatus: { scansDone: true, filesWithIssues: [{ path: 'pytorch_model.bin', level: 'unsafe' }] },
    })
    await deleteRepo({ ...as(ada), repo: 'ada/bomb' })
  })

  it('tells what weights files say of themselves, to readers only', async () => {
    const inspect = (repo: string, path: string, person?: Person) =>
      get(`/api/v1/catalog/inspect/model/${repo}?rev=main&path=${encodeURIComponent(path)}`, person)
    const tensors = await inspect('ada/tiny-llama', 'model.safetensors')
    expect(tensors.body).toMatchObject({ format: 'safetensors', totalParameters: 129_536, byDtype: { F32: 129_536 } })
    expect((tensors.body as { tensors: object[] }).tensors).toHaveLength(20)
    const gguf = await inspect('ada/tiny-llama', 'tiny-llama.q8_0.gguf')
    expect(gguf.body).toMatchObject({ format: 'gguf', metadata: { 'general.architecture': 'llama' } })
    expect((gguf.body as { tensors: { shape: number[] }[] }).tensors[0]?.shape.length).toBeGreaterThan(0)
    expect((await inspect('ada/tiny-sentiment', 'onnx/model.onnx')).body).toMatchObject({ format: 'onnx' })
    expect((await inspect('ada/tiny-llama', 'config.json')).status).toBe(422)
    expect((await inspect('ada/tiny-llama', 'none.gguf')).status).toBe(404)
    const [hidden, missing] = [await inspect('ada/secret-llama', 'a.gguf', eve), await inspect('ada/no', 'a.gguf', eve)]
    expect([hidden.status, hidden.body]).toEqual([missing.status, missing.body])
  })

  it('renders other Markdown files, with links from their own folder', async () => {
    await publish('ada/documented', { 'docs/use.md': '# How\n\n[next](more.md) ![p](a.png)', 'docs/a.txt': '# No' })
    const render = (path: string) => get(`/api/v1/catalog/card/model/ada/documented?path=${path}`)
    const { html } = (await render('docs/use.md')).body as { html: string }
    expect(html).toContain('/ada/documented/blob/main/docs/more.md')
    expect(html).toContain('/ada/documented/resolve/main/docs/a.png')
    expect((await render('docs/a.txt')).body).toMatchObject({ html: '' })
    await deleteRepo({ ...as(ada), repo: 'ada/documented' })
  })

  it('[M1] answers the search box, trending and tasks', async () => {
    const quick = (await get('/api/quicksearch?q=tiny&limit=1&type=model&type[]=datasets')).body as Record<
      string,
      unknown
    >
    expect(Object.keys(quick).sort()).toEqual(['datasets', 'datasetsCount', 'models', 'modelsCount', 'q'])
    expect(quick.modelsCount).toBe(1)
    expect((await get('/api/quicksearch?q=x&type=papers')).status).toBe(400)
    const trending = (await get('/api/trending')).body as { recentlyTrending: { repoType: string }[] }
    expect(new Set(trending.recentlyTrending.map((one) => one.repoType))).toEqual(
      new Set(['model', 'dataset', 'space']),
    )
    expect((await get('/api/tasks')).body).toMatchObject({ 'text-generation': { label: 'Text Generation' } })
    expect((await get('/api/telemetry/transformers/x', undefined, { method: 'HEAD' })).status).toBe(200)
  })

  it('tells of apps and derived models, for lists and information alike', async () => {
    const keys = 'expand=spaces&expand=childrenModelCount&expand=baseModels'
    const list = (await get(`/api/models?sort=createdAt&${keys}`)).body as object[]
    expect(list).toMatchObject([
      { id: 'ada/tiny-sentiment', spaces: [], childrenModelCount: 0 },
      { id: 'ada/tiny-llama', spaces: ['ada/demo'], childrenModelCount: 1 },
    ])
    expect((await get(`/api/models/ada/tiny-llama?${keys}`)).body).toMatchObject({
      spaces: ['ada/demo'],
      childrenModelCount: 1,
    })
    expect((await get(`/api/models/ada/tiny-sentiment?${keys}`)).body).toMatchObject({
      baseModels: { relation: 'finetune', models: [{ id: 'ada/tiny-llama' }] },
    })
  })

  it('counts trending and downloads without a write when nothing changed', async () => {
    await server.running.app.catalog.refreshCounters()
    expect(await server.running.app.catalog.refreshCounters()).toBe(0)
  })
})
