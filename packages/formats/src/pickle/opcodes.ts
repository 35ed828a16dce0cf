/** How an opcode's argument is written: a fixed number of bytes, a length-prefixed string, one or two lines, or none. */
export type Argument =
  | { readonly kind: 'none' }
  | { readonly kind: 'fixed'; readonly bytes: number }
  | { readonly kind: 'counted'; readonly lengthBytes: 1 | 4 | 8; readonly isText: boolean }
  | { readonly kind: 'lines'; readonly lines: 1 | 2 }

const NONE: Argument = { kind: 'none' }
const fixed = (bytes: number): Argument => ({ kind: 'fixed', bytes })
const counted = (lengthBytes: 1 | 4 | 8, isText = false): Argument => ({ kind: 'counted', lengthBytes, isText })
const LINE: Argument = { kind: 'lines', lines: 1 }

/** Argument of every opcode of pickle protocols 0 to 5 (PEP 307, 3154, 574). */
export const ARGUMENTS: ReadonlyMap<number, Argument> = new Map<number, Argument>([
  ...[...'(.012NQRabdelostu})]'].map((c): [number, Argument] => [c.charCodeAt(0), NONE]),
  ...[0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x97, 0x98].map(
    (op): [number, Argument] => [op, NONE],
  ),
  ...[...'FILPSVgp'].map((c): [number, Argument] => [c.charCodeAt(0), LINE]),
  [0x63, { kind: 'lines', lines: 2 }],
  [0x69, { kind: 'lines', lines: 2 }],
  [0x4a, fixed(4)],
  [0x4b, fixed(1)],
  [0x4d, fixed(2)],
  [0x47, fixed(8)],
  [0x68, fixed(1)],
  [0x6a, fixed(4)],
  [0x71, fixed(1)],
  [0x72, fixed(4)],
  [0x80, fixed(1)],
  [0x82, fixed(1)],
  [0x83, fixed(2)],
  [0x84, fixed(4)],
  [0x95, fixed(8)],
  [0x54, counted(4, true)],
  [0x55, counted(1, true)],
  [0x58, counted(4, true)],
  [0x8c, counted(1, true)],
  [0x8d, counted(8, true)],
  [0x42, counted(4)],
  [0x43, counted(1)],
  [0x8e, counted(8)],
  [0x8a, counted(1)],
  [0x8b, counted(4)],
  [0x96, counted(8)],
])

/** Opcodes by their names in the protocol, as far as the scanner names them. */
export const OP = {
  MARK: 0x28,
  STOP: 0x2e,
  POP: 0x30,
  POP_MARK: 0x31,
  DUP: 0x32,
  BINPERSID: 0x51,
  REDUCE: 0x52,
  APPEND: 0x61,
  BUILD: 0x62,
  GLOBAL: 0x63,
  DICT: 0x64,
  APPENDS: 0x65,
  GET: 0x67,
  BINGET: 0x68,
  INST: 0x69,
  LONG_BINGET: 0x6a,
  LIST: 0x6c,
  OBJ: 0x6f,
  PUT: 0x70,
  BINPUT: 0x71,
  LONG_BINPUT: 0x72,
  SETITEM: 0x73,
  TUPLE: 0x74,
  SETITEMS: 0x75,
  STRING: 0x53,
  UNICODE: 0x56,
  PROTO: 0x80,
  NEWOBJ: 0x81,
  EXT1: 0x82,
  EXT2: 0x83,
  EXT4: 0x84,
  TUPLE1: 0x85,
  TUPLE2: 0x86,
  TUPLE3: 0x87,
  ADDITEMS: 0x90,
  FROZENSET: 0x91,
  NEWOBJ_EX: 0x92,
  STACK_GLOBAL: 0x93,
  MEMOIZE: 0x94,
  FRAME: 0x95,
  READONLY_BUFFER: 0x98,
} as const
