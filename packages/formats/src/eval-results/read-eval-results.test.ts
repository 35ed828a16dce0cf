import { describe, expect, it } from 'vitest'
import { readEvalResults } from './read-eval-results.js'

const FULL = `
- dataset: {id: cais/hle, task_id: default, revision: 5503434ddd753f426f4b38109466949a1217c2bb}
  value: 20.9
  date: "2025-01-15T10:30:00Z"
  source: {url: "https://example.org/x", name: CAIS HLE, org: cais}
  notes: no-tools
  verifyToken: abc
- dataset: {id: a/b, task_id: t}
  value: 1
`

describe('evaluation results', () => {
  it('reads what clients write', () => {
    expect(readEvalResults('.eval_results/hle.yaml', FULL)).toEqual([
      {
        filename: '.eval_results/hle.yaml',
        verified: false,
        data: {
          dataset: { id: 'cais/hle', task_id: 'default', revision: '5503434ddd753f426f4b38109466949a1217c2bb' },
          value: 20.9,
          date: '2025-01-15T10:30:00Z',
          source: { url: 'https://example.org/x', name: 'CAIS HLE', org: 'cais' },
          notes: 'no-tools',
          verifyToken: 'abc',
        },
      },
      { filename: '.eval_results/hle.yaml', verified: false, data: { dataset: { id: 'a/b', task_id: 't' }, value: 1 } },
    ])
  })

  it.each([
    ['a: 1', 'list of results'],
    ['- 1', '[0]: a result must be a mapping'],
    ['- value: 1', '"dataset" is required'],
    ['- {dataset: {id: nope, task_id: t}, value: 1}', '"dataset.id"'],
    ['- {dataset: {id: a/b}, value: 1}', '"dataset.task_id"'],
    ['- {dataset: {id: a/b, task_id: t}, value: high}', '"value" must be a number'],
    ['- {dataset: {id: a/b, task_id: t}, value: 1, source: {name: x}}', '"source.url"'],
    ['- {dataset: {id: a/b, task_id: t}, value: 1, source: {url: "javascript:alert(1)"}}', '"source.url"'],
    ['- [', 'line 1'],
    ['['.repeat(10_000), 'nested deeper'],
  ])('says what is wrong with %j', (text, problem) => {
    expect(readEvalResults('f', text)).toEqual([{ filename: 'f', error: expect.stringContaining(problem) }])
  })
})
