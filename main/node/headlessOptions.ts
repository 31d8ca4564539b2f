/** The command line of the headless node. No secret ever stands in it: passphrases come over stdin. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Result } from '../core/result.ts'
import { err, ok } from '../core/result.ts'

export interface HeadlessOptions {
  readonly directory: string
  /** 0: the remembered port, else a free one. */
  readonly port: number
  readonly confine: 'none' | 'loopback'
  readonly lan: boolean
  readonly verbose: boolean
}

export type CommandLine =
  | { readonly kind: 'run'; readonly options: HeadlessOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }

export const help = `Waxwing without a screen: a whole node, driven by JSON-RPC 2.0 over stdin and stdout.

  npm run node -- --profile DIR [options]

  --profile DIR       the profile's folder; made by the method profile.create
  --port N            the TCP port to listen on; without it the last one used, or a free one
  --confine loopback  listen on and dial this computer alone, and multicast nothing
  --lan off           no discovery on the local network, whatever the settings say
  --verbose           the log on stderr as well
  --version           the version, and nothing else
  --help              this text

One JSON object or batch a line, in UTF-8. Begin with

  {"jsonrpc":"2.0","id":1,"method":"describe"}

which answers with every method and the JSON Schemas of its params and result. Then profile.get says whether to call
profile.create or profile.unlock; the passphrase is one of their params, never an argument. After events.subscribe every
change comes as a notification "event". The node leaves when stdin ends, or on SIGINT or SIGTERM, with everything stored.
`

/** Reads the arguments behind the program's name. The error is a sentence. */
export function parseCommandLine(args: readonly string[], cwd: string): Result<CommandLine, string> {
  let values
  try {
    ;({ values } = parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        profile: { type: 'string' },
        port: { type: 'string', default: '0' },
        confine: { type: 'string', default: 'none' },
        lan: { type: 'string', default: 'on' },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        version: { type: 'boolean', default: false },
      },
    }))
  } catch (thrown) {
    return err(thrown instanceof Error ? thrown.message : 'The arguments cannot be read.')
  }
  if (values.help) return ok({ kind: 'help' })
  if (values.version) return ok({ kind: 'version' })
  const { profile, port, confine, lan, verbose } = values
  if (profile === undefined || profile === '') return err('Name the profile’s folder: --profile DIR.')
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return err('--port takes a number from 0 to 65535.')
  if (confine !== 'none' && confine !== 'loopback') return err('--confine takes "loopback" or "none".')
  if (lan !== 'on' && lan !== 'off') return err('--lan takes "on" or "off".')
  const directory = resolve(cwd, profile)
  return ok({ kind: 'run', options: { directory, port: Number(port), confine, lan: lan === 'on', verbose } })
}
