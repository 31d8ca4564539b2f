/** The version in package.json, written in by electron.vite.config.ts as it builds. */
declare const waxwingVersion: string

export const version = waxwingVersion
