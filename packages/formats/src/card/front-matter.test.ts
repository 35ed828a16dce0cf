import { describe, expect, it } from 'vitest'
import { cpuMs, damage, seededRandom } from '../fuzz.js'
import { MAX_ALIASES, MAX_CARD_PROBLEMS, parseFrontMatter } from './front-matter.js'

const wrap = (yaml: string, body = 'text'): string => `---\n${yaml}\n---\n${body}`

describe('front matter', () => {
  it('[M5] splits metadata from text and keeps unknown keys', () => {
    const card = parseFrontMatter(wrap('license: mit\ntags:\n- a\n- b\nown_key: {deep: [1, 2.5, null, true]}', '# Hi'))
    expect(card.data).toEqual({ license: 'mit', tags: ['a', 'b'], own_key: { deep: [1, 2.5, null, true] } })
    expect(card.body).toBe('# Hi')
    expect(card.errors).toEqual([])
    expect(card.positionOf('tags')).toEqual({ line: 3, column: 1 })
    expect(card.positionOf('absent')).toBeUndefined()
  })

  it('reads Windows line ends, a byte-order mark, blank lines before the fence and an empty block', () => {
    expect(parseFrontMatter('\ufeff---\r\nlicense: mit\r\n---\r\nbody').data).toEqual({ license: 'mit' })
    expect(parseFrontMatter('\n\n---\na: 1\n---\n').positionOf('a')).toEqual({ line: 4, column: 1 })
    expect(parseFrontMatter('---\n---\nbody')).toMatchObject({ data: {}, isPresent: true, body: 'body' })
  })

  it('finds no metadata where there is none', () => {
    for (const text of [
      '',
      'plain',
      '--- not a fence\na: 1\n---\n',
      '---\nnever closed: 1\n',
      'text\n---\na: 1\n---\n',
    ]) {
      expect(parseFrontMatter(text)).toMatchObject({ data: null, isPresent: false, errors: [] })
    }
  })

  it('keeps yes, no, dates and norwegian as text, and turns what JSON cannot hold into null', () => {
    const card = parseFrontMatter(wrap('language: no\nday: 2023-01-01\nx: .nan\ny: .inf\nz: yes'))
    expect(card.data).toEqual({ language: 'no', day: '2023-01-01', x: null, y: null, z: 'yes' })
  })

  it('points at the line and column of what is wrong', () => {
    expect(parseFrontMatter(wrap('license: mit\ntags: [a, b\nx: 1')).errors[0]).toMatchObject({ line: 4 })
    expect(parseFrontMatter(wrap('a: 1\nb: 2\na: 3')).errors).toEqual([
      { message: 'the key "a" is there twice', line: 4, column: 1 },
    ])
    expect(parseFrontMatter(wrap('\tx: 1')).errors[0]).toMatchObject({ line: 2, column: 1 })
    expect(parseFrontMatter(wrap('just words')).errors[0]?.message).toContain('key: value')
    expect(parseFrontMatter(`${wrap('a: 1')}`.replace('a: 1', 'a: 1\n...\nb: 2')).errors).not.toEqual([])
  })

  it('never runs a tag and never touches the prototype', () => {
    const card = parseFrontMatter(wrap('x: !!js/function "() => 1"\n__proto__: {polluted: true}'))
    expect(card.data?.x).toBe('() => 1')
    expect(card.warnings).toHaveLength(1)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(Object.hasOwn(card.data ?? {}, '__proto__')).toBe(true)
  })

  it('refuses bombs quickly', async () => {
    const laughs = `a: &a [x,x,x]\n${Array.from(
      { length: 30 },
      (_, n) =>
        `b${n}: &b${n} [${Array(9)
          .fill(n ? `*b${n - 1}` : '*a')
          .join(',')}]`,
    ).join('\n')}`
    const hostile = [
      laughs,
      `a: &a 1\n${Array.from({ length: MAX_ALIASES + 1 }, (_, n) => `k${n}: *a`).join('\n')}`,
      '['.repeat(100_000),
      '{a: '.repeat(5_000),
      '- '.repeat(20_000),
      '? '.repeat(20_000),
      '- a\n'.repeat(60_000),
      'x'.repeat(500_000),
    ]
    const spent = await cpuMs(() => {
      for (const yaml of hostile) expect(parseFrontMatter(wrap(yaml)).errors.length).toBeGreaterThan(0)
    })
    expect(spent).toBeLessThan(15_000)
  })

  it('stays linear on many keys and on text full of fences', async () => {
    const keys = Array.from({ length: 15_000 }, (_, n) => `k${n}: 1`).join('\n')
    const spent = await cpuMs(() => {
      expect(Object.keys(parseFrontMatter(wrap(keys)).data ?? {})).toHaveLength(15_000)
      expect(parseFrontMatter(`---\n${'--- x\n'.repeat(200_000)}`).isPresent).toBe(false)
      expect(parseFrontMatter(`---\n${'---'.repeat(200_000)}`).isPresent).toBe(false)
    })
    expect(spent).toBeLessThan(8_000)
  })

  it('never throws on 2,000 damaged cards', () => {
    const random = seededRandom(1)
    const seed = new TextEncoder().encode(
      wrap(
        'license: mit\nlanguage: [en, fr]\nbase: &b {x: 1}\nmerge: *b\nmodel-index:\n- name: x\n  results: []\ntext: |\n  a\n  b\n"q": \'r\'',
      ),
    )
    for (let round = 0; round < 2_000; round++) {
      const card = parseFrontMatter(new TextDecoder().decode(damage(seed, random)))
      expect(card.errors.length).toBeLessThanOrEqual(MAX_CARD_PROBLEMS)
    }
  })
})
