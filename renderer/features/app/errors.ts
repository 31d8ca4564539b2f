import type { ClientError } from '../../client/errors.ts'
import { t } from '../../i18n/index.ts'

/** The sentence for what went wrong, in the reader's language. */
export function errorText(error: ClientError): string {
  return t(`errors.${error.code}`)
}
