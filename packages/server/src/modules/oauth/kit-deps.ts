import type { Kit } from '../../kit/kit.js'

/** What this module uses of the kit. */
export type OauthKit = Pick<
  Kit,
  'config' | 'db' | 'write' | 'audit' | 'clock' | 'ids' | 'log' | 'jobs' | 'instanceKey' | 'publicUrl'
>
