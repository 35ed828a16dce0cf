import { type CsvResult, INVITE_LINES_MAX, OPEN_INVITATIONS_MAX, refuse } from '@stoa/contracts'
import { countOpenInvitations, listInvitedHashes } from '../queries/invitations.js'
import { type CheckedLine, checkCsv } from './check-csv.js'
import { invite } from './invite.js'
import type { InviteDeps } from './invite-deps.js'
import type { Place } from './place.js'
import { type CsvLine, readCsv } from './read-csv.js'

/** Invitations of one transaction: nobody else waits long for the database. */
const BATCH = 100
const HASHES_AT_ONCE = 1_000

interface Upload {
  readonly text: string
  readonly dryRun: boolean
  readonly expiresInDays: number
}

/** Invites everybody in a file, or says what is wrong with which line; good lines do not wait for bad ones. Throws `CsvInvalid`, `InvitationLimit`. */
export async function uploadCsv(
  deps: InviteDeps,
  place: Place,
  upload: Upload,
  by: { readonly id: string; readonly name: string },
): Promise<CsvResult> {
  const lines = readCsv(upload.text, INVITE_LINES_MAX)
  if (!lines)
    throw refuse(
      'CsvInvalid',
      `A CSV file with the columns name, email, role, groups; at most ${INVITE_LINES_MAX} lines.`,
    )
  const world = {
    isOrg: place.orgId !== null,
    groupIds: await readGroups(deps, place),
    isInvited: await readInvited(deps, place, lines),
    expiresInDays: upload.expiresInDays,
  }
  const checked = checkCsv(lines, world)
  const good = checked.flatMap(({ invited }) => invited ?? [])
  const open = await countOpenInvitations(deps.db, place.orgId, deps.clock.now())
  if (open + good.length > OPEN_INVITATIONS_MAX) throw refuse('InvitationLimit')
  let made = 0
  for (let at = 0; at < good.length && !upload.dryRun; at += BATCH) {
    made += (await deps.write((tx) => invite(tx, deps, place, good.slice(at, at + BATCH), by))).length
  }
  return {
    good: upload.dryRun ? good.length : made,
    bad: checked.length - good.length,
    held: upload.dryRun ? 0 : good.length - made,
    lines: checked.map(showLine),
  }
}

function showLine({ line, problem }: CheckedLine): CsvResult['lines'][number] {
  return { line: line.line, ...line.values, problem }
}

async function readGroups(deps: InviteDeps, { orgId }: Place): Promise<Map<string, string>> {
  const groups = orgId === null ? [] : await deps.orgs.listResourceGroups(deps.db, orgId)
  return new Map(groups.map(({ id, name }) => [name.toLowerCase(), id]))
}

async function readInvited(
  deps: InviteDeps,
  { orgId }: Place,
  lines: readonly CsvLine[],
): Promise<(email: string) => boolean> {
  const hashes = lines.map(({ values }) => deps.book.hash(values.email))
  const invited = new Set<string>()
  for (let at = 0; at < hashes.length; at += HASHES_AT_ONCE) {
    const some = await listInvitedHashes(deps.db, orgId, hashes.slice(at, at + HASHES_AT_ONCE), deps.clock.now())
    for (const hash of some) invited.add(hash)
  }
  return (email) => invited.has(deps.book.hash(email).toString('hex'))
}
