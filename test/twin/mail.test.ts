/** What lies in mailboxes, by our own vectors, through the twin. */
import { expect, it } from 'vitest'
import { hex } from './bytes.ts'
import { grantOf, mailOf, openMail, readWord, sealMail, writeWord } from './mail.ts'
import { bytes, named, vector } from '../support/vectorFiles.ts'
import type { Bytes } from '../support/vectorFiles.ts'

interface MailInput {
  key: Bytes
  mailbox: Bytes
  owner: Bytes
  day: number
  use: 'item' | 'record'
  nonce?: Bytes
  item: Bytes
}

it.each(named('mailItem'))('%s', (name) => {
  const { input, expect: wanted } = vector<MailInput>(name)
  const mail = mailOf(bytes(input.key), bytes(input.mailbox), bytes(input.owner), input.day, input.use)
  const item = bytes(input.item)
  if (wanted.error !== undefined) {
    expect(() => openMail(mail, item)).toThrow('mail')
    return
  }
  const content = openMail(mail, item)
  expect({ tag: hex(mail.tag), content: hex(content) }).toEqual(wanted)
  expect(hex(sealMail(mail, bytes(input.nonce ?? ''), content))).toBe(hex(item))
})

it.each(named('mailSlot'))('%s', (name) => {
  const { input, expect: wanted } = vector<{ seed: Bytes }>(name)
  const { key, signer } = grantOf(bytes(input.seed))
  expect({ key: hex(key), signer: hex(signer) }).toEqual(wanted)
})

interface WordInput {
  author: Bytes
  reader: Bytes
  signer: Bytes
  seed?: Bytes
  record: Bytes
}

const wordRefusals: Readonly<Record<string, string>> = {
  'mail/refuses-whereabouts-of-a-later-version': 'version',
  'mail/refuses-whereabouts-of-nine-addresses': 'record',
  'mail/refuses-whereabouts-after-the-end-of-time': 'record',
}

it.each(named('whereabouts'))('%s', (name) => {
  const { input, expect: wanted } = vector<WordInput>(name)
  const [o, b, signer, record] = [input.author, input.reader, input.signer, input.record].map((part) =>
    bytes(part),
  ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  if (wanted.error !== undefined) {
    expect(() => readWord(record, o, b, signer)).toThrow(wordRefusals[name] ?? 'signature whereabouts@waxwing')
    return
  }
  const word = readWord(record, o, b, signer)
  expect(word).toEqual(wanted)
  expect(hex(writeWord(word, o, b, bytes(input.seed ?? '')))).toBe(hex(record))
})
