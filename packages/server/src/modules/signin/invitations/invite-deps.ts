import type { SigninKit } from '../deps.js'
import type { AddressBook } from './place.js'

export interface InviteDeps extends SigninKit {
  readonly book: AddressBook
}
