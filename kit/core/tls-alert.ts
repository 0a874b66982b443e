/** TLS alerts: two bytes, and the names that the standards give them. */

/** Alert descriptions by name. @see RFC 8446 §6, RFC 5246 §7.2 for those that only TLS 1.2 knows */
export const ALERTS = {
  close_notify: 0,
  unexpected_message: 10,
  bad_record_mac: 20,
  record_overflow: 22,
  decompression_failure: 30,
  handshake_failure: 40,
  bad_certificate: 42,
  unsupported_certificate: 43,
  certificate_revoked: 44,
  certificate_expired: 45,
  certificate_unknown: 46,
  illegal_parameter: 47,
  unknown_ca: 48,
  access_denied: 49,
  decode_error: 50,
  decrypt_error: 51,
  export_restriction: 60,
  protocol_version: 70,
  insufficient_security: 71,
  internal_error: 80,
  inappropriate_fallback: 86,
  user_canceled: 90,
  no_renegotiation: 100,
  missing_extension: 109,
  unsupported_extension: 110,
  unrecognized_name: 112,
  bad_certificate_status_response: 113,
  unknown_psk_identity: 115,
  certificate_required: 116,
  no_application_protocol: 120,
} as const;

/** The name of an alert description. */
export type AlertName = keyof typeof ALERTS;

/** An alert as it was read. */
export interface Alert {
  /** 1 is warning, 2 is fatal; TLS 1.3 tells nothing by it (RFC 8446 §6). */
  readonly level: number;
  readonly description: number;
  /** The standard's name, or `unknown(n)`. */
  readonly name: string;
}

const NAMES = new Map<number, string>(Object.entries(ALERTS).map(([name, description]) => [description, name]));

/**
 * The two bytes of an alert.
 *
 * @example `alert('warning', 'close_notify')` is `01 00`
 */
export function alert(level: 'warning' | 'fatal', description: AlertName | number): Buffer {
  return Buffer.of(level === 'warning' ? 1 : 2, typeof description === 'number' ? description : ALERTS[description]);
}

/** The standard's name of an alert description, or `unknown(n)`. */
export function alertName(description: number): string {
  return NAMES.get(description) ?? `unknown(${description})`;
}

/** Reads an alert; undefined where the bytes are not exactly two. */
export function parseAlert(bytes: Uint8Array): Alert | undefined {
  const [level, description] = bytes;
  if (bytes.length !== 2 || level === undefined || description === undefined) return undefined;
  return { level, description, name: alertName(description) };
}
