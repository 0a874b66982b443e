/** The authenticated encryption under a record: AES-GCM and ChaCha20-Poly1305, with the nonces TLS gives them. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { TrafficKeys } from './tls-keys';

/** Length of the authentication tag of all suites, in bytes. */
export const TAG_BYTES = 16;

/**
 * The nonce of a record: its sequence number, padded on the left to the iv's length, xor the iv.
 *
 * @see RFC 8446 §5.3, RFC 7905 §2
 */
export function nonceOf(iv: Buffer, sequence: number): Buffer {
  const nonce = Buffer.from(iv);
  for (let at = nonce.length - 1, left = sequence; left > 0; at -= 1, left = Math.floor(left / 256)) {
    nonce[at] = (nonce[at] ?? 0) ^ (left % 256);
  }
  return nonce;
}

/** Ciphertext and tag. */
export function encrypt(keys: TrafficKeys, nonce: Buffer, aad: Buffer, plaintext: Uint8Array): Buffer {
  const cipher = createCipher(keys, nonce);
  cipher.setAAD(aad, { plaintextLength: plaintext.length });
  const body = cipher.update(plaintext);
  return Buffer.concat([body, cipher.final(), cipher.getAuthTag()]);
}

/** The plaintext of ciphertext and tag; undefined where the tag is wrong. */
export function decrypt(keys: TrafficKeys, nonce: Buffer, aad: Buffer, sealed: Buffer): Buffer | undefined {
  const tagAt = sealed.length - TAG_BYTES;
  const decipher = createDecipher(keys, nonce);
  decipher.setAAD(aad, { plaintextLength: tagAt });
  decipher.setAuthTag(sealed.subarray(tagAt));
  const plaintext = decipher.update(sealed.subarray(0, tagAt));
  try {
    decipher.final();
    return plaintext;
  } catch {
    // node:crypto tells a wrong tag by throwing; here it is a value.
    return undefined;
  }
}

// The types of node:crypto have one overload a family of ciphers, and none for their union.
function createCipher({ suite: { aead }, key }: TrafficKeys, nonce: Buffer) {
  const options = { authTagLength: TAG_BYTES };
  return aead === 'chacha20-poly1305'
    ? createCipheriv(aead, key, nonce, options)
    : createCipheriv(aead, key, nonce, options);
}

function createDecipher({ suite: { aead }, key }: TrafficKeys, nonce: Buffer) {
  const options = { authTagLength: TAG_BYTES };
  return aead === 'chacha20-poly1305'
    ? createDecipheriv(aead, key, nonce, options)
    : createDecipheriv(aead, key, nonce, options);
}
