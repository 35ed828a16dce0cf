import { DirectoryInUse, lockDirectory } from './directory-lock.js'

/** A process of the lock's test: tries for the folder it is told, says how it went, holds until it is killed. */
const say = (text: string): void => void process.send?.(text)

process.on('message', (directory: string) => {
  lockDirectory(directory).then(
    () => say('held'),
    (error: unknown) => say(error instanceof DirectoryInUse ? 'refused' : `failed: ${String(error)}`),
  )
})
say('ready')
