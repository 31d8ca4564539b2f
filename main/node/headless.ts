/** The node without a screen: JSON-RPC over stdin and stdout, which then carries nothing else; or by itself. */
import '../net/withResolvers.ts'
import { basename } from 'node:path'
import type { Assembly } from './assemble.ts'
import { assemble } from './assemble.ts'
import { systemClock } from './clock.ts'
import { endOnMistakes } from './crash.ts'
import type { HeadlessOptions, WantedInvites } from './headlessOptions.ts'
import { help, parseCommandLine } from './headlessOptions.ts'
import { createLog } from './log.ts'
import { noKeyring } from './profile/keyring.ts'
import { createHeadlessTarget } from './rpc/headlessTarget.ts'
import type { Stdio } from './rpc/stdio.ts'
import { serveStdio } from './rpc/stdio.ts'
import { giveInvite, openUnattended, serveOnceOpen } from './unattended.ts'
import { version } from './version.ts'

/** Where the bundle's files lie: this file is an entry of its own, the modules that it uses may be in shared chunks. */
const entryUrl = import.meta.url

/** Exit codes: 0 well, 1 a mistake of ours, 2 wrong arguments, 3 a profile that does not open. */
const wrongArguments = 2
const notOpened = 3

async function stopSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}

function complain(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

/** JSON-RPC until stdin ends or a signal comes. */
async function serveClient({ service }: Assembly): Promise<void> {
  const target = createHeadlessTarget({ service, version, onEvent: (event) => stdio.event(event) })
  const stdio: Stdio = serveStdio(process.stdin, process.stdout, target)
  await Promise.race([stdio.done, stopSignal()])
  target.close()
}

/** Until a signal comes, with what the user should know on stderr. */
async function serveAlone(parts: Assembly, invites: WantedInvites): Promise<void> {
  parts.service.subscribe(({ event }) => {
    if (event.kind === 'warning') complain(event.message)
  })
  const stopped = stopSignal()
  const given = await Promise.race([giveInvite(parts, invites, (link) => process.stdout.write(`${link}\n`)), stopped])
  if (given?.ok === false) complain(given.error)
  await stopped
}

async function run(options: HeadlessOptions): Promise<number> {
  const { directory, port, confine, lan, announce, verbose, unattended } = options
  const log = createLog({
    directory,
    nowMs: () => systemClock.nowMs(),
    ...(verbose && { also: complain }),
  })
  endOnMistakes(log)
  log.info('node.started', { version, confine })
  const parts = assemble({
    directory,
    profileName: basename(directory).slice(0, 64) || 'profile',
    keyring: noKeyring,
    network: { port, confine, lanAllowed: lan, announce },
    storeWorkerUrl: new URL('./store-worker.js', entryUrl),
    log,
  })
  const { manager } = parts
  manager.start()
  serveOnceOpen(parts, options.serve, () => complain('Serving was not switched on: the disk failed.'))
  const opened = unattended === null ? null : await openUnattended(parts, unattended)
  if (opened !== null && !opened.ok) {
    complain(opened.error)
    await manager.close()
    return notOpened
  }
  await (options.rpc ? serveClient(parts) : serveAlone(parts, options.invites))
  await manager.close()
  return 0
}

async function main(): Promise<number> {
  const commandLine = parseCommandLine(process.argv.slice(2), process.cwd())
  if (!commandLine.ok) {
    process.stderr.write(`${commandLine.error}\n\n${help}`)
    return wrongArguments
  }
  switch (commandLine.value.kind) {
    case 'help':
      process.stdout.write(help)
      return 0
    case 'version':
      process.stdout.write(`${version}\n`)
      return 0
    case 'run':
      return run(commandLine.value.options)
  }
}

try {
  process.exitCode = await main()
} catch (thrown) {
  // A bug: its name and place, which hold no contents; the message might.
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.name) : 'unknown'
  process.stderr.write(`Waxwing stopped because of a mistake in it.\n${stack}\n`)
  process.exitCode = 1
}
// What was said last must reach the reader: pipes may be asynchronous.
await new Promise<void>((resolve) => {
  process.stdout.write('', () => resolve())
})
// Whatever still holds the process (a half-closed socket, stdin): everything is stored, so it may go.
process.exit()
