/** A network in a namespace, as the test speaks with it. */
import type { NamespaceProcess } from './namespaces.ts'
import type { PeerCommand, PeerText } from './peerProcess.ts'

export function field(line: unknown, name: string): unknown {
  return typeof line === 'object' && line !== null && name in line ? Reflect.get(line, name) : undefined
}

function textField(line: unknown, name: string): string | null {
  const value = field(line, name)
  return typeof value === 'string' ? value : null
}

export interface PeerEvent {
  readonly atMs: number
  readonly event: unknown
}

function isEvent(line: unknown, kind: string): PeerEvent | null {
  const event = field(line, 'event')
  return field(event, 'kind') === kind ? { atMs: Number(field(line, 'atMs')), event } : null
}

export class Peer {
  readonly process: NamespaceProcess
  readonly #lanKey: string
  device = ''
  constructor(process: NamespaceProcess, lanKey: string) {
    this.process = process
    this.#lanKey = lanKey
  }
  async started(): Promise<void> {
    this.device = await this.process.hear('device', (line) => textField(line, 'device'))
    await this.process.hear('started', (line) => field(line, 'started') ?? null)
  }
  tell(command: PeerCommand): void {
    this.process.tell(command)
  }
  target(side: 0 | 1, addresses: readonly string[] = [], relay = false): PeerText {
    return { device: this.device, addresses, lanKey: this.#lanKey, side, relay }
  }
  event(kind: string, from = 0): Promise<PeerEvent> {
    return this.process.hear(kind, (line) => isEvent(line, kind), from)
  }
  /** The first event of the kind that is about this device. */
  eventOf(kind: string, device: string, from = 0, timeoutMs?: number): Promise<PeerEvent> {
    const pick = (line: unknown): PeerEvent | null => {
      const event = isEvent(line, kind)
      return field(event?.event, 'device') === device ? event : null
    }
    return this.process.hear(`${kind} of ${device}`, pick, from, timeoutMs)
  }
  events(kind: string, device?: string): readonly PeerEvent[] {
    const all = this.process.said.map((line) => isEvent(line, kind)).filter((event) => event !== null)
    return device === undefined ? all : all.filter(({ event }) => field(event, 'device') === device)
  }
  count(kind: string): number {
    return this.events(kind).length
  }
  async frame(hex: string, from = 0): Promise<void> {
    await this.process.hear(`frame ${hex}`, (line) => (field(line, 'frame') === hex ? true : null), from)
  }
}
