export type { RuntimeKind } from './replica/port.js'
export { createSandbox, LoadFailure, type Replica, type Sandbox, type SandboxedModel } from './sandbox/sandbox.js'
