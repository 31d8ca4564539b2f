/** The names of the channels between the main process, the preload and the page. */
export const channels = {
  /** invoke: (method, params) → ShellOutcome */
  shell: 'waxwing:shell',
  /** main → page: a ShellEvent */
  shellEvent: 'waxwing:shell-event',
  /** page → main: the page wants a port to the node */
  connect: 'waxwing:connect',
  /** main → preload → page: the port, as a message of that name */
  port: 'waxwing:port',
} as const
