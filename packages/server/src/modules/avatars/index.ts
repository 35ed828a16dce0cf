import type { Http } from '../../kit/http/server.js'
import { DELETE_JOB, type DeletePayload } from './change-picture.js'
import type { AvatarsDeps } from './deps.js'
import { forgetPictures, sweepPictures } from './forget-pictures.js'
import { bindAvatars } from './routes/avatars.js'

const SWEEP_EVERY_MS = 24 * 3_600_000

/** Pictures of people and organisations. */
export function createAvatars(deps: AvatarsDeps) {
  return {
    /** Removes every picture of somebody who is erased. */
    erase: ({ userId }: { readonly userId: string }): Promise<void> => forgetPictures(deps, userId),
    routes: (http: Http): void => bindAvatars(http, deps),
    start: async (): Promise<void> => {
      deps.jobs.handle(DELETE_JOB, ({ keys }: DeletePayload) => deps.blobs.deleteMany(keys))
      deps.jobs.repeat('avatars.sweep', SWEEP_EVERY_MS, () => sweepPictures(deps))
    },
  }
}
