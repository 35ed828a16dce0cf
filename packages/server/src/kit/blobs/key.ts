const PART = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,253}$/
const MAX_PARTS = 8
/** Where unfinished files of the disk store lie; also the name of the conditional-put probe on S3. */
export const SCRATCH = 'tmp'

/** Throws unless `key` is one that every store can hold: plain parts, no `.`-names, not in the scratch folder. */
export function checkBlobKey(key: string): string {
  const parts = key.split('/')
  const isGood = parts.length <= MAX_PARTS && parts.every((part) => PART.test(part)) && parts[0] !== SCRATCH
  if (!isGood) throw new Error(`not a blob key: ${JSON.stringify(key.slice(0, 300))}`)
  return key
}
