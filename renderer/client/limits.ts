/** The bridge's bounds, for views that must keep within them. */
export { contractLimits } from '../../preload/contract/limits.ts'
