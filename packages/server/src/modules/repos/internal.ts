import { refuse } from '@stoa/contracts'
import type { Repo } from './repo.js'

/** Throws `InvalidRequest` for an internal repository of a person: there is nobody it could be internal to. */
export function refuseInternal(owner: { readonly type: 'user' | 'org' }, visibility: Repo['visibility'] | null): void {
  if (visibility === 'internal' && owner.type !== 'org') {
    throw refuse('InvalidRequest', 'Only a repository of an organisation can be internal.')
  }
}
