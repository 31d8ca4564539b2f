/** Which attack is tested where: none of the list may be without its test, nor a numbered test without its place here. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every attack that must be tested, with the titles that carry it; what follows in a title is in brackets. */
const required: Readonly<Record<string, readonly string[]>> = {
  'case 1': ['a length of 2^32-1, a negative or a non-minimal varint is refused before anything is allocated'],
  'case 2': ['a message one byte over the limit is dropped and counted'],
  'case 3': [
    'one byte every 10 s in the handshake is closed within 10 s, others untouched',
    'one byte every 10 s in the body of a frame is closed within 10 s, others untouched',
  ],
  'case 4': ['a valid frame of every type cut at every offset is a typed error and changes nothing'],
  'case 5': ['of a stream flood or reset storm that connection alone closes'],
  'case 6': ['a small frame never decodes to more than four times its size'],
  'case 7': ['one message over two paths is one row and one notification'],
  'case 8': ['a replay after a restart, after a ratchet step and after a restored database is rejected'],
  'case 9': ['2,000 messages in any order all decrypt and are shown in the order of their sender'],
  'case 10': ['of messages that never arrive a gap is shown, exactly as wide, until they do'],
  'case 11': ['version 0 or 255, or a capability stripped, is refused and never weaker'],
  'case 12': [
    'any bit of header, sender, time or type flipped is refused',
    'any bit of a first envelope flipped is refused, and its invite stays open',
  ],
  'case 13': [
    'a valid blob of one context offered in another is rejected',
    'half an exchange offered as the other half, in another epoch or back to its maker is rejected',
  ],
  'case 14': [
    'low-order and non-canonical X25519 is rejected in prekeys, in first envelopes and in headers',
    'malleable Ed25519 is rejected in prekeys, descriptors and certificates',
    'low-order and non-canonical X25519 and malleable Ed25519 are rejected in Noise',
  ],
  'case 15': [
    'an ML-KEM key with a coefficient out of range is rejected in a bundle and in an offer',
    'a bad ciphertext is rejected implicitly: as if the seal behind it were bad',
    'a bad ciphertext in an answer is a bad authenticator, and the exchange goes on',
  ],
  'case 16': ['10,000 prekey fetches are capped per requester, and a last resort is marked as such'],
  'case 17': [
    'a header 25,001 ahead is refused in constant time; 2,000 keys are kept at most',
    'the worst lawful frame, two gaps of 1,000, costs 50 ms at most',
  ],
  'case 18': ['after any number of forged headers the genuine message still decrypts'],
  'case 19': [
    'a reaction or edit to a message that does not exist, or from a stranger, shows nothing and gets no receipt',
  ],
  'case 20': ['secrets of equal length have equal size on the wire'],
  'case 22': ['A is dialled and B answers: nothing is sent, not even who calls'],
  'case 23': ['whoever republishes another’s bundle as its own is rejected'],
  'case 26': ['unsigned membership changes and unasked keys are ignored'],
  'case 52': ['a partition of ten minutes with 1,000 texts each way heals within 30 s, each once and in order'],
  'case 53': [
    '300 times lets everything through once and in order, and leaves nothing behind',
    'delivers everything once, in order, once both are back',
    'goes on delivering, and has delivered everything, while it is so',
    'carry frames 300 times, and leave no descriptor and no timer',
  ],
  'case 54': [
    'goes on without a word, with nothing lost and nothing twice',
    'is noticed within ten seconds; all goes on by itself, with nothing lost and nothing twice',
  ],
  'case 55': [
    'of who does not hold a contact’s key finds nobody, and that of another time or direction neither',
    'that is repeated from 250 addresses is a hint where to dial and no more: few, and seldom',
    'of 10,000 peers that there are not is dropped before it is read, and leaves nothing',
    'is made while the user wants it: off, nothing is multicast and no socket is open',
  ],
  'case 56': [
    'that fails when asked for a place is logged, and asked again',
    'that fails when called is logged, and the next one is taken',
    'that spoils what it passes on is left for another one, and every text arrives once',
  ],
  'case 57': [
    'that withholds one of many, its sender gone, leaves a gap in sight, and its return fills it',
    'that withholds is found out through a second one: nothing is missing, though the sender is gone',
    'that mixes up and repeats shows each once, in the order of the sender',
    'that lies about deletion shows nothing twice, and is asked no more often than it may be',
    'that brings nobody’s things for ever is given a rest, and what a friend left is taken all the same',
    'that said it had them and lost them is made good by the sender when both are there',
  ],
  'case 58': ['drain in few commits, and a request waits for two of them at most'],
  'case 59': ['of 1,000 connections with 32 unread streams takes 512 MiB at most, and contacts keep their places'],
  'case 60': [
    'in 10,000 who prove nothing get a bounded number of answers, cost no key, and leave nothing',
    'who all hold the link of one invite become one contact, cost a bounded number of keys, and take nothing from other invites',
    'leaves at most 10 MB on the disk, a few lines in the log, and nothing on the screen',
    'is heard with the next batch, however many frames of strangers wait',
    'who says much does not keep a stranger with an invite from being heard',
  ],
  'none-ck': ['nothing is derived from a receiving chain that is not set, and no header goes without a key'],
  replay: ['one initial message never makes two sessions'],
  'weak state': ['the first ratchet key is a key of its own, never the signed prekey'],
  handshake: [
    'a one-time prekey is deleted on use and serves nobody again',
    'simultaneous initiation is resolved to one session without loss',
    'a session is begun anew after 1,000 messages or 7 days without a reply',
    'nothing is sealed under a session that nobody acknowledged for 30 days',
    'another identity key is detected in an offer and in a first envelope, and nothing is sent',
    'the same code serves online and offline',
  ],
}

