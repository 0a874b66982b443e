/** Makes text that a stranger wrote safe to show: what does not print is escaped, and the length is bounded. */

// Controls, format characters (bidirectional overrides, zero-width ones), lone surrogates, private use, separators.
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text with everything unprintable escaped, cut at `maxChars` with an ellipsis. */
export function excerpt(text: string, maxChars = 200): string {
  const head = text.slice(0, maxChars + 1);
  const escaped = head.replace(unprintable, (char) => named[char] ?? `\\u{${char.codePointAt(0)?.toString(16) ?? ''}}`);
  return escaped.length > maxChars ? `${escaped.slice(0, maxChars - 1)}…` : escaped;
}

/** {@link excerpt} of bytes that should have been UTF-8. */
export function excerptOfBytes(bytes: Uint8Array, maxChars = 200): string {
  return excerpt(new TextDecoder().decode(bytes.subarray(0, maxChars * 4)), maxChars);
}
