/** The PCP and NAT-PMP side of a home router, which keeps its mappings in memory. */

export interface PmpGateway {
  readonly speaks: 'pcp' | 'natPmp'
  readonly externalHost: string
  /** By the port outside. */
  readonly mappings: Map<number, { readonly host: string; readonly port: number }>
  refuses: boolean
}

function bytesOf(host: string): Buffer {
  return Buffer.from(host.split('.').map(Number))
}

/** What the gateway answers to one datagram. */
export function answerPmp(gateway: PmpGateway, question: Buffer, sender: string): readonly Uint8Array[] {
  if (question[0] === 2) return gateway.speaks === 'pcp' ? [answerPcp(gateway, question, sender)] : [unsupported()]
  return question[0] === 0 ? [answerNatPmp(gateway, question, sender)] : []
}

/** What NAT-PMP says to a version that it does not know: its own version, and result 1. */
function unsupported(): Buffer {
  return Buffer.from('008000010000000000000000', 'hex')
}

function keep(gateway: PmpGateway, host: string, port: number, outside: number, seconds: number): void {
  if (seconds > 0) gateway.mappings.set(outside, { host, port })
  else for (const [one, to] of gateway.mappings) if (to.port === port) gateway.mappings.delete(one)
}

function answerPcp(gateway: PmpGateway, question: Buffer, sender: string): Buffer {
  const answer = Buffer.from(question)
  answer[1] = 0x81
  answer.writeUInt8(gateway.refuses ? 2 : 0, 3)
  answer.fill(0, 8, 24)
  if (gateway.refuses) return answer
  const [port, wanted] = [question.readUInt16BE(40), question.readUInt16BE(42)]
  const outside = wanted === 0 ? port : wanted
  keep(gateway, sender, port, outside, question.readUInt32BE(4))
  answer.writeUInt16BE(outside, 42)
  bytesOf(gateway.externalHost).copy(answer, 56)
  return answer
}

function answerNatPmp(gateway: PmpGateway, question: Buffer, sender: string): Buffer {
  const operation = question[1] ?? 0
  const answer = Buffer.alloc(operation === 0 ? 12 : 16)
  answer[1] = 0x80 | operation
  answer.writeUInt16BE(gateway.refuses ? 2 : 0, 2)
  if (gateway.refuses) return answer
  if (operation === 0) {
    bytesOf(gateway.externalHost).copy(answer, 8)
    return answer
  }
  const [port, wanted, seconds] = [question.readUInt16BE(4), question.readUInt16BE(6), question.readUInt32BE(8)]
  keep(gateway, sender, port, wanted, seconds)
  answer.writeUInt16BE(port, 8)
  answer.writeUInt16BE(seconds === 0 ? 0 : wanted, 10)
  answer.writeUInt32BE(seconds, 12)
  return answer
}
