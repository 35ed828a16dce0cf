/** Metering of one process over a commerce of its own, without the rest of the house. */
import { createCommerce } from '../../commerce/index.js'
import type { MeteringDeps } from '../deps.js'
import { createMetering, type Metering } from '../index.js'

export function createNode(deps: Omit<MeteringDeps, 'commerce'>): Metering {
  return createMetering({ ...deps, commerce: createCommerce(deps) })
}
