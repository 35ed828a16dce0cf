/** Refusals of repositories; the codes are the Hub's own where it has one (hub-api 1.4). */
export const REPO_ERRORS = {
  RepoNotFound: { status: 404, message: 'Repository not found' },
  RevisionNotFound: { status: 404, message: 'Invalid rev id' },
  EntryNotFound: { status: 404, message: 'Entry not found' },
  GatedRepo: { status: 403, message: 'Access to this repository is restricted.' },
} as const
