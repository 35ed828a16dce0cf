import {
  FormatError,
  isJsonObject,
  listZip,
  openZipEntry,
  parseBoundedJson,
  readEvalResults,
  readGguf,
  readOnnx,
  readRepoFacts,
  readSafetensorsHeader,
  readSafetensorsIndex,
  scanPickleFile,
  sourceOf,
  validateCard,
} from '@stoa/formats'
import {
  applyDelta,
  checkCommit,
  checkGitmodules,
  checkPack,
  checkTag,
  checkTree,
  DEFAULT_PACK_LIMITS,
  GitFormatError,
  parseCommit,
  parseFetchArgs,
  parseLfsPointer,
  parseLsRefsArgs,
  parseTag,
  parseV0Request,
  parseV2Request,
  PushParser,
  readPkts,
} from '@stoa/git'
import { StoaError } from '../../packages/contracts/src/index.js'
import { parseFilter } from '../../packages/server/src/modules/directory/scim/filter.js'
import { matches } from '../../packages/server/src/modules/directory/scim/match-filter.js'
import { applyPatch } from '../../packages/server/src/modules/directory/scim/patch.js'
import { readResource } from '../../packages/server/src/modules/directory/scim/resource.js'
import { GROUP, USER } from '../../packages/server/src/modules/directory/scim/schema.js'
import { decodeLz4Frame, parseShard, parseShardFiles, parseXorb, XetFormatError } from '@stoa/xet'

/** One parser under attack: it may refuse with the error of its package and do nothing else wrong. */
export interface FuzzTarget {
  readonly name: string
  readonly package: 'formats' | 'git' | 'xet' | 'server'
  readonly words: readonly string[]
  run(bytes: Buffer): Promise<void> | void
}

/** Runs readers one after another; each may refuse. */
async function refusing(...readers: (() => unknown)[]): Promise<void> {
  for (const read of readers) {
    try {
      await read()
    } catch (error) {
      const isRefusal =
        error instanceof FormatError ||
        error instanceof GitFormatError ||
        error instanceof XetFormatError ||
        error instanceof StoaError
      if (!isRefusal) throw error
    }
  }
}

const JSON_WORDS = ['{', '}', '[', ']', '":', ',', 'null', '1e999', '"__proto__":', '\\u0000', '"a":1,']
const text = (bytes: Buffer): string => bytes.toString('utf8')
const stub = (): Uint8Array => new Uint8Array(32)
const hashes = { chunk: stub, node: stub, range: stub, file: stub }

const FORMATS: readonly Omit<FuzzTarget, 'package'>[] = [
  {
    name: 'safetensors',
    words: [...JSON_WORDS, '"dtype":"F32"', '"shape":[', '"data_offsets":[0,4]', '"__metadata__":'],
    run: (bytes) => refusing(() => readSafetensorsHeader(sourceOf(bytes))),
  },
  {
    name: 'safetensors-index',
    words: [...JSON_WORDS, '"weight_map":', '../', '.safetensors"'],
    run: (bytes) => refusing(() => readSafetensorsIndex(text(bytes))),
  },
  { name: 'gguf', words: ['GGUF', 'general.architecture'], run: (bytes) => refusing(() => readGguf(sourceOf(bytes))) },
  { name: 'onnx', words: ['\x08\x08', '\x3a\x04'], run: (bytes) => refusing(() => readOnnx(sourceOf(bytes))) },
  {
    name: 'card',
    words: [
      '---\n',
      ': ',
      '- ',
      '&a ',
      '*a',
      '<<: ',
      '!!binary ',
      '|\n',
      '? ',
      '{',
      '[',
      '"',
      "'",
      '#',
      '%YAML 1.2\n',
      '\t',
    ],
    run: (bytes) => {
      const kinds = ['model', 'dataset', 'space', 'kernel'] as const
      validateCard(text(bytes), kinds[bytes.length % kinds.length] ?? 'model')
    },
  },
  {
    name: 'configs',
    words: [...JSON_WORDS, '"architectures":', '"chat_template":', '"quantization_config":', '"model-index":'],
    run: (bytes) => {
      const [config, tokenizer, card = ''] = text(bytes).split('\0')
      const json = (part: string | undefined) => {
        const value = parseBoundedJson(part ?? '')
        return isJsonObject(value) ? value : null
      }
      const none = {
        modelIndex: json(tokenizer),
        adapterConfig: json(config),
        safetensors: null,
        gguf: null,
        onnx: null,
      }
      const paths = ['config.json', 'README.md', 'model.safetensors']
      readRepoFacts({ kind: 'model', paths, card, config: json(config), tokenizerConfig: json(tokenizer), ...none })
    },
  },
  {
    name: 'eval-results',
    words: ['- ', 'dataset:', 'id: a/b', 'task_id:', 'value: ', 'source:', 'url: http', '\n  ', '&a ', '*a', '{', '['],
    run: (bytes) => void readEvalResults('.eval_results/x.yaml', text(bytes)),
  },
  {
    name: 'pickle',
    words: [
      '\x80\x04',
      'cos\nsystem\n',
      '(',
      'tR',
      '.',
      "S'a'\n",
      '\x93',
      '\x8c\x02os',
      'i0\n',
      'PK\x03\x04',
      '\x93NUMPY',
    ],
    run: async (bytes) => void (await scanPickleFile(sourceOf(bytes))),
  },
  {
    name: 'zip',
    words: ['PK\x01\x02', 'PK\x03\x04', 'PK\x05\x06', 'PK\x06\x06', 'PK\x06\x07', '../'],
    run: (bytes) =>
      refusing(async () => {
        for (const entry of (await listZip(sourceOf(bytes))).slice(0, 50)) {
          await refusing(() => openZipEntry(sourceOf(bytes), entry))
        }
      }),
  },
]

