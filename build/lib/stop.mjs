/** Something the person at the keyboard can put right: shown as a sentence, without a stack. */
export class Stop extends Error {}

/** Runs a script's main function; a Stop ends the process with its sentence and code 1. */
export async function runMain(main) {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    process.stderr.write(`\n${error.message}\n`)
    process.exitCode = 1
  }
}
