import { malformed, tooLarge } from '../format-error.js'
import { type ImportSafety, judgeImport } from './import-safety.js'
import { OP } from './opcodes.js'

/** Values on the machine's stack, and remembered ones. */
export const MAX_PICKLE_STACK = 1_000_000
/** Distinct imports that are reported. */
export const MAX_PICKLE_IMPORTS = 1_000

/** One name a pickle imports. */
export interface PickleImport {
  readonly module: string
  readonly name: string
  readonly safety: ImportSafety
}

type Value =
  | { kind: 'mark' }
  | { kind: 'data' }
  | { kind: 'text'; text: string }
  | { kind: 'import'; safety: ImportSafety }

const DATA: Value = { kind: 'data' }
const MARK: Value = { kind: 'mark' }

/** The argument of one opcode: text when it is short enough to be a name, a small number, or neither. */
export interface OpArgument {
  readonly text?: string
  readonly number?: number
  readonly lines?: readonly string[]
}

/** Follows what a pickle would import and call, without doing any of it. One machine per stream; imports gather over streams. */
export class PickleMachine {
  private stack: Value[] = []
  private memo = new Map<number, Value>()
  readonly imports: Map<string, PickleImport>

  constructor(imports: Map<string, PickleImport>) {
    this.imports = imports
  }

  /** Performs one opcode on the abstract stack. Errors: `FormatError` when a real unpickler would fail too. */
  step(op: number, argument: OpArgument): void {
    switch (op) {
      case OP.MARK:
        return this.push(MARK)
      case OP.PROTO:
      case OP.FRAME:
      case OP.READONLY_BUFFER:
      case OP.STOP:
        return
      case OP.GLOBAL:
        return this.push(this.import(argument.lines?.[0], argument.lines?.[1]))
      case OP.STACK_GLOBAL:
        return this.stackGlobal()
      case OP.EXT1:
      case OP.EXT2:
      case OP.EXT4:
        return this.push(this.import(undefined, `extension ${argument.number ?? '?'}`))
      default:
        return this.isCall(op)
          ? this.call(op, argument)
          : this.isMemo(op)
            ? this.remember(op, argument)
            : this.build(op, argument)
    }
  }

  private push(value: Value): void {
    if (this.stack.length >= MAX_PICKLE_STACK) throw tooLarge('the pickle piles up too many values')
    this.stack.push(value)
  }

  private pop(): Value {
    const value = this.stack.pop()
    if (!value) throw malformed('the pickle takes a value from an empty stack')
    return value
  }

  private popToMark(): Value[] {
    const at = this.stack.lastIndexOf(MARK)
    if (at < 0) throw malformed('the pickle lacks a mark')
    const above = this.stack.splice(at)
    return above.slice(1)
  }

  /** Imports a name; a name that is not a constant is dangerous, because nobody can tell what it is. */
  private import(module: string | undefined, name: string | undefined): Value {
    const isKnown = module !== undefined && name !== undefined
    const found: PickleImport = isKnown
      ? { module, name, safety: judgeImport(module, name) }
      : { module: module ?? '?', name: name ?? '?', safety: 'dangerous' }
    const key = `${found.module} ${found.name}`
    if (this.imports.size >= MAX_PICKLE_IMPORTS && !this.imports.has(key))
      throw tooLarge('the pickle imports too many names')
    this.imports.set(key, found)
    return { kind: 'import', safety: found.safety }
  }

  private stackGlobal(): void {
    const name = this.pop()
    const module = this.pop()
    this.push(
      this.import(module.kind === 'text' ? module.text : undefined, name.kind === 'text' ? name.text : undefined),
    )
  }

  private isCall(op: number): boolean {
    return op === OP.REDUCE || op === OP.NEWOBJ || op === OP.NEWOBJ_EX || op === OP.INST || op === OP.OBJ
  }

  private call(op: number, argument: OpArgument): void {
    if (op === OP.INST) {
      this.popToMark()
      this.import(argument.lines?.[0], argument.lines?.[1])
      return this.push(DATA)
    }
    if (op === OP.OBJ) {
      const [callee] = this.popToMark()
      this.checkCallee(callee)
      return this.push(DATA)
    }
    if (op === OP.NEWOBJ_EX) this.pop()
    this.pop()
    this.checkCallee(this.pop())
    this.push(DATA)
  }

  /** Only an imported name may be called; the result of another call may be anything. */
  private checkCallee(callee: Value | undefined): void {
    if (callee?.kind !== 'import') this.import(undefined, 'call of a computed value')
  }

  private isMemo(op: number): boolean {
    return (
      op === OP.PUT ||
      op === OP.BINPUT ||
      op === OP.LONG_BINPUT ||
      op === OP.MEMOIZE ||
      op === OP.GET ||
      op === OP.BINGET ||
      op === OP.LONG_BINGET
    )
  }

  private remember(op: number, argument: OpArgument): void {
    const line = argument.lines?.[0]
    const key = op === OP.MEMOIZE ? this.memo.size : (argument.number ?? Number.parseInt(line ?? '', 10))
    if (!Number.isSafeInteger(key)) throw malformed('the pickle remembers under no number')
    if (op === OP.GET || op === OP.BINGET || op === OP.LONG_BINGET) {
      const value = this.memo.get(key)
      if (!value) throw malformed('the pickle recalls what it never remembered')
      return this.push(value)
    }
    const top = this.stack.at(-1)
    if (!top || top === MARK) throw malformed('the pickle remembers nothing')
    if (this.memo.size >= MAX_PICKLE_STACK) throw tooLarge('the pickle remembers too many values')
    this.memo.set(key, top)
  }

  private build(op: number, argument: OpArgument): void {
    switch (op) {
      case OP.POP:
        this.pop()
        return
      case OP.POP_MARK:
      case OP.APPENDS:
      case OP.SETITEMS:
      case OP.ADDITEMS:
        this.popToMark()
        return
      case OP.DUP: {
        const top = this.pop()
        this.push(top)
        return this.push(top)
      }
      case OP.APPEND:
      case OP.BUILD:
        this.pop()
        return
      case OP.SETITEM:
        this.pop()
        this.pop()
        return
      case OP.DICT:
      case OP.LIST:
      case OP.TUPLE:
      case OP.FROZENSET:
        this.popToMark()
        return this.push(DATA)
      case OP.TUPLE1:
      case OP.TUPLE2:
      case OP.TUPLE3:
        for (let left = op - OP.TUPLE1; left >= 0; left--) this.pop()
        return this.push(DATA)
      case OP.BINPERSID:
        this.pop()
        return this.push(DATA)
      default:
        return this.push(argument.text === undefined ? DATA : { kind: 'text', text: argument.text })
    }
  }
}
