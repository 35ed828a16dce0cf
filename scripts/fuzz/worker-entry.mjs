// In a thread `--import tsx` has no effect on the entry file, so it is registered first.
import { register } from 'tsx/esm/api'

register()
await import('./worker.ts')
