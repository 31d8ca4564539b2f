// A tiny Electron app: draws one SVG of our own in every size wanted and writes PNGs.
// Arguments: --svg=FILE --into=FOLDER --sizes=16,32,…
import { app, BrowserWindow } from 'electron'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const value = (/** @type {string} */ name) =>
  process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? ''

async function draw() {
  const svg = `data:image/svg+xml;base64,${readFileSync(value('svg')).toString('base64')}`
  const window = new BrowserWindow({ show: false, width: 64, height: 64, webPreferences: { sandbox: true } })
  await window.loadURL('data:text/html,<meta charset=utf-8>')
  for (const size of value('sizes').split(',').map(Number)) {
    const script = `(async () => {
      const image = new Image()
      image.src = ${JSON.stringify(svg)}
      await image.decode()
      const canvas = document.createElement('canvas')
      canvas.width = canvas.height = ${size}
      canvas.getContext('2d').drawImage(image, 0, 0, ${size}, ${size})
      return canvas.toDataURL('image/png')
    })()`
    const png = await window.webContents.executeJavaScript(script)
    writeFileSync(join(value('into'), `${size}x${size}.png`), Buffer.from(png.slice(png.indexOf(',') + 1), 'base64'))
  }
}

app
  .whenReady()
  .then(draw)
  .then(
    () => app.exit(0),
    (error) => {
      process.stderr.write(`${error.stack}\n`)
      app.exit(1)
    },
  )
