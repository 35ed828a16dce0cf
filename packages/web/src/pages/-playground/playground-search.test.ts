import { expect, it } from 'vitest'
import { parsePlayground } from './playground-search.js'

it('keeps what it knows of an address, within bounds', () => {
  expect(parsePlayground({ model: 'a/b', temperature: '9', max: 'NaN', evil: 1, prompt: 'x'.repeat(9000) })).toEqual({
    model: 'a/b',
    temperature: 2,
    prompt: 'x'.repeat(4000),
  })
})
