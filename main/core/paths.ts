/** How a connected peer is reached. */
export type PathKind = 'loopback' | 'lan' | 'direct' | 'relay' | 'webrtc'
