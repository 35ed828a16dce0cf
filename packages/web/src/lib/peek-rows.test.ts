import { expect, it } from 'vitest'
import { guessType, peekDelimited, peekJsonLines } from './peek-rows.js'

it('reads quoted cells, commas and line breaks within them, and guesses types', () => {
  const text = 'id,name,score,when\r\n1,"Reyes, ""Nova""",0.5,2026-01-02\r\n2,"two\nlines",1e3,2026-01-03T10:00:00Z\r\n'
  const { columns, rows, isCut } = peekDelimited(text, ',', false)
  expect(columns).toEqual([
    { name: 'id', type: 'integer' },
    { name: 'name', type: 'text' },
    { name: 'score', type: 'number' },
    { name: 'when', type: 'date' },
  ])
  expect(rows).toEqual([
    ['1', 'Reyes, "Nova"', '0.5', '2026-01-02'],
    ['2', 'two\nlines', '1e3', '2026-01-03T10:00:00Z'],
  ])
  expect(isCut).toBe(false)
})

it('leaves the torn last line of a cut text out, and stops at its limit', () => {
  expect(peekDelimited('a\tb\n1\t2\n3\t', '\t', true).rows).toEqual([['1', '2']])
  const long = `a\n${'1\n'.repeat(1000)}`
  expect(peekDelimited(long, ',', false)).toMatchObject({ isCut: true })
  expect(peekDelimited(long, ',', false).rows.length).toBe(200)
})

it('reads JSON lines whose keys differ, and keeps lines that are none', () => {
  const { columns, rows } = peekJsonLines('{"a":1,"b":[1,2]}\n{"a":2.5,"c":null}\nnot json\n', false)
  expect(columns).toEqual([
    { name: 'a', type: 'number' },
    { name: 'b', type: 'list' },
    { name: 'c', type: 'empty' },
    { name: '!', type: 'text' },
  ])
  expect(rows[1]).toEqual(['2.5', '', 'null', ''])
  expect(rows[2]?.[3]).toBe('not json')
})

it('calls a column by the narrowest type that fits', () => {
  expect(guessType(['1', '', '-2'])).toBe('integer')
  expect(guessType(['1', '2.5', 'nan'])).toBe('number')
  expect(guessType(['true', 'False'])).toBe('boolean')
  expect(guessType(['', ' '])).toBe('empty')
  expect(guessType(['007x'])).toBe('text')
})
