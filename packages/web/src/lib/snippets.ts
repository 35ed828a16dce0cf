import type { Snippet } from '../ui/code-snippet.js'
import type { RepoKindName } from './repo-list.js'

interface Use {
  baseUrl: string
  id: string
  kind: RepoKindName
  task?: string | undefined
  library?: string | undefined
  /** A key to fill in; without one the snippet reads it from the environment. */
  key?: string | undefined
  /** An endpoint serves it here, so that it can be called. */
  isServed: boolean
  prompt?: string | undefined
}

const json = (value: string) => JSON.stringify(value)
const shown = (key: string | undefined) => key && `${key.slice(0, 6)}…`

/** Writes the key in, and the same text with the key hidden. */
function withKey(
  snippet: Omit<Snippet, 'code'>,
  write: (key: string | undefined) => string,
  key: string | undefined,
): Snippet {
  const hidden = shown(key)
  return { ...snippet, code: write(key), ...(hidden ? { masked: write(hidden) } : {}) }
}

const chatTasks = new Set(['text-generation', 'image-text-to-text', 'conversational'])
const embedTasks = new Set(['feature-extraction', 'sentence-similarity'])

function openaiPython({ baseUrl, id, task, prompt = 'Once upon a time' }: Use, key: string | undefined): string {
  const head = `from openai import OpenAI\n\nclient = OpenAI(\n    base_url=${json(`${baseUrl}/v1`)},\n    api_key=${key ? json(key) : 'os.environ["HF_TOKEN"]'},\n)\n`
  const body = embedTasks.has(task ?? '')
    ? `answer = client.embeddings.create(model=${json(id)}, input="stone columns")\nprint(len(answer.data[0].embedding))`
    : `stream = client.chat.completions.create(\n    model=${json(id)},\n    messages=[{"role": "user", "content": ${json(prompt)}}],\n    stream=True,\n)\nfor event in stream:\n    if event.choices:\n        print(event.choices[0].delta.content or "", end="")`
  return `${key ? '' : 'import os\n'}${head}\n${body}\n`
}

function openaiTs({ baseUrl, id, task, prompt = 'Once upon a time' }: Use, key: string | undefined): string {
  const head = `import OpenAI from 'openai'\n\nconst client = new OpenAI({\n  baseURL: '${baseUrl}/v1',\n  apiKey: ${key ? `'${key}'` : 'process.env.HF_TOKEN'},\n})\n`
  const body = embedTasks.has(task ?? '')
    ? `const answer = await client.embeddings.create({ model: '${id}', input: 'stone columns' })\nconsole.log(answer.data[0].embedding.length)`
    : `const stream = await client.chat.completions.create({\n  model: '${id}',\n  messages: [{ role: 'user', content: ${json(prompt)} }],\n  stream: true,\n})\nfor await (const event of stream) {\n  process.stdout.write(event.choices[0]?.delta?.content ?? '')\n}`
  return `${head}\n${body}\n`
}

function curl({ baseUrl, id, task, prompt = 'Once upon a time' }: Use, key: string | undefined): string {
  const isEmbedding = embedTasks.has(task ?? '')
  const body = isEmbedding
    ? { model: id, input: 'stone columns' }
    : { model: id, messages: [{ role: 'user', content: prompt }] }
  const quoted = JSON.stringify(body).replaceAll("'", "'\\''")
  return `curl ${baseUrl}/v1/${isEmbedding ? 'embeddings' : 'chat/completions'} \\\n  -H "Authorization: Bearer ${key ?? '$HF_TOKEN'}" \\\n  -H "Content-Type: application/json" \\\n  -d '${quoted}'\n`
}

function taskCurl({ baseUrl, id }: Use, key: string | undefined): string {
  return `curl ${baseUrl}/models/${id} \\\n  -H "Authorization: Bearer ${key ?? '$HF_TOKEN'}" \\\n  -H "Content-Type: application/json" \\\n  -d '{"inputs": "I like this place."}'\n`
}

function inferenceClient({ baseUrl, id }: Use, key: string | undefined): string {
  return `${key ? '' : 'import os\n'}from huggingface_hub import InferenceClient\n\nclient = InferenceClient(\n    ${json(`${baseUrl}/models/${id}`)},\n    token=${key ? json(key) : 'os.environ["HF_TOKEN"]'},\n)\nprint(client.text_classification("I like this place."))\n`
}

function download({ baseUrl, id, kind }: Use): Snippet {
  const call =
    kind === 'model' ? `snapshot_download(${json(id)})` : `snapshot_download(${json(id)}, repo_type="dataset")`
  return {
    id: 'hub',
    label: 'huggingface_hub',
    language: 'python',
    code: `import os\nos.environ["HF_ENDPOINT"] = ${json(baseUrl)}\n\nfrom huggingface_hub import snapshot_download\n\nfolder = ${call}\nprint(folder)\n`,
  }
}

function transformers({ baseUrl, id, task }: Use): Snippet {
  return {
    id: 'transformers',
    label: 'transformers',
    language: 'python',
    code: `import os\nos.environ["HF_ENDPOINT"] = ${json(baseUrl)}\n\nfrom transformers import pipeline\n\npipe = pipeline(${json(task ?? 'text-generation')}, model=${json(id)})\nprint(pipe("Once upon a time"))\n`,
  }
}

function git({ baseUrl, id, kind }: Use): Snippet {
  return {
    id: 'git',
    label: 'git',
    language: 'sh',
    code: `git clone ${baseUrl}/${kind === 'model' ? '' : 'datasets/'}${id}\n`,
  }
}

function cli({ baseUrl, id, kind }: Use): Snippet {
  return {
    id: 'hf',
    label: 'hf',
    language: 'sh',
    code: `export HF_ENDPOINT=${baseUrl}\nhf download ${id}${kind === 'dataset' ? ' --repo-type dataset' : ''}\n`,
  }
}

function datasets({ baseUrl, id }: Use): Snippet {
  return {
    id: 'datasets',
    label: 'datasets',
    language: 'python',
    code: `import os\nos.environ["HF_ENDPOINT"] = ${json(baseUrl)}\n\nfrom datasets import load_dataset\n\ndata = load_dataset(${json(id)})\nprint(data)\n`,
  }
}

/** Ways to use a repository with the clients people have, real names filled in. */
export function snippetsFor(use: Use): Snippet[] {
  if (use.kind === 'dataset') return [datasets(use), download(use), cli(use), git(use)]
  const canChat = use.isServed && (chatTasks.has(use.task ?? 'text-generation') || embedTasks.has(use.task ?? ''))
  const calls: Snippet[] = canChat
    ? [
        withKey({ id: 'openai', label: 'openai', language: 'python' }, (key) => openaiPython(use, key), use.key),
        withKey({ id: 'ts', label: 'TypeScript', language: 'ts' }, (key) => openaiTs(use, key), use.key),
        withKey({ id: 'curl', label: 'curl', language: 'sh' }, (key) => curl(use, key), use.key),
      ]
    : use.isServed
      ? [
          withKey(
            { id: 'client', label: 'InferenceClient', language: 'python' },
            (key) => inferenceClient(use, key),
            use.key,
          ),
          withKey({ id: 'curl', label: 'curl', language: 'sh' }, (key) => taskCurl(use, key), use.key),
        ]
      : []
  return [
    ...calls,
    download(use),
    ...(use.library === 'transformers' || !use.library ? [transformers(use)] : []),
    cli(use),
    git(use),
  ]
}
