import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { OID_BYTES, OidTable } from './oid-table.js'

const idOf = (number: number): Buffer => createHash('sha1').update(String(number)).digest()

describe('a table of object ids', () => {
  it('finds every id by its bytes, wherever they lie, and grows', () => {
    const table = new OidTable(1)
    for (let number = 0; number < 3000; number++) expect(table.put(number, idOf(number), 0)).toBe(true)
    for (let number = 0; number < 3000; number++) {
      const around = Buffer.concat([Buffer.alloc(7), idOf(number)])
      expect(table.find(around, 7)).toBe(number)
      expect(table.textOf(number)).toBe(idOf(number).toString('hex'))
    }
    expect(table.find(idOf(3000), 0)).toBe(-1)
  })

  it('gives an id one number only, and takes numbers in any order', () => {
    const table = new OidTable(4)
    expect(table.put(900, idOf(1), 0)).toBe(true)
    expect(table.put(2, idOf(1), 0)).toBe(false)
    expect(table.put(2, idOf(2), 0)).toBe(true)
    expect([table.find(idOf(1), 0), table.find(idOf(2), 0)]).toEqual([900, 2])
  })

  it('stays quick for ids that begin alike', () => {
    const table = new OidTable(64)
    const startedAt = performance.now()
    for (let number = 0; number < 20_000; number++) {
      const id = Buffer.alloc(OID_BYTES)
      id.writeUInt32LE(number, 4)
      expect(table.put(number, id, 0)).toBe(true)
    }
    expect(performance.now() - startedAt).toBeLessThan(5000)
  })
})
