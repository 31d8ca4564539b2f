/** Files that the user chose in a dialog. Paths never come from the page; what is written has our own names. */
import { constants } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { BrowserWindow } from 'electron'
import { dialog } from 'electron'
import type { ExportFile } from '../../../preload/contract/dto.ts'
import { contractLimits } from '../../../preload/contract/limits.ts'
import { ShellRefusal } from './shell.ts'

const folderAttemptsMax = 100

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : 'unknown'
}

function refusal(thrown: unknown, doing: string): ShellRefusal {
  const code = codeOf(thrown)
  if (code === 'ENOSPC')
    return new ShellRefusal('diskFull', `The disk is full, so ${doing} stopped. Free some space and try again.`)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new ShellRefusal('fileRefused', `Waxwing may not do that there, so ${doing} stopped. Choose another place.`)
  }
  return new ShellRefusal('fileRefused', `${doing} failed (${code}). Choose another place or file.`)
}

async function writeNew(path: string, contents: Buffer): Promise<void> {
  const file = await open(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0),
    0o644,
  )
  try {
    await file.writeFile(contents)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A folder that did not exist before, so that nothing of the user's is ever written over. */
async function freshFolder(parent: string): Promise<string> {
  for (let attempt = 1; attempt <= folderAttemptsMax; attempt++) {
    const folder = join(parent, attempt === 1 ? 'waxwing-fingerprint' : `waxwing-fingerprint-${attempt}`)
    try {
      await mkdir(folder)
      return folder
    } catch (thrown) {
      if (codeOf(thrown) !== 'EEXIST') throw thrown
    }
  }
  throw new ShellRefusal('fileRefused', 'There are too many exported folders there already. Choose another place.')
}

/** Asks for a folder and writes the files into a new one inside it; its path, or null when the user gave up. */
export async function exportFiles(files: readonly ExportFile[], window: BrowserWindow): Promise<string | null> {
  const chosen = await dialog.showOpenDialog(window, {
    title: 'Export fingerprint',
    buttonLabel: 'Export here',
    properties: ['openDirectory', 'createDirectory'],
  })
  const parent = chosen.filePaths[0]
  if (chosen.canceled || parent === undefined) return null
  try {
    const folder = await freshFolder(parent)
    for (const file of files)
      await writeNew(join(folder, basename(file.fileName)), Buffer.from(file.contents, file.encoding))
    return folder
  } catch (thrown) {
    throw thrown instanceof ShellRefusal ? thrown : refusal(thrown, 'the export')
  }
}

/** The text of a regular file of at most `cardLengthMax` bytes. */
async function readText(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const facts = await file.stat()
    if (!facts.isFile()) throw new ShellRefusal('fileRefused', 'That is not an ordinary file. Choose another one.')
    if (facts.size > contractLimits.cardLengthMax) {
      throw new ShellRefusal(
        'fileRefused',
        `That file is too large: ${facts.size} bytes, and at most ${contractLimits.cardLengthMax} are read.`,
      )
    }
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

async function chooseText(
  window: BrowserWindow,
  title: string,
  extensions: string[],
): Promise<{ path: string; text: string } | null> {
  const chosen = await dialog.showOpenDialog(window, {
    title,
    properties: ['openFile'],
    filters: [
      { name: title, extensions },
      { name: 'All files', extensions: ['*'] },
    ],
  })
  const path = chosen.filePaths[0]
  if (chosen.canceled || path === undefined) return null
  try {
    return { path, text: await readText(path) }
  } catch (thrown) {
    throw thrown instanceof ShellRefusal ? thrown : refusal(thrown, 'reading the file')
  }
}

/** A card.txt with the signature that lies beside it, or a .pub file. */
export async function openCard(window: BrowserWindow): Promise<{ card: string; signature: string | null } | null> {
  const chosen = await chooseText(window, 'Identity card or public key', ['txt', 'pub'])
  if (chosen === null) return null
  try {
    return { card: chosen.text, signature: await readText(`${chosen.path}.sig`) }
  } catch {
    return { card: chosen.text, signature: null }
  }
}

export async function openInvite(window: BrowserWindow): Promise<{ text: string } | null> {
  const chosen = await chooseText(window, 'Waxwing invite', ['waxwing', 'txt'])
  return chosen === null ? null : { text: chosen.text }
}

/** Asks where and writes the invite; the dialog itself asks before an existing file is replaced. */
export async function saveInvite(link: string, window: BrowserWindow): Promise<boolean> {
  const chosen = await dialog.showSaveDialog(window, { title: 'Save invite', defaultPath: 'invite.waxwing' })
  if (chosen.canceled || chosen.filePath === '') return false
  const text = `This is a Waxwing invite. It works once: open it in Waxwing with New contact, Accept invite.\n${link}\n`
  try {
    const file = await open(chosen.filePath, 'w', 0o600)
    try {
      await file.writeFile(text)
    } finally {
      await file.close()
    }
    return true
  } catch (thrown) {
    throw refusal(thrown, 'saving the invite')
  }
}