const GIT: readonly Omit<FuzzTarget, 'package'>[] = [
  {
    name: 'pack',
    words: ['PACK', '\0\0\0\x02', 'x\x9c'],
    run: (bytes) =>
      refusing(() => {
        const source = {
          sizeBytes: bytes.length,
          read: (at: number, length: number) => bytes.subarray(at, at + length),
        }
        const limits = { ...DEFAULT_PACK_LIMITS, maxObjectBytes: 4 * 1024 * 1024, maxWorkBytes: 64 * 1024 * 1024 }
        const steps = checkPack(source, limits)
        for (let step = steps.next(); !step.done; step = steps.next());
      }),
  },
  {
    name: 'delta',
    words: ['\x90', '\xff'],
    run: (bytes) => {
      const length = Math.min(bytes[0] ?? 0, bytes.length)
      return refusing(() => applyDelta(bytes.subarray(0, length), bytes.subarray(length)))
    },
  },
  {
    name: 'pkt-line',
    words: ['0000', '0001', '0002', '0032want ', 'command=fetch', 'deepen 1', 'filter blob:none', 'ref-prefix '],
    run: (bytes) =>
      refusing(
        () => parseFetchArgs(parseV2Request(readPkts(bytes)).args),
        () => parseLsRefsArgs(parseV2Request(readPkts(bytes)).args),
        () => parseV0Request(readPkts(bytes)),
        () => pushInPieces(bytes),
      ),
  },
  {
    name: 'objects',
    words: ['tree ', 'parent ', 'author ', 'committer ', 'object ', 'type ', 'tag ', '100644 ', '40000 ', '\0', '\n\n'],
    run: (bytes) =>
      refusing(
        () => checkTree(bytes),
        () => checkCommit(bytes),
        () => parseCommit(bytes),
        () => checkTag(bytes),
        () => parseTag(bytes),
        () => checkGitmodules(bytes),
        () => parseLfsPointer(bytes),
      ),
  },
]

function pushInPieces(bytes: Buffer): void {
  const parser = new PushParser()
  for (let at = 0; at < bytes.length; at += 1000) parser.push(bytes.subarray(at, at + 1000))
  parser.request()
}

const XET: readonly Omit<FuzzTarget, 'package'>[] = [
  { name: 'xorb', words: ['XETBLOB', '\x04\x22\x4d\x18'], run: (bytes) => refusing(() => parseXorb(bytes, hashes)) },
  {
    name: 'lz4',
    words: ['\x04\x22\x4d\x18\x60\x40\x82', '\xff\xff\xff\xff'],
    run: (bytes) => refusing(() => decodeLz4Frame(bytes.subarray(2), 2 * ((bytes[0] ?? 0) + 256 * (bytes[1] ?? 0)))),
  },
  {
    name: 'shard',
    words: ['HFRepoMetaData\0', '\xff'.repeat(32)],
    run: (bytes) =>
      refusing(
        () => parseShard(bytes),
        () => parseShardFiles(bytes, { maxFiles: 100, maxTerms: 1000 }),
      ),
  },
]

const SERVER: readonly Omit<FuzzTarget, 'package'>[] = [
  {
    name: 'scim-filter',
    words: [' eq ', ' and ', ' or ', 'not (', ')', '[', ']', '"x"', 'emails', '.value', 'urn:', ' pr', 'true', '\\"'],
    run: (bytes) =>
      refusing(() => {
        const ada = { userName: 'ada', active: true, emails: [{ value: 'a@b.c', type: 'work' }] }
        matches(USER, parseFilter(text(bytes)), ada)
      }),
  },
  {
    name: 'scim-patch',
    words: [...JSON_WORDS, '"op":"add"', '"path":"', '"value":', 'emails[type eq \\"work\\"].value', '"Operations":['],
    run: (bytes) =>
      refusing(
        () => applyPatch(USER, { userName: 'ada', emails: [{ value: 'a@b.c', type: 'work' }] }, parseAny(bytes)),
        () => applyPatch(GROUP, { displayName: 'g', members: [{ value: 'u' }] }, parseAny(bytes)),
        () => readResource(USER, parseAny(bytes)),
      ),
  },
]

/** Damaged JSON is refused before it comes so far; what of it can be read is tried, deep inside a body too. */
function parseAny(bytes: Buffer): unknown {
  try {
    return JSON.parse(text(bytes)) as unknown
  } catch {
    const [op = '', path = '', value = ''] = text(bytes).split(/["{}]+/)
    return {
      Operations: [
        { op: op.length % 2 === 0 ? 'add' : 'remove', path, value },
        { op: 'replace', value: { [path]: value } },
      ],
    }
  }
}

export const TARGETS: readonly FuzzTarget[] = [
  ...FORMATS.map((one) => ({ ...one, package: 'formats' as const })),
  ...GIT.map((one) => ({ ...one, package: 'git' as const })),
  ...XET.map((one) => ({ ...one, package: 'xet' as const })),
  ...SERVER.map((one) => ({ ...one, package: 'server' as const })),
]
