import { parseArgs } from 'node:util'
import { whoami } from '@stoa/contracts'
import { openRemote, REMOTE_OPTIONS } from '../remote.js'
import type { Command } from '../terminal.js'

export const whoamiCommand: Command = async (args, terminal) => {
  const { values } = parseArgs({ args: [...args], options: REMOTE_OPTIONS })
  const { url, client } = openRemote(values, terminal)
  const me = await client.call(whoami, {})
  const orgs = me.orgs.map((org) => `${org.name} (${org.roleInOrg})`).join(', ')
  terminal.out(`${me.name} at ${url}${orgs === '' ? '' : `, member of ${orgs}`}`)
  const { accessToken } = me.auth
  if (accessToken) terminal.out(`token ${accessToken.displayName}, role ${accessToken.role}`)
  return 0
}
