import type { Actor } from '../../../kit/http/actor.js'
import type { CommerceDeps } from '../deps.js'

export interface RouteDeps extends CommerceDeps {
  /** Prices changed in this process: who keeps terms made of them is told at once. */
  tellPrices(): void
  /** Whether somebody may see the thing a listing sells; told by the module that owns it. */
  canSeeResource(actor: Actor, resource: string): Promise<boolean>
}
