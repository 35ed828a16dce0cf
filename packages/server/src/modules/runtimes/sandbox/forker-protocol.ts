/** What the server and its forking helper say to each other, one JSON message each. */
export type ForkerRequest =
  | {
      readonly type: 'spawn'
      readonly id: string
      readonly command: string
      readonly args: readonly string[]
      readonly memoryBytes: number
      /** File with the seccomp filter, opened as file descriptor 3; null for none. */
      readonly seccompFile: string | null
    }
  | { readonly type: 'kill'; readonly id: string; readonly signal: 'SIGTERM' | 'SIGKILL' }

export type ForkerReport =
  | { readonly type: 'line'; readonly id: string; readonly stream: 'out' | 'err'; readonly text: string }
  | {
      readonly type: 'exit'
      readonly id: string
      readonly code: number | null
      readonly signal: string | null
      readonly isOutOfMemory: boolean
    }
