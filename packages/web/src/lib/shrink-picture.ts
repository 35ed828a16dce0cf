/** Pixels a side of a picture as it is sent: large enough for every place it is shown at. */
const SIDE = 512

/**
 * A file's middle square, drawn anew and small, as base64: what a camera wrote into the file stays behind. Throws when the
 * browser cannot show the file.
 */
export async function shrinkPicture(file: Blob): Promise<string> {
  const image = await createImageBitmap(file)
  const square = Math.min(image.width, image.height)
  const side = Math.min(SIDE, square)
  const canvas = document.createElement('canvas')
  canvas.width = side
  canvas.height = side
  const [x, y] = [(image.width - square) / 2, (image.height - square) / 2]
  canvas.getContext('2d')?.drawImage(image, x, y, square, square, 0, 0, side, side)
  image.close()
  // Browsers that write no WebP write PNG.
  const address = canvas.toDataURL('image/webp', 0.9)
  return address.slice(address.indexOf(',') + 1)
}
