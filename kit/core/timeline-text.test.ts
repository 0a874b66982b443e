import * as fc from 'fast-check';
import { columnsOf, quoteText, showText } from './timeline-text';

describe('text of a stranger', () => {
  it('that prints stands as it is', () => {
    expect(showText('Grüße, мир €', 20)).toBe('Grüße, мир €');
  });

  it('has its controls, line ends, bidirectional and zero-width marks, accents and odd spaces escaped', () => {
    expect(showText('a\nb\r\t\u001b[31m', 60)).toBe('a\\nb\\r\\t\\u{1b}[31m');
    expect(showText('\u202e\u200b\u2028\u00a0e\u0301\ud800', 60)).toBe(
      '\\u{202e}\\u{200b}\\u{2028}\\u{a0}e\\u{301}\\u{d800}',
    );
  });

  it('is cut with an ellipsis at its columns, of which a wide character takes two', () => {
    expect(showText('abcdef', 6)).toBe('abcdef');
    expect(showText('abcdefg', 6)).toBe('abcde…');
    expect(showText('漢字漢字', 6)).toBe('漢字…');
    expect(showText('😀😀', 3)).toBe('😀…');
    expect(columnsOf('漢a😀☕')).toBe(7);
  });

  it('is quoted within its columns', () => {
    expect(quoteText('abc', 5)).toBe('"abc"');
    expect(quoteText('abcd', 5)).toBe('"ab…"');
  });

  it('whatever it is, keeps within its columns and prints', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 1, max: 80 }), (text, columns) => {
        const shown = showText(text, columns);
        expect(columnsOf(shown)).toBeLessThanOrEqual(columns);
        expect(shown).not.toMatch(/[\p{C}\p{M}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
