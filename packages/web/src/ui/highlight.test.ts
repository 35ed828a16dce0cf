import { expect, it } from 'vitest'
import { highlight, languageOf } from './highlight.js'

it('loses no character and finds the kinds', () => {
  const source = "from openai import OpenAI  # client\nclient = OpenAI(base_url='http://x', n=2)\n"
  const pieces = highlight(source, 'python')
  expect(pieces.map((piece) => piece.text).join('')).toBe(source)
  const kinds = (kind: string) => pieces.filter((piece) => piece.kind === kind).map((piece) => piece.text)
  expect(kinds('keyword')).toEqual(['from', 'import'])
  expect(kinds('string')).toEqual(["'http://x'"])
  expect(kinds('comment')).toEqual(['# client'])
  expect(kinds('number')).toEqual(['2'])
})

it('knows files by their ending', () => {
  expect(['a.py', 'b/config.json', 'c.bin'].map(languageOf)).toEqual(['python', 'json', 'text'])
})
