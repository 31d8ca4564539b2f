/** What a network is made of. */
import type { ICryptoInterface } from '@chainsafe/libp2p-noise'
import type { Clock, Log, MailboxStore, Privacy, Random, RelayUse } from '../core/ports.ts'

/**
 * Where this network may listen and dial.
 * none: anywhere. loopback: 127.0.0.0/8 and ::1 only, and nothing is multicast.
 * interfaces: the subnets of these interfaces only.
 */
export type Confinement = 'none' | 'loopback' | { readonly interfaces: readonly string[] }

export interface ListenOptions {
  /** 0 chooses a free port. */
  readonly port: number
  /** Whether a free port is taken when `port` is in use: for a remembered port, not for one that the user chose. */
  readonly portFallback: boolean
  readonly families: readonly ('ip4' | 'ip6')[]
  /** Listen on loopback only, whatever may be dialled. */
  readonly loopbackOnly: boolean
}

/** An address that no interface shows, such as the public one of a router that passes a port on to this device. */
export interface AnnouncedHost {
  /** An IP address, canonical. */
  readonly host: string
  /** 0: the port that is listened on. */
  readonly port: number
}

export interface NetworkOptions {
  /** The 32-byte Ed25519 seed of this device's libp2p key. */
  readonly deviceSeed: Uint8Array
  /** Primitives for Noise; without it the ones that come with Noise. */
  readonly noiseCrypto?: ICryptoInterface
  readonly listen: ListenOptions
  readonly confine: Confinement
  /** Told to others before the addresses of interfaces. */
  readonly announce?: readonly AnnouncedHost[]
  /** Whether LAN discovery is on at first. */
  readonly lan: boolean
  /** Whether relayed peers may be reached directly over UDP at first. */
  readonly webrtc: boolean
  readonly privacy: Privacy
  /** Whether the router is asked at first to map a port to us. */
  readonly portMapping: boolean
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Where this device keeps what is left for others; without it, it cannot serve as a mailbox. */
  readonly mailboxStore?: MailboxStore
  /** What this device has passed on already on the day it names; without it, nothing. */
  readonly relayUse?: RelayUse | null
}
