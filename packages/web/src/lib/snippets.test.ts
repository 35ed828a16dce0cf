import { expect, it } from 'vitest'
import { snippetsFor } from './snippets.js'

const use = {
  baseUrl: 'http://127.0.0.1:3000',
  id: 'stoa/tiny-llama',
  kind: 'model',
  task: 'text-generation',
  library: 'transformers',
  isServed: true,
} as const
const code = (id: string, extra: object = {}) => snippetsFor({ ...use, ...extra }).find((one) => one.id === id)

it('offers every client for a served model [C1]', () => {
  expect(snippetsFor(use).map((one) => one.id)).toEqual(['openai', 'ts', 'curl', 'hub', 'transformers', 'hf', 'git'])
  expect(code('curl')?.code).toContain('http://127.0.0.1:3000/v1/chat/completions')
})

it('fills a key in and hides it on screen', () => {
  const snippet = code('openai', { key: 'hf_abcdefghij' })
  expect(snippet?.code).toContain('api_key="hf_abcdefghij"')
  expect(snippet?.masked).not.toContain('hf_abcdefghij')
})

it('never offers a call for what nobody serves', () => {
  expect(snippetsFor({ ...use, isServed: false }).map((one) => one.id)).toEqual(['hub', 'transformers', 'hf', 'git'])
})

it('keeps quotes in a prompt from breaking the command', () => {
  expect(code('curl', { prompt: `it's "so"` })?.code).toContain(String.raw`it'\''s \"so\"`)
})
