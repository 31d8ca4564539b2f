// Imported before anything else, so that an old Node gets a sentence and not a stack.
const wanted = [20, 19]
const have = process.versions.node.split('.').map(Number)

if (have[0] < wanted[0] || (have[0] === wanted[0] && have[1] < wanted[1])) {
  process.stderr.write(
    `Waxwing needs Node ${wanted.join('.')} or newer; this is Node ${process.versions.node}.\n` +
      'Install a newer one (https://nodejs.org/en/download) and run the same command again.\n',
  )
  process.exit(1)
}
