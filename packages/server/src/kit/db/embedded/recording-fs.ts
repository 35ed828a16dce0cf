import { fstatSync, openSync, statSync, writeSync } from 'node:fs'
import type { NodeFileSystem, OpenStream } from './durable-fs.js'

/** One change of the database's files, as the power-cut test replays it. Names are absolute, files are known by inode. */
export type FileOperation =
  | { op: 'write'; inode: number; position: number; sizeBytes: number }
  | { op: 'sync'; inode: number }
  | { op: 'truncate'; inode: number; sizeBytes: number }
  | { op: 'create'; path: string; inode: number; isFolder: boolean }
  | { op: 'rename'; from: string; to: string }
  | { op: 'remove'; path: string }

interface Node {
  name: string
  mode: number
}
// The operations of Emscripten's NODEFS by name; their arguments are what each wrapper below says.
type Operation = (...args: never[]) => unknown

/** Writes every change to `recordPath` after it was made: a line of JSON, then the bytes of a write. For tests only. */
export function recordOperations(files: NodeFileSystem, recordPath: string): void {
  const record = openSync(recordPath, 'a')
  const note = (operation: FileOperation, bytes?: Uint8Array): void => {
    const line = Buffer.from(`${JSON.stringify(operation)}\n`)
    writeSync(record, bytes === undefined ? line : Buffer.concat([line, bytes]))
  }
  wrapStreams(files, note)
  wrapNodes(files, note)
}

type Note = (operation: FileOperation, bytes?: Uint8Array) => void

function wrapStreams({ stream_ops: ops }: NodeFileSystem, note: Note): void {
  const { write, fsync, setattr } = ops as Record<string, Operation>
  ops['write'] = (stream: OpenStream, buffer: Uint8Array, offset: number, length: number, position: number) => {
    const sizeBytes = write?.(...([stream, buffer, offset, length, position] as never[])) as number
    const bytes = Buffer.from(buffer.buffer, buffer.byteOffset + offset, sizeBytes)
    note({ op: 'write', inode: inodeOf(stream), position, sizeBytes }, bytes)
    return sizeBytes
  }
  ops['fsync'] = (stream: OpenStream) => {
    const result = fsync?.(...([stream] as never[]))
    note({ op: 'sync', inode: inodeOf(stream) })
    return result
  }
  ops['setattr'] = (stream: OpenStream, change: { size?: number }) => {
    setattr?.(...([stream, change] as never[]))
    if (change.size !== undefined) note({ op: 'truncate', inode: inodeOf(stream), sizeBytes: change.size })
  }
}

function wrapNodes({ node_ops: ops, realPath }: NodeFileSystem, note: Note): void {
  const { setattr, mknod, rename, unlink, rmdir } = ops as Record<string, Operation>
  ops['setattr'] = (node: Node, change: { size?: number }) => {
    setattr?.(...([node, change] as never[]))
    const inode = statSync(realPath(node)).ino
    if (change.size !== undefined) note({ op: 'truncate', inode, sizeBytes: change.size })
  }
  ops['mknod'] = (parent: Node, name: string, mode: number, device: number) => {
    const node = mknod?.(...([parent, name, mode, device] as never[])) as Node
    const facts = statSync(realPath(node))
    note({ op: 'create', path: realPath(node), inode: facts.ino, isFolder: facts.isDirectory() })
    return node
  }
  ops['rename'] = (node: Node, parent: Node, name: string) => {
    const from = realPath(node)
    rename?.(...([node, parent, name] as never[]))
    note({ op: 'rename', from, to: `${realPath(parent)}/${name}` })
  }
  for (const [name, operation] of Object.entries({ unlink, rmdir })) {
    ops[name] = (parent: Node, child: string) => {
      operation?.(...([parent, child] as never[]))
      note({ op: 'remove', path: `${realPath(parent)}/${child}` })
    }
  }
}

const inodeOf = (stream: OpenStream): number => fstatSync(stream.nfd).ino
