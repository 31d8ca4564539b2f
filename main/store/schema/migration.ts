/** One step of the schema. Numbered by tens; once released, never edited. */
export interface Migration {
  /** What PRAGMA user_version says after it. */
  readonly version: number
  readonly sql: string
}
