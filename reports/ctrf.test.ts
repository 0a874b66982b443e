import { validate } from 'ctrf';
import { renderCtrf } from './ctrf';
import { sampleInput } from './testing/sample';

const document: unknown = JSON.parse(renderCtrf(sampleInput));

it('is valid against the schema of CTRF', () => {
  expect(validate(document)).toMatchObject({ valid: true });
});

it('counts a verdict as a test, and as failed only what decides and violates', () => {
  expect(document).toMatchObject({
    results: {
      tool: { name: 'lastword' },
      summary: { tests: 8, passed: 2, failed: 2, skipped: 1, pending: 0, other: 3 },
    },
  });
});

it('tells what a failed verdict is, with a timeline', () => {
  expect(document).toMatchObject({
    results: {
      tests: expect.arrayContaining([
        expect.objectContaining({
          name: 'freeze/answer-fin@tls13: Frozen form of the motivating bug',
          status: 'failed',
          rawStatus: 'violates',
          suite: ['ws', 'freeze'],
          message: expect.stringContaining('In 16 of 20 trials'),
          trace: expect.stringContaining('close 1006'),
        }),
      ]),
    },
  });
});
