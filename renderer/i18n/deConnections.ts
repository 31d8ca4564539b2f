import type { enConnections } from './enConnections.ts'

/** How people are reached and who helps with it, in German. */
export const deConnections: typeof enConnections = {
  reach: {
    lan: 'Im eigenen Netz erreichbar',
    lanLead:
      'Kontakte anderswo können sich nicht mit diesem Rechner verbinden. Er verbindet sich mit ihnen, sobald sie erreichbar sind.',
    lanTodo:
      'Um von überall erreichbar zu sein, lass Waxwing deinen Router fragen, oder bitte einen Kontakt, dessen Rechner immer läuft, Verbindungen weiterzugeben.',
    public: 'Von überall erreichbar',
    publicLead: 'Dieser Rechner hat eine eigene Adresse im Internet.',
    mapped: 'Von überall erreichbar',
    mappedLead: 'Dein Router lässt Kontakte zu diesem Rechner durch.',
    relay: 'Über Kontakte erreichbar',
    relayLead: 'Der Rechner eines Kontakts gibt Verbindungen weiter. Er sieht, dass etwas durchgeht, nie was.',
    relayLeadOf: (names: string, count: number) =>
      count === 1
        ? `Kontakte kommen über den Rechner von ${names}. Dort sieht man, dass etwas durchgeht, nie was.`
        : `Kontakte kommen über die Rechner von ${names}. Dort sieht man, dass etwas durchgeht, nie was.`,
    hidden: 'Gerade nicht erreichbar',
    hiddenLead: 'Nur deine Zwischenstationen dürfen erfahren, wo du bist, und keine wird benutzt.',
    hiddenTodo: 'Öffne die Einzelheiten eines Kontakts, der Verbindungen weitergibt, und wähle dort „Immer“.',
    proxy: 'Niemand kann sich mit diesem Rechner verbinden',
    proxyLead: 'Er verbirgt sich hinter dem Proxy. Er selbst verbindet sich weiterhin mit anderen, durch den Proxy.',
    off: 'Nicht verbunden',
    offLead: 'Der Netzteil von Waxwing ist aus.',
    starting: 'Verbindet sich',
    startingLead: 'Waxwing sucht seine Wege hinaus.',
    failed: 'Andere können sich nicht mit diesem Rechner verbinden',
    failedLead: 'Waxwing konnte nicht auf sie warten. Es verbindet sich weiterhin mit anderen.',
  },
  problem: {
    portInUse:
      'Ein anderes Programm belegt den Netzanschluss von Waxwing, darum kann sich niemand mit diesem Rechner verbinden. Beende das Programm, oder starte Waxwing neu.',
    addressNotAvailable:
      'Eine Adresse, auf der Waxwing warten soll, gibt es an diesem Rechner nicht. Andere erreichen ihn vielleicht nicht.',
    listenRefused:
      'Das System lässt Waxwing nicht auf andere warten. Prüfe die Firewall. Waxwing verbindet sich weiterhin mit ihnen.',
    proxyRefused: 'Der Proxy lehnt Verbindungen ab. Prüfe, ob er läuft, und seine Adresse und seinen Port.',
    proxyUnreachable: 'Der Proxy ist nicht erreichbar. Prüfe seine Adresse und seinen Port.',
    proxyAuthFailed: 'Der Proxy will eine Anmeldung, die Waxwing nicht hat. Nimm einen, der ohne auskommt.',
    proxyNotSocks: 'Was unter dieser Adresse antwortet, ist kein SOCKS5-Proxy. Prüfe den Port.',
    proxyTimeout: 'Der Proxy antwortet nicht. Prüfe, ob er läuft und selbst online ist.',
    proxyConsequence: 'Am Proxy vorbei geht nichts hinaus; bis er antwortet, wird nichts gesendet.',
  },
  nobody: 'Kein Kontakt ist verbunden',
  nobodyLead: 'Vielleicht sind alle abwesend. Wenn du das nicht glaubst:',
  nobodyOnline: 'Sieh nach, ob dieser Rechner online ist, und drücke dann „Jetzt verbinden“.',
  nobodyBlocked:
    'Hotels und Büros sperren manchmal Verbindungen zwischen Rechnern. Geht es über den Hotspot eines Telefons, lag es daran.',
  nobodyRelay:
    'Bitte einen Kontakt, dessen Rechner immer läuft, „Verbindungen für Kontakte weitergeben“ einzuschalten. Dann trefft ihr euch darüber.',
  people: 'Wer verbunden ist',
  away: (count: number) => (count === 1 ? '1 Kontakt ist abwesend.' : `${count} Kontakte sind abwesend.`),
  path: {
    away: 'Abwesend',
    loopback: 'Auf diesem Rechner',
    lan: 'In diesem Netz',
    direct: 'Direkt',
    webrtc: 'Direkt, mit WebRTC',
    relay: 'Über eine Zwischenstation',
    relayOf: (name: string) => `Über den Rechner von ${name}`,
  },
  roundTrip: 'Antwortzeit',
  roundTripLead: 'Die Zeit sagt, wie lange eine Antwort braucht.',
  underOne: 'unter 1 ms',
  milliseconds: (ms: string) => `${ms} ms`,
  seconds: (seconds: string) => `${seconds} s`,
  measuring: 'wird gemessen',
  helpers: 'Während dieser Rechner aus ist',
  mailboxes: (names: string, count: number) =>
    count === 1
      ? `Nachrichten für dich warten versiegelt auf dem Rechner von ${names}.`
      : `Nachrichten für dich warten versiegelt auf den Rechnern von ${names}.`,
  noMailboxes:
    'Niemand verwahrt Nachrichten für dich; Absender behalten sie, bis ihr beide online seid. Bitte einen Kontakt, dessen Rechner immer läuft, „Nachrichten für Kontakte verwahren“ einzuschalten.',
  offers: {
    title: 'Angebote',
    relay: (name: string) => `${name} bietet an, Verbindungen an dich weiterzugeben.`,
    mailbox: (name: string) => `${name} bietet an, Nachrichten für dich zu verwahren, während du weg bist.`,
    both: (name: string) =>
      `${name} bietet an, Verbindungen an dich weiterzugeben und Nachrichten für dich zu verwahren, während du weg bist.`,
    learnsRelay: (name: string) =>
      `Nutzt du das, erfährt ${name} die Adresse dieses Rechners und wer sich wann mit dir verbindet. Nie, was gesagt wird.`,
    learnsMailbox: (name: string) =>
      `Nutzt du das, erfährt ${name} die Adresse dieses Rechners und wie viel wann auf dich wartet. Nicht von wem, und nie, was gesagt wird.`,
    learnsBoth: (name: string) =>
      `Nutzt du das, erfährt ${name} die Adresse dieses Rechners, wer sich wann mit dir verbindet und wie viel auf dich wartet. Nie, was gesagt wird.`,
    use: 'Nutzen',
    auto: 'Automatisch',
    always: 'Immer',
    never: 'Nie',
    autoOpen: 'Automatisch: genutzt, wo es hilft.',
    autoHidden: 'Automatisch: nicht genutzt, weil du verbirgst, wo du bist.',
    inUseRelay: 'Wird genutzt: Andere erreichen dich darüber.',
    inUseMailbox: 'Wird genutzt: Nachrichten für dich können dort warten.',
    inUseBoth: 'Wird genutzt: Andere erreichen dich darüber, und Nachrichten für dich können dort warten.',
  },
}
