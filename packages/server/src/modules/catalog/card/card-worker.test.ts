import { afterAll, describe, expect, it } from 'vitest'
import { createCardWorker } from './card-worker.js'

const worker = createCardWorker(3_000)
const place = { basePath: '/acme/x', revision: 'main' }
const render = (card: string) => worker.run({ kind: 'render', card, cardKind: 'model', place })
afterAll(() => worker.stop())

describe('card worker', () => {
  it('[M5] renders and judges a card', async () => {
    const page = await render('---\nlicense: mit\n---\n# Title\n\ntext')
    expect(page).toMatchObject({
      frontMatter: { license: 'mit' },
      errors: [],
      toc: [{ id: 'card-title', text: 'Title', depth: 1 }],
    })
    expect(page?.html).toContain('<h1 id="card-title">Title</h1>')
    expect(
      (await worker.run({ kind: 'validate', card: '---\nlicense: x\n---\n', cardKind: 'model' }))?.errors,
    ).toHaveLength(1)
  })

  it('does what is light first, so that one long card does not hold up the others', async () => {
    const order: string[] = []
    const done = (name: string) => () => void order.push(name)
    const long = '## Title\n\nSome *text*.\n'.repeat(200)
    await Promise.all([
      render('first').then(done('first')),
      render(long).then(done('long')),
      render(`${long}more`).then(done('longer')),
      render('short').then(done('short')),
      worker.run({ kind: 'validate', card: '---\na: 1\n---\n', cardKind: 'model' }).then(done('validate')),
    ])
    expect(order).toEqual(['first', 'validate', 'short', 'long', 'longer'])
    order.length = 0
    const some = (name: string, count: number) => Array.from({ length: count }, () => render(name).then(done(name)))
    await Promise.all([...some('first', 1), render(long).then(done('long')), ...some('short', 30)])
    expect(order.indexOf('long')).toBe(11)
  })

  it('gives up on cards made to be slow or deep, and goes on with the next', async () => {
    const hostile = ['*a_'.repeat(30_000), '>'.repeat(50_000), '<div>'.repeat(50_000)]
    const pages = await Promise.all([...hostile.map(render), render('fine')])
    expect(pages.slice(0, 3)).toEqual([null, null, null])
    expect(pages[3]?.html).toBe('<p>fine</p>')
  }, 60_000)
})
