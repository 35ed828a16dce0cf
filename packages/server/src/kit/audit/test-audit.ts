import { systemClock } from '../clock.js'
import { createUuids } from '../uuids.js'
import { type Audit, createAudit } from './audit.js'

/** The real audit with a key of its own; for tests that build a module by hand. */
export function createTestAudit(): Audit {
  return createAudit({ clock: systemClock, uuids: createUuids(systemClock), instanceKey: Buffer.alloc(32, 7) })
}
