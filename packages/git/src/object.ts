import { createHash, hash } from 'node:crypto'

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag'

/** Entry types of a pack (gitformat-pack); 6 and 7 are deltas by offset and by name. */
export const PACK_TYPE = { commit: 1, tree: 2, blob: 3, tag: 4, ofsDelta: 6, refDelta: 7 } as const

const TYPE_NAMES: readonly (ObjectType | undefined)[] = [undefined, 'commit', 'tree', 'blob', 'tag']

/** Pack entry type (1 to 4) of an object type. */
export function typeCode(type: ObjectType): number {
  return PACK_TYPE[type]
}

/** Object type of a pack entry type; undefined for deltas and unknown codes. */
export function typeName(code: number): ObjectType | undefined {
  return TYPE_NAMES[code]
}

/** Up to this size one call over a copy is faster than two updates of a hash object. */
const ONE_CALL_BYTES = 16 * 1024

/** The object id, 40 hex, of content without its header. */
export function hashObject(type: ObjectType, data: Uint8Array): string {
  const head = `${type} ${data.length}\0`
  if (data.length > ONE_CALL_BYTES) return createHash('sha1').update(head).update(data).digest('hex')
  const whole = Buffer.allocUnsafe(head.length + data.length)
  whole.write(head, 0, 'latin1')
  whole.set(data, head.length)
  return hash('sha1', whole, 'hex')
}
