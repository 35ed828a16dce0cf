import type { AccessRequestJson } from '@stoa/contracts'
import type { GateDeps } from './deps.js'
import { listRequests, type RequestPlace } from './queries.js'
import type { Repo } from '../repos/index.js'
import { showRequests } from './show-request.js'

const PAGE = 500
const COLUMNS = ['user', 'fullname', 'email', 'status', 'timestamp', 'reviewedAt', 'rejectionReason', 'fields'] as const

/** Every request at a gate as the text of a file, page by page, so that no list is held whole. */
export async function* writeReport(deps: GateDeps, repo: Repo, format: 'csv' | 'json'): AsyncGenerator<string> {
  let isFirst = true
  yield format === 'csv' ? `${COLUMNS.join(',')}\r\n` : '['
  for await (const page of pagesOf(deps, repo)) {
    for (const request of page) {
      if (format === 'csv') yield `${csvLine(request)}\r\n`
      else yield `${isFirst ? '' : ','}\n${JSON.stringify(request)}`
      isFirst = false
    }
  }
  if (format === 'json') yield '\n]\n'
}

async function* pagesOf(deps: GateDeps, repo: Repo): AsyncGenerator<AccessRequestJson[]> {
  let after: RequestPlace | null = null
  for (;;) {
    const page = await listRequests(deps.db, repo.id, { status: null, after, limit: PAGE })
    yield await showRequests(deps.accounts, deps.db, page)
    after = page.at(-1) ?? null
    if (page.length < PAGE) return
  }
}

function csvLine({ user, status, timestamp, reviewedAt, rejectionReason, fields }: AccessRequestJson): string {
  const cells = [
    user?.user,
    user?.fullname,
    user?.email,
    status,
    timestamp,
    reviewedAt,
    rejectionReason,
    fields === undefined ? undefined : JSON.stringify(fields),
  ]
  return cells.map(csvCell).join(',')
}

/** Spreadsheets run what begins like a formula; an apostrophe makes it text. */
export function csvCell(value: string | undefined): string {
  const text = /^[=+\-@\t\r]/.test(value ?? '') ? `'${value}` : (value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
