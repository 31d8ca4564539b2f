// @ts-nocheck -- generated from content.proto by `npm run protons`; not to be edited
import { decodeMessage, encodeMessage, MaxLengthError, message, streamMessage } from 'protons-runtime'
import { alloc as uint8ArrayAlloc } from 'uint8arrays/alloc'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface Content {
  event?: Event
}

export namespace Content {
  let _codec: Codec<Content>

  export const codec = (): Codec<Content> => {
    if (_codec == null) {
      _codec = message<Content>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.event != null) {
          w.uint32(10)
          Event.codec().encode(obj.event, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.event = Event.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.event
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Event.codec().stream(reader, reader.uint32(), `${prefix}.event`, {
                limits: opts.limits?.event
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ContentEventIdFieldEvent {
    field: '$.event.id'
    value: Uint8Array
  }

  export interface ContentEventConversationFieldEvent {
    field: '$.event.conversation'
    value: Uint8Array
  }

  export interface ContentEventSequenceFieldEvent {
    field: '$.event.sequence'
    value: number
  }

  export interface ContentEventTimeMsFieldEvent {
    field: '$.event.timeMs'
    value: number
  }

  export interface ContentEventCounterFieldEvent {
    field: '$.event.counter'
    value: number
  }

  export interface ContentEventHeadsFieldEvent {
    field: '$.event.heads[]'
    index: number
    value: Uint8Array
  }

  export interface ContentEventHelloNameFieldEvent {
    field: '$.event.hello.name'
    value: Uint8Array
  }

  export interface ContentEventHelloAddressesFieldEvent {
    field: '$.event.hello.addresses[]'
    index: number
    value: Uint8Array
  }

  export interface ContentEventHelloDescriptorFieldEvent {
    field: '$.event.hello.descriptor'
    value: Uint8Array
  }

  export interface ContentEventHelloServicesFieldEvent {
    field: '$.event.hello.services'
    value: number
  }

  export interface ContentEventHelloMailboxesDeviceFieldEvent {
    field: '$.event.hello.mailboxes[].device'
    value: Uint8Array
    index: number
  }

  export interface ContentEventHelloMailboxesAddressesFieldEvent {
    field: '$.event.hello.mailboxes[].addresses[]'
    index: number
    value: Uint8Array
  }

  export interface ContentEventHelloMailKeyFieldEvent {
    field: '$.event.hello.mail.key'
    value: Uint8Array
  }

  export interface ContentEventHelloMailSignerFieldEvent {
    field: '$.event.hello.mail.signer'
    value: Uint8Array
  }

  export interface ContentEventHelloRelaysDeviceFieldEvent {
    field: '$.event.hello.relays[].device'
    value: Uint8Array
    index: number
  }

  export interface ContentEventHelloRelaysAddressesFieldEvent {
    field: '$.event.hello.relays[].addresses[]'
    index: number
    value: Uint8Array
  }

  export interface ContentEventTextBodyFieldEvent {
    field: '$.event.text.body'
    value: Uint8Array
  }

  export interface ContentEventReceiptStateFieldEvent {
    field: '$.event.receipt.state'
    value: number
  }

  export interface ContentEventReceiptEventsFieldEvent {
    field: '$.event.receipt.events[]'
    index: number
    value: Uint8Array
  }

  export interface ContentEventProfileNameFieldEvent {
    field: '$.event.profile.name'
    value: Uint8Array
  }

  export interface ContentEventProfileAddressesFieldEvent {
    field: '$.event.profile.addresses[]'
    index: number
    value: Uint8Array
  }

  export interface ContentEventProfileServicesFieldEvent {
    field: '$.event.profile.services'
    value: number
  }

  export interface ContentEventProfileMailboxesDeviceFieldEvent {
    field: '$.event.profile.mailboxes[].device'
    value: Uint8Array
    index: number
  }

  export interface ContentEventProfileMailboxesAddressesFieldEvent {
    field: '$.event.profile.mailboxes[].addresses[]'
    index: number
    value: Uint8Array
  }

  export interface ContentEventProfileMailKeyFieldEvent {
    field: '$.event.profile.mail.key'
    value: Uint8Array
  }

  export interface ContentEventProfileMailSignerFieldEvent {
    field: '$.event.profile.mail.signer'
    value: Uint8Array
  }

  export interface ContentEventProfileRelaysDeviceFieldEvent {
    field: '$.event.profile.relays[].device'
    value: Uint8Array
    index: number
  }

  export interface ContentEventProfileRelaysAddressesFieldEvent {
    field: '$.event.profile.relays[].addresses[]'
    index: number
    value: Uint8Array
  }

  export interface ContentEventPrekeysBundlesFieldEvent {
    field: '$.event.prekeys.bundles[]'
    index: number
    value: Uint8Array
  }

  export function encode (obj: Partial<Content>): Uint8Array {
    return encodeMessage(obj, Content.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Content>): Content {
    return decodeMessage(buf, Content.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Content>): Generator<ContentEventIdFieldEvent | ContentEventConversationFieldEvent | ContentEventSequenceFieldEvent | ContentEventTimeMsFieldEvent | ContentEventCounterFieldEvent | ContentEventHeadsFieldEvent | ContentEventHelloNameFieldEvent | ContentEventHelloAddressesFieldEvent | ContentEventHelloDescriptorFieldEvent | ContentEventHelloServicesFieldEvent | ContentEventHelloMailboxesDeviceFieldEvent | ContentEventHelloMailboxesAddressesFieldEvent | ContentEventHelloMailKeyFieldEvent | ContentEventHelloMailSignerFieldEvent | ContentEventHelloRelaysDeviceFieldEvent | ContentEventHelloRelaysAddressesFieldEvent | ContentEventTextBodyFieldEvent | ContentEventReceiptStateFieldEvent | ContentEventReceiptEventsFieldEvent | ContentEventProfileNameFieldEvent | ContentEventProfileAddressesFieldEvent | ContentEventProfileServicesFieldEvent | ContentEventProfileMailboxesDeviceFieldEvent | ContentEventProfileMailboxesAddressesFieldEvent | ContentEventProfileMailKeyFieldEvent | ContentEventProfileMailSignerFieldEvent | ContentEventProfileRelaysDeviceFieldEvent | ContentEventProfileRelaysAddressesFieldEvent | ContentEventPrekeysBundlesFieldEvent> {
    return streamMessage(buf, Content.codec(), opts)
  }
}

export interface Event {
  id: Uint8Array
  conversation: Uint8Array
  sequence: number
  timeMs: number
  counter: number
  heads: Uint8Array[]
  hello?: Hello
  text?: Text
  receipt?: Receipt
  profile?: Profile
  prekeys?: Prekeys
}

export namespace Event {
  let _codec: Codec<Event>

  export const codec = (): Codec<Event> => {
    if (_codec == null) {
      _codec = message<Event>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.id != null && obj.id.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.id)
        }

        if ((obj.conversation != null && obj.conversation.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.conversation)
        }

        if ((obj.sequence != null && obj.sequence !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.sequence)
        }

        if ((obj.timeMs != null && obj.timeMs !== 0)) {
          w.uint32(32)
          w.uint64Number(obj.timeMs)
        }

        if ((obj.counter != null && obj.counter !== 0)) {
          w.uint32(40)
          w.uint32(obj.counter)
        }

        if (obj.heads != null && obj.heads.length > 0) {
          for (const value of obj.heads) {
            w.uint32(50)
            w.bytes(value)
          }
        }

        if (obj.hello != null) {
          w.uint32(82)
          Hello.codec().encode(obj.hello, w)
        }

        if (obj.text != null) {
          w.uint32(90)
          Text.codec().encode(obj.text, w)
        }

        if (obj.receipt != null) {
          w.uint32(98)
          Receipt.codec().encode(obj.receipt, w)
        }

        if (obj.profile != null) {
          w.uint32(106)
          Profile.codec().encode(obj.profile, w)
        }

        if (obj.prekeys != null) {
          w.uint32(114)
          Prekeys.codec().encode(obj.prekeys, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          id: uint8ArrayAlloc(0),
          conversation: uint8ArrayAlloc(0),
          sequence: 0,
          timeMs: 0,
          counter: 0,
          heads: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.id = reader.bytes()
              break
            }
            case 2: {
              obj.conversation = reader.bytes()
              break
            }
            case 3: {
              obj.sequence = reader.uint64Number()
              break
            }
            case 4: {
              obj.timeMs = reader.uint64Number()
              break
            }
            case 5: {
              obj.counter = reader.uint32()
              break
            }
            case 6: {
              if (opts.limits?.heads != null && obj.heads.length === opts.limits.heads) {
                throw new MaxLengthError('Decode error - repeated field "heads" had too many elements')
              }

              obj.heads.push(reader.bytes())
              break
            }
            case 10: {
              obj.hello = Hello.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.hello
              })
              break
            }
            case 11: {
              obj.text = Text.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.text
              })
              break
            }
            case 12: {
              obj.receipt = Receipt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.receipt
              })
              break
            }
            case 13: {
              obj.profile = Profile.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.profile
              })
              break
            }
            case 14: {
              obj.prekeys = Prekeys.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.prekeys
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          heads: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.id`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.conversation`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.sequence`,
                value: reader.uint64Number()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.timeMs`,
                value: reader.uint64Number()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.counter`,
                value: reader.uint32()
              }
              break
            }
            case 6: {
              if (opts.limits?.heads != null && obj.heads === opts.limits.heads) {
                throw new MaxLengthError('Streaming decode error - repeated field "heads" had too many elements')
              }

              yield {
                field: `${prefix}.heads[]`,
                index: obj.heads,
                value: reader.bytes()
              }

              obj.heads++

              break
            }
            case 10: {
              yield * Hello.codec().stream(reader, reader.uint32(), `${prefix}.hello`, {
                limits: opts.limits?.hello
              })

              break
            }
            case 11: {
              yield * Text.codec().stream(reader, reader.uint32(), `${prefix}.text`, {
                limits: opts.limits?.text
              })

              break
            }
            case 12: {
              yield * Receipt.codec().stream(reader, reader.uint32(), `${prefix}.receipt`, {
                limits: opts.limits?.receipt
              })

              break
            }
            case 13: {
              yield * Profile.codec().stream(reader, reader.uint32(), `${prefix}.profile`, {
                limits: opts.limits?.profile
              })

              break
            }
            case 14: {
              yield * Prekeys.codec().stream(reader, reader.uint32(), `${prefix}.prekeys`, {
                limits: opts.limits?.prekeys
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface EventIdFieldEvent {
    field: '$.id'
    value: Uint8Array
  }

  export interface EventConversationFieldEvent {
    field: '$.conversation'
    value: Uint8Array
  }

  export interface EventSequenceFieldEvent {
    field: '$.sequence'
    value: number
  }

  export interface EventTimeMsFieldEvent {
    field: '$.timeMs'
    value: number
  }

  export interface EventCounterFieldEvent {
    field: '$.counter'
    value: number
  }

  export interface EventHeadsFieldEvent {
    field: '$.heads[]'
    index: number
    value: Uint8Array
  }

  export interface EventHelloNameFieldEvent {
    field: '$.hello.name'
    value: Uint8Array
  }

  export interface EventHelloAddressesFieldEvent {
    field: '$.hello.addresses[]'
    index: number
    value: Uint8Array
  }

  export interface EventHelloDescriptorFieldEvent {
    field: '$.hello.descriptor'
    value: Uint8Array
  }

  export interface EventHelloServicesFieldEvent {
    field: '$.hello.services'
    value: number
  }

  export interface EventHelloMailboxesDeviceFieldEvent {
    field: '$.hello.mailboxes[].device'
    value: Uint8Array
    index: number
  }

  export interface EventHelloMailboxesAddressesFieldEvent {
    field: '$.hello.mailboxes[].addresses[]'
    index: number
    value: Uint8Array
  }

  export interface EventHelloMailKeyFieldEvent {
    field: '$.hello.mail.key'
    value: Uint8Array
  }

  export interface EventHelloMailSignerFieldEvent {
    field: '$.hello.mail.signer'
    value: Uint8Array
  }

  export interface EventHelloRelaysDeviceFieldEvent {
    field: '$.hello.relays[].device'
    value: Uint8Array
    index: number
  }

  export interface EventHelloRelaysAddressesFieldEvent {
    field: '$.hello.relays[].addresses[]'
    index: number
    value: Uint8Array
  }

  export interface EventTextBodyFieldEvent {
    field: '$.text.body'
    value: Uint8Array
  }

  export interface EventReceiptStateFieldEvent {
    field: '$.receipt.state'
    value: number
  }

  export interface EventReceiptEventsFieldEvent {
    field: '$.receipt.events[]'
    index: number
    value: Uint8Array
  }

  export interface EventProfileNameFieldEvent {
    field: '$.profile.name'
    value: Uint8Array
  }

  export interface EventProfileAddressesFieldEvent {
    field: '$.profile.addresses[]'
    index: number
    value: Uint8Array
  }

  export interface EventProfileServicesFieldEvent {
    field: '$.profile.services'
    value: number
  }

  export interface EventProfileMailboxesDeviceFieldEvent {
    field: '$.profile.mailboxes[].device'
    value: Uint8Array
    index: number
  }

  export interface EventProfileMailboxesAddressesFieldEvent {
    field: '$.profile.mailboxes[].addresses[]'
    index: number
    value: Uint8Array
  }

  export interface EventProfileMailKeyFieldEvent {
    field: '$.profile.mail.key'
    value: Uint8Array
  }

  export interface EventProfileMailSignerFieldEvent {
    field: '$.profile.mail.signer'
    value: Uint8Array
  }

  export interface EventProfileRelaysDeviceFieldEvent {
    field: '$.profile.relays[].device'
    value: Uint8Array
    index: number
  }

  export interface EventProfileRelaysAddressesFieldEvent {
    field: '$.profile.relays[].addresses[]'
    index: number
    value: Uint8Array
  }

  export interface EventPrekeysBundlesFieldEvent {
    field: '$.prekeys.bundles[]'
    index: number
    value: Uint8Array
  }

  export function encode (obj: Partial<Event>): Uint8Array {
    return encodeMessage(obj, Event.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Event>): Event {
    return decodeMessage(buf, Event.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Event>): Generator<EventIdFieldEvent | EventConversationFieldEvent | EventSequenceFieldEvent | EventTimeMsFieldEvent | EventCounterFieldEvent | EventHeadsFieldEvent | EventHelloNameFieldEvent | EventHelloAddressesFieldEvent | EventHelloDescriptorFieldEvent | EventHelloServicesFieldEvent | EventHelloMailboxesDeviceFieldEvent | EventHelloMailboxesAddressesFieldEvent | EventHelloMailKeyFieldEvent | EventHelloMailSignerFieldEvent | EventHelloRelaysDeviceFieldEvent | EventHelloRelaysAddressesFieldEvent | EventTextBodyFieldEvent | EventReceiptStateFieldEvent | EventReceiptEventsFieldEvent | EventProfileNameFieldEvent | EventProfileAddressesFieldEvent | EventProfileServicesFieldEvent | EventProfileMailboxesDeviceFieldEvent | EventProfileMailboxesAddressesFieldEvent | EventProfileMailKeyFieldEvent | EventProfileMailSignerFieldEvent | EventProfileRelaysDeviceFieldEvent | EventProfileRelaysAddressesFieldEvent | EventPrekeysBundlesFieldEvent> {
    return streamMessage(buf, Event.codec(), opts)
  }
}

export interface Hello {
  name: Uint8Array
  addresses: Uint8Array[]
  descriptor: Uint8Array
  services: number
  mailboxes: Mailbox[]
  mail?: MailGrant
  relays: Mailbox[]
}

export namespace Hello {
  let _codec: Codec<Hello>

  export const codec = (): Codec<Hello> => {
    if (_codec == null) {
      _codec = message<Hello>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.name != null && obj.name.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.name)
        }

        if (obj.addresses != null && obj.addresses.length > 0) {
          for (const value of obj.addresses) {
            w.uint32(18)
            w.bytes(value)
          }
        }

        if ((obj.descriptor != null && obj.descriptor.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.descriptor)
        }

        if ((obj.services != null && obj.services !== 0)) {
          w.uint32(32)
          w.uint32(obj.services)
        }

        if (obj.mailboxes != null && obj.mailboxes.length > 0) {
          for (const value of obj.mailboxes) {
            w.uint32(42)
            Mailbox.codec().encode(value, w)
          }
        }

        if (obj.mail != null) {
          w.uint32(50)
          MailGrant.codec().encode(obj.mail, w)
        }

        if (obj.relays != null && obj.relays.length > 0) {
          for (const value of obj.relays) {
            w.uint32(58)
            Mailbox.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          name: uint8ArrayAlloc(0),
          addresses: [],
          descriptor: uint8ArrayAlloc(0),
          services: 0,
          mailboxes: [],
          relays: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.name = reader.bytes()
              break
            }
            case 2: {
              if (opts.limits?.addresses != null && obj.addresses.length === opts.limits.addresses) {
                throw new MaxLengthError('Decode error - repeated field "addresses" had too many elements')
              }

              obj.addresses.push(reader.bytes())
              break
            }
            case 3: {
              obj.descriptor = reader.bytes()
              break
            }
            case 4: {
              obj.services = reader.uint32()
              break
            }
            case 5: {
              if (opts.limits?.mailboxes != null && obj.mailboxes.length === opts.limits.mailboxes) {
                throw new MaxLengthError('Decode error - repeated field "mailboxes" had too many elements')
              }

              obj.mailboxes.push(Mailbox.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.mailboxes$
              }))
              break
            }
            case 6: {
              obj.mail = MailGrant.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.mail
              })
              break
            }
            case 7: {
              if (opts.limits?.relays != null && obj.relays.length === opts.limits.relays) {
                throw new MaxLengthError('Decode error - repeated field "relays" had too many elements')
              }

              obj.relays.push(Mailbox.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.relays$
              }))
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          addresses: 0,
          mailboxes: 0,
          relays: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.name`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              if (opts.limits?.addresses != null && obj.addresses === opts.limits.addresses) {
                throw new MaxLengthError('Streaming decode error - repeated field "addresses" had too many elements')
              }

              yield {
                field: `${prefix}.addresses[]`,
                index: obj.addresses,
                value: reader.bytes()
              }

              obj.addresses++

              break
            }
            case 3: {
              yield {
                field: `${prefix}.descriptor`,
                value: reader.bytes()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.services`,
                value: reader.uint32()
              }
              break
            }
            case 5: {
              if (opts.limits?.mailboxes != null && obj.mailboxes === opts.limits.mailboxes) {
                throw new MaxLengthError('Streaming decode error - repeated field "mailboxes" had too many elements')
              }

              for (const evt of Mailbox.codec().stream(reader, reader.uint32(), `${prefix}.mailboxes[]`, {
                limits: opts.limits?.mailboxes$
              })) {
                yield {
                  ...evt,
                  index: obj.mailboxes
                }
              }

              obj.mailboxes++

              break
            }
            case 6: {
              yield * MailGrant.codec().stream(reader, reader.uint32(), `${prefix}.mail`, {
                limits: opts.limits?.mail
              })

              break
            }
            case 7: {
              if (opts.limits?.relays != null && obj.relays === opts.limits.relays) {
                throw new MaxLengthError('Streaming decode error - repeated field "relays" had too many elements')
              }

              for (const evt of Mailbox.codec().stream(reader, reader.uint32(), `${prefix}.relays[]`, {
                limits: opts.limits?.relays$
              })) {
                yield {
                  ...evt,
                  index: obj.relays
                }
              }

              obj.relays++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface HelloNameFieldEvent {
    field: '$.name'
    value: Uint8Array
  }

  export interface HelloAddressesFieldEvent {
    field: '$.addresses[]'
    index: number
    value: Uint8Array
  }

  export interface HelloDescriptorFieldEvent {
    field: '$.descriptor'
    value: Uint8Array
  }

  export interface HelloServicesFieldEvent {
    field: '$.services'
    value: number
  }

  export interface HelloMailboxesDeviceFieldEvent {
    field: '$.mailboxes[].device'
    value: Uint8Array
    index: number
  }

  export interface HelloMailboxesAddressesFieldEvent {
    field: '$.mailboxes[].addresses[]'
    index: number
    value: Uint8Array
  }

  export interface HelloMailKeyFieldEvent {
    field: '$.mail.key'
    value: Uint8Array
  }

  export interface HelloMailSignerFieldEvent {
    field: '$.mail.signer'
    value: Uint8Array
  }

  export interface HelloRelaysDeviceFieldEvent {
    field: '$.relays[].device'
    value: Uint8Array
    index: number
  }

  export interface HelloRelaysAddressesFieldEvent {
    field: '$.relays[].addresses[]'
    index: number
    value: Uint8Array
  }

  export function encode (obj: Partial<Hello>): Uint8Array {
    return encodeMessage(obj, Hello.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Hello>): Hello {
    return decodeMessage(buf, Hello.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Hello>): Generator<HelloNameFieldEvent | HelloAddressesFieldEvent | HelloDescriptorFieldEvent | HelloServicesFieldEvent | HelloMailboxesDeviceFieldEvent | HelloMailboxesAddressesFieldEvent | HelloMailKeyFieldEvent | HelloMailSignerFieldEvent | HelloRelaysDeviceFieldEvent | HelloRelaysAddressesFieldEvent> {
    return streamMessage(buf, Hello.codec(), opts)
  }
}

export interface Text {
  body: Uint8Array
}

export namespace Text {
  let _codec: Codec<Text>

  export const codec = (): Codec<Text> => {
    if (_codec == null) {
      _codec = message<Text>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.body != null && obj.body.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.body)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          body: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.body = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.body`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface TextBodyFieldEvent {
    field: '$.body'
    value: Uint8Array
  }

  export function encode (obj: Partial<Text>): Uint8Array {
    return encodeMessage(obj, Text.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Text>): Text {
    return decodeMessage(buf, Text.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Text>): Generator<TextBodyFieldEvent> {
    return streamMessage(buf, Text.codec(), opts)
  }
}

export interface Receipt {
  state: number
  events: Uint8Array[]
}

export namespace Receipt {
  let _codec: Codec<Receipt>

  export const codec = (): Codec<Receipt> => {
    if (_codec == null) {
      _codec = message<Receipt>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.state != null && obj.state !== 0)) {
          w.uint32(8)
          w.uint32(obj.state)
        }

        if (obj.events != null && obj.events.length > 0) {
          for (const value of obj.events) {
            w.uint32(18)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          state: 0,
          events: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.state = reader.uint32()
              break
            }
            case 2: {
              if (opts.limits?.events != null && obj.events.length === opts.limits.events) {
                throw new MaxLengthError('Decode error - repeated field "events" had too many elements')
              }

              obj.events.push(reader.bytes())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          events: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.state`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              if (opts.limits?.events != null && obj.events === opts.limits.events) {
                throw new MaxLengthError('Streaming decode error - repeated field "events" had too many elements')
              }

              yield {
                field: `${prefix}.events[]`,
                index: obj.events,
                value: reader.bytes()
              }

              obj.events++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ReceiptStateFieldEvent {
    field: '$.state'
    value: number
  }

  export interface ReceiptEventsFieldEvent {
    field: '$.events[]'
    index: number
    value: Uint8Array
  }

  export function encode (obj: Partial<Receipt>): Uint8Array {
    return encodeMessage(obj, Receipt.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Receipt>): Receipt {
    return decodeMessage(buf, Receipt.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Receipt>): Generator<ReceiptStateFieldEvent | ReceiptEventsFieldEvent> {
    return streamMessage(buf, Receipt.codec(), opts)
  }
}

export interface Profile {
  name: Uint8Array
  addresses: Uint8Array[]
  services: number
  mailboxes: Mailbox[]
  mail?: MailGrant
  relays: Mailbox[]
}

export namespace Profile {
  let _codec: Codec<Profile>

  export const codec = (): Codec<Profile> => {
    if (_codec == null) {
      _codec = message<Profile>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.name != null && obj.name.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.name)
        }

        if (obj.addresses != null && obj.addresses.length > 0) {
          for (const value of obj.addresses) {
            w.uint32(18)
            w.bytes(value)
          }
        }

        if ((obj.services != null && obj.services !== 0)) {
          w.uint32(24)
          w.uint32(obj.services)
        }

        if (obj.mailboxes != null && obj.mailboxes.length > 0) {
          for (const value of obj.mailboxes) {
            w.uint32(34)
            Mailbox.codec().encode(value, w)
          }
        }

        if (obj.mail != null) {
          w.uint32(42)
          MailGrant.codec().encode(obj.mail, w)
        }

        if (obj.relays != null && obj.relays.length > 0) {
          for (const value of obj.relays) {
            w.uint32(50)
            Mailbox.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          name: uint8ArrayAlloc(0),
          addresses: [],
          services: 0,
          mailboxes: [],
          relays: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.name = reader.bytes()
              break
            }
            case 2: {
              if (opts.limits?.addresses != null && obj.addresses.length === opts.limits.addresses) {
                throw new MaxLengthError('Decode error - repeated field "addresses" had too many elements')
              }

              obj.addresses.push(reader.bytes())
              break
            }
            case 3: {
              obj.services = reader.uint32()
              break
            }
            case 4: {
              if (opts.limits?.mailboxes != null && obj.mailboxes.length === opts.limits.mailboxes) {
                throw new MaxLengthError('Decode error - repeated field "mailboxes" had too many elements')
              }

              obj.mailboxes.push(Mailbox.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.mailboxes$
              }))
              break
            }
            case 5: {
              obj.mail = MailGrant.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.mail
              })
              break
            }
            case 6: {
              if (opts.limits?.relays != null && obj.relays.length === opts.limits.relays) {
                throw new MaxLengthError('Decode error - repeated field "relays" had too many elements')
              }

              obj.relays.push(Mailbox.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.relays$
              }))
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          addresses: 0,
          mailboxes: 0,
          relays: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.name`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              if (opts.limits?.addresses != null && obj.addresses === opts.limits.addresses) {
                throw new MaxLengthError('Streaming decode error - repeated field "addresses" had too many elements')
              }

              yield {
                field: `${prefix}.addresses[]`,
                index: obj.addresses,
                value: reader.bytes()
              }

              obj.addresses++

              break
            }
            case 3: {
              yield {
                field: `${prefix}.services`,
                value: reader.uint32()
              }
              break
            }
            case 4: {
              if (opts.limits?.mailboxes != null && obj.mailboxes === opts.limits.mailboxes) {
                throw new MaxLengthError('Streaming decode error - repeated field "mailboxes" had too many elements')
              }

              for (const evt of Mailbox.codec().stream(reader, reader.uint32(), `${prefix}.mailboxes[]`, {
                limits: opts.limits?.mailboxes$
              })) {
                yield {
                  ...evt,
                  index: obj.mailboxes
                }
              }

              obj.mailboxes++

              break
            }
            case 5: {
              yield * MailGrant.codec().stream(reader, reader.uint32(), `${prefix}.mail`, {
                limits: opts.limits?.mail
              })

              break
            }
            case 6: {
              if (opts.limits?.relays != null && obj.relays === opts.limits.relays) {
                throw new MaxLengthError('Streaming decode error - repeated field "relays" had too many elements')
              }

              for (const evt of Mailbox.codec().stream(reader, reader.uint32(), `${prefix}.relays[]`, {
                limits: opts.limits?.relays$
              })) {
                yield {
                  ...evt,
                  index: obj.relays
                }
              }

              obj.relays++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ProfileNameFieldEvent {
    field: '$.name'
    value: Uint8Array
  }

  export interface ProfileAddressesFieldEvent {
    field: '$.addresses[]'
    index: number
    value: Uint8Array
  }

  export interface ProfileServicesFieldEvent {
    field: '$.services'
    value: number
  }

  export interface ProfileMailboxesDeviceFieldEvent {
    field: '$.mailboxes[].device'
    value: Uint8Array
    index: number
  }

  export interface ProfileMailboxesAddressesFieldEvent {
    field: '$.mailboxes[].addresses[]'
    index: number
    value: Uint8Array
  }

  export interface ProfileMailKeyFieldEvent {
    field: '$.mail.key'
    value: Uint8Array
  }

  export interface ProfileMailSignerFieldEvent {
    field: '$.mail.signer'
    value: Uint8Array
  }

  export interface ProfileRelaysDeviceFieldEvent {
    field: '$.relays[].device'
    value: Uint8Array
    index: number
  }

  export interface ProfileRelaysAddressesFieldEvent {
    field: '$.relays[].addresses[]'
    index: number
    value: Uint8Array
  }

  export function encode (obj: Partial<Profile>): Uint8Array {
    return encodeMessage(obj, Profile.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Profile>): Profile {
    return decodeMessage(buf, Profile.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Profile>): Generator<ProfileNameFieldEvent | ProfileAddressesFieldEvent | ProfileServicesFieldEvent | ProfileMailboxesDeviceFieldEvent | ProfileMailboxesAddressesFieldEvent | ProfileMailKeyFieldEvent | ProfileMailSignerFieldEvent | ProfileRelaysDeviceFieldEvent | ProfileRelaysAddressesFieldEvent> {
    return streamMessage(buf, Profile.codec(), opts)
  }
}

export interface Mailbox {
  device: Uint8Array
  addresses: Uint8Array[]
}

export namespace Mailbox {
  let _codec: Codec<Mailbox>

  export const codec = (): Codec<Mailbox> => {
    if (_codec == null) {
      _codec = message<Mailbox>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.device != null && obj.device.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.device)
        }

        if (obj.addresses != null && obj.addresses.length > 0) {
          for (const value of obj.addresses) {
            w.uint32(18)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          device: uint8ArrayAlloc(0),
          addresses: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.device = reader.bytes()
              break
            }
            case 2: {
              if (opts.limits?.addresses != null && obj.addresses.length === opts.limits.addresses) {
                throw new MaxLengthError('Decode error - repeated field "addresses" had too many elements')
              }

              obj.addresses.push(reader.bytes())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          addresses: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.device`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              if (opts.limits?.addresses != null && obj.addresses === opts.limits.addresses) {
                throw new MaxLengthError('Streaming decode error - repeated field "addresses" had too many elements')
              }

              yield {
                field: `${prefix}.addresses[]`,
                index: obj.addresses,
                value: reader.bytes()
              }

              obj.addresses++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface MailboxDeviceFieldEvent {
    field: '$.device'
    value: Uint8Array
  }

  export interface MailboxAddressesFieldEvent {
    field: '$.addresses[]'
    index: number
    value: Uint8Array
  }

  export function encode (obj: Partial<Mailbox>): Uint8Array {
    return encodeMessage(obj, Mailbox.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Mailbox>): Mailbox {
    return decodeMessage(buf, Mailbox.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Mailbox>): Generator<MailboxDeviceFieldEvent | MailboxAddressesFieldEvent> {
    return streamMessage(buf, Mailbox.codec(), opts)
  }
}

export interface MailGrant {
  key: Uint8Array
  signer: Uint8Array
}

export namespace MailGrant {
  let _codec: Codec<MailGrant>

  export const codec = (): Codec<MailGrant> => {
    if (_codec == null) {
      _codec = message<MailGrant>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.key != null && obj.key.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.key)
        }

        if ((obj.signer != null && obj.signer.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.signer)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          key: uint8ArrayAlloc(0),
          signer: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.key = reader.bytes()
              break
            }
            case 2: {
              obj.signer = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.key`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.signer`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface MailGrantKeyFieldEvent {
    field: '$.key'
    value: Uint8Array
  }

  export interface MailGrantSignerFieldEvent {
    field: '$.signer'
    value: Uint8Array
  }

  export function encode (obj: Partial<MailGrant>): Uint8Array {
    return encodeMessage(obj, MailGrant.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<MailGrant>): MailGrant {
    return decodeMessage(buf, MailGrant.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<MailGrant>): Generator<MailGrantKeyFieldEvent | MailGrantSignerFieldEvent> {
    return streamMessage(buf, MailGrant.codec(), opts)
  }
}

export interface Prekeys {
  bundles: Uint8Array[]
}

export namespace Prekeys {
  let _codec: Codec<Prekeys>

  export const codec = (): Codec<Prekeys> => {
    if (_codec == null) {
      _codec = message<Prekeys>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.bundles != null && obj.bundles.length > 0) {
          for (const value of obj.bundles) {
            w.uint32(10)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          bundles: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.bundles != null && obj.bundles.length === opts.limits.bundles) {
                throw new MaxLengthError('Decode error - repeated field "bundles" had too many elements')
              }

              obj.bundles.push(reader.bytes())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          bundles: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.bundles != null && obj.bundles === opts.limits.bundles) {
                throw new MaxLengthError('Streaming decode error - repeated field "bundles" had too many elements')
              }

              yield {
                field: `${prefix}.bundles[]`,
                index: obj.bundles,
                value: reader.bytes()
              }

              obj.bundles++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface PrekeysBundlesFieldEvent {
    field: '$.bundles[]'
    index: number
    value: Uint8Array
  }

  export function encode (obj: Partial<Prekeys>): Uint8Array {
    return encodeMessage(obj, Prekeys.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Prekeys>): Prekeys {
    return decodeMessage(buf, Prekeys.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Prekeys>): Generator<PrekeysBundlesFieldEvent> {
    return streamMessage(buf, Prekeys.codec(), opts)
  }
}
