import { render, screen, within } from '@solidjs/testing-library'
import axe from 'axe-core'
import decodeQR from 'qr/decode.js'
import { describe, expect, it } from 'vitest'
import { Avatar, initialsOf, tintOf } from './Avatar.tsx'
import { Choice } from './Choice.tsx'
import { DeliveryMark } from './DeliveryMark.tsx'
import { Fingerprint, fingerprintGroups, SafetyNumber } from './Fingerprint.tsx'
import { Options } from './Options.tsx'
import { PassphraseField } from './PassphraseField.tsx'
import { QrCode, qrPath } from './QrCode.tsx'
import { Seal } from './Seal.tsx'
import { Switch } from './Switch.tsx'
import { TextField } from './TextField.tsx'

async function expectAccessible(container: Element): Promise<void> {
  const { violations } = await axe.run(container, { rules: { region: { enabled: false } } })
  expect(violations.map((found) => found.id)).toEqual([])
}

describe('initials', () => {
  it.each([
    ['Anna Bergström', 'AB'],
    ['anna', 'A'],
    ['Дмитрий Соколов', 'ДС'],
    ['美玲', '美'],
    ['Ben van der Meer', 'BM'],
    ['👩‍🚀 Space', '👩‍🚀S'],
    ['', ''],
    ['...', ''],
    [`z${'\u0301'.repeat(10_000)}`, ''],
  ])('of %j are %j', (name, initials) => {
    expect(initialsOf(name)).toBe(initials)
  })

  it('have a tint that belongs to the account', () => {
    expect(tintOf('ab'.repeat(32))).toBe(tintOf('ab'.repeat(32)))
    expect(tintOf('')).toBe(0)
    const { container } = render(() => <Avatar account={'ab'.repeat(32)} name="Anna" />)
    expect(container.firstElementChild?.getAttribute('aria-hidden')).toBe('true')
  })
})

describe('what is compared', () => {
  const fingerprint = `SHA256:${'abcdEFGH0123+/xy'.repeat(3).slice(0, 43)}`

  it('is set in groups of four, and is the same text when read', () => {
    expect(fingerprintGroups(fingerprint).groups).toHaveLength(11)
    render(() => <Fingerprint value={fingerprint} label="Your fingerprint" />)
    expect(screen.getByRole('group', { name: 'Your fingerprint' }).textContent).toBe(fingerprint)
  })

  it('is twelve groups of five', async () => {
    const groups = Array.from({ length: 12 }, (_, index) => String(10_000 + index))
    const { container } = render(() => <SafetyNumber groups={groups} label="Safety number" />)
    expect(screen.getByRole('group', { name: 'Safety number' }).textContent?.trim().split(' ')).toEqual(groups)
    await expectAccessible(container)
  })
})

describe('the code', () => {
  /** Draws the path as a reader's camera would see it. */
  function pixels(text: string): { width: number; height: number; data: Uint8ClampedArray } {
    const code = qrPath(text)
    if (!code) throw new Error('no code')
    const scale = 4
    const width = code.size * scale
    const data = new Uint8ClampedArray(width * width * 4).fill(255)
    for (const [, x, y, run] of code.path.matchAll(/M(\d+) (\d+)h(\d+)v1H\d+z/g)) {
      for (let row = 0; row < scale; row++) {
        for (let column = 0; column < Number(run) * scale; column++) {
          const at = ((Number(y) * scale + row) * width + Number(x) * scale + column) * 4
          data.fill(0, at, at + 3)
        }
      }
    }
    return { width, height: width, data }
  }

  it.each([['waxwing-verify:1:0123456789abcdef'.repeat(4)], [`waxwing:${'kZ3vY8mQ'.repeat(140)}`]])(
    'can be read back',
    (text) => {
      expect(decodeQR(pixels(text))).toBe(text)
    },
  )

  it('gives way to words when the text is too long', () => {
    expect(qrPath('x'.repeat(5_000))).toBeNull()
    render(() => <QrCode text={'x'.repeat(5_000)} label="Code" fallback={<p>Too long.</p>} />)
    expect(screen.getByText('Too long.')).toBeTruthy()
  })
})

describe('signs', () => {
  it('say in words what they show', () => {
    render(() => (
      <>
        <Seal state="cracked" label="Key changed" />
        <DeliveryMark state="delivered" label="Delivered" />
      </>
    ))
    expect(screen.getByRole('img', { name: 'Key changed' })).toBeTruthy()
    expect(screen.getByRole('img', { name: 'Delivered' })).toBeTruthy()
  })

  it('have a shape of their own in each state', () => {
    const shapes = (['whole', 'plain', 'cracked'] as const).map(
      (state) => render(() => <Seal state={state} />).container.querySelectorAll('path').length,
    )
    expect(shapes).toEqual([2, 1, 2])
  })
})

describe('fields', () => {
  it('tie their label and error to the box', async () => {
    const { container } = render(() => <TextField label="Invite link" value="" error="That is not all of it." />)
    const box = screen.getByRole('textbox', { name: 'Invite link' })
    expect(box.getAttribute('aria-invalid')).toBe('true')
    expect(document.getElementById(box.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
      'That is not all of it.',
    )
    await expectAccessible(container)
  })

  it('hide a passphrase until it is asked for', async () => {
    const { container } = render(() => (
      <PassphraseField
        label="Passphrase"
        showLabel="Show passphrase"
        hideLabel="Hide passphrase"
        capsLockText="Caps Lock is on."
        value="secret"
        onInput={() => undefined}
        maxLength={100}
      />
    ))
    const box = screen.getByLabelText('Passphrase')
    expect(box.getAttribute('type')).toBe('password')
    screen.getByRole('button', { name: 'Show passphrase' }).click()
    expect(box.getAttribute('type')).toBe('text')
    await expectAccessible(container)
  })

  it('say what was chosen', async () => {
    const chosen: string[] = []
    const { container } = render(() => (
      <>
        <Switch label="Receipts" hint="Off: nobody knows." checked={false} onChange={(on) => chosen.push(String(on))} />
        <Choice
          label="Theme"
          value="light"
          options={[
            { value: 'light', label: 'Paper' },
            { value: 'dark', label: 'Night' },
          ]}
          onChange={(value) => chosen.push(value)}
        />
        <Options
          label="Where I am"
          value="open"
          options={[
            { value: 'open', label: 'Everyone', hint: 'The fastest way.' },
            { value: 'proxy', label: 'Nobody', hint: 'The slowest way.' },
          ]}
          onChange={(value) => chosen.push(value)}
        />
      </>
    ))
    screen.getByRole('switch', { name: 'Receipts' }).click()
    screen.getByRole('radio', { name: 'Night' }).click()
    const nobody = within(screen.getByRole('group', { name: 'Where I am' })).getByRole('radio', { name: 'Nobody' })
    expect(document.getElementById(nobody.getAttribute('aria-describedby') ?? '')?.textContent).toBe('The slowest way.')
    nobody.click()
    expect(chosen).toEqual(['true', 'dark', 'proxy'])
    await expectAccessible(container)
  })
})
