import { OidTable } from '@stoa/git'
import { fromHex } from './oid.js'

/** A set of object ids at some 40 bytes each, for all objects of a repository. */
export class OidSet {
  private readonly table = new OidTable(1024)
  private count = 0

  has(oid: string): boolean {
    return this.table.find(fromHex(oid), 0) >= 0
  }

  /** False when it was there. */
  add(oid: string): boolean {
    if (!this.table.put(this.count, fromHex(oid), 0)) return false
    this.count++
    return true
  }

  get size(): number {
    return this.count
  }
}
