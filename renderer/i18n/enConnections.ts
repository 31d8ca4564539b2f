/** How people are reached and who helps with it, in English. */
export const enConnections = {
  reach: {
    lan: 'Reachable on your own network',
    lanLead: 'Contacts elsewhere cannot connect to this computer. It connects to them whenever they can be reached.',
    lanTodo:
      'To be reachable from anywhere, let Waxwing ask your router, or ask a contact whose computer is always on to pass calls on.',
    public: 'Reachable from anywhere',
    publicLead: 'This computer has an address of its own on the internet.',
    mapped: 'Reachable from anywhere',
    mappedLead: 'Your router lets contacts through to this computer.',
    relay: 'Reachable through contacts',
    relayLead: 'A contact’s computer passes connections on to this one. It sees that something passes, never what.',
    relayLeadOf: (names: string, count: number) =>
      count === 1
        ? `Contacts come through ${names}’s computer. It sees that something passes, never what.`
        : `Contacts come through the computers of ${names}. They see that something passes, never what.`,
    hidden: 'Not reachable at this moment',
    hiddenLead: 'Only your relays may learn where you are, and none of them is in use.',
    hiddenTodo: 'Open the details of a contact who offers to pass calls on, and choose “Always” there.',
    proxy: 'Nobody can connect to this computer',
    proxyLead: 'It hides behind the proxy. It still connects to others, through it.',
    off: 'Not connected',
    offLead: 'Waxwing’s network part is off.',
    starting: 'Connecting',
    startingLead: 'Waxwing is looking for its ways out.',
    failed: 'Others cannot connect to this computer',
    failedLead: 'Waxwing could not listen for them. It still connects to others.',
  },
  problem: {
    portInUse:
      'Another program uses Waxwing’s network port, so others cannot connect to this computer. Close that program, or restart Waxwing.',
    addressNotAvailable: 'An address to listen on does not exist on this computer, so others may not reach it.',
    listenRefused:
      'The system does not let Waxwing listen for others. Check its firewall. Waxwing still connects to them.',
    proxyRefused: 'The proxy refuses connections. Check that it runs, and its address and port.',
    proxyUnreachable: 'The proxy cannot be reached. Check its address and port.',
    proxyAuthFailed: 'The proxy wants a login that Waxwing does not have. Use one that works without.',
    proxyNotSocks: 'What answers at this address is no SOCKS5 proxy. Check the port.',
    proxyTimeout: 'The proxy does not answer. Check that it runs and is online itself.',
    proxyConsequence: 'Nothing goes out past the proxy, so nothing is sent until it works.',
  },
  nobody: 'No contact is connected',
  nobodyLead: 'They may all be away. If you think that they are not:',
  nobodyOnline: 'See whether this computer is online, then press “Connect now”.',
  nobodyBlocked:
    'Hotels and offices may block connections between computers. If it works over a phone’s hotspot, that was it.',
  nobodyRelay:
    'Ask a contact whose computer is always on to switch on “Pass calls on for contacts”. Then you meet through it.',
  people: 'Who is connected',
  away: (count: number) => (count === 1 ? '1 contact is away.' : `${count} contacts are away.`),
  path: {
    away: 'Away',
    loopback: 'On this computer',
    lan: 'On this network',
    direct: 'Directly',
    webrtc: 'Directly, by WebRTC',
    relay: 'Through a relay',
    relayOf: (name: string) => `Through ${name}’s relay`,
  },
  roundTrip: 'Round trip',
  roundTripLead: 'The time is how long an answer takes to come back.',
  underOne: 'under 1 ms',
  milliseconds: (ms: string) => `${ms} ms`,
  seconds: (seconds: string) => `${seconds} s`,
  measuring: 'measuring',
  helpers: 'While this computer is off',
  mailboxes: (names: string, count: number) =>
    count === 1
      ? `Messages for you wait, sealed, on ${names}’s computer.`
      : `Messages for you wait, sealed, on the computers of ${names}.`,
  noMailboxes:
    'Nobody holds messages for you; senders keep them until both of you are online. Ask a contact whose computer is always on to switch on “Hold messages for contacts”.',
  offers: {
    title: 'What they offer',
    relay: (name: string) => `${name} offers to pass calls on to you.`,
    mailbox: (name: string) => `${name} offers to hold messages for you while you are away.`,
    both: (name: string) => `${name} offers to pass calls on to you, and to hold messages for you while you are away.`,
    learnsRelay: (name: string) =>
      `If you use it, ${name} learns this computer’s address, and who connects to you when. Never what is said.`,
    learnsMailbox: (name: string) =>
      `If you use it, ${name} learns this computer’s address, and how much waits for you when. Not from whom, and never what is said.`,
    learnsBoth: (name: string) =>
      `If you use it, ${name} learns this computer’s address, who connects to you when, and how much waits for you. Never what is said.`,
    use: 'Use it',
    auto: 'Automatic',
    always: 'Always',
    never: 'Never',
    autoOpen: 'Automatic: used where it helps.',
    autoHidden: 'Automatic: not used, because you hide where you are.',
    inUseRelay: 'In use: others can reach you through it.',
    inUseMailbox: 'In use: messages for you can wait there.',
    inUseBoth: 'In use: others can reach you through it, and messages for you can wait there.',
  },
}
