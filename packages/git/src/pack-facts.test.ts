import { describe, expect, it } from 'vitest'
import { GitFormatError } from './format-error.js'
import { hashObject } from './object.js'
import { checkPack } from './pack-facts.js'
import { DEFAULT_PACK_LIMITS, type PackLimits } from './pack-reader.js'
import { encodePack } from './pack-writer.js'
import { encodeTree } from './tree.js'

type Content = Parameters<typeof encodePack>[0][number]

function check(objects: readonly Content[], limits: Partial<PackLimits> = {}): ReturnType<typeof facts> | string {
  try {
    return facts(encodePack(objects), limits)
  } catch (error) {
    if (error instanceof GitFormatError) return error.rule
    throw error
  }
}

function facts(pack: Buffer, limits: Partial<PackLimits>) {
  const source = { sizeBytes: pack.length, read: (at: number, length: number) => pack.subarray(at, at + length) }
  const steps = checkPack(source, { ...DEFAULT_PACK_LIMITS, ...limits })
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

const blob = (text: string): Content => ({ type: 'blob', data: Buffer.from(text) })
const folder = (name: string, content: Content): Content => ({
  type: 'tree',
  data: encodeTree([{ mode: '100644', name, oid: hashObject('blob', content.data) }]),
})

describe('facts of a pack', () => {
  it.each([
    '[submodule "a"]\n url = -u./payload\n',
    '[SUBMODULE "a"]\n url = -u./payload\n',
    ` ${'#'.repeat(70_000)}\n[submodule "a"]\n url = -u\n`,
  ])('checks a submodule file whichever comes first, it or the tree that names it', (text) => {
    const bad = blob(text)
    for (const name of ['.gitmodules', '.GitModules']) {
      expect(check([bad, folder(name, bad)])).toBe('gitmodulesUrl')
      expect(check([folder(name, bad), bad])).toBe('gitmodulesUrl')
      expect(check([bad, folder(name, bad)], { cacheBytes: 0 })).toBe('gitmodulesUrl')
    }
    expect(check([bad, folder('modules.txt', bad)])).toMatchObject({ count: 2 })
  })

  it('finds pointers and contents that are too large among ordinary ones', () => {
    const oid = 'ab'.repeat(32)
    const pointer = blob(`version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 5\n`)
    const large = { type: 'blob' as const, data: Buffer.alloc(11 * 1024 * 1024) }
    expect(check([blob(''), blob('v'), pointer, large])).toMatchObject({
      count: 4,
      lfs: [{ oid, sizeBytes: 5 }],
      large: [{ oid: hashObject('blob', large.data), sizeBytes: large.data.length }],
    })
  })
})
