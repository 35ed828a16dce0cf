import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../format-error.js'
import { damage, seededRandom } from '../fuzz.js'
import { sourceOf } from '../ranged-reader.js'
import { readOnnx } from './read-onnx.js'

const SEED = readFileSync(new URL('../../../../seed/models/tiny-sentiment/onnx/model.onnx', import.meta.url))

describe('ONNX header', () => {
  it('[M5] reads operator set, inputs, outputs and size of a real model', async () => {
    const facts = await readOnnx(sourceOf(SEED))
    expect(facts).toMatchObject({
      irVersion: 8,
      opsets: [{ domain: '', version: 17 }],
      nodeCount: 9,
      customDomains: [],
      externalFiles: [],
    })
    expect(facts.inputs.map((input) => input.name)).toEqual(['input_ids', 'attention_mask'])
    expect(facts.outputs[0]).toEqual({ name: 'logits', type: 'float', shape: ['batch', 2] })
    expect(facts.totalParameters).toBe(1_108)
  })

  it('refuses other files and only ever throws FormatError on 600 damaged ones', async () => {
    for (const bytes of [new Uint8Array(0), new TextEncoder().encode('not a model'), new Uint8Array(100).fill(0xff)]) {
      await expect(readOnnx(sourceOf(bytes))).rejects.toBeInstanceOf(FormatError)
    }
    const random = seededRandom(4)
    for (let round = 0; round < 600; round++) {
      await readOnnx(sourceOf(damage(SEED, random))).catch((error: unknown) =>
        expect(error).toBeInstanceOf(FormatError),
      )
    }
  })
})
