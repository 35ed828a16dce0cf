import type { GateForm } from '@stoa/contracts'
import { parseFrontMatter } from '@stoa/formats'
import type { Repo } from '../repos/index.js'
import type { GateDeps } from './deps.js'
import { EMPTY_FORM, readForm } from './read-form.js'

const MAX_CARD_BYTES = 2 * 1024 * 1024
const MAX_REMEMBERED = 500

/** The form of a repository's gate, from the card at the head of its default branch. */
export interface GateForms {
  load(repo: Repo): Promise<GateForm>
}

/** Forms are remembered by commit, so that a page asked for often does not parse its card each time. */
export function createGateForms(deps: GateDeps): GateForms {
  const remembered = new Map<string, GateForm>()
  return {
    load: async (repo) => {
      const head = await deps.repos.findHead(repo)
      if (!head) return EMPTY_FORM
      const known = remembered.get(head)
      if (known) return known
      const form = await readCard(deps, repo, head)
      const [oldest] = remembered.keys()
      if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest)
      remembered.set(head, form)
      return form
    },
  }
}

async function readCard(deps: GateDeps, repo: Repo, rev: string): Promise<GateForm> {
  const file = await deps.repos.openFile(repo, rev, 'README.md').catch((error: unknown) => {
    if ((error as { code?: string }).code === 'EntryNotFound') return null
    throw error
  })
  if (!file || file.sizeBytes > MAX_CARD_BYTES) return EMPTY_FORM
  const parts: Buffer[] = []
  for await (const part of await file.open({ start: 0, endExclusive: file.sizeBytes })) parts.push(part as Buffer)
  const card = Buffer.concat(parts).toString('utf8')
  // Reading the metadata of a long card takes a tenth of a second, and few cards describe a form.
  return card.includes('extra_gated') ? readForm(parseFrontMatter(card).data) : EMPTY_FORM
}
