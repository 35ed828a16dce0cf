/** Object ids are hex text in code and 20 bytes in the database. */
export const fromHex = (oid: string): Buffer => Buffer.from(oid, 'hex')
export const toHex = (oid: Buffer): string => oid.toString('hex')

const OID = /^[0-9a-f]{40}$/
export const isOid = (text: string): boolean => OID.test(text)
