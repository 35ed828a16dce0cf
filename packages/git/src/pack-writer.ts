import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { type ObjectType, typeCode } from './object.js'
import { encodeEntryHeader, encodePackHeader } from './pack-entry.js'

/** Keeps the running hash of a pack that is written piece by piece. */
export class PackHash {
  private readonly hash = createHash('sha1')

  /** Notes bytes on their way out and hands them back. */
  pass<T extends Uint8Array>(bytes: T): T {
    this.hash.update(bytes)
    return bytes
  }

  /** The 20 bytes that end a pack. */
  trailer(): Buffer {
    return this.hash.digest()
  }
}

/** A pack entry from content that is deflated already. */
export function packEntry(type: ObjectType, sizeBytes: number, deflated: Uint8Array): Buffer {
  return Buffer.concat([encodeEntryHeader(typeCode(type), sizeBytes), deflated])
}

/** A whole small pack in memory, without deltas. */
export function encodePack(objects: readonly { readonly type: ObjectType; readonly data: Uint8Array }[]): Buffer {
  const entries = objects.map(({ type, data }) => packEntry(type, data.length, deflateSync(data)))
  const hash = new PackHash()
  const body = [encodePackHeader(objects.length), ...entries].map((part) => hash.pass(part))
  return Buffer.concat([...body, hash.trailer()])
}
