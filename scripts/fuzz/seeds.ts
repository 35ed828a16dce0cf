import { deflateRawSync, deflateSync } from 'node:zlib'
import {
  encodeCommit,
  encodeEntryHeader,
  encodeLfsPointer,
  encodePack,
  encodePackHeader,
  encodeTag,
  encodeTree,
  hashObject,
  PACK_TYPE,
  PackHash,
  pkt,
} from '@stoa/git'
import { storedRecord } from '@stoa/xet'

/** Small inputs by target and name, each showing another corner of its format; `corpus.ts` writes them to the packages. */
type Seeds = Record<string, Record<string, Buffer>>

const latin = (text: string): Buffer => Buffer.from(text, 'latin1')
const OID = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'
const WHO = { name: 'Ada', email: 'ada@example.org', seconds: 1_700_000_000, zone: '+0100' }

function safetensors(header: string, dataBytes: number): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)))
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(dataBytes)])
}

/** Numbers as u32, bigints as u64, texts with their length before them. */
function gguf(...parts: (number | bigint | string)[]): Buffer {
  const chunks = parts.map((part) => {
    if (typeof part === 'string') return Buffer.concat([u64(BigInt(Buffer.byteLength(part))), Buffer.from(part)])
    if (typeof part === 'bigint') return u64(part)
    const word = Buffer.alloc(4)
    word.writeUInt32LE(part)
    return word
  })
  return Buffer.concat([Buffer.from('GGUF'), ...chunks])
}

function u64(value: bigint): Buffer {
  const word = Buffer.alloc(8)
  word.writeBigUInt64LE(value)
  return word
}

