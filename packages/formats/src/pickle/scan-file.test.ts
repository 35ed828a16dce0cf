import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { cpuMs, damage, seededRandom } from '../fuzz.js'
import { sourceOf } from '../ranged-reader.js'
import { scanPickleFile } from './scan-file.js'

const base64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'))
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts))
const scan = (bytes: Uint8Array) => scanPickleFile(sourceOf(bytes))

/** Dictionaries of plain data and objects whose `__reduce__` calls a function, as Python's own pickler writes them. */
const PLAIN = {
  0: 'KGRwMApWYQpwMQoobHAyCkkxCmFGMi41CmFWeApwMwphTmFJMDEKYWNfY29kZWNzCmVuY29kZQpwNAooVmIKcDUKVmxhdGluMQpwNgp0cDcKUnA4CmFzVm4KcDkKTDExODA1OTE2MjA3MTc0MTEzMDM0MjRMCnNWb2QKcDEwCmNjb2xsZWN0aW9ucwpPcmRlcmVkRGljdApwMTEKKHRScDEyCmcxCkkxCnNzVnMKcDEzCmNfX2J1aWx0aW5fXwpzZXQKcDE0CigobHAxNQpJMQphSTIKYXRwMTYKUnAxNwpzLg==',
  2: 'gAJ9cQAoWAEAAABhcQFdcQIoSwFHQAQAAAAAAABYAQAAAHhxA06IY19jb2RlY3MKZW5jb2RlCnEEWAEAAABicQVYBgAAAGxhdGluMXEGhnEHUnEIZVgBAAAAbnEJigkAAAAAAAAAAEBYAgAAAG9kcQpjY29sbGVjdGlvbnMKT3JkZXJlZERpY3QKcQspUnEMaAFLAXNYAQAAAHNxDWNfX2J1aWx0aW5fXwpzZXQKcQ5dcQ8oSwFLAmWFcRBScRFYAQAAAGRxEmNkYXRldGltZQpkYXRlCnETaARYBQAAAAfDpAEBcRRoBoZxFVJxFoVxF1JxGHUu',
  4: 'gASViwAAAAAAAAB9lCiMAWGUXZQoSwFHQAQAAAAAAACMAXiUTohDAWKUZYwBbpSKCQAAAAAAAAAAQIwCb2SUjAtjb2xsZWN0aW9uc5SMC09yZGVyZWREaWN0lJOUKVKUaAFLAXOMAXOUj5QoSwFLApCMAWSUjAhkYXRldGltZZSMBGRhdGWUk5RDBAfkAQGUhZRSlHUu',
} as const
const HOSTILE: Record<string, Uint8Array> = {
  'system, protocol 0': base64('Y3Bvc2l4CnN5c3RlbQpwMAooVmlkCnAxCnRwMgpScDMKLg=='),
  'system, protocol 2': base64('gAJjcG9zaXgKc3lzdGVtCnEAWAIAAABpZHEBhXECUnEDLg=='),
  'system, protocol 4': base64('gASVHQAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAJpZJSFlFKULg=='),
  'eval, old module name': base64('gAJjX19idWlsdGluX18KZXZhbApxAFgBAAAAMXEBhXECUnEDLg=='),
  'pickletools is a tool': base64('gASVHwAAAAAAAACMC3BpY2tsZXRvb2xzlIwDZGlzlJOUQwEulIWUUpQu'),
  INST: ascii("(S'id'\nios\nsystem\n."),
  OBJ: ascii("(cos\nsystem\nS'id'\no."),
  'escaped text as module': join(ascii("S'o\\x73'\n"), ascii("S'system'\n"), Uint8Array.of(0x93, 0x2e)),
  'raw unicode escape': join(ascii('Vo\\u0073\n'), ascii('Vsystem\n'), Uint8Array.of(0x93, 0x2e)),
  'module from the memo': join(base64('gASMAm9zlIwGc3lzdGVtlDAwaABoAQ=='), Uint8Array.of(0x93, 0x2e)),
  'name computed by a call': ascii("cbuiltins\nstr\n(S'os'\ntRS'system'\n\x93."),
  'call of a computed value': ascii('ccollections\nOrderedDict\n(tR(tR.'),
  'attribute path': join(
    Uint8Array.of(0x80, 4),
    Uint8Array.of(0x8c, 5),
    ascii('torch'),
    Uint8Array.of(0x8c, 9),
    ascii('os.system'),
    Uint8Array.of(0x93, 0x2e),
  ),
  'extension code': Uint8Array.of(0x80, 2, 0x82, 7, 0x2e),
  'second stream': join(base64(PLAIN[2]), ascii("cos\nsystem\n(S'id'\ntR.")),
  'before a parse error': ascii("cos\nsystem\n(S'id'\ntR\xff\xff"),
  'without STOP': ascii("cos\nsystem\n(S'id'\ntR"),
  getattr: ascii('cbuiltins\ngetattr\n.'),
  'new socket': ascii('csocket\nsocket\n.'),
  'numpy test runner': ascii('cnumpy.testing._private.utils\nrunstring\n.'),
  'torch hub': ascii('ctorch.hub\nload\n.'),
  'private module': ascii('c_some_support\nread_it\n.'),
  'helper that runs a command': ascii('cuuid\n_get_command_stdout\n.'),
  pip: ascii('cpip._internal\nmain\n.'),
}

