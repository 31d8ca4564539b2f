import type { enDelivery } from './enDelivery.ts'

/** How far a message has come, in German. */
export const deDelivery: typeof enDelivery = {
  writing: 'Wird gespeichert',
  written: 'Geschrieben',
  sent: 'Gesendet',
  held: 'Versiegelt verwahrt',
  delivered: 'Zugestellt',
  read: 'Gelesen',
  underWay: 'Unterwegs',
  since: (time: string) => `Seit ${time}`,
  mail: {
    full: (name: string) => `Der Briefkasten von ${name} ist voll; es wird wieder versucht.`,
    unknownTag: (name: string) => `Der Briefkasten von ${name} nimmt noch nichts von dir an; es wird wieder versucht.`,
    busy: (name: string) => `Der Briefkasten von ${name} ist beschäftigt; es wird bald wieder versucht.`,
    tooLarge: (name: string) => `Für den Briefkasten von ${name} ist sie zu groß.`,
    unreachable: (name: string) => `Auch der Briefkasten von ${name} ist nicht erreichbar; es wird wieder versucht.`,
  },
  writtenStory: (name: string) => `Auf diesem Rechner gespeichert. Geht hinaus, sobald ${name} erreichbar ist.`,
  writtenBefore: 'Auf diesem Rechner gespeichert.',
  sentStory: (name: string) => `Zum Rechner von ${name}.`,
  sentLoopback: (name: string) => `Zu ${name}, auf diesem Rechner.`,
  sentLan: (name: string) => `Zum Rechner von ${name}, durch das lokale Netz.`,
  sentDirect: (name: string) => `Zum Rechner von ${name}, auf direktem Weg.`,
  sentWebrtc: (name: string) => `Zum Rechner von ${name}, auf direktem Weg, mit WebRTC.`,
  sentRelay: (name: string) => `Zum Rechner von ${name}, über eine Zwischenstation, die sie nicht öffnen kann.`,
  sentRelayOf: (name: string, relay: string) =>
    `Zum Rechner von ${name}, über den Rechner von ${relay}. Öffnen lässt sie sich dort nicht.`,
  sentMailbox: (name: string) => `Zu einem Briefkasten, der sie verwahrt, bis ${name} zurück ist.`,
  heldStory: (name: string) =>
    `Ein Rechner, den ${name} gewählt hat, verwahrt sie, bis ${name} zurück ist. Öffnen lässt sie sich dort nicht.`,
  heldBy: (name: string, holder: string) =>
    `Der Rechner von ${holder} verwahrt sie, bis ${name} zurück ist. Öffnen lässt sie sich dort nicht.`,
  deliveredStory: (name: string) => `Der Rechner von ${name} hat sie gespeichert.`,
  readStory: (name: string) => `${name} hat sie gesehen.`,
  receivedStory: (name: string) => `Kam versiegelt von ${name}.`,
  cameLoopback: 'Sie blieb auf diesem Rechner.',
  cameLan: 'Sie ging durch das lokale Netz.',
  cameDirect: 'Sie ging auf direktem Weg.',
  cameWebrtc: 'Sie ging auf direktem Weg, mit WebRTC.',
  cameRelay: 'Sie ging über eine Zwischenstation.',
  cameMailbox: 'Sie kam durch einen Briefkasten.',
  cameMailboxOf: (holder: string) => `Sie kam durch den Briefkasten von ${holder}.`,
}
