import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../format-error.js'
import { damage, seededRandom } from '../fuzz.js'
import { sourceOf } from '../ranged-reader.js'
import { readGguf } from './read-gguf.js'

const SEED = readFileSync(new URL('../../../../seed/models/tiny-llama/tiny-llama.q8_0.gguf', import.meta.url))
const read = (bytes: Uint8Array) => readGguf(sourceOf(bytes))

/** Writes the little-endian start of a file from numbers (u32), bigints (u64) and texts (u64 length + bytes). */
function build(...parts: (number | bigint | string)[]): Uint8Array {
  const bytes: number[] = [...new TextEncoder().encode('GGUF')]
  const push = (value: bigint, count: number): void => {
    for (let at = 0; at < count; at++) bytes.push(Number((value >> BigInt(at * 8)) & 0xffn))
  }
  for (const part of parts) {
    if (typeof part === 'number') push(BigInt(part), 4)
    else if (typeof part === 'bigint') push(part, 8)
    else {
      const text = new TextEncoder().encode(part)
      push(BigInt(text.length), 8)
      bytes.push(...text)
    }
  }
  return Uint8Array.from(bytes)
}

describe('GGUF metadata', () => {
  it('[M5] reads a real model', async () => {
    const facts = await read(SEED)
    expect(facts).toMatchObject({
      version: 3,
      tensorCount: 20,
      totalParameters: 129_536,
      tensorTypes: { Q8_0: 15, F32: 5 },
    })
    expect(facts.metadata.get('general.architecture')).toBe('llama')
    expect(facts.metadata.get('llama.context_length')).toBe(256)
    expect(facts.metadata.get('tokenizer.ggml.tokens')).toEqual({ length: 355 })
    expect(facts.metadata.get('tokenizer.chat_template')).toContain('<|assistant|>')
  })

  it('refuses counts and lengths that lie', async () => {
    const most = 0xffff_ffff_ffff_ffffn
    const hostile: [string, Uint8Array][] = [
      ['empty', new Uint8Array(0)],
      ['other magic', new TextEncoder().encode('GGML'.padEnd(32, '0'))],
      ['old version', build(1, 0n, 0n)],
      ['absurd tensor count', build(3, most, 0n)],
      ['too many tensors', build(3, 1_000_000n, 0n)],
      ['too many entries', build(3, 0n, 1_000_000n)],
      ['key past the end', build(3, 0n, 1n, 500n)],
      ['key too long', build(3, 0n, 1n, 'k'.repeat(2_000), 4, 1)],
      ['unknown type', build(3, 0n, 1n, 'k', 99, 1)],
      ['text past the end', build(3, 0n, 1n, 'k', 8, most)],
      ['array past the end', build(3, 0n, 1n, 'k', 9, 4, 1_000_000n)],
      ['array too long', build(3, 0n, 1n, 'k', 9, 8, 1_000_000_000n)],
      ['arrays too deep', build(3, 0n, 1n, 'k', 9, 9, 1n, 9, 1n, 9, 1n, 9, 1n, 9, 1n, 4, 1n, 7)],
      ['key twice', build(3, 0n, 2n, 'k', 4, 1, 'k', 4, 2)],
      ['tensor missing', build(3, 1n, 0n)],
      ['too many dimensions', build(3, 1n, 0n, 't', 100)],
      ['absurd shape', build(3, 1n, 0n, 't', 3, 1n << 40n, 1n << 40n, 1n, 0, 0n)],
    ]
    for (const [name, bytes] of hostile) await expect(read(bytes), name).rejects.toBeInstanceOf(FormatError)
  })

  it('only ever throws FormatError on 600 damaged files', async () => {
    const random = seededRandom(3)
    const head = Uint8Array.from(SEED.subarray(0, 12_000))
    for (let round = 0; round < 600; round++) {
      await read(damage(head, random)).catch((error: unknown) => expect(error).toBeInstanceOf(FormatError))
    }
  })
})