/** A zip of stored or deflated members with a right directory. */
function zip(members: Record<string, Uint8Array>, options: { deflate?: boolean; lieAbout?: string } = {}): Uint8Array {
  const local: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, data] of Object.entries(members)) {
    const packed = options.deflate ? deflateRawSync(data) : Buffer.from(data)
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50, 0)
    head.writeUInt16LE(options.deflate ? 8 : 0, 8)
    head.writeUInt32LE(packed.length, 18)
    head.writeUInt32LE(data.length, 22)
    head.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(options.deflate ? 8 : 0, 10)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(data.length, 24)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(offset, 42)
    const listed = name === options.lieAbout ? 'x'.repeat(name.length - 4) + '.pkl' : name
    local.push(head, Buffer.from(name), packed)
    directory.push(entry, Buffer.from(listed))
    offset += 30 + name.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Object.keys(members).length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(offset, 16)
  return Uint8Array.from(Buffer.concat([...local, ...directory, end]))
}

function npy(descr: string, data: Uint8Array): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (1,), }\n`
  const head = Buffer.concat([
    Buffer.from([0x93]),
    Buffer.from('NUMPY'),
    Buffer.from([1, 0, header.length & 0xff, header.length >> 8]),
  ])
  return join(Uint8Array.from(head), ascii(header), data)
}

const system = HOSTILE['system, protocol 2'] as Uint8Array

describe('pickle scan', () => {
  it('finds plain data safe in every protocol', async () => {
    for (const text of Object.values(PLAIN))
      expect(await scan(base64(text))).toMatchObject({ verdict: 'safe', unread: [] })
  })

  it('reports the import that would run', async () => {
    expect((await scan(system)).imports).toEqual([{ module: 'posix', name: 'system', safety: 'dangerous' }])
  })

  for (const [name, bytes] of Object.entries(HOSTILE)) {
    it(`finds it unsafe: ${name}`, async () => {
      expect((await scan(bytes)).verdict).toBe('unsafe')
    })
  }

  it('calls unknown imports suspicious, never safe', async () => {
    expect((await scan(ascii('cmy_project.layers\nMagic\n.'))).verdict).toBe('suspicious')
  })

  it('looks into torch archives, npz, object arrays and archives inside of archives', async () => {
    const plain = base64(PLAIN[2])
    expect((await scan(zip({ 'archive/data.pkl': plain, 'archive/data/0': ascii('weights') }))).verdict).toBe('safe')
    expect((await scan(zip({ 'archive/data.pkl': system }))).verdict).toBe('unsafe')
    expect((await scan(zip({ 'archive/data.pkl': system }, { deflate: true }))).verdict).toBe('unsafe')
    expect((await scan(zip({ 'notes.xyz': system }))).verdict).toBe('unsafe')
    expect((await scan(zip({ 'inner.bin': zip({ 'a.pkl': system }) }))).verdict).toBe('unsafe')
    expect((await scan(npy('|O', system))).verdict).toBe('unsafe')
    expect((await scan(npy('<f4', system))).verdict).toBe('safe')
    expect((await scan(zip({ 'arr.npy': npy('|O', system) }))).verdict).toBe('unsafe')
  })

  it('never calls safe what it could not read', async () => {
    const opaque: Record<string, Uint8Array> = {
      gzip: Uint8Array.of(0x1f, 0x8b, 8, 0),
      zlib: Uint8Array.of(0x78, 0x9c, 1, 2),
      sevenZip: Uint8Array.of(0x37, 0x7a, 0xbc, 0xaf),
      'directory and entry disagree': zip({ 'abcdefgh.pkl': base64(PLAIN[2]) }, { lieAbout: 'abcdefgh.pkl' }),
      'zip cut short': zip({ 'a.pkl': base64(PLAIN[2]) }).subarray(0, 60),
      bomb: zip({ 'a.pkl': new Uint8Array(20_000_000) }, { deflate: true }),
      'nested too deeply': zip({ 'a.bin': zip({ 'b.bin': zip({ 'c.bin': zip({ 'd.pkl': base64(PLAIN[2]) }) }) }) }),
      'damaged stream': base64(PLAIN[4]).subarray(0, 40),
    }
    for (const [name, bytes] of Object.entries(opaque)) expect((await scan(bytes)).verdict, name).toBe('opaque')
  })

  it('reads the old torch layout: five streams, then raw storage', async () => {
    const storage = Uint8Array.from({ length: 4_000 }, (_, at) => (at * 37) & 0xff)
    const legacy = join(...Array.from({ length: 5 }, () => base64(PLAIN[2])), Uint8Array.of(0, 0, 0, 0), storage)
    expect((await scan(legacy)).verdict).toBe('safe')
  })

  it('steps over long binary values instead of reading them', async () => {
    let fetched = 0
    const head = Uint8Array.of(0x80, 4, 0x8e, 0, 0, 0, 0, 1, 0, 0, 0)
    const sizeBytes = head.length + 2 ** 32 + 1
    const read = async (start: number, end: number) => {
      fetched += end - start
      const bytes = new Uint8Array(end - start)
      if (start < head.length) bytes.set(head.subarray(start, end), 0)
      if (end === sizeBytes) bytes[bytes.length - 1] = 0x2e
      return bytes
    }
    expect((await scanPickleFile({ sizeBytes, read })).verdict).toBe('safe')
    expect(fetched).toBeLessThan(2_000_000)
  })

  it('ends on endless streams, deep stacks and damaged files', async () => {
    const spent = await cpuMs(async () => {
      await scan(new Uint8Array(3_000_000).fill(0x28))
      await scan(new Uint8Array(3_000_000).fill(0x2e))
      await scan(ascii('('.repeat(200_000) + '1'.repeat(200_000) + '.'))
      const random = seededRandom(5)
      const seeds = [
        ...Object.values(PLAIN).map(base64),
        zip({ 'archive/data.pkl': base64(PLAIN[2]) }),
        zip({ 'a.pkl': system }, { deflate: true }),
      ]
      for (let round = 0; round < 1_500; round++) {
        const verdict = (await scan(damage(seeds[round % seeds.length] as Uint8Array, random))).verdict
        expect(['safe', 'suspicious', 'unsafe', 'opaque']).toContain(verdict)
      }
    })
    expect(spent).toBeLessThan(20_000)
  })
})
