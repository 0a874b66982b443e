/**
 * Writes pcapng, https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html: blocks of 32-bit words, little-endian here.
 *
 *   block    type(4) length(4) body options length(4)         length counts everything, and is a multiple of 4
 *   option   code(2) length(2) value padding                  0 ends the list
 *
 * A section header, an interface, secrets before the packets that they open, then packets and journal entries. Worked
 * example: an interface of raw IP is `01000000 14000000 6500 0000 00000000 14000000`.
 */

/** Types of blocks, §4 and §11. */
const blockTypes = {
  section: 0x0a0d0d0a,
  interface: 1,
  packet: 6,
  journal: 9,
  secrets: 10,
} as const;

/** Codes of options: those of any block, then of a section, then of an interface. */
const optionCodes = { end: 0, comment: 1, hardware: 2, os: 3, application: 4, name: 2, description: 3, resolution: 9 };

export const rawIp = 101;
/** Secrets type TLSK, "TLSK" in ASCII: lines of the NSS key log. */
const tlsKeyLog = 0x544c534b;

/** A packet as it is written, from the link layer on. */
export interface Packet {
  readonly kind: 'packet';
  /** Since 1970, in ns. */
  readonly atNs: bigint;
  readonly bytes: Buffer;
  /** Longer than `bytes` where the rest of the packet is not known. */
  readonly originalLength?: number;
  readonly comments: readonly string[];
}

/** Something that was no packet: Wireshark shows it in its place as a line of the journal. */
export interface JournalEntry {
  readonly kind: 'journal';
  readonly atNs: bigint;
  /** One line. */
  readonly message: string;
  readonly source: string;
}

export interface Capture {
  readonly application: string;
  readonly comment: string;
  /** As https://www.tcpdump.org/linktypes.html numbers them. */
  readonly linkType: number;
  readonly interfaceName: string;
  readonly interfaceDescription: string;
  /** Lines of the NSS key log. */
  readonly secrets: readonly string[];
  /** In the order of time. */
  readonly entries: readonly (Packet | JournalEntry)[];
}

/** The file. */
export function writePcapng(capture: Capture): Buffer {
  return Buffer.concat([
    sectionHeader(capture),
    interfaceDescription(capture),
    ...(capture.secrets.length === 0 ? [] : [secretsBlock(capture.secrets)]),
    ...capture.entries.map((entry) => (entry.kind === 'packet' ? packetBlock(entry) : journalBlock(entry))),
  ]);
}

function sectionHeader({ application, comment }: Capture): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt32LE(0x1a2b3c4d, 0);
  body.writeUInt16LE(1, 4);
  // The length of the section is not given, §4.1.
  body.writeBigInt64LE(-1n, 8);
  return block(blockTypes.section, [
    body,
    option(optionCodes.comment, comment),
    option(optionCodes.application, application),
    endOfOptions,
  ]);
}

function interfaceDescription(capture: Capture): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt16LE(capture.linkType, 0);
  return block(blockTypes.interface, [
    body,
    option(optionCodes.name, capture.interfaceName),
    option(optionCodes.description, capture.interfaceDescription),
    option(optionCodes.resolution, Buffer.of(9)),
    endOfOptions,
  ]);
}

function secretsBlock(secrets: readonly string[]): Buffer {
  const data = Buffer.from(`${secrets.map((line) => line.trimEnd()).join('\n')}\n`);
  const body = Buffer.alloc(8);
  body.writeUInt32LE(tlsKeyLog, 0);
  body.writeUInt32LE(data.length, 4);
  return block(blockTypes.secrets, [body, padded(data)]);
}

function packetBlock({ atNs, bytes, originalLength, comments }: Packet): Buffer {
  const body = Buffer.alloc(20);
  body.writeUInt32LE(Number((atNs >> 32n) & 0xffff_ffffn), 4);
  body.writeUInt32LE(Number(atNs & 0xffff_ffffn), 8);
  body.writeUInt32LE(bytes.length, 12);
  body.writeUInt32LE(originalLength ?? bytes.length, 16);
  const options = comments.map((comment) => option(optionCodes.comment, comment));
  return block(blockTypes.packet, [body, padded(bytes), ...options, ...(options.length === 0 ? [] : [endOfOptions])]);
}

/** An entry as `journalctl -o export` writes it; its time is in whole µs, and never before what it follows. */
function journalBlock({ atNs, message, source }: JournalEntry): Buffer {
  const lines = [
    `__REALTIME_TIMESTAMP=${(atNs + 999n) / 1000n}`,
    'PRIORITY=6',
    `SYSLOG_IDENTIFIER=${oneLine(source)}`,
    `MESSAGE=${oneLine(message)}`,
    '',
  ];
  return block(blockTypes.journal, [padded(Buffer.from(`${lines.join('\n')}\n`))]);
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\0]+/g, ' ');
}

const endOfOptions = Buffer.alloc(4);

function option(code: number, value: string | Buffer): Buffer {
  // Longer than any comment that anybody reads, and far below the 65,535 bytes of an option.
  const bytes = typeof value === 'string' ? Buffer.from(value.slice(0, 4000)) : value;
  const head = Buffer.alloc(4);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(bytes.length, 2);
  return Buffer.concat([head, padded(bytes)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function block(type: number, parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 12);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(length, 4);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(length, 0);
  return Buffer.concat([head, ...parts, tail]);
}
