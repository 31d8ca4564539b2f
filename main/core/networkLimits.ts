/** Bounds of the network. See limits.ts. */
const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** Of the adapter that carries frames over libp2p (main/net). */
export const networkLimits = {
  // Listening and accepting.
  connectionsMax: 300,
  connectionsPerDeviceMax: 4,
  /** Connections of devices that stand in no target, and how young one must be to be safe from a newer one. */
  strangerConnectionsMax: 32,
  strangerConnectionSafeMs: 10 * second,
  /** Sockets that have not yet proved a key, in all and from one address; beyond it the oldest is closed. */
  pendingInboundMax: 64,
  pendingInboundPerAddressMax: 16,
  inboundPerAddressPerSecondMax: 32,
  listenBacklog: 128,
  inboundUpgradeTimeoutMs: 4 * second,
  /** A connection without a stream of frames is closed after this long. */
  streamOpenTimeoutMs: 10 * second,
  /** A device that is no target is closed when no frame came or went for this long. */
  strangerIdleMs: 2 * minute,
  /** Streams that a stranger may have open on one connection. */
  muxerStreamsMax: 8,
  /** Streams that a peer may open in a second; beyond it its connection ends. */
  streamsPerSecondMax: 32,
  identifySizeBytesMax: 8_192,

  // The stream of frames.
  streamWindowBytesMax: 524_288,
  streamReadBufferBytesMax: 1_048_576,
  /** `send` says `full` while this much waits to be written. */
  streamWriteBufferBytesMax: 262_144,
  /** A frame that has begun must be whole after this long. */
  frameDurationMsMax: 8 * second,
  /** The pulse by which streams are watched; figures in pulses are immune to a clock that jumps. */
  pulseMs: second,
  heartbeatPulses: 3,
  silencePulsesMax: 8,
  /** A peer is asked for an answer, whose time is shown, no more often than this. */
  roundTripGapMs: second,
  /** After a wake, a stream that has said nothing for this many pulses is dead. */
  wakeSilencePulsesMax: 4,
  /** A pulse that comes this much too late, or early, means sleep or a changed clock. */
  pulseDriftMsMax: 5 * second,
  /** Two connections that opened within this time crossed; the smaller device's one stays. */
  crossedDialsMs: 5 * second,
  /** How long a replaced stream may still deliver what was under way. */
  replacedStreamLingerMs: 2 * second,

  // Dialling.
  dialsMax: 16,
  addressesPerDialMax: 12,
  /** The lowest port that is dialled in private networks: those below belong to services of the system. */
  nearPortMin: 1_024,
  connectTimeoutMs: 3 * second,
  connectStaggerMs: 200,
  handshakeTimeoutMs: 6 * second,
  dialTimeoutMs: 15 * second,
  redialAfterMs: 500,
  redialAfterMsMax: minute,
  /** A connection that lasted this long resets the back-off. */
  stableConnectionMs: 30 * second,
  interfacePollMs: 2 * second,

  // Through a proxy.
  /** A proxy may need long to reach an onion service. */
  proxyConnectTimeoutMs: 30 * second,
  proxyDialTimeoutMs: 60 * second,
  proxyHandshakeTimeoutMs: 20 * second,

  // Through relays.
  /** Relays at which this device keeps a place. */
  relaysMax: 3,
  /** A relay must answer a request for a place after this long, and with so much at most. */
  reservationTimeoutMs: 5 * second,
  reservationAnswerBytesMax: 4_096,
  /** A place is asked for anew after this long, whatever the relay says of its end: its clock may be wrong. */
  reservationRenewMs: 30 * minute,
  reservationRetryMs: 2 * second,
  reservationRetryMsMax: 5 * minute,
  /** How long an address through a relay is still told after the connection with the relay ended. */
  reservationLingerMs: 30 * second,
  /** Direct addresses of a peer have this start before one through a relay is dialled. */
  relayAfterMs: 500,
  relayDialTimeoutMs: 5 * second,
  /** Dials through one relay; the relay ends who opens more than `streamsPerSecondMax` streams. */
  relayDialsPerSecondMax: 16,
  /** A peer that is reached through a relay is dialled directly again after this long, doubling up to the maximum. */
  upgradeAfterMs: 30 * second,
  upgradeAfterMsMax: 5 * minute,
  /** A relayed stream that came while a better one lives is kept until the better one has proved that it does. */
  relayedLingerMs: 12 * second,

  // Serving as a relay.
  relayReservationsMax: 256,
  relayReservationLifetimeMs: 2 * hour,
  /** Connections that are passed on, in all and of one device, and how many a device may be called by in a second. */
  relayConnectionsMax: 256,
  relayConnectionsPerPeerMax: 64,
  relayCallsPerSecondMax: 16,
  /** A request to a relay, or of one, must be whole after this long and is no longer than this. */
  relayRequestTimeoutMs: 6 * second,
  relayRequestSizeBytesMax: 4_096,
  /** Bytes of one direction of a passed-on connection that wait for a slower receiver before the sender is held. */
  relayBufferBytesMax: 131_072,

  // Direct connections over UDP (WebRTC) that are arranged over a relayed one.
  stunRequestSizeBytesMax: 512,
  /** Answers to one source. */
  stunAnswersPerSecondMax: 16,
  /** A relayed peer is tried after at most this long. */
  webrtcJitterMs: 500,
  /** And again after this long, doubling up to the maximum: the other side may not know us yet when we ask first. */
  webrtcRetryMs: 4 * second,
  webrtcRetryMsMax: 5 * minute,
  /** From the first message about it to the stream of frames. */
  webrtcTimeoutMs: 4 * second,
  /** How long the addresses that are found late are waited for. */
  webrtcGatherMs: second,
  webrtcAttemptsMax: 8,
  /** A peer may propose a connection at most this often. */
  webrtcProposalGapMs: 2 * second,
  webrtcCandidatesMax: 8,
  webrtcDescriptionSizeBytesMax: 320,
  webrtcMessageSizeBytesMax: 16_384,
  /** What may wait to be sent below the connection, and what came and is not read yet. */
  webrtcSendBufferBytesMax: 262_144,
  webrtcReadBufferBytesMax: 1_048_576,
  /** How long what was written last may take to leave. */
  webrtcCloseMs: second,

  // A port that the router maps.
  mappingLifetimeMs: hour,
  /** It is asked for anew after this long: a router that was off has forgotten it. */
  mappingRenewMs: 5 * minute,
  mappingRetryMs: 30 * second,
  mappingRetryMsMax: 30 * minute,
  /** How often NAT-PMP asks one thing, and how long it waits for the first answer; doubled each time. */
  mappingAsksMax: 3,
  mappingAskAfterMs: 250,
  /** How long UPnP looks for routers, how many packets it reads, and how many routers it speaks with. */
  mappingSearchMs: 2 * second,
  mappingSearchAnswersMax: 32,
  mappingRoutersMax: 4,
  /** Of one answer of a router. */
  mappingAnswerTimeoutMs: 3 * second,
  mappingAnswerBytesMax: 131_072,
  mappingElementsMax: 4_096,
  mappingHeadersMax: 32,
  mappingHeaderBytesMax: 8_192,
  mappingUrlLengthMax: 1_024,
  /** Ports that are tried when others have taken them. */
  mappingPortTriesMax: 4,

  // The LAN.
  lanEpochMs: 15 * minute,
  lanTokenSizeBytes: 16,
  lanTokensPerPacket: 60,
  lanPacketsPerAnnouncementMax: 16,
  lanAnnounceIntervalMs: minute,
  lanAnnounceGapMs: second,
  lanAddressesPerPeerMax: 4,
  lanAddressLifetimeMs: 10 * minute,
  lanPacketsPerSecondMax: 200,
  /** What goes unfragmented over Ethernet: an announcement is smaller. */
  lanPacketSizeBytesMax: 1_472,
  lanInterfacesMax: 8,
  /** A peer found on the LAN is dialled at once at most this often. */
  lanDialGapMs: 5 * second,
} as const
