/** The node without a screen: JSON-RPC over stdin and stdout. stdout carries nothing else. */
import '../net/withResolvers.ts'
import { basename } from 'node:path'
import { assemble } from './assemble.ts'
import { systemClock } from './clock.ts'
import { endOnMistakes } from './crash.ts'
import type { HeadlessOptions } from './headlessOptions.ts'
import { help, parseCommandLine } from './headlessOptions.ts'
import { createLog } from './log.ts'
import { noKeyring } from './profile/keyring.ts'
import { createHeadlessTarget } from './rpc/headlessTarget.ts'
import type { Stdio } from './rpc/stdio.ts'
import { serveStdio } from './rpc/stdio.ts'
import { version } from './version.ts'

/** Where the bundle's files lie: this file is an entry of its own, the modules that it uses may be in shared chunks. */
const entryUrl = import.meta.url

/** Exit codes: 0 well, 1 a mistake of ours, 2 wrong arguments. */
const wrongArguments = 2

async function stopSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}

async function run(options: HeadlessOptions): Promise<void> {
  const { directory, port, confine, lan, verbose } = options
  const log = createLog({
    directory,
    nowMs: () => systemClock.nowMs(),
    ...(verbose && { also: (line: string) => void process.stderr.write(`${line}\n`) }),
  })
  endOnMistakes(log)
  log.info('node.started', { version, confine })
  const { manager, service } = assemble({
    directory,
    profileName: basename(directory).slice(0, 64) || 'profile',
    keyring: noKeyring,
    network: { port, confine, lanAllowed: lan },
    storeWorkerUrl: new URL('./store-worker.js', entryUrl),
    log,
  })
  manager.start()
  const target = createHeadlessTarget({ service, version, onEvent: (event) => stdio.event(event) })
  const stdio: Stdio = serveStdio(process.stdin, process.stdout, target)
  await Promise.race([stdio.done, stopSignal()])
  target.close()
  await manager.close()
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
      await run(commandLine.value.options)
      return 0
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
