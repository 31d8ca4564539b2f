/**
 * The little of XML that routers answer with: elements and the text straight inside them. No document type, and so no
 * entity of its own; nothing is expanded, nested or looked up, and the work grows with the text's length alone.
 */
import { networkLimits } from '../../core/limits.ts'

export interface XmlElement {
  /** Without the prefix of its namespace. */
  readonly name: string
  readonly text: string
  readonly isEnd: boolean
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decoded(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name] ?? '').trim()
}

/** Tags in the order of the text, each with what follows it; null when it is too much, or declares a document type. */
export function readXml(text: string): readonly XmlElement[] | null {
  if (text.length > networkLimits.mappingAnswerBytesMax || /<!(?!--)/.test(text)) return null
  const elements: XmlElement[] = []
  const tag = /<(\/?)(?:[A-Za-z_][\w.-]{0,63}:)?([A-Za-z_][\w.-]{0,63})(?:\s[^<>]{0,1024})?\/?>([^<]{0,2048})/g
  for (const [, slash = '', name = '', after = ''] of text.matchAll(tag)) {
    if (elements.length === networkLimits.mappingElementsMax) return null
    elements.push({ name, text: decoded(after), isEnd: slash !== '' })
  }
  return elements
}

/** The text of the first element of that name. */
export function textOf(elements: readonly XmlElement[], name: string): string | null {
  return elements.find((one) => one.name === name && !one.isEnd)?.text ?? null
}

/** What stands between the start and the end of each element of that name, nested ones of the same name aside. */
export function partsOf(elements: readonly XmlElement[], name: string): readonly (readonly XmlElement[])[] {
  const parts: XmlElement[][] = []
  let open: XmlElement[] | null = null
  for (const element of elements) {
    if (element.name === name) {
      if (open !== null && element.isEnd) parts.push(open)
      open = element.isEnd ? null : []
    } else open?.push(element)
  }
  return parts
}
