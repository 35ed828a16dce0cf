import { describe, expect, it } from 'vitest'
import { Turns } from './turns.js'

/** Work that ends when told. */
function gate() {
  let open = (): void => {}
  const closed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, work: () => closed }
}
const soon = () => new Promise((resolve) => setImmediate(resolve))

describe('turns', () => {
  it('holds work back until units are free, and never more than they are', async () => {
    const turns = new Turns({ units: 10, unitsPerKey: 10, waiting: 5 })
    const first = gate()
    const one = turns.take('a', 8, first.work)
    const started: string[] = []
    const two = turns.take('b', 4, async () => void started.push('b'))
    const three = turns.take('c', 2, async () => void started.push('c'))
    await soon()
    expect(started).toEqual(['c'])
    first.open()
    await Promise.all([one, two, three])
    expect(started).toEqual(['c', 'b'])
  })

  it('lets one key have its part only, and gives units back after a failure', async () => {
    const turns = new Turns({ units: 10, unitsPerKey: 4, waiting: 5 })
    const busy = gate()
    const one = turns.take('a', 100, busy.work)
    let ran = false
    const again = turns.take('a', 1, async () => void (ran = true))
    await turns.take('b', 4, async () => {})
    await expect(turns.take('b', 4, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(ran).toBe(false)
    busy.open()
    await Promise.all([one, again])
    expect(ran).toBe(true)
  })

  it('refuses when the line is full', async () => {
    const turns = new Turns({ units: 1, unitsPerKey: 1, waiting: 1 })
    const busy = gate()
    const all = [turns.take('a', 1, busy.work), turns.take('b', 1, async () => {})]
    await expect(turns.take('c', 1, async () => {})).rejects.toMatchObject({ code: 'Unavailable', status: 503 })
    busy.open()
    await Promise.all(all)
  })
})
