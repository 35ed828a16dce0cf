/** Refusals of repositories; the codes are the Hub's own where it has one (hub-api 1.4). */
export const REPO_ERRORS = {
  RepoNotFound: { status: 404, message: 'Repository not found' },
  RevisionNotFound: { status: 404, message: 'Invalid rev id' },
  EntryNotFound: { status: 404, message: 'Entry not found' },
  /** A redirect: `Location` names the place under the present name. */
  RepoMoved: { status: 307, message: 'The repository has a new name.' },
  GatedRepo: { status: 403, message: 'Access to this repository is restricted.' },
  RepoExists: { status: 409, message: 'You already created this repo' },
  InvalidRepoName: { status: 400, message: 'This is not a valid repository name.' },
  InvalidPath: { status: 422, message: 'Invalid path in repository.' },
  InvalidRefName: { status: 400, message: 'This is not a valid branch or tag name.' },
  RefExists: { status: 409, message: 'Reference already exists' },
  ProtectedRef: { status: 403, message: 'This reference cannot be deleted.' },
  RefConflict: {
    status: 412,
    message: 'The branch was updated since you opened this page. Please refresh and try again.',
  },
  GitObjectRefused: { status: 422, message: 'A git object breaks the rules of this server.' },
  InvalidCommit: { status: 400, message: 'The commit could not be read.' },
  InvalidCard: { status: 400, message: 'Invalid metadata in README.md.' },
  FileTooLarge: { status: 413, message: 'This file is too large to be kept in git. Upload it as a large file (LFS).' },
  LfsObjectMissing: { status: 404, message: 'The large file was not uploaded.' },
  LfsHashMismatch: { status: 422, message: 'The bytes do not have the announced SHA-256 or size.' },
  InvalidSignature: { status: 403, message: 'This signed address is wrong or has expired.' },
  LockExists: { status: 409, message: 'This path is locked already.' },
  LockNotFound: { status: 404, message: 'There is no such lock.' },
} as const
