import type { AccountsDeps } from '../deps.js'
import type { PlatformSettings } from '../platform-settings.js'

export interface NounDeps extends AccountsDeps {
  readonly settings: PlatformSettings
  /** Drops every remembered credential of this process. */
  forgetAll(): void
}
