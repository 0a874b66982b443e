/** The bundles of clauses that cases rest on. A report quotes clauses, never the bundle's name alone. */

export type Clause =
  | 'DELIVER'
  | 'ORDER'
  | 'CODE'
  | 'CLEAN'
  | 'ECHO'
  | 'TCPCLOSE'
  | 'AFTERCLOSE'
  | 'FAIL'
  | 'CN'
  | 'TRUNC'
  | 'REC'
  | 'RST'
  | 'KIT'
  | `RFC ${number} §${string}`
  | `WHATWG §${string}`;

interface Bundle {
  readonly says: string;
  readonly where: readonly string[];
}

const bundles: Readonly<Record<string, Bundle>> = {
  DELIVER: {
    says: 'A message has been received when its last fragment is; TCP delivers what was sent before the close.',
    where: ['RFC 6455 §6.2', 'WHATWG WebSockets §4', 'RFC 9293 §3.6'],
  },
  ORDER: {
    says: 'Fragments are delivered in the order sent; a message received before the Close fires before the close.',
    where: ['RFC 6455 §5.4', 'RFC 6455 §7.1.4', 'WHATWG WebSockets §4'],
  },
  CODE: {
    says: 'The close code is that of the first Close frame received; 1005 if it had none, 1006 if there was no Close.',
    where: ['RFC 6455 §7.1.5', 'RFC 6455 §7.4.1', 'WHATWG WebSockets §4'],
  },
  CLEAN: {
    says: 'Clean means: TCP was closed after the closing handshake was completed.',
    where: ['RFC 6455 §7.1.4', 'WHATWG WebSockets §6'],
  },
  ECHO: { says: 'Whoever receives a Close and has not sent one must send one.', where: ['RFC 6455 §5.5.1'] },
  TCPCLOSE: {
    says: 'After sending and receiving a Close an endpoint must close TCP; the client may do so at any time.',
    where: ['RFC 6455 §5.5.1', 'RFC 6455 §7.1.1'],
  },
  AFTERCLOSE: {
    says: 'Data behind a Close is discarded: a MUST for WHATWG clients, a SHOULD for others.',
    where: ['RFC 6455 §1.4', 'RFC 6455 §7.1.1', 'WHATWG WebSockets §4'],
  },
  FAIL: {
    says: 'A client whose transport is lost fails the connection and processes no more data.',
    where: ['RFC 6455 §7.2.1', 'RFC 6455 §7.1.7'],
  },
  CN: {
    says: 'close_notify ends the sending of its sender; in TLS 1.2 it must be answered at once.',
    where: ['RFC 8446 §6.1', 'RFC 5246 §7.2.1'],
  },
  TRUNC: {
    says: 'A transport close without close_notify revokes no record that was already authenticated.',
    where: ['RFC 8446 §6.1', 'RFC 5246 §7.2.1'],
  },
  REC: {
    says: 'Application data may be split over records at will; records of zero length may be sent.',
    where: ['RFC 8446 §5.1', 'RFC 5246 §6.2.1'],
  },
  RST: {
    says: 'A reset discards the state of the connection at once; the receiver may drop what is queued.',
    where: ['RFC 9293 §3.6', 'RFC 9293 §3.10.7.4'],
  },
  KIT: {
    says: 'No crash, no hang beyond the stated time, no unbounded growth: rules of the kit, of no RFC.',
    where: ['lastword kit rule'],
  },
};

/** The section numbers behind a clause or a bundle of clauses, in the order of importance. */
export function sectionsOf(clauses: readonly Clause[]): string[] {
  return [
    ...new Set(
      clauses.flatMap((clause) => bundles[clause]?.where ?? [clause.replace('WHATWG §', 'WHATWG WebSockets §')]),
    ),
  ];
}

/** What a bundle says, in one sentence; `undefined` for a bare section number. */
export function sayingOf(clause: Clause): string | undefined {
  return bundles[clause]?.says;
}
