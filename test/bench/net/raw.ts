/** The yardstick between two machines of the laboratory: rawPeer.ts, there and back. */
import type { Internet } from '../../net/internet.ts'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const rounds = 2_000

export async function rawRoundTrips(
  internet: Internet,
  script: string,
  from: string,
  to: string,
  host: string,
): Promise<readonly number[]> {
  const [program = '', ...on] = internet.on(to)
  const echo = spawn(program, [...on, process.execPath, script, 'echo', host], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const address = await new Promise<string>((done) => createInterface({ input: echo.stdout }).once('line', done))
    const output = internet.within(from, process.execPath, script, 'ping', address, String(rounds))
    return JSON.parse(output) as readonly number[]
  } finally {
    echo.kill()
  }
}
