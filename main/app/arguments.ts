/** What the command line may say to the app. Hostile: a link from the operating system arrives here too. */
import { contractLimits } from '../../preload/contract/limits.ts'

export interface LaunchArguments {
  readonly profile: string
  /** Below it lie `profiles/NAME` and `desktop/NAME`; null: the platform's own place. */
  readonly dataRoot: string | null
  readonly confine: 'none' | 'loopback'
  readonly port: number
  /** A `waxwing:` link, not yet looked into. */
  readonly link: string | null
}

export type ArgumentProblem =
  | { readonly kind: 'badProfileName'; readonly got: string }
  | { readonly kind: 'badConfine'; readonly got: string }
  | { readonly kind: 'badPort'; readonly got: string }

const defaultProfile = 'default'
const profilePattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/

function valueOf(argv: readonly string[], name: string): string | null {
  const prefix = `--${name}=`
  const found = argv.find((argument) => argument.startsWith(prefix))
  return found === undefined ? null : found.slice(prefix.length)
}

/** The first `waxwing:` link of at most `inviteLinkLengthMax` characters, or null. */
export function linkIn(argv: readonly string[]): string | null {
  return (
    argv.find((argument) => /^waxwing:/i.test(argument) && argument.length <= contractLimits.inviteLinkLengthMax) ??
    null
  )
}

/** Reads `--profile=NAME`, `--user-data-root=DIR`, `--confine=loopback`, `--port=N` and a link; all else is Chromium's. */
export function parseArguments(argv: readonly string[]): LaunchArguments | ArgumentProblem {
  const profile = valueOf(argv, 'profile') ?? defaultProfile
  if (!profilePattern.test(profile)) return { kind: 'badProfileName', got: profile.slice(0, 80) }
  const confine = valueOf(argv, 'confine') ?? 'none'
  if (confine !== 'none' && confine !== 'loopback') return { kind: 'badConfine', got: confine.slice(0, 80) }
  const portText = valueOf(argv, 'port') ?? '0'
  if (!/^[0-9]{1,5}$/.test(portText) || Number(portText) > 65_535)
    return { kind: 'badPort', got: portText.slice(0, 80) }
  return { profile, dataRoot: valueOf(argv, 'user-data-root'), confine, port: Number(portText), link: linkIn(argv) }
}

/** A sentence for the terminal: what was wrong and what is right. */
export function describeProblem(problem: ArgumentProblem): string {
  switch (problem.kind) {
    case 'badProfileName':
      return `"${problem.got}" cannot be a profile's name. Use letters, digits, "_", "-" and ".", at most 64.`
    case 'badConfine':
      return `--confine=${problem.got} is not known. The only value is loopback.`
    case 'badPort':
      return `--port=${problem.got} is not a port. Give a number from 0 to 65535; 0 lets the system choose.`
  }
}
