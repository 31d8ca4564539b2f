import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../bytes.ts'
import { implementationLimits, protocolLimits } from '../limits.ts'
import { civilDate } from './civilDate.ts'
import { sanitizeName, sanitizeText } from './names.ts'
import { looksLike, nameSkeleton } from './skeleton.ts'
import { nameSlug } from './slug.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 300 })
/** Texts full of what is dropped or kept only in places. */
const nasty = fc
  .array(
    fc.constantFrom(
      ...Array.from(
        'aB \n\r\t\0\u0301\u0327\u200b\u200c\u200d\u200e\u202a\u202e\u2066\u2067\u2068\u2069\ufe0f\ufe0e\ufeff👩💻🏽1\u20e3بक\u094d' +
          '\u3164\u{e0067}\ue000\u1100\u1161\u2028\u0085\u00adé\u034f\ud800',
      ),
    ),
    { maxLength: 80 },
  )
  .map((parts) => parts.join(''))

describe('sanitizeName', () => {
  it('leaves ordinary names alone', () => {
    for (const name of [
      'Anna',
      'Łukasz Żak',
      'Nguyễn Thị Hà',
      'محمد',
      'ณัฐพงศ์',
      'नरेन्द्र',
      '李小龙',
      "O'Brien-Smith",
      '👩🏽‍💻 Ada',
      '❤️',
      'می‌خواهم',
    ]) {
      expect(sanitizeName(name)).toBe(name.normalize('NFC'))
    }
  })

  it('drops what hides or turns', () => {
    expect(sanitizeName('Anna\u202egnp.exe')).toBe('Annagnp.exe')
    expect(sanitizeName('\u2066An\u200bn\u200da\ufeff\u2069\0')).toBe('Anna')
    expect(sanitizeName('A\u3164\u115f\u2800')).toBe('A')
    expect(sanitizeName('A\u{e0041}\u{e007f}\ue000')).toBe('A')
    expect(sanitizeName('\u200b\u3164 \u0301')).toBe('')
  })

  it('puts it on one line', () => {
    expect(sanitizeName('  Anna \r\n\t of\u2028the\u00a0 Hill ')).toBe('Anna of the Hill')
  })

  it('caps combining marks', () => {
    const zalgo = `a${'\u0323'.repeat(50)}b`
    expect(Array.from(sanitizeName(zalgo)).length).toBeLessThanOrEqual(6)
  })

  it('bounds the length without cutting a character', () => {
    const long = sanitizeName('👩'.repeat(100))
    expect(utf8(long).length).toBeLessThanOrEqual(protocolLimits.nameSizeBytesMax)
    expect(long).toBe('👩'.repeat(32))
    expect(utf8(sanitizeName('x'.repeat(1_000_000))).length).toBe(protocolLimits.nameSizeBytesMax)
  })

  it('is idempotent, bounded and on one line for anything', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, nasty), (text) => {
        const name = sanitizeName(text)
        expect(sanitizeName(name)).toBe(name)
        expect(utf8(name).length).toBeLessThanOrEqual(protocolLimits.nameSizeBytesMax)
        expect(name).not.toMatch(/[\p{Cc}\p{Cs}\p{Co}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u2028\u2029]/u)
        expect(name).toBe(name.trim())
      }),
      { seed: 1, numRuns: 2_000 },
    )
  })
})

