/** What Linux tells of this process's sockets. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Sockets of this process: the local address of each, from the kernel's table of that protocol. */
export function socketsOf(
  table: 'tcp' | 'tcp6' | 'udp' | 'udp6',
): readonly { readonly address: string; readonly listening: boolean }[] {
  const inodes = new Set<string>()
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1]
      if (inode !== undefined) inodes.add(inode)
    } catch {
      // The descriptor that lists the folder is gone by now.
    }
  }
  const lines = readFileSync(`/proc/self/net/${table}`, 'utf8').trim().split('\n').slice(1)
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => inodes.has(fields[9] ?? ''))
    .map((fields) => ({ address: fields[1]?.split(':')[0] ?? '', listening: fields[3] === '0A' }))
}
