import { describe, expect, it } from 'vitest'
import { Slabs } from './slabs.js'

const MIB = 1024 * 1024

describe('slabs', () => {
  it('give the same memory to the next upload of a like size, and never to two at once', async () => {
    const slabs = new Slabs()
    const first = await slabs.use(3 * MIB, async (room) => room.buffer)
    await slabs.use(4 * MIB, async (room) => {
      expect([room.length, room.buffer === first]).toEqual([4 * MIB, true])
      await slabs.use(4 * MIB, async (other) => expect(other.buffer).not.toBe(first))
    })
    await slabs.use(9, async (room) => expect([room.length, room.buffer.byteLength]).toEqual([4096, MIB]))
  })

  it('keep no more than 128 MiB, and take memory back from work that failed', async () => {
    const slabs = new Slabs()
    await Promise.all(
      Array.from({ length: 4 }, () =>
        slabs.use(64 * MIB, () => Promise.reject(new Error('broken'))).catch(() => undefined),
      ),
    )
    expect(slabs.freeBytes).toBe(128 * MIB)
  })
})
