import { describe, expect, it } from 'vitest'
import { openKey, sealKey } from '../providers/seal-key.js'
import { Backoff } from '../replicas/backoff.js'
import { estimateLlama, memoryLimit } from './estimate-memory.js'
import { matchRuntime } from './match-runtime.js'
import { nearNames } from './near-names.js'

const files = (...paths: string[]) => paths.map((path, index) => ({ path, sizeBytes: 1_000 + index }))

describe('matchRuntime', () => {
  it('prefers a GGUF, and among them the best trade of quality and speed', () => {
    const match = matchRuntime(files('a.f16.gguf', 'a.Q4_K_M.gguf', 'a.q8_0.gguf', 'mmproj-a.gguf', 'config.json'))
    expect(match).toMatchObject({
      runtime: 'llama',
      modelFile: 'a.Q4_K_M.gguf',
      paths: ['a.Q4_K_M.gguf', 'config.json'],
    })
  })

  it('takes an encoder with its tokenizer and its data beside it', () => {
    const match = matchRuntime(files('onnx/model.onnx', 'onnx/model.onnx_data', 'tokenizer.json', 'README.md'))
    expect(match).toMatchObject({
      runtime: 'onnx',
      paths: ['onnx/model.onnx', 'onnx/model.onnx_data', 'tokenizer.json'],
    })
  })

  it.each([[['model.safetensors', 'config.json']], [['onnx/model.onnx']], [['big-00001-of-00002.gguf']], [[]]])(
    'cannot serve %j',
    (paths) => expect(matchRuntime(files(...paths))).toBeNull(),
  )
})

describe('estimateLlama', () => {
  const facts = (metadata: Record<string, number | string>) => ({
    version: 3,
    metadata: new Map<string, number | string>(Object.entries({ 'general.architecture': 'llama', ...metadata })),
    tensorCount: 1,
    totalParameters: 1,
    tensorTypes: {},
    tensors: [],
  })

  it('adds file, cache of every sequence and a base', () => {
    const { estimateBytes, contextTokens } = estimateLlama(
      1_000_000,
      facts({
        'llama.context_length': 256,
        'llama.block_count': 2,
        'llama.attention.head_count': 2,
        'llama.embedding_length': 64,
      }),
    )
    expect(contextTokens).toBe(256)
    expect(estimateBytes).toBe(1_000_000 + 2 * 2 * 2 * 32 * 2 * 256 * 4 + 100 * 1024 * 1024)
    expect(memoryLimit(estimateBytes)).toBeGreaterThan(estimateBytes)
  })

  it('stays finite for metadata that says nothing or nonsense', () => {
    for (const metadata of [
      {},
      { 'llama.attention.head_count': 0 },
      { 'llama.block_count': -5 },
      { 'llama.context_length': 'x' },
    ]) {
      expect(Number.isSafeInteger(estimateLlama(10, facts(metadata)).estimateBytes)).toBe(true)
    }
  })
})

describe('provider keys', () => {
  const instance = Buffer.alloc(32, 7)

  it('open only for the provider and the instance they were sealed for', () => {
    const sealed = sealKey(instance, 'p1', 'sk-secret')
    expect(sealed).not.toContain('sk-secret')
    expect(sealKey(instance, 'p1', 'sk-secret')).not.toBe(sealed)
    expect(openKey(instance, 'p1', sealed)).toBe('sk-secret')
    expect(() => openKey(instance, 'p2', sealed)).toThrow()
    expect(() => openKey(Buffer.alloc(32, 8), 'p1', sealed)).toThrow()
    expect(() => openKey(instance, 'p1', `${sealed.startsWith('A') ? 'B' : 'A'}${sealed.slice(1)}`)).toThrow()
  })
})

it('backs off longer each time, a minute after three failures within one', () => {
  const backoff = new Backoff()
  expect(backoff.waitMs(0)).toBe(0)
  backoff.fail(0, 'a')
  expect(backoff.waitMs(0)).toBe(1_000)
  backoff.fail(2_000, 'b')
  expect(backoff.waitMs(2_000)).toBe(2_000)
  backoff.fail(5_000, 'c')
  expect([backoff.waitMs(5_000), backoff.message]).toEqual([60_000, 'c'])
  backoff.fail(200_000, 'd')
  expect(backoff.waitMs(200_000)).toBe(1_000)
})

it('suggests names a few edits away, and the same name of another owner', () => {
  const known = ['acme/tiny-llama', 'stoa/tiny-sentiment', 'qwen-32b']
  expect(nearNames('acme/tiny-lama', known, 3)).toEqual(['acme/tiny-llama'])
  expect(nearNames('other/tiny-llama', known, 3)).toEqual(['acme/tiny-llama'])
  expect(nearNames('tiny-llama', known, 3)).toEqual(['acme/tiny-llama'])
  expect(nearNames('gpt-5', known, 3)).toEqual([])
})
