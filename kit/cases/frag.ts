/** Fragmentation and control frames in between. */
import { transports, type Case } from '../core/case';
import { close, CN, FIN, fragment, O, ping, pong, record, segment } from '../core/notation';

/** Payload bytes 500 to 563 of the answer, one a fragment. */
const oneByteFragments = Array.from({ length: 64 }, (_, at) => fragment('A', 500 + at, 501 + at, false));

export const fragCases: readonly Case[] = [
  {
    id: 'frag/control-between',
    title: 'Ping, Pong, empty and one-byte fragments in between',
    class: 'F',
    level: 'must',
    transports,
    basis: ['RFC 6455 §5.4'],
    exposes: 'A control frame resets the assembler or leaks into the payload.',
    messages: { A: { kind: 'answer', bytes: 1024 } },
    parts: [
      {
        script: [
          O,
          segment(
            record(
              fragment('A', 0, 500, false),
              ping('1'),
              fragment('A', 500, 500, false),
              pong('2'),
              ...oneByteFragments,
              ping('3'),
              fragment('A', 564, undefined, true),
              close(1000),
            ),
            CN,
            FIN,
          ),
        ],
        expect: { deliver: ['A'], close: { reported: 'must' } },
      },
    ],
  },
];
