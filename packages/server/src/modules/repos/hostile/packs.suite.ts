import { deflateSync } from 'node:zlib'
import { encodeEntryHeader, encodePackHeader, hashObject, type ObjectType, PACK_TYPE, PackHash, pkt } from '@stoa/git'

/** A pack of hand-made entries; the count may be another than there are. */
export function sealPack(entries: readonly Buffer[], count = entries.length): Buffer {
  const hash = new PackHash()
  const parts = [encodePackHeader(count), ...entries].map((part) => hash.pass(part))
  return Buffer.concat([...parts, hash.trailer()])
}

/** An entry with whole content; `sizeBytes` may lie. */
export function wholeEntry(type: ObjectType, data: Buffer, sizeBytes = data.length): Buffer {
  return Buffer.concat([encodeEntryHeader(PACK_TYPE[type], sizeBytes), deflateSync(data)])
}

/** An entry that is stored, not deflated: quick to make by the hundred thousand. */
export function tinyEntry(data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt16LE(data.length, 0)
  length.writeUInt16LE(~data.length & 0xffff, 2)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(adler32(data))
  const stream = [Buffer.from([0x78, 1, 1]), length, data, sum]
  return Buffer.concat([encodeEntryHeader(PACK_TYPE.blob, data.length), ...stream])
}

/** An entry that copies its base and appends one letter. */
export function appendEntry(base: Buffer): { entry: Buffer; content: Buffer } {
  const content = Buffer.concat([base, Buffer.from('x')])
  const copy = [0x80 | 0x10 | 0x20 | 0x40, base.length & 255, (base.length >> 8) & 255, (base.length >> 16) & 255]
  const delta = Buffer.concat([varint(base.length), varint(content.length), Buffer.from([...copy, 1, 0x78])])
  return { entry: deltaEntry(hashObject('blob', base), delta), content }
}

/** A delta on a named base. */
export function deltaEntry(baseOid: string, delta: Buffer): Buffer {
  return Buffer.concat([encodeEntryHeader(PACK_TYPE.refDelta, delta.length, baseOid), deflateSync(delta)])
}

/** The body of a push of one ref. */
export function pushBody(oid: string, pack: Buffer, ref = 'refs/heads/main', old = '0'.repeat(40)): Buffer {
  return Buffer.concat([pkt(`${old} ${oid} ${ref}\0 report-status side-band-64k`), Buffer.from('0000'), pack])
}

export function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 127) | 128)
  return Buffer.from([...bytes, rest])
}

function adler32(data: Buffer): number {
  let [low, high] = [1, 0]
  for (const byte of data) {
    low = (low + byte) % 65521
    high = (high + low) % 65521
  }
  return high * 65536 + low
}