describe('sanitizeText', () => {
  it('keeps what people write', () => {
    const text = 'Hello,\n\n\tשלום \u200fabc\u200e 👩‍👩‍👧 naïve — می‌خواهم\n'
    expect(sanitizeText(text)).toBe(text)
    expect(sanitizeText('a\r\nb\rc\u2028d')).toBe('a\nb\nc\nd')
  })

  it('drops overrides and the invisible', () => {
    expect(sanitizeText('see \u202eexe.\u202cpdf\u200b \u0007\u001b[31m')).toBe('see exe.pdf [31m')
    expect(sanitizeText('x\0y\ud800')).toBe('xy')
  })

  it('closes every isolate in its line, and drops what closes nothing', () => {
    expect(sanitizeText('a\u2067b\nc\u2069d')).toBe('a\u2067b\u2069\ncd')
    expect(sanitizeText('\u2068a\u2069')).toBe('\u2068a\u2069')
    expect(sanitizeText('\u2069\u2069\u2066a')).toBe('\u2066a\u2069')
    // Where closing would go over the limit, the isolates go instead.
    expect(sanitizeText('\u2067'.repeat(20_000))).toBe('')
  })

  it('is idempotent, bounded and balanced for anything', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, nasty), (text) => {
        const shown = sanitizeText(text)
        expect(sanitizeText(shown)).toBe(shown)
        expect(shown).not.toMatch(/[\u202a-\u202e\u200b\ufeff\r\0\u2028]/u)
        for (const line of shown.split('\n')) {
          const opened = line.match(/[\u2066-\u2068]/gu)?.length ?? 0
          expect(line.match(/\u2069/gu)?.length ?? 0).toBe(opened)
        }
      }),
      { seed: 2, numRuns: 2_000 },
    )
    const max = protocolLimits.messageTextSizeBytesMax
    expect(utf8(sanitizeText('ü'.repeat(max))).length).toBe(max)
    expect(utf8(sanitizeText('\u2067\n'.repeat(max))).length).toBeLessThanOrEqual(max)
  })

  it('leaves nothing at a cut that would go, or compose, when it is read again', () => {
    const max = protocolLimits.messageTextSizeBytesMax
    // Each fills the limit up to the character that matters.
    const joiner = sanitizeText(`${'x'.repeat(max - 5)}\u0645\u200c\u0645`)
    expect(joiner).toBe(`${'x'.repeat(max - 5)}\u0645`)
    const isolated = sanitizeText(`e\u2066\u0301\u2069${'x'.repeat(max - 5)}`)
    expect(isolated).toBe(`é${'x'.repeat(max - 5)}`)
  })

  it('stays quick at the limit', () => {
    const text = 'e\u0301\u200d'.repeat(protocolLimits.messageTextSizeBytesMax / 3)
    expect(sanitizeText(text)).toBe('é'.repeat(protocolLimits.messageTextSizeBytesMax / 3))
  })

  it('looks at so many marks in a row and no more, since to order them takes the square of their number', () => {
    const { combiningMarksMax, combiningMarksReadMax } = implementationLimits
    const above = '\u0315'
    const shown = `a${above.repeat(combiningMarksMax)}`
    // A cedilla goes before what stands above, wherever it is written; the last one is not looked at.
    expect(sanitizeText(`a${above.repeat(combiningMarksReadMax - 1)}\u0327`)).toBe(`a\u0327${above.repeat(3)}`)
    expect(sanitizeText(`a${above.repeat(combiningMarksReadMax)}\u0327`)).toBe(shown)
    const heap = `a${`${above}\u0300`.repeat(protocolLimits.messageTextSizeBytesMax / 4 - 1)}`
    const timesMs = Array.from({ length: 5 }, () => {
      const begunMs = performance.now()
      sanitizeText(heap)
      return performance.now() - begunMs
    })
    expect(Math.min(...timesMs)).toBeLessThan(50)
  })
})

describe('looksLike', () => {
  it('sees through what fonts draw the same', () => {
    const pairs = [
      ['Anna', 'Аnnа'],
      ['Paul', 'PauI'],
      ['Boris', 'ВОRIS'],
      ['modern', 'rnodern'],
      ['Ivan', '1van'],
      ['Zoë', 'zoe'],
      ['Anna B.', 'Anna\u200b B'],
      ['Ορα', 'Opa'],
      ['a l', 'al'],
    ] as const
    for (const [a, b] of pairs) expect(looksLike(a, b), `${a} ${b}`).toBe(true)
  })

  it('leaves different names apart', () => {
    for (const [a, b] of [
      ['Anna', 'Hanna'],
      ['Мария', 'Maria'],
      ['', ''],
      ['...', '!!!'],
      ['李', '王'],
    ] as const) {
      expect(looksLike(a, b), `${a} ${b}`).toBe(false)
    }
    expect(nameSkeleton('…')).toBe('')
  })

  it('is symmetric and holds for equal names', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(looksLike(a, b)).toBe(looksLike(b, a))
        expect(looksLike(a, a)).toBe(nameSkeleton(a) !== '')
      }),
      { seed: 3, numRuns: 300 },
    )
  })
})

describe('nameSlug', () => {
  it('makes safe file names', () => {
    expect(nameSlug('Anna Müller')).toBe('anna-muller')
    expect(nameSlug('Łukasz Strauß')).toBe('lukasz-strauss')
    expect(nameSlug('../../etc/passwd')).toBe('etc-passwd')
    expect(nameSlug('Мария')).toBe('waxwing')
    expect(nameSlug('')).toBe('waxwing')
    expect(nameSlug('CON')).toBe('waxwing')
    expect(nameSlug('-rf *')).toBe('rf')
  })

  it('is safe for anything', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string()), (name) =>
        /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(nameSlug(name)),
      ),
      { seed: 4, numRuns: 1_000 },
    )
  })
})

describe('civilDate', () => {
  it('agrees with the runtime on any day', () => {
    expect(civilDate(0)).toBe('1970-01-01')
    expect(civilDate(951_782_400_000)).toBe('2000-02-29')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (timeMs) => {
        expect(civilDate(timeMs)).toBe(new Date(timeMs).toISOString().slice(0, 10))
      }),
      { seed: 5, numRuns: 2_000 },
    )
    expect(() => civilDate(253_402_300_800_000)).toThrow('date out of range')
  })
})
