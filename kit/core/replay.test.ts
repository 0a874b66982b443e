import { readToken, replayCommand, replayToken, templateSpec } from './replay';

const again = { case: 'freeze/answer-fin@tls13', seed: '0f' };

it('a target of the command line is run again by a command, with the seed or without', () => {
  const command = 'lastword run ws@8.18.0 --case freeze/answer-fin@tls13';
  expect(replayCommand({ ...again, spec: 'ws@8.18.0', hasSeed: false })).toBe(command);
  expect(replayCommand({ ...again, spec: 'ws@8.18.0', hasSeed: true })).toBe(`${command} --seed 0f`);
});

it('a function is run again by what its spec says', () => {
  const spec = templateSpec("LASTWORD_SEED={seed} npx jest ws.test.js -t 'ws {case}' # {variant} {other}");
  expect(replayCommand({ ...again, spec, hasSeed: false })).toBe(
    "LASTWORD_SEED=0f npx jest ws.test.js -t 'ws freeze/answer-fin' # tls13 {other}",
  );
});

it('a token gives back what it was made of', () => {
  const replay = { ...again, spec: 'ws', tier: 'quick' } as const;
  expect(readToken(replayToken(replay))).toEqual(replay);
});
