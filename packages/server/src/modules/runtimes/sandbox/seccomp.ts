/** A seccomp filter as raw BPF: system calls a model runtime never needs answer EPERM (compute.md §3). */

interface Machine {
  readonly auditArch: number
  readonly denied: readonly number[]
  /** Numbers from here on are the x32 table; null where there is none. */
  readonly x32From: number | null
}

/**
 * Per architecture: ptrace, process_vm_readv/writev, mount, umount2, pivot_root, chroot, unshare, setns, bpf, userfaultfd,
 * perf_event_open, add_key, request_key, keyctl, kexec_load, kexec_file_load, init_module, delete_module, finit_module, reboot, swapon.
 */
const MACHINES: Partial<Record<NodeJS.Architecture, Machine>> = {
  x64: {
    auditArch: 0xc000003e,
    denied: [
      101, 310, 311, 165, 166, 155, 161, 272, 308, 321, 323, 298, 248, 249, 250, 246, 320, 175, 176, 313, 169, 167,
    ],
    x32From: 0x40000000,
  },
  arm64: {
    auditArch: 0xc00000b7,
    denied: [117, 270, 271, 40, 39, 41, 51, 97, 268, 280, 282, 241, 217, 218, 219, 104, 294, 105, 106, 273, 142, 224],
    x32From: null,
  },
}

const LOAD_WORD = 0x20
const JUMP_IF_EQUAL = 0x15
const JUMP_IF_GREATER_OR_EQUAL = 0x35
const RETURN = 0x06
const KILL_PROCESS = 0x80000000
const ALLOW = 0x7fff0000
const ERRNO_EPERM = 0x00050001
const OFFSET_NUMBER = 0
const OFFSET_ARCH = 4

/** The filter for this machine, in the form `bwrap --seccomp` reads; null on an architecture we have no table for. */
export function buildSeccompFilter(architecture: NodeJS.Architecture): Buffer | null {
  const machine = MACHINES[architecture]
  if (!machine) return null
  const { denied, x32From } = machine
  const program = [
    instruction(LOAD_WORD, 0, 0, OFFSET_ARCH),
    instruction(JUMP_IF_EQUAL, 1, 0, machine.auditArch),
    instruction(RETURN, 0, 0, KILL_PROCESS),
    instruction(LOAD_WORD, 0, 0, OFFSET_NUMBER),
  ]
  if (x32From !== null) {
    program.push(instruction(JUMP_IF_GREATER_OR_EQUAL, 0, 1, x32From), instruction(RETURN, 0, 0, ERRNO_EPERM))
  }
  denied.forEach((number, index) => program.push(instruction(JUMP_IF_EQUAL, denied.length - index, 0, number)))
  program.push(instruction(RETURN, 0, 0, ALLOW), instruction(RETURN, 0, 0, ERRNO_EPERM))
  return Buffer.concat(program)
}

function instruction(code: number, ifTrue: number, ifFalse: number, operand: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16LE(code, 0)
  bytes.writeUInt8(ifTrue, 2)
  bytes.writeUInt8(ifFalse, 3)
  bytes.writeUInt32LE(operand, 4)
  return bytes
}
