const REMOTE = `  --url ADDRESS     the server; else STOA_URL, HF_ENDPOINT, http://127.0.0.1:3000
  --token TOKEN     who asks; else STOA_TOKEN, HF_TOKEN`

/** What `stoa --help` prints. */
export const HELP = `stoa: a self-hosted home for models, data and the people who build with them

  stoa serve                        start the platform here
  stoa demo [--exit]                start it on an empty folder and go through the main job
  stoa apply -f FILE [--dry-run]    apply a manifest to a running server (exit 2: a dry run found changes)
  stoa export --manifest            write what stands as a manifest
  stoa storage collect [--dry-run]  remove stored bytes that nothing names any more
  stoa audit export|verify|witness|key   copies of the audit chains, checked without a server
  stoa whoami                       who the token belongs to
  stoa admin-link                   a one-time link to get in as admin; run it where the data is, with the server stopped

stoa COMMAND --help says what a command takes.`

/** What `stoa COMMAND --help` prints; every command has its entry. */
export const COMMAND_HELP = {
  serve: `stoa serve [--host HOST] [--port PORT] [--data-dir FOLDER]

  --host HOST         address to listen on; else STOA_HOST, 127.0.0.1
  --port PORT         port to listen on; else STOA_PORT, 3000
  --data-dir FOLDER   where everything is kept; else STOA_DATA_DIR, ./data

Every setting is an environment variable too: docs/reference/config.md.`,
  demo: `stoa demo [--exit]

  --exit   stop when the demonstration has ended; without it the server stays up to look at`,
  apply: `stoa apply -f FILE [-f FILE …] [--dry-run]

  -f, --file FILE   a manifest, "-" for standard input; may be repeated
  --dry-run         say what would change and change nothing; exit code 2 when something would
${REMOTE}`,
  export: `stoa export --manifest

  --manifest        everything that a manifest can say, as a manifest, on standard output
${REMOTE}`,
  storage: `stoa storage collect [--dry-run]

  --dry-run         count what would be removed and remove nothing
${REMOTE}`,
  audit: `stoa audit export CHAIN [-o FILE] [--csv]     an organisation's chain, or "platform", as a file
stoa audit witness CHAIN [-o FILE]            the latest signed checkpoint; keep it where the server cannot reach
stoa audit key [-o FILE]                      the public key that checkpoints are signed with
stoa audit verify FILE [--key FILE] [--witness FILE]   checks an export; asks no server; exit code 2 when it is broken

${REMOTE}`,
  whoami: `stoa whoami

${REMOTE}`,
  'admin-link': `stoa admin-link

Run it on the machine that holds the data folder (STOA_DATA_DIR, else ./data), with the server stopped.`,
} as const
