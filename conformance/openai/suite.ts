import { strict as assert } from 'node:assert'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import OpenAI from 'openai'
import { mustRun } from '../process.js'
import { CACHE, type CaseResult, runCases, type Suite, type Target } from '../target.js'

type Sdk = typeof OpenAI

const NEWEST = '7.55.0'

/** The newest major version, kept apart because it declares a newer Node than our floor. */
async function installNewest(): Promise<Sdk> {
  const folder = join(CACHE, `openai-${NEWEST}`)
  if (!existsSync(join(folder, 'node_modules/openai'))) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{"private":true}')
    await mustRun('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', `openai@${NEWEST}`], {
      cwd: folder,
    })
  }
  const module = await import(pathToFileURL(join(folder, 'node_modules/openai/index.mjs')).href)
  return module.default
}

function cases(Client: Sdk, target: Target): Promise<CaseResult[]> {
  const client = new Client({ apiKey: target.alice, baseURL: `${target.url}/v1`, maxRetries: 0 })
  const model = 'stoa/tiny-llama'
  const question = [{ role: 'user', content: 'What is 3 plus 4?' }] as const
  return runCases({
    'models are listed': async () => {
      const { data } = await client.models.list()
      assert.ok(data.some((entry) => entry.id === model))
    },
    'an answer at once': async () => {
      const answer = await client.chat.completions.create({
        model,
        messages: [...question],
        temperature: 0,
        max_tokens: 8,
      })
      assert.equal(answer.choices[0]?.message.content?.trim(), '7')
      assert.ok((answer.usage?.completion_tokens ?? 0) > 0)
    },
    'an answer in pieces, with usage': async () => {
      const stream = await client.chat.completions.create({
        model,
        messages: [...question],
        temperature: 0,
        stream: true,
        stream_options: { include_usage: true },
      })
      let text = ''
      let tokens = 0
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? ''
        tokens = chunk.usage?.completion_tokens ?? tokens
      }
      assert.equal(text.trim(), '7')
      assert.ok(tokens > 0)
    },
    embeddings: async () => {
      const { data } = await client.embeddings.create({ model, input: ['hello', 'lamp'] })
      assert.equal(data.length, 2)
      assert.ok((data[0]?.embedding.length ?? 0) > 8)
    },
    'wrong keys, missing models and wrong parameters have their own errors': async () => {
      const stranger = new Client({ apiKey: 'hf_wrong', baseURL: `${target.url}/v1`, maxRetries: 0 })
      await assert.rejects(stranger.models.list(), (error: { status?: number }) => error.status === 401)
      const absent = client.chat.completions.create({ model: 'stoa/absent', messages: [...question] })
      await assert.rejects(
        absent,
        (error: { status?: number; code?: string }) => error.status === 404 && error.code === 'model_not_found',
      )
      const wrong = client.chat.completions.create({ model, messages: [...question], n: 900 })
      await assert.rejects(wrong, (error: { status?: number }) => error.status === 400)
    },
  })
}

export async function openaiSuites(): Promise<readonly Suite[]> {
  return [
    { name: 'openai 6.49.0', run: (target) => cases(OpenAI, target) },
    { name: `openai ${NEWEST}`, run: async (target) => cases(await installNewest(), target) },
  ]
}
