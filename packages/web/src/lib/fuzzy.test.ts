import { expect, it } from 'vitest'
import { fuzzyScore } from './fuzzy.js'

const best = (query: string, texts: string[]) =>
  texts.toSorted((a, b) => fuzzyScore(query, b) - fuzzyScore(query, a))[0]

it('prefers word starts, then substrings, then scattered letters', () => {
  const texts = ['stoa/tiny-llama', 'acme/collama', 'Access tokens', 'Wallet and usage']
  expect(best('llama', texts)).toBe('stoa/tiny-llama')
  expect(best('tok', texts)).toBe('Access tokens')
  expect(best('wlt', texts)).toBe('Wallet and usage')
})

it('forgives one wrong, missing or swapped letter', () => {
  for (const typo of ['wlalet', 'walet', 'wallwt']) expect(fuzzyScore(typo, 'Wallet and usage')).toBeGreaterThan(0)
  expect(fuzzyScore('zebra', 'Wallet and usage')).toBe(0)
})
