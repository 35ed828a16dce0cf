import { isValidRefName, type PushCommand } from '@stoa/git'

/** What the rules need to know of the repository. */
export interface PolicyFacts {
  readonly defaultBranch: string
  /** Names of the refs that exist. */
  readonly existing: ReadonlySet<string>
}

/**
 * Why a push may not change a ref, in git's own words where it has them; null when it may. Writers may rewrite
 * branches; refs of pull requests can be updated but not made, conversions only read.
 */
export function refusalOfCommand(command: PushCommand, facts: PolicyFacts): string | null {
  const { name } = command
  if (command.new !== null && !isValidRefName(name)) return 'funny refname'
  if (/^refs\/heads\/[0-9a-f]{40}$/.test(name) || name === 'refs/heads/HEAD') return 'this name is reserved'
  if (command.new === null && name === `refs/heads/${facts.defaultBranch}`)
    return 'deletion of the current branch prohibited'
  if (name.startsWith('refs/heads/') || name.startsWith('refs/tags/')) return null
  if (!/^refs\/pr\/[1-9]\d{0,8}$/.test(name)) return 'deny updating a hidden ref'
  if (command.new === null) return 'a pull request is closed on its page, not deleted'
  return facts.existing.has(name) ? null : 'open the pull request first'
}
