/** The command line of the headless node. No secret ever stands in it: passphrases come over stdin, or from a file. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Result } from '../core/result.ts'
import { err, ok } from '../core/result.ts'
import { quotaLimits } from '../core/limits.ts'
import { socketAddress } from '../net/addresses.ts'
import type { AnnouncedHost } from '../net/options.ts'
import { nodeLimits } from './limits.ts'

export interface HeadlessOptions {
  readonly directory: string
  /** 0: the remembered port, else a free one. */
  readonly port: number
  readonly confine: 'none' | 'loopback'
  readonly lan: boolean
  readonly verbose: boolean
  readonly serve: WantedService
  readonly announce: readonly AnnouncedHost[]
  readonly unattended: Unattended | null
  /** Whether stdin and stdout carry JSON-RPC. */
  readonly rpc: boolean
  readonly invites: WantedInvites
}

/** Settings of the profile: switches that are turned on and stay on, and quotas; null leaves one as it is. */
export interface WantedService {
  readonly relay: boolean
  readonly mailbox: boolean
  readonly relayQuota: string | null
  readonly mailboxQuota: string | null
}

/** Where links of invites go that a detached node makes. */
export interface WantedInvites {
  readonly print: boolean
  /** One is written here where there is no file yet. */
  readonly file: string | null
}

/** How a profile is opened with nobody there. */
export interface Unattended {
  readonly passphraseFile: string
  /** The name of a profile that is made when there is none; null: then the start fails. */
  readonly create: string | null
}

export type CommandLine =
  | { readonly kind: 'run'; readonly options: HeadlessOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }

/** The sizes of a closed list, as a sentence names them. */
function namesOf(quotas: object): string {
  return Object.keys(quotas)
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' or ')
}

export const help = `Waxwing without a screen: a whole node, driven by JSON-RPC 2.0 over stdin and stdout.

  npm run node -- [--profile DIR] [options]

  --profile DIR       the profile's folder, made by the method profile.create; without it ~/.waxwing-node
  --port N            the TCP port to listen on; without it the last one used, or a free one
  --confine loopback  listen on and dial this computer alone, and multicast nothing
  --lan off           no discovery on the local network, whatever the settings say
  --relay             contacts are reached through this node from now on
  --mailbox           messages are held for contacts who are away from now on
  --relay-quota SIZE  the most that is passed on in a day (UTC): ${namesOf(quotaLimits.relayQuotasBytes)}
  --mailbox-quota SIZE
                      the most disk that held messages may fill: ${namesOf(quotaLimits.mailboxQuotasBytes)};
                      a GB is 1,024 MB; without these two options the profile's choice stays (at first
                      ${quotaLimits.relayQuotaDefault} and ${quotaLimits.mailboxQuotaDefault})
  --announce IP[:N]   another address at which this node can be dialled, such as the public one of a router that passes
                      the port on; an IPv6 address stands in brackets; may be given several times
  --passphrase-file F open the profile at once with the passphrase in F, which only you may be able to read
  --create NAME       with it: make the profile first, where there is none
  --detached          with it: no JSON-RPC; the node stays until SIGTERM, whatever becomes of stdin
  --print-invite      with that: print the link of an invite when the profile is open
  --invite-file FILE  with that: write the link into FILE, which is made for you alone; one that is there stays
  --verbose           the log on stderr as well
  --version           the version, and nothing else
  --help              this text

One JSON object or batch a line, in UTF-8. Begin with

  {"jsonrpc":"2.0","id":1,"method":"describe"}

which answers with every method and the JSON Schemas of its params and result. Then profile.get says whether to call
profile.create or profile.unlock; the passphrase is one of their params, never an argument. After events.subscribe every
change comes as a notification "event". The node leaves when stdin ends, or on SIGINT or SIGTERM, with everything stored.
`

const options = {
  profile: { type: 'string' },
  port: { type: 'string', default: '0' },
  confine: { type: 'string', default: 'none' },
  lan: { type: 'string', default: 'on' },
  relay: { type: 'boolean', default: false },
  mailbox: { type: 'boolean', default: false },
  'relay-quota': { type: 'string' },
  'mailbox-quota': { type: 'string' },
  announce: { type: 'string', multiple: true },
  'passphrase-file': { type: 'string' },
  create: { type: 'string' },
  detached: { type: 'boolean', default: false },
  'print-invite': { type: 'boolean', default: false },
  'invite-file': { type: 'string' },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  version: { type: 'boolean', default: false },
} as const

function parsePort(text: string): number | null {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : null
}

