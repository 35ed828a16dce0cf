/** Refusals of repositories; the codes are the Hub's own where it has one (hub-api 1.4). */
export const REPO_ERRORS = {
  RepoNotFound: { status: 404, message: 'Repository not found' },
  RevisionNotFound: { status: 404, message: 'Invalid rev id' },
  EntryNotFound: { status: 404, message: 'Entry not found' },
  GatedRepo: { status: 403, message: 'Access to this repository is restricted.' },
  RefConflict: {
    status: 412,
    message: 'The branch was updated since you opened this page. Please refresh and try again.',
  },
  InvalidRefName: { status: 400, message: 'This is not a valid branch or tag name.' },
  GitObjectRefused: { status: 422, message: 'A git object breaks the rules of this server.' },
} as const
