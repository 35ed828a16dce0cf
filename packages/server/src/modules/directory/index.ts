import type { Http } from '../../kit/http/server.js'
import type { ManifestNoun } from '../../kit/manifest/noun.js'
import { type Switch, switchOfMany } from '../../kit/switches.js'
import type { DirectoryDeps } from './deps.js'
import { createDirectorySignIn } from './ldap/sign-in.js'
import { scheduleDirectorySync } from './ldap/sync-directory.js'
import { createDirectoriesNoun } from './manifest/directories-noun.js'
import { createProvisioningNoun } from './manifest/provisioning-noun.js'
import { listDirectories } from './queries/directories.js'
import { bindDirectories } from './routes/directories.js'
import { bindProvisioning } from './routes/provisioning.js'
import { bindScim } from './routes/scim.js'
import { eraseTold } from './scim/erase-told.js'
import { scheduleScimJobs } from './scim/jobs.js'

/** People and groups that are kept elsewhere: identity providers tell of them by SCIM, directories are asked by LDAP. */
export function createDirectory(deps: DirectoryDeps) {
  deps.accounts.providePasswordSource(createDirectorySignIn(deps))
  const nouns = [createProvisioningNoun(deps), createDirectoriesNoun(deps)] as const
  return {
    /** What the register cannot find of somebody who is erased. */
    eraseTold: ({ userId }: { readonly userId: string }): Promise<void> => eraseTold(deps, userId),
    nouns: nouns as readonly ManifestNoun[],
    switches: async (): Promise<Switch[]> => {
      const enabled = (await listDirectories(deps.db)).filter(({ isEnabled }) => isEnabled)
      return [
        switchOfMany(
          'directory',
          enabled.map(({ url }) => url.replace(/^ldaps?:/, 'http:')),
          '/admin/directory',
        ),
      ]
    },
    routes: (http: Http): void => {
      bindScim(http, deps)
      bindProvisioning(http, deps)
      bindDirectories(http, deps)
    },
    start: async (): Promise<void> => {
      scheduleScimJobs(deps)
      scheduleDirectorySync(deps)
    },
  }
}

export type DirectoryModule = ReturnType<typeof createDirectory>
