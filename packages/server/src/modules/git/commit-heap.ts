import type { CommitNode } from './store.js'

/** Commits still to be visited, largest generation first, then newest; each is taken in once. */
export class CommitHeap {
  private readonly heap: CommitNode[] = []
  private readonly seen = new Set<string>()
  private readonly inHeap = new Set<string>()
  private readonly excluded = new Set<string>()
  /** Commits in the heap that are not excluded. */
  wantedCount = 0

  hasSeen(oid: string): boolean {
    return this.seen.has(oid)
  }

  push(node: CommitNode): void {
    if (this.seen.has(node.oid)) return
    this.seen.add(node.oid)
    this.inHeap.add(node.oid)
    this.wantedCount++
    this.heap.push(node)
    this.siftUp(this.heap.length - 1)
  }

  /** Notes that a commit is not wanted; it stays in the heap so that its ancestors are found. */
  markExcluded(oid: string): void {
    if (!this.inHeap.has(oid) || this.excluded.has(oid)) return
    this.excluded.add(oid)
    this.wantedCount--
  }

  pop(): CommitNode | undefined {
    const top = this.heap[0]
    const last = this.heap.pop()
    if (top === undefined || last === undefined) return undefined
    if (top !== last) {
      this.heap[0] = last
      this.siftDown(0)
    }
    this.inHeap.delete(top.oid)
    if (!this.excluded.has(top.oid)) this.wantedCount--
    return top
  }

  private siftUp(start: number): void {
    let at = start
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.isBefore(at, parent)) return
      this.swap(at, parent)
      at = parent
    }
  }

  private siftDown(start: number): void {
    let at = start
    for (;;) {
      let best = at
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.heap.length && this.isBefore(child, best)) best = child
      }
      if (best === at) return
      this.swap(at, best)
      at = best
    }
  }

  private isBefore(a: number, b: number): boolean {
    const left = this.heap[a] as CommitNode
    const right = this.heap[b] as CommitNode
    if (left.generation !== right.generation) return left.generation > right.generation
    const order = right.committedAt.getTime() - left.committedAt.getTime()
    return order === 0 ? left.oid < right.oid : order < 0
  }

  private swap(a: number, b: number): void {
    const kept = this.heap[a] as CommitNode
    this.heap[a] = this.heap[b] as CommitNode
    this.heap[b] = kept
  }
}
