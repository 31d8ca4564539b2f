/** An object with some of its members replaced, for parts of libp2p that are handed to other parts of it. */
export function overlay<T extends object>(target: T, members: Partial<T>): T {
  return new Proxy(target, {
    get: (_, key): unknown => {
      if (key in members) return Reflect.get(members, key)
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