/** A zip of one member, stored or deflated. */
function zip(name: string, data: Buffer, method: 0 | 8): Buffer {
  const packed = method === 8 ? deflateRawSync(data) : data
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(method, 8)
  local.writeUInt32LE(packed.length, 18)
  local.writeUInt32LE(data.length, 22)
  local.writeUInt16LE(name.length, 26)
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(0x02014b50, 0)
  entry.writeUInt16LE(method, 10)
  entry.writeUInt32LE(packed.length, 20)
  entry.writeUInt32LE(data.length, 24)
  entry.writeUInt16LE(name.length, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(46 + name.length, 12)
  end.writeUInt32LE(30 + name.length + packed.length, 16)
  return Buffer.concat([local, latin(name), packed, entry, latin(name), end])
}

function npy(descr: string, body: Buffer): Buffer {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (1,), }\n`
  return Buffer.concat([latin('\x93NUMPY\x01\x00'), Buffer.from([header.length, 0]), latin(header), body])
}

function packOf(...entries: Buffer[]): Buffer {
  const hash = new PackHash()
  const parts = [encodePackHeader(entries.length), ...entries].map((part) => hash.pass(part))
  return Buffer.concat([...parts, hash.trailer()])
}

function lz4(): Buffer {
  const frame = latin('\x04\x22\x4d\x18\x60\x40\x82')
  const block = latin('\x1fa\x01\x00\x50abcde')
  const size = Buffer.alloc(4)
  size.writeUInt32LE(block.length)
  return Buffer.concat([frame, size, block, Buffer.alloc(4)])
}

function shard(): Buffer {
  const record = (bytes: Buffer, words: readonly number[]): Buffer => {
    const out = Buffer.alloc(48)
    bytes.copy(out)
    words.forEach((word, nth) => void out.writeUInt32LE(word >>> 0, 32 + nth * 4))
    return out
  }
  const tag = Buffer.concat([
    latin('HFRepoMetaData\0'),
    Buffer.from([85, 105, 103, 69, 106, 123, 129, 87, 131, 165, 189, 217, 92, 205, 209, 74, 169]),
  ])
  const end = Buffer.alloc(48).fill(0xff, 0, 32)
  const name = Buffer.alloc(32, 7)
  return Buffer.concat([
    record(tag, [2, 0, 0]),
    record(name, [0xc0000000, 1]),
    record(Buffer.alloc(32, 9), [0, 5, 0, 1]),
    record(Buffer.alloc(32, 8), []),
    record(Buffer.alloc(32, 6), []),
    end,
    record(Buffer.alloc(32, 9), [0, 1, 5, 0]),
    record(Buffer.alloc(32, 5), [0, 5, 0x80000000]),
    end,
  ])
}

const tree = encodeTree([
  { mode: '100644', name: 'a.txt', oid: OID },
  { mode: '40000', name: 'dir', oid: '4b825dc642cb6eb9a060e54bf8d69288fbee4904' },
])
const commit = encodeCommit({
  tree: hashObject('tree', tree),
  parents: [OID],
  author: WHO,
  committer: WHO,
  message: 'm',
})
const base = Buffer.from('a base of thirty-two bytes, here')
const delta = Buffer.from([32, 5, 0x90, 4, 1, 0x78])
const want = (line: string): Buffer => pkt(line)
const flush = Buffer.from('0000')
const CARD = `---
license: mit
language: [en, de]
tags: &t
  - a
  - b
other: *t
base_model: a/b
model-index:
  - name: m
    results:
      - task: {type: text-generation}
        dataset: {type: d, name: D}
        metrics: [{type: acc, value: 0.5}]
---
# Title
[text](https://arxiv.org/abs/2301.00001)
`
const CONFIG = '{"architectures":["LlamaForCausalLM"],"model_type":"llama","quantization_config":{"bits":4}}'
const TOKENIZER = '{"bos_token":{"content":"<s>"},"chat_template":[{"name":"default","template":"{{ x }}"}]}'
const SYSTEM = "cos\nsystem\n(S'id'\ntR."

export const SEEDS: Seeds = {
  safetensors: {
    small: safetensors('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"format":"pt"}}', 8),
    mixed: safetensors(
      '{"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]},"b":{"dtype":"I64","shape":[],"data_offsets":[2,10]}}',
      10,
    ),
    deep: safetensors('['.repeat(200), 0),
  },
  'safetensors-index': {
    small: latin(
      '{"metadata":{"total_size":8},"weight_map":{"a":"m-00001-of-00002.safetensors","b":"m-00002-of-00002.safetensors"}}',
    ),
  },
  gguf: {
    small: gguf(
      3,
      1n,
      3n,
      'general.architecture',
      8,
      'llama',
      'llama.context_length',
      4,
      256,
      'x',
      9,
      8,
      2n,
      'a',
      'b',
      'w',
      2,
      4n,
      4n,
      0,
      0n,
    ),
    nested: gguf(3, 0n, 1n, 'x', 9, 9, 1n, 9, 1n, 9, 1n, 4, 1n, 7),
    long: gguf(3, 0n, 1n, 'x', 8, 255n),
  },
  onnx: {
    small: Buffer.from(
      '08083a1d0a0b0a01610a01621201632201640a00120167520a0a0161120508011201624204' + '0a001011',
      'hex',
    ),
    nested: Buffer.from('3a0a0a080a060a040a020a00', 'hex'),
  },
  card: {
    full: Buffer.from(CARD),
    space: latin('---\nsdk: gradio\ncolorFrom: red\nmodels: [a/b]\n---\n'),
    broken: latin('---\nlicense: [mit\n a: b: c\n---\n'),
    aliases: latin(`---\na: &a [x,x]\n${'b: [*a,*a]\n'.repeat(5)}---\n`),
    duplicate: latin('---\na: 1\na: 2\n---\n'),
  },
  configs: { full: latin(`${CONFIG}\0${TOKENIZER}\0${CARD}`), empty: latin('{}\0{}\0') },
  'eval-results': {
    full: latin(
      '- dataset: {id: cais/hle, task_id: default, revision: 5503434ddd753f426f4b38109466949a1217c2bb}\n  value: 20.9\n  date: "2025-01-15T10:30:00Z"\n  source: {url: "https://example.org/x", name: CAIS HLE, org: cais}\n  notes: no-tools\n- dataset: {id: a/b, task_id: t}\n  value: 1\n',
    ),
  },
  pickle: {
    system: latin(SYSTEM),
    protocol4: latin(
      '\x80\x04\x95\x1d\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x94\x85\x94R\x94.',
    ),
    zipped: zip('archive/data.pkl', latin(SYSTEM), 0),
    deflated: zip('data.pkl', latin(SYSTEM), 8),
    npy: npy('|O', latin(SYSTEM)),
    plainNpy: npy('<f4', Buffer.alloc(4)),
  },
  zip: { stored: zip('a/b.txt', latin('hello'), 0), deflated: zip('a.txt', Buffer.alloc(300), 8) },
  pack: {
    whole: encodePack([
      { type: 'blob', data: Buffer.from('x') },
      { type: 'tree', data: tree },
      { type: 'commit', data: commit },
    ]),
    deltas: packOf(
      Buffer.concat([encodeEntryHeader(PACK_TYPE.blob, base.length), deflateSync(base)]),
      Buffer.concat([
        encodeEntryHeader(PACK_TYPE.refDelta, delta.length, hashObject('blob', base)),
        deflateSync(delta),
      ]),
      Buffer.concat([Buffer.from([0x60 | delta.length, 30]), deflateSync(delta)]),
    ),
    early: packOf(
      Buffer.concat([
        encodeEntryHeader(PACK_TYPE.refDelta, delta.length, hashObject('blob', base)),
        deflateSync(delta),
      ]),
      Buffer.concat([encodeEntryHeader(PACK_TYPE.blob, base.length), deflateSync(base)]),
    ),
  },
  delta: { small: Buffer.concat([Buffer.from([33]), base, delta]) },
  'pkt-line': {
    fetch: Buffer.concat([
      want('command=fetch'),
      Buffer.from('0001'),
      want(`want ${OID}`),
      want(`have ${OID}`),
      want(`shallow ${OID}`),
      want('deepen 3'),
      want('deepen-since 1700000000'),
      want('deepen-not refs/heads/x'),
      want('filter blob:limit=1k'),
      want('done'),
      flush,
    ]),
    refs: Buffer.concat([want('command=ls-refs'), Buffer.from('0001'), want('peel'), want('ref-prefix refs/'), flush]),
    old: Buffer.concat([want(`want ${OID} multi_ack_detailed side-band-64k ofs-delta`), flush, want('done')]),
    push: Buffer.concat([
      want(`${'0'.repeat(40)} ${OID} refs/heads/main\0 report-status push-options atomic`),
      flush,
      want('an option'),
      flush,
      Buffer.from('PACK'),
    ]),
  },
  objects: {
    tree,
    commit,
    tag: encodeTag({ object: OID, type: 'commit', tag: 'v1', tagger: WHO, message: 'm' }),
    gitmodules: latin('[submodule "a"]\n\tpath = a\n\turl = https://example.org/a.git\n'),
    pointer: encodeLfsPointer({ oid: 'a'.repeat(64), sizeBytes: 5 }),
  },
  xorb: {
    stored: Buffer.concat([storedRecord(Buffer.from('hello')), storedRecord(Buffer.from('world'))]),
    lz4: Buffer.concat([Buffer.from([0, lz4().length, 0, 0, 1, 25, 0, 0]), lz4()]),
    grouped: Buffer.concat([Buffer.from([0, lz4().length, 0, 0, 2, 25, 0, 0]), lz4()]),
    footer: Buffer.concat([storedRecord(Buffer.from('hello')), latin('XETBLOB'), Buffer.alloc(20)]),
  },
  lz4: { small: Buffer.concat([Buffer.from([13, 0]), lz4()]) },
  shard: { small: shard() },
  'scim-filter': {
    plain: Buffer.from('userName eq "ada@acme.example" and active eq true'),
    nested: Buffer.from(
      'not (emails[type eq "work" and (value co "@acme" or primary pr)]) or meta.lastModified gt "2026-01-01T00:00:00Z"',
    ),
    extension: Buffer.from('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "u9"'),
  },
  'scim-patch': {
    entra: Buffer.from(
      '{"Operations":[{"op":"Replace","path":"emails[type eq \\"work\\"].value","value":"x@y.z"},{"op":"Add","value":{"name.givenName":"A","active":"False"}}]}',
    ),
    members: Buffer.from(
      '{"Operations":[{"op":"remove","path":"members[value eq \\"u\\"]"},{"op":"add","path":"members","value":[{"value":"v"}]}]}',
    ),
  },
}
