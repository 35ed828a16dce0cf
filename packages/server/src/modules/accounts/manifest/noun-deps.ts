import type { AccountsDeps } from '../deps.js'
import type { PlatformSettings } from '../platform-settings.js'
import type { RemovalGuard } from '../remove-account.js'

export interface NounDeps extends AccountsDeps {
  readonly settings: PlatformSettings
  readonly removalGuards: readonly RemovalGuard[]
  /** Drops every remembered credential of this process. */
  forgetAll(): void
}
