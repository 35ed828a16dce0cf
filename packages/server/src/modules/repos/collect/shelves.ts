import type { Config } from '../../../kit/config.js'
import { type GitShelfDeps, type KeptGit, objectShelf } from '../../git/index.js'
import { blobShelf } from './blob-shelf.js'
import { rowShelf } from './row-shelf.js'
import { sentFileShelf } from './sent-file-shelf.js'
import type { Shelf } from './shelf.js'

const HOUR_MS = 3_600_000

/** Everything that can be collected, what names something before what it names. */
export function createShelves(
  deps: GitShelfDeps & KeptGit,
  { storageFloorHours, xorbFloorHours }: Pick<Config, 'storageFloorHours' | 'xorbFloorHours'>,
): Shelf[] {
  const floorMs = storageFloorHours * HOUR_MS
  return [
    objectShelf(deps, deps, floorMs),
    sentFileShelf(deps, deps.storage, floorMs),
    rowShelf(deps, 'largeFiles', floorMs),
    rowShelf(deps, 'xetFiles', floorMs),
    rowShelf(deps, 'xorbs', xorbFloorHours * HOUR_MS),
    blobShelf(deps, 'gitBlobs', 'git/', floorMs),
    blobShelf(deps, 'largeFileBlobs', 'lfs/', floorMs),
    blobShelf(deps, 'uploadParts', 'lfs-parts/', floorMs),
    blobShelf(deps, 'xorbBlobs', 'xorbs/', floorMs),
  ]
}
