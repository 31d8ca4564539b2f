/** Reading a code from a picture. The picture is decoded by the browser and never shown as a document. */

/** Larger pictures are drawn smaller before they are read. */
const edgePxMax = 1_600
const fileSizeBytesMax = 30_000_000

const pictureTypes: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/bmp'])

export function isPicture(file: File): boolean {
  return pictureTypes.has(file.type) && file.size <= fileSizeBytesMax
}

/** The text of the first code in the picture, or null. */
export async function scanPicture(file: File): Promise<string | null> {
  if (!isPicture(file)) return null
  let bitmap: ImageBitmap
  try {
    bitmap = await createImageBitmap(file)
  } catch {
    return null
  }
  try {
    return (
      (await scanFrame(bitmap, bitmap.width, bitmap.height, edgePxMax)) ??
      (await scanFrame(bitmap, bitmap.width, bitmap.height, 600))
    )
  } finally {
    bitmap.close()
  }
}

/** One frame of a picture or camera, drawn to at most `edgePx` and read. */
export async function scanFrame(
  source: CanvasImageSource,
  width: number,
  height: number,
  edgePx: number,
): Promise<string | null> {
  const { default: decodeQR } = await import('qr/decode.js')
  const scale = Math.min(1, edgePx / Math.max(width, height))
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)))
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) return null
  // Transparent pictures are read on white.
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(source, 0, 0, canvas.width, canvas.height)
  try {
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height))
  } catch {
    return null
  }
}

/** Lets the user choose one picture; null when they gave up. */
export function choosePicture(): Promise<File | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = [...pictureTypes].join(',')
    input.addEventListener('change', () => resolve(input.files?.[0] ?? null))
    input.addEventListener('cancel', () => resolve(null))
    input.click()
  })
}
