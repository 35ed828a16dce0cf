import { createHash } from 'node:crypto'

const GRID = 5
const CELL = 16
const SIZE = GRID * CELL

/** A square, mirrored pattern in one muted colour; the same seed always gives the same picture. */
export function drawAvatar(seed: string): string {
  const digest = createHash('sha256').update(seed).digest()
  const hue = Math.round((digest.readUInt16BE(0) / 0xffff) * 360)
  const cells: string[] = []
  const middle = Math.ceil(GRID / 2)
  for (let row = 0; row < GRID; row += 1) {
    for (let column = 0; column < middle; column += 1) {
      const byte = digest[2 + row * middle + column] ?? 0
      if (byte % 2 === 1) continue
      cells.push(cell(column, row))
      if (column !== GRID - 1 - column) cells.push(cell(GRID - 1 - column, row))
    }
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}" width="${SIZE}" height="${SIZE}">` +
    `<rect width="${SIZE}" height="${SIZE}" fill="hsl(${hue} 30% 92%)"/>` +
    `<path fill="hsl(${hue} 45% 42%)" d="${cells.join('')}"/></svg>`
  )
}

function cell(column: number, row: number): string {
  return `M${column * CELL} ${row * CELL}h${CELL}v${CELL}h-${CELL}z`
}
