/** Bytes that break a git format or rule. `rule` is git's fsck message id where it has one (`treeNotSorted`). */
export class GitFormatError extends Error {
  readonly rule: string

  constructor(rule: string, message: string) {
    super(message)
    this.name = 'GitFormatError'
    this.rule = rule
  }
}
