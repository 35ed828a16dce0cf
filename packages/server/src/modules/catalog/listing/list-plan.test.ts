import { listQuery, StoaError } from '@stoa/contracts'
import { describe, expect, it } from 'vitest'
import { nextLink, readCursor, writeCursor } from './cursor.js'
import { EXPAND_KEYS } from './expand-keys.js'
import { planList } from './list-plan.js'
import { indexWords, readSearch, toTsQuery } from './search-words.js'

const plan = (query: Record<string, unknown>) => planList('model', listQuery.parse(query))
const refusal = (query: Record<string, unknown>): StoaError => {
  try {
    plan(query)
  } catch (error) {
    if (error instanceof StoaError) return error
  }
  throw new Error(`accepted: ${JSON.stringify(query)}`)
}

describe('list plan', () => {
  it('[M1] reads filters in every spelling clients use', () => {
    expect(plan({ filter: ['en', 'license:mit'] }).filters).toEqual(['en', 'license:mit'])
    expect(plan({ filter: 'a,b', 'filter[]': 'c' }).filters).toEqual(['a', 'b', 'c'])
    expect(plan({ pipeline_tag: 'text-generation', library: 'gguf,onnx', language: 'en' }).filters).toEqual([
      'pipeline_tag:text-generation',
      'library:gguf',
      'library:onnx',
      'language:en',
    ])
    expect(plan({ author: 'Acme', gated: 'true', num_parameters: 'min:6B,max:1.5T' })).toMatchObject({
      author: 'acme',
      gated: true,
      parameters: { min: 6e9, max: 1.5e12 },
    })
  })

  it('sorts by trending, a search by relevance, and by what is asked', () => {
    expect(plan({})).toMatchObject({ sort: 'trending', descending: true, limit: 100 })
    expect(plan({ search: 'llama' }).sort).toBe('relevance')
    expect(plan({ search: 'llama', sort: 'likes', direction: '-1', limit: '5000' })).toMatchObject({
      sort: 'likes',
      descending: true,
      limit: 1000,
    })
    expect(plan({ sort: 'lastModified', direction: '1' })).toMatchObject({ sort: 'updatedAt', descending: false })
  })

  it('refuses what it does not know, in the Hub words where a client reads them', () => {
    expect(refusal({ expand: ['likes', 'nonsense'] }).message).toBe(
      `"expand" must be one of [${EXPAND_KEYS.model.join(', ')}]`,
    )
    expect(refusal({ expand: 'likes', full: 'true' }).message).toContain('cannot be used together')
    for (const query of [
      { sort: 'constructor' },
      { limit: 'ten' },
      { num_parameters: 'many' },
      { num_parameters: 'min:999999999999T' },
      {
        filter: Array(60)
          .fill(0)
          .map(String)
          .map((_, at) => `f${at}`),
      },
    ]) {
      expect(refusal(query).code).toBe('InvalidRequest')
    }
  })

  it('takes only its own cursors, for the same order', () => {
    const text = writeCursor({ kind: 'after', value: 12, repoId: 'a'.repeat(24) }, 'likes')
    expect(readCursor(text, 'likes')).toEqual({ kind: 'after', value: 12, repoId: 'a'.repeat(24) })
    const forged = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url')
    for (const [cursor, sort] of [
      [text, 'downloads'],
      ['%%%', 'likes'],
      [forged(['likes', '1; drop table', 'a'.repeat(24)]), 'likes'],
      [forged(['likes', 1.5, 'a'.repeat(24)]), 'likes'],
      [forged(['likes', 1, 'short']), 'likes'],
      [forged(['createdAt', 'yesterday-ish', 'a'.repeat(24)]), 'createdAt'],
      [forged(['relevance', 1e9]), 'relevance'],
      [forged(['relevance', -1]), 'relevance'],
      [forged({ toString: 1 }), 'likes'],
    ] as const) {
      expect(() => readCursor(cursor, sort), cursor).toThrow('cursor')
    }
  })

  it('writes the next page as an absolute address with every parameter of this one', () => {
    expect(nextLink('https://hub.example', '/api/models?filter=a&filter=b&expand%5B%5D=likes&cursor=old', 'new')).toBe(
      '<https://hub.example/api/models?filter=a&filter=b&expand%5B%5D=likes&cursor=new>; rel="next"',
    )
  })
})

describe('search words', () => {
  it('keeps letters and digits only, so that no query syntax gets through', () => {
    expect(toTsQuery(readSearch(["tiny-LLaMA 3.1 & !x | 'y' \\ :*"]) ?? { text: '', words: [] })).toBe(
      'tiny:* & llama:* & 3:* & 1:* & x:* & y:*',
    )
    expect(readSearch([' ', '!&|'])).toBeNull()
    expect(readSearch(['w '.repeat(500)])?.words).toHaveLength(12)
  })

  it('indexes the parts of mixed words', () => {
    expect(indexWords('Llama3-8B_v2')).toBe('llama3 llama 3 8b 8 b v2 v 2')
  })
})
