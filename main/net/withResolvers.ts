/**
 * libp2p 3 calls `Promise.withResolvers`, which Node 20 lacks (ES2024, section 27.2.4.9; Node 22 and
 * Electron 33 have it). Import this file before libp2p.
 */
interface Resolvers {
  readonly promise: Promise<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
}

function withResolvers(): Resolvers {
  let resolve: (value: unknown) => void = () => undefined
  let reject: (reason: unknown) => void = () => undefined
  const promise = new Promise<unknown>((onValue, onReason) => {
    resolve = onValue
    reject = onReason
  })
  return { promise, resolve, reject }
}

if (!('withResolvers' in Promise)) {
  Object.defineProperty(Promise, 'withResolvers', { value: withResolvers, writable: true, configurable: true })
}

// Noise writes session keys to its log when this is set; nobody's environment may ask for that.
delete process.env['DUMP_SESSION_KEYS']
