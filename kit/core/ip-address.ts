/** Numeric addresses as bytes. Pure. */

/** Four bytes or sixteen; a zone is left out. */
export function addressBytes(address: string): Buffer {
  return address.includes(':') ? ipv6Bytes(address) : Buffer.from(address.split('.').map(Number));
}

/** Lower-case hex, the same for an address of IPv4 and for the same one as a socket of both families has it. */
export function addressKey(bytes: Buffer): string {
  // RFC 4291 §2.5.5.2: ::ffff:0:0/96.
  const isMapped =
    bytes.length === 16 && bytes.readUInt32BE(8) === 0xffff && bytes.subarray(0, 8).every((b) => b === 0);
  return bytes.toString('hex', isMapped ? 12 : 0);
}

/** RFC 4291 §2.2: eight groups, one run of zeros left out; an IPv4 tail is two groups. */
function ipv6Bytes(address: string): Buffer {
  const [plain = ''] = address.split('%');
  const mapped = plain.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [left = '', right] = mapped.split('::');
  const groups = (part: string): readonly number[] =>
    part
      .split(':')
      .filter((each) => each !== '')
      .map((each) => Number.parseInt(each, 16));
  const before = groups(left);
  const after = right === undefined ? [] : groups(right);
  const bytes = Buffer.alloc(16);
  before.forEach((group, at) => bytes.writeUInt16BE(group, at * 2));
  after.forEach((group, at) => bytes.writeUInt16BE(group, (8 - after.length + at) * 2));
  return bytes;
}
