import './lib/nodeVersion.mjs'
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { prepareApp } from './lib/app.mjs'
import { hasDisplay } from './lib/display.mjs'
import { outDir, root } from './lib/paths.mjs'
import { Person } from './lib/person.mjs'
import { Progress } from './lib/progress.mjs'
import { runMain } from './lib/stop.mjs'
import { setUp } from './setup.mjs'

const help = `npm run demo

Opens Waxwing for two people on this machine, Anna and Ben. They meet by an invite and message each other over libp2p,
on loopback only. Without a display it ends with pictures in out/ and the transcript. Their profiles are thrown away.
`
/** @type {readonly (readonly [from: string, text: string])[]} */
const talk = [
  ['Anna', 'Hello Ben. Did the invite work?'],
  ['Ben', 'It did. Who carries this letter?'],
  ['Anna', 'Nobody. It goes from my computer to yours, sealed.'],
  ['Ben', 'Then let us compare safety numbers.'],
]

const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`)

await runMain(async () => {
  if (process.argv.includes('--help')) return void process.stdout.write(help)
  const progress = new Progress()
  await setUp({ runtime: true, system: hasDisplay() ? [] : ['display'] }, progress)
  const app = await prepareApp(say)
  const profiles = mkdtempSync(join(tmpdir(), 'waxwing-demo-'))
  if (app.user.dropped) chownSync(profiles, app.user.uid, app.user.gid)
  const children = ['anna', 'ben'].map((name) => {
    const own = [`--profile=${name}`, `--user-data-root=${profiles}`, '--confine=loopback']
    return app.start({ args: own, switches: ['--remote-debugging-port=0'] })
  })
  const ended = children.map((child) => new Promise((resolve) => child.once('exit', resolve)))
  const stop = () => children.forEach((child) => child.kill('SIGTERM'))
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, stop)
  try {
    const [annaChild, benChild] = children
    const people = progress.step('Two windows open', () =>
      Promise.all([Person.meet('Anna', annaChild, app.display), Person.meet('Ben', benChild, app.display)]),
    )
    const [anna, ben] = await people
    await play(anna, ben, progress)
    await Promise.all([anna.leave(), ben.leave()])
    if (!app.display && process.stdin.isTTY) {
      say('Both windows are yours to try. Close them, or press Ctrl+C, to end the demo.')
      await Promise.all(ended)
    }
  } finally {
    stop()
    await Promise.all(ended)
    app.display?.stop()
    rmSync(profiles, { recursive: true, force: true })
  }
})

async function play(anna, ben, progress) {
  await progress.step('Both make a profile', () => Promise.all([anna.onboard(), ben.onboard()]))
  await progress.step('Anna invites Ben, Ben accepts', async () => {
    await ben.acceptInvite(await anna.createInvite())
    await Promise.all([anna.openConversation('Ben'), ben.openConversation('Anna')])
  })
  process.stdout.write('\n')
  const people = { Anna: [anna, ben], Ben: [ben, anna] }
  for (const [from, text] of talk) {
    const [writer, reader] = people[from]
    await reader.comeToFront()
    await writer.send(text)
    await reader.message(text).waitFor()
    process.stdout.write(`${from.padEnd(5)}  ${text}  [${await writer.waitForMark(text, /^Read/)}]\n`)
  }
  await takePictures([anna, ben], 'demo')
  const numbers = [await anna.safetyNumber(), await ben.safetyNumber()]
  const verdict = numbers[0] === numbers[1] ? 'Both see the same safety number:' : 'THE SAFETY NUMBERS DIFFER:'
  process.stdout.write(`\n${verdict} ${[...new Set(numbers)].join(' / ')}\n`)
  if (numbers[0] !== numbers[1]) process.exitCode = 1
  await takePictures([anna, ben], 'demo-verify')
}

async function takePictures(people, label) {
  mkdirSync(outDir, { recursive: true })
  for (const { name, page } of people) {
    const path = join(outDir, `${label}-${name.toLowerCase()}.png`)
    await page.screenshot({ path })
    say(`A picture of ${name}'s window is in ${relative(root, path)}.`)
  }
}
