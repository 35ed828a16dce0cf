import { expect, it } from 'vitest'
import { toCsv, toJson } from './export-rows.js'

it('quotes what needs quoting and defuses formulas', () => {
  expect(
    toCsv(
      ['a', 'b'],
      [
        ['x,"y"', '=1+1'],
        [5n, undefined],
      ],
    ),
  ).toBe(`a,b\r\n"x,""y""",'=1+1\r\n5,`)
})

it('keeps large amounts exact', () => {
  expect(JSON.parse(toJson(['micros'], [[10_000_000_000_000_001n]]))).toEqual([{ micros: '10000000000000001' }])
})
