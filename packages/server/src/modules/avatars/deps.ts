import type { Kit } from '../../kit/kit.js'
import type { Accounts } from '../accounts/index.js'

/** What is handed to this module. */
export interface AvatarsDeps extends Kit {
  readonly accounts: Accounts
}