/** `IP`, `IP:PORT`, `[IP]` or `[IP]:PORT`. */
function parseAnnounced(text: string): AnnouncedHost | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::(\d{1,5}))?$/.exec(text)
  if (match === null) return null
  const [, ip6, ip4, digits] = match
  const port = digits === undefined ? 0 : Number(digits)
  const address = socketAddress(ip6 ?? ip4 ?? '', digits === undefined ? 1 : port)
  return address === null ? null : { host: address.host, port }
}

interface ServeValues {
  relay: boolean
  mailbox: boolean
  'relay-quota'?: string
  'mailbox-quota'?: string
}

function parseServe(values: ServeValues): Result<WantedService, string> {
  const { relay, mailbox, 'relay-quota': relayQuota, 'mailbox-quota': mailboxQuota } = values
  const { relayQuotasBytes, mailboxQuotasBytes } = quotaLimits
  const isWrong = (quotas: object, name: string | undefined): boolean =>
    name !== undefined && !Object.hasOwn(quotas, name)
  if (isWrong(relayQuotasBytes, relayQuota)) return err(`--relay-quota takes ${namesOf(relayQuotasBytes)}.`)
  if (isWrong(mailboxQuotasBytes, mailboxQuota)) return err(`--mailbox-quota takes ${namesOf(mailboxQuotasBytes)}.`)
  return ok({ relay, mailbox, relayQuota: relayQuota ?? null, mailboxQuota: mailboxQuota ?? null })
}

interface AloneValues {
  'passphrase-file'?: string
  create?: string
  detached: boolean
  'print-invite': boolean
  'invite-file'?: string
}

type Alone = Pick<HeadlessOptions, 'unattended' | 'rpc' | 'invites'>

function parseAlone(values: AloneValues, cwd: string): Result<Alone, string> {
  const { 'passphrase-file': passphraseFile, create, detached, 'invite-file': inviteFile } = values
  if ([passphraseFile, create, inviteFile].includes('')) return err('A file or a name is empty.')
  const invites = { print: values['print-invite'], file: inviteFile === undefined ? null : resolve(cwd, inviteFile) }
  if ((invites.print || invites.file !== null) && !detached) {
    return err('--print-invite and --invite-file want --detached: JSON-RPC has invite.create.')
  }
  if (passphraseFile === undefined) {
    if (create === undefined && !detached) return ok({ unattended: null, rpc: true, invites })
    return err('--create and --detached want a passphrase: name its file, --passphrase-file FILE.')
  }
  const unattended = { passphraseFile: resolve(cwd, passphraseFile), create: create ?? null }
  return ok({ unattended, rpc: !detached, invites })
}

/** Where the profile lies when none is named: beside nobody else's, and not that of the app. */
function ownDirectory(home: string): string {
  return join(home, '.waxwing-node')
}

/** Reads the arguments behind the program's name. The error is a sentence. */
export function parseCommandLine(
  args: readonly string[],
  cwd: string,
  home: string = homedir(),
): Result<CommandLine, string> {
  let values
  try {
    ;({ values } = parseArgs({ args: [...args], strict: true, allowPositionals: false, options }))
  } catch (thrown) {
    return err(thrown instanceof Error ? thrown.message : 'The arguments cannot be read.')
  }
  if (values.help) return ok({ kind: 'help' })
  if (values.version) return ok({ kind: 'version' })
  const { profile, confine, lan, verbose } = values
  if (profile === '') return err('Name the profile’s folder: --profile DIR.')
  const port = parsePort(values.port)
  if (port === null) return err('--port takes a number from 0 to 65535.')
  if (confine !== 'none' && confine !== 'loopback') return err('--confine takes "loopback" or "none".')
  if (lan !== 'on' && lan !== 'off') return err('--lan takes "on" or "off".')
  const announced = values.announce ?? []
  const announce = announced.flatMap((text) => parseAnnounced(text) ?? [])
  if (announce.length < announced.length || announce.length > nodeLimits.announceMax) {
    return err(`--announce takes an IP address, with or without a port, ${nodeLimits.announceMax} times at most.`)
  }
  const serve = parseServe(values)
  if (!serve.ok) return serve
  const alone = parseAlone(values, cwd)
  if (!alone.ok) return alone
  const network = { port, confine, lan: lan === 'on', announce } as const
  return ok({
    kind: 'run',
    options: {
      directory: resolve(cwd, profile ?? ownDirectory(home)),
      ...network,
      verbose,
      serve: serve.value,
      ...alone.value,
    },
  })
}
