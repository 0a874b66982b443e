import { mayBeForMemory } from './memory-end';

it.each([
  ['killed', { code: null, signal: 'SIGKILL', byKit: false }, true],
  ['ended by its own fault, when a process below it was killed', { code: null, signal: 'SIGABRT', byKit: false }, true],
  ['ended by a status, since its page was killed', { code: 70, signal: null, byKit: false }, true],
  ['ended in order', { code: 0, signal: null, byKit: false }, false],
  ['ended by the kit', { code: null, signal: 'SIGKILL', byKit: true }, false],
  ['has not ended', undefined, false],
])('an adapter that %s', (_, exit, expected) => {
  expect(mayBeForMemory(exit)).toBe(expected);
});
