import { parseArgs } from 'node:util'
import { exportManifest } from '@stoa/contracts'
import { openRemote, REMOTE_OPTIONS } from '../remote.js'
import { type Command, UsageError } from '../terminal.js'

/** `stoa export --manifest`: what stands, on the output. */
export const exportCommand: Command = async (args, terminal) => {
  const { values } = parseArgs({ args: [...args], options: { ...REMOTE_OPTIONS, manifest: { type: 'boolean' } } })
  if (!values.manifest) throw new UsageError('Say what to export: stoa export --manifest')
  const { client } = openRemote(values, terminal)
  const { text } = await client.call(exportManifest, {})
  terminal.out(text.trimEnd())
  return 0
}
