import type { DroppedFile } from '../../ui/dropped-files.js'

let staged: readonly DroppedFile[] = []

/** Carries dropped files from the page they were dropped on to the page that commits them; a file cannot stand in an address. */
export function stageFiles(files: readonly DroppedFile[]): void {
  staged = files
}

export function takeStagedFiles(): readonly DroppedFile[] {
  const taken = staged
  staged = []
  return taken
}
