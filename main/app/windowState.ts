/** The window's size and place, kept between runs. The file is a convenience: what is wrong in it is passed over. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserWindow, Rectangle } from 'electron'
import { screen } from 'electron'
import { boolean, integer, object } from '../../preload/contract/schema.ts'

export const windowSizeMin = { width: 380, height: 480 }
const sizeDefault = { width: 1_120, height: 760 }

const stateSchema = object({
  x: integer({ min: -100_000, max: 100_000 }),
  y: integer({ min: -100_000, max: 100_000 }),
  width: integer({ min: windowSizeMin.width, max: 20_000 }),
  height: integer({ min: windowSizeMin.height, max: 20_000 }),
  maximized: boolean,
})

export interface WindowPlacement {
  readonly bounds: Partial<Rectangle>
  readonly maximized: boolean
}

function fileIn(folder: string): string {
  return join(folder, 'window.json')
}

function visible(bounds: Rectangle): boolean {
  const area = screen.getDisplayMatching(bounds).workArea
  const overlapX = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x)
  const overlapY = Math.min(bounds.y + bounds.height, area.y + area.height) - Math.max(bounds.y, area.y)
  return overlapX >= 100 && overlapY >= 100
}

/** The placement of the last run, or a default one where there is none or it is no longer on a screen. */
export function readPlacement(folder: string): WindowPlacement {
  try {
    const parsed = stateSchema.parse(JSON.parse(readFileSync(fileIn(folder), 'utf8')), 'window')
    if (parsed.ok) {
      const { maximized, ...bounds } = parsed.value
      return visible(bounds)
        ? { bounds, maximized }
        : { bounds: { width: bounds.width, height: bounds.height }, maximized }
    }
  } catch {
    // Absent or unreadable: the default.
  }
  return { bounds: sizeDefault, maximized: false }
}

/** Writes the placement when the window closes. */
export function keepPlacement(window: BrowserWindow, folder: string): void {
  window.on('close', () => {
    try {
      const state = { ...window.getNormalBounds(), maximized: window.isMaximized() }
      writeFileSync(fileIn(folder), JSON.stringify(state), { mode: 0o600 })
    } catch {
      // A full disk costs the window's place, nothing else.
    }
  })
}
