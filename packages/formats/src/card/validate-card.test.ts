import { describe, expect, it } from 'vitest'
import { EMPTY_METADATA_WARNING, validateCard } from './validate-card.js'

const model = (yaml: string) => validateCard(`---\n${yaml}\n---\ntext`, 'model')

describe('validate card', () => {
  it('[M5] accepts a full card in silence', () => {
    const yaml = [
      'license: apache-2.0',
      'language: [en, fr, zh-Hant, yue, code]',
      'pipeline_tag: text-generation',
      'library_name: transformers',
      'tags: [tiny]',
      'datasets: [stoa/words]',
      'base_model: stoa/tiny-llama',
      'model-index:\n- name: x\n  results:\n  - task: {type: text-generation}\n    dataset: {name: d, type: d}\n    metrics: [{type: acc, value: 1}]',
    ].join('\n')
    expect(model(yaml)).toEqual({ errors: [], warnings: [] })
  })

  it('[M5] says what is wrong at its line', () => {
    const cases: [string, string, number][] = [
      ['title: x\nlicense: asdf', '"license" must be one of [apache-2.0, mit,', 3],
      ['language:\n- en\n- english', '"language" with value "english" is not valid', 4],
      ['tags: one', '"tags" must be an array', 2],
      ['tags: [1]', '"tags" must only hold strings', 2],
      ['datasets: {a: 1}', '"datasets" must be an array', 2],
      ['base_model: ../../etc', '"base_model" with value "../../etc" is not a valid model id', 2],
      ['model-index: x', '"model-index" must be an array', 2],
      ['model-index:\n- results: []', '"model-index[0].name" is required', 3],
      ['model-index:\n- name: a\n  results:\n  - task: {}', '"model-index[0].results[0].dataset" is required', 5],
      ['library_name: [a]', '"library_name" must be a string', 2],
    ]
    for (const [yaml, message, line] of cases) {
      const { errors } = model(yaml)
      expect(errors[0]?.message, yaml).toContain(message)
      expect(errors[0]?.line, yaml).toBe(line)
    }
  })

  it('warns of what may be meant', () => {
    expect(validateCard('no metadata', 'model')).toEqual({
      errors: [],
      warnings: [{ message: EMPTY_METADATA_WARNING }],
    })
    expect(model('').warnings[0]?.message).toBe(EMPTY_METADATA_WARNING)
    expect(model('pipeline_tag: mind-reading').warnings[0]?.message).toContain(
      'The pipeline tag "mind-reading" is not in the official list',
    )
    expect(model('license: other').warnings[0]?.message).toContain('license_name')
    expect(validateCard('---\nsize_categories: huge\n---\n', 'dataset').warnings).toHaveLength(1)
    expect(validateCard('---\ntask_categories: [dreaming]\n---\n', 'dataset').warnings).toHaveLength(1)
  })

  it('checks spaces and datasets by their own rules', () => {
    expect(validateCard('---\ntitle: x\n---\n', 'space').errors[0]?.message).toBe('"sdk" is required')
    expect(
      validateCard('---\nsdk: php\ncolorFrom: teal\n---\n', 'space').errors.map((e) => e.message.slice(0, 11)),
    ).toEqual(['"sdk" must ', '"colorFrom"'])
    expect(validateCard('---\nsdk: static\ncolorFrom: red\n---\n', 'space').errors).toEqual([])
    expect(validateCard('---\nconfigs: [1]\n---\n', 'dataset').errors).toHaveLength(1)
    expect(validateCard('---\nconfigs: [{config_name: a, data_files: x}]\n---\n', 'dataset').errors).toEqual([])
  })

  it('does not take inherited names for licences', () => {
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(model(`license: ${name}`).errors).toHaveLength(1)
  })
})
