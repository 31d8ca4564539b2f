import { once } from 'node:events'
import { createConnection } from 'node:net'

// X Window System Protocol, version 11: the few requests that a window manager makes to bring a window to the front.
const request = { configureWindow: 12, queryTree: 15, internAtom: 16, getProperty: 20, setInputFocus: 42 }
const stackModeMask = 0x40
const headerBytes = 32

/**
 * Brings the window of a process to the front and gives it the keyboard, on a screen that has no window manager.
 *
 * @param {number} display its number
 * @param {Buffer} cookie MIT-MAGIC-COOKIE-1
 * @param {number} pid the process that owns the window, as _NET_WM_PID says
 */
export async function bringToFront(display, cookie, pid) {
  const socket = createConnection(`/tmp/.X11-unix/X${display}`)
  try {
    await once(socket, 'connect')
    const take = reader(socket)
    const root = await greet(socket, take, cookie)
    const ask = async (/** @type {Buffer} */ bytes) => {
      socket.write(bytes)
      return await reply(take)
    }
    const atom = (await ask(internAtom('_NET_WM_PID'))).readUInt32LE(8)
    for (const window of windows(await ask(words(request.queryTree, 0, root)))) {
      const property = await ask(words(request.getProperty, 0, window, atom, 0, 0, 1))
      if (property.readUInt32LE(16) !== 1 || property.readUInt32LE(headerBytes) !== pid) continue
      socket.write(words(request.configureWindow, 0, window, stackModeMask, 0))
      socket.write(words(request.setInputFocus, 1, window, 0))
    }
    // Any answer proves that what went before was done.
    await ask(words(request.queryTree, 0, root))
  } finally {
    socket.destroy()
  }
}

/** A request of 32-bit words: opcode, one byte of data, length, the rest. */
function words(opcode, data, ...rest) {
  const bytes = Buffer.alloc(4 + rest.length * 4)
  bytes.writeUInt8(opcode, 0)
  bytes.writeUInt8(data, 1)
  bytes.writeUInt16LE(1 + rest.length, 2)
  rest.forEach((word, at) => bytes.writeUInt32LE(word, 4 + at * 4))
  return bytes
}

function internAtom(name) {
  const text = padded(Buffer.from(name, 'latin1'))
  const bytes = Buffer.concat([words(request.internAtom, 0, name.length), text])
  bytes.writeUInt16LE(bytes.length / 4, 2)
  return bytes
}

/** @returns {Promise<number>} the root window of the first screen */
async function greet(socket, take, cookie) {
  const name = Buffer.from('MIT-MAGIC-COOKIE-1', 'latin1')
  const hello = Buffer.alloc(12)
  hello.write('l', 0, 'latin1')
  hello.writeUInt16LE(11, 2)
  hello.writeUInt16LE(name.length, 6)
  hello.writeUInt16LE(cookie.length, 8)
  socket.write(Buffer.concat([hello, padded(name), padded(cookie)]))
  const answer = await take(8)
  const rest = await take(answer.readUInt16LE(6) * 4)
  if (answer[0] !== 1) throw new Error('the display refused the cookie')
  const [vendorBytes, formats] = [rest.readUInt16LE(16), rest[21]]
  return rest.readUInt32LE(32 + Math.ceil(vendorBytes / 4) * 4 + formats * 8)
}

async function reply(take) {
  for (;;) {
    const header = await take(headerBytes)
    // A process has windows that are not shown; they cannot be focused, and need not be.
    const unanswered = header[0] === 0 && [request.setInputFocus, request.configureWindow].includes(header[10])
    if (header[0] === 0 && !unanswered) throw new Error(`X error ${header[1]} to request ${header[10]}`)
    if (header[0] === 1) return Buffer.concat([header, await take(header.readUInt32LE(4) * 4)])
  }
}

function windows(tree) {
  return Array.from({ length: tree.readUInt16LE(16) }, (_, at) => tree.readUInt32LE(headerBytes + at * 4))
}

function padded(bytes) {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}

/** @returns {(count: number) => Promise<Buffer>} hands out the stream piece by piece */
function reader(socket) {
  let have = Buffer.alloc(0)
  let wake = () => {}
  let failure
  socket.on('data', (chunk) => {
    have = Buffer.concat([have, chunk])
    wake()
  })
  socket.on('close', () => {
    failure = new Error('the display closed the connection')
    wake()
  })
  return async (count) => {
    while (have.length < count) {
      if (failure) throw failure
      await new Promise((resolve) => (wake = () => resolve(undefined)))
    }
    const piece = have.subarray(0, count)
    have = have.subarray(count)
    return piece
  }
}