const numbers = [...Array.from({ length: 20 }, (_, at) => at + 1), 22, 23, 26, 52, 53, 54, 55, 56, 57, 58, 59, 60]
const named = ['none-ck', 'replay', 'weak state', 'handshake']

/** A test that runs, by itself or once for each of some; not one that is skipped or only planned. */
const call = /\bit(?:\.each\([^\n]*\))?\(\s*(['"`])((?:case \d+|none-ck|replay|weak state|handshake): .*?)\1/g

interface Found {
  readonly file: string
  readonly key: string
  readonly title: string
}

function titlesIn(file: string): readonly Found[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(call)].map(([, , whole = '']) => {
    const at = whole.indexOf(': ')
    const title = whole.slice(at + 2).replace(/ \(%s\)$/, '')
    return { file: relative(root, file), key: whole.slice(0, at), title }
  })
}

/**
 * Files of the layers that run without being named, and of the one in network namespaces, which wants root: CI runs that
 * by its name. A test elsewhere would not count.
 */
function testFiles(): readonly string[] {
  return ['test/attacks', 'test/interop', 'test/sim', 'test/net'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => join(root, folder, name)),
  )
}

describe('the list of attacks', () => {
  const found = testFiles().flatMap(titlesIn)

  it('has every number that is asked for', () => {
    expect(Object.keys(required).toSorted()).toEqual(
      [...numbers.map((number) => `case ${number}`), ...named].toSorted(),
    )
    expect(Object.values(required).every((titles) => titles.length > 0)).toBe(true)
  })

  it('has a test of that title for each, and only one', () => {
    const missing = Object.entries(required).flatMap(([key, titles]) =>
      titles.flatMap((title) => {
        const files = found.filter((one) => one.key === key && one.title === title)
        return files.length === 1 ? [] : [`${key}: ${title}: in ${files.length} tests`]
      }),
    )
    expect(missing).toEqual([])
  })

  it('names every test that carries a number', () => {
    const unknown = found.filter(({ key, title }) => !required[key]?.includes(title))
    expect(unknown).toEqual([])
  })
})
