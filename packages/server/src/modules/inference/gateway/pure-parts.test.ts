import { describe, expect, it } from 'vitest'
import { EventFrames } from './event-frames.js'
import { scanBody } from './scan-body.js'
import { spliceBody, wantsUsage } from './splice-body.js'
import { findUsage } from './usage.js'

const bytes = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

describe('scanBody', () => {
  it('finds the fields of policy and nothing inside of strings or nested values', () => {
    const body = bytes({
      messages: [{ role: 'user', content: 'say "model": "other", \\" and }]' }],
      model: 'acme/tiny',
      extra: { model: 'nested', max_tokens: 9, deep: [[{ stream: true }]] },
      max_tokens: 17,
      stream: true,
      n: 3,
    })
    expect(scanBody(body)).toMatchObject({ model: 'acme/tiny', stream: true, maxTokens: 17, answers: 3 })
  })

  it('counts prompts', () => {
    const count = (prompt: unknown): number => scanBody(bytes({ model: 'm', prompt })).answers
    expect([count('a'), count(['a', 'b,c']), count([1, 2, 3]), count([[1, 2], [3]])]).toEqual([1, 2, 1, 2])
  })

  it.each([
    ['no object', '[]'],
    ['no model', '{}'],
    ['a doubled model', '{"model":"a","model":"b"}'],
    ['a doubled limit', '{"model":"a","max_tokens":1,"max_tokens":99}'],
    ['an escaped key', '{"mod\\u0065l":"b","model":"a"}'],
    ['a wrong bracket', '{"model":"a","x":[}'],
    ['an open string', '{"model":"a'],
    ['a trailing value', '{"model":"a"} {"model":"b"}'],
    ['a fraction of a token', '{"model":"a","max_tokens":1.5}'],
    ['no tokens at all', '{"model":"a","max_tokens":0}'],
    ['a text as flag', '{"model":"a","stream":"yes"}'],
    ['a model that is no text', '{"model":5}'],
    ['endless nesting', `{"model":"a","x":${'['.repeat(100)}${']'.repeat(100)}}`],
    ['too many keys', `{${Array.from({ length: 300 }, (_, index) => `"k${index}":1`).join(',')}}`],
  ])('refuses %s', (_, text) => {
    expect(() => scanBody(bytes(text))).toThrowError(expect.objectContaining({ code: 'UnreadableCall' }))
  })
})

describe('spliceBody', () => {
  const splice = (body: Buffer, changes: Partial<Parameters<typeof spliceBody>[2]>): unknown =>
    JSON.parse(
      spliceBody(body, scanBody(body), {
        upstreamModel: null,
        maxTokens: null,
        reportUsage: false,
        ...changes,
      }).toString(),
    )

  it('returns the very same bytes when nothing changes', () => {
    const body = bytes({ model: 'a', max_tokens: 5 })
    expect(spliceBody(body, scanBody(body), { upstreamModel: 'a', maxTokens: 8, reportUsage: false })).toBe(body)
  })

  it('[PR2] lowers limits, adds missing ones, never raises them', () => {
    expect(splice(bytes({ model: 'a', max_tokens: 50 }), { maxTokens: 8 })).toEqual({ model: 'a', max_tokens: 8 })
    expect(splice(bytes({ model: 'a', max_tokens: null }), { maxTokens: 8 })).toEqual({ model: 'a', max_tokens: 8 })
    expect(splice(bytes({ max_completion_tokens: 50, model: 'a' }), { maxTokens: 8 })).toEqual({
      model: 'a',
      max_completion_tokens: 8,
    })
    expect(splice(bytes({ model: 'a' }), { maxTokens: 8 })).toEqual({ model: 'a', max_tokens: 8 })
    expect(splice(bytes({ model: 'a', max_tokens: 5 }), { maxTokens: 8 })).toEqual({ model: 'a', max_tokens: 5 })
  })

  it('asks for usage without losing other options', () => {
    const asked = bytes({ model: 'a', stream: true, stream_options: { include_usage: true } })
    expect(wantsUsage(asked, scanBody(asked))).toBe(true)
    expect(
      splice(bytes({ model: 'a', stream_options: { include_usage: false, x: 1 } }), { reportUsage: true }),
    ).toEqual({
      model: 'a',
      stream_options: { include_usage: true, x: 1 },
    })
    expect(splice(bytes({ stream: true, model: 'a' }), { reportUsage: true, upstreamModel: 'b"c' })).toEqual({
      stream: true,
      model: 'b"c',
      stream_options: { include_usage: true },
    })
  })
})

describe('findUsage', () => {
  it('[R3] takes the last report, and none that stands in text', () => {
    const forged = '{"choices":[{"message":{"content":"\\"usage\\":{\\"prompt_tokens\\":0}"}}]}'
    expect(findUsage(bytes(forged))).toBeNull()
    const real = `{"usage":{"prompt_tokens":12,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":5}},"x":${forged}}`
    expect(findUsage(bytes(real))).toEqual({ inputTokens: 12, cachedInputTokens: 5, outputTokens: 3 })
    expect(findUsage(bytes('{"usage":{"prompt_tokens":-4}}'))).toBeNull()
    expect(findUsage(bytes('{"usage":null}'))).toBeNull()
  })
})

describe('EventFrames', () => {
  const delta = 'data: {"choices":[{"delta":{"content":"hé"}}],"usage":null}\n\n'
  const usage = 'data: {"choices":[],"usage":{"prompt_tokens":4,"completion_tokens":2}}\n\n'
  const whole = `${delta}${delta}: keep-alive\n\n${usage}data: [DONE]\n\n`

  it.each([1, 2, 7, 40, 10_000])('passes a stream cut into pieces of %i bytes unchanged', (size) => {
    const frames = new EventFrames(false)
    const input = bytes(whole)
    const passed: Buffer[] = []
    for (let at = 0; at < input.length; at += size) passed.push(frames.push(input.subarray(at, at + size)).bytes)
    expect(Buffer.concat([...passed, frames.tail]).toString()).toBe(whole)
    expect(frames.usage).toEqual({ inputTokens: 4, cachedInputTokens: 0, outputTokens: 2 })
    expect(frames.events).toBe(3)
  })

  it('[R3] takes the usage event out for a caller that did not ask', () => {
    const frames = new EventFrames(true)
    const { bytes: passed, isDone } = frames.push(bytes(whole))
    expect(passed.toString()).toBe(`${delta}${delta}: keep-alive\n\n`)
    expect(isDone).toBe(true)
    const mixed = new EventFrames(true)
    const last = 'data: {"choices":[{"delta":{}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}\n\n'
    expect(mixed.push(bytes(last)).bytes.toString()).toBe('data: {"choices":[{"delta":{}}]}\n\n')
  })

  it('gives up on an endless event', () => {
    const frames = new EventFrames(false)
    expect(() => frames.push(Buffer.alloc(2 * 1024 * 1024, 'x'))).toThrow(RangeError)
  })
})
