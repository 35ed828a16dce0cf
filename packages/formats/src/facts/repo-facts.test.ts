import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cpuMs } from '../fuzz.js'
import { isJsonObject, type JsonObject } from '../json-value.js'
import { readTransformersInfo } from './infer-task.js'
import { type RepoReadings, readRepoFacts } from './repo-facts.js'

const EMPTY: RepoReadings = {
  kind: 'model',
  paths: [],
  card: null,
  config: null,
  tokenizerConfig: null,
  modelIndex: null,
  adapterConfig: null,
  safetensors: null,
  gguf: null,
  onnx: null,
}
const facts = (readings: Partial<RepoReadings>) => readRepoFacts({ ...EMPTY, ...readings })

function seedJson(path: string): JsonObject {
  const value: unknown = JSON.parse(readFileSync(new URL(`../../../../seed/models/${path}`, import.meta.url), 'utf8'))
  return isJsonObject(value) ? value : {}
}

describe('facts of a repository', () => {
  it('[M1] tells task, library and tags of a real checkpoint from its files', () => {
    const found = facts({
      paths: ['config.json', 'model.safetensors', 'onnx/model_int8.onnx', 'tiny-llama.q8_0.gguf', 'tokenizer.json'],
      config: seedJson('tiny-llama/config.json'),
      tokenizerConfig: seedJson('tiny-llama/tokenizer_config.json'),
      card: '---\nlicense: apache-2.0\nlanguage: en\ndatasets: [stoa/words]\nbase_model: stoa/seed\ntags: [tiny]\n---\n# Title\n\nA *tiny* [model](x) of [arXiv](https://arxiv.org/abs/2302.13971).\n',
      safetensors: { parameters: { F32: 10 }, total: 10 },
    })
    expect(found.pipelineTag).toBe('text-generation')
    expect(found.libraryName).toBe('transformers')
    expect(found.tags).toEqual([
      'transformers',
      'safetensors',
      'onnx',
      'gguf',
      'llama',
      'text-generation',
      'tiny',
      'en',
      'dataset:stoa/words',
      'base_model:stoa/seed',
      'base_model:finetune:stoa/seed',
      'license:apache-2.0',
      'arxiv:2302.13971',
      'conversational',
    ])
    expect(found.transformersInfo).toEqual({
      auto_model: 'AutoModelForCausalLM',
      pipeline_tag: 'text-generation',
      processor: 'AutoTokenizer',
    })
    expect(found.config).toMatchObject({ architectures: ['LlamaForCausalLM'], model_type: 'llama' })
    expect(found.description).toBe('A tiny model of arXiv.')
    expect(found.parameterCount).toBe(10)
  })

  it('[M1] infers the task from the architecture', () => {
    const cases: [architecture: string, modelType: string, task: string | undefined][] = [
      ['DistilBertForSequenceClassification', 'distilbert', 'text-classification'],
      ['BertForMaskedLM', 'bert', 'fill-mask'],
      ['GPT2LMHeadModel', 'gpt2', 'text-generation'],
      ['TFBertForTokenClassification', 'bert', 'token-classification'],
      ['WhisperForConditionalGeneration', 'whisper', 'automatic-speech-recognition'],
      ['MarianMTModel', 'marian', 'translation'],
      ['T5ForConditionalGeneration', 't5', undefined],
      ['LlavaForConditionalGeneration', 'llava', 'image-text-to-text'],
      ['CLIPModel', 'clip', 'zero-shot-image-classification'],
      ['ViTForImageClassification', 'vit', 'image-classification'],
      ['Wav2Vec2ForCTC', 'wav2vec2', 'automatic-speech-recognition'],
      ['BertModel', 'bert', 'feature-extraction'],
      ['SegformerForSemanticSegmentation', 'segformer', 'image-segmentation'],
      ['SomethingElse', 'x', undefined],
    ]
    for (const [architecture, modelType, task] of cases) {
      expect(
        readTransformersInfo({ architectures: [architecture], model_type: modelType })?.pipeline_tag,
        architecture,
      ).toBe(task)
    }
    expect(
      readTransformersInfo({ architectures: ['XForCausalLM'], auto_map: { AutoModel: 'x.X' } })?.custom_class,
    ).toBe('XForCausalLM')
    for (const config of [{}, { architectures: 'x' }, { architectures: [1] }, { architectures: ['a b'] }])
      expect(readTransformersInfo(config)).toBeNull()
  })

  it('tells other libraries apart, and lets the card decide', () => {
    expect(facts({ paths: ['modules.json', 'config.json'], config: { model_type: 'bert' } })).toMatchObject({
      libraryName: 'sentence-transformers',
      pipelineTag: 'sentence-similarity',
    })
    expect(
      facts({ paths: ['model_index.json'], modelIndex: { _class_name: 'StableDiffusionPipeline' } }),
    ).toMatchObject({ libraryName: 'diffusers', pipelineTag: 'text-to-image' })
    const adapter = facts({
      paths: ['adapter_config.json'],
      adapterConfig: { task_type: 'CAUSAL_LM', base_model_name_or_path: 'a/b' },
      card: '---\nbase_model: a/b\n---\n',
    })
    expect(adapter).toMatchObject({ libraryName: 'peft', pipelineTag: 'text-generation' })
    expect(adapter.tags).toContain('base_model:adapter:a/b')
    expect(facts({ paths: ['m.gguf'] }).libraryName).toBe('gguf')
    expect(facts({ card: '---\nlibrary_name: mine\npipeline_tag: image-to-3d\n---\n' })).toMatchObject({
      libraryName: 'mine',
      pipelineTag: 'image-to-3d',
    })
    expect(facts({ card: '---\npipeline_tag: dreaming\n---\n' }).pipelineTag).toBeUndefined()
  })

  it('writes the tags of datasets and spaces with their keys', () => {
    const dataset = facts({
      kind: 'dataset',
      card: '---\nlicense: mit\nlanguage: [en]\ntask_categories: [text-generation]\nsize_categories: n<1K\ntags: [x]\n---\n',
    })
    expect(dataset.tags).toEqual([
      'task_categories:text-generation',
      'language:en',
      'license:mit',
      'size_categories:n<1K',
      'x',
    ])
    const space = facts({ kind: 'space', card: '---\nsdk: static\nmodels: [a/b]\n---\n' })
    expect(space).toMatchObject({ sdk: 'static', models: ['a/b'] })
    expect(space.tags).toEqual(['static'])
  })

  it('leaves hostile values out instead of failing', () => {
    const hostile = facts({
      card: `---\ntags: ["${'x'.repeat(500)}", "a\\u0000b", 5, {a: 1}]\nlicense: {a: 1}\nlanguage: 7\nbase_model: [1]\n---\n${'['.repeat(50_000)}`,
      config: { architectures: { a: 1 }, quantization_config: 'x'.repeat(50_000) },
      tokenizerConfig: { chat_template: 'x'.repeat(200_000), bos_token: { content: 'y'.repeat(1_000) } },
    })
    expect(hostile.tags).toEqual(['7'])
    expect(hostile.config).toBeUndefined()
    expect(JSON.stringify(hostile).length).toBeLessThan(5_000)
  })

  it('stays quick on a card made to slow patterns down', async () => {
    const spent = await cpuMs(() => {
      for (const text of [
        'arxiv:'.repeat(100_000),
        '![['.repeat(100_000),
        '['.repeat(200_000),
        '<'.repeat(200_000),
        '`'.repeat(200_000),
        '\n\n```'.repeat(50_000),
      ]) {
        facts({ card: text })
      }
    })
    expect(spent).toBeLessThan(8_000)
  })
})
