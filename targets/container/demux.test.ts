import { Demux } from './demux';

function demux(...reads: readonly string[]): { readonly out: string; readonly err: string } {
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  const one = new Demux({ onStdout: (bytes) => out.push(bytes), onStderr: (bytes) => err.push(bytes) });
  for (const read of reads) one.push(Buffer.from(read.replaceAll(' ', ''), 'hex'));
  return { out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

describe('the output of a container', () => {
  it('is taken apart into its two streams', () => {
    expect(demux('01000000 00000002 6869 02000000 00000003 6f6821 01000000 00000001 21')).toEqual({
      out: 'hi!',
      err: 'oh!',
    });
  });

  it('may be cut anywhere', () => {
    const bytes =
      '01000000 00000002 6869 02000000 00000001 21 01000000 00000000'.replaceAll(' ', '').match(/../g) ?? [];
    expect(demux(...bytes)).toEqual({ out: 'hi', err: '!' });
  });

  it('may come in a hundred thousand frames at once', () => {
    expect(demux('010000000000000161'.repeat(100_000)).out).toBe('a'.repeat(100_000));
  });
});
