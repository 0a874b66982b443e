import { createRequire } from 'node:module';
import { describeConformance } from 'lastword/vitest';
import { fromFunction } from 'lastword/targets';
import { expect, test } from 'vitest';
import { playCase } from 'lastword';

const { HastyClient } = createRequire(import.meta.url)('./hasty-client.cjs');
const hasty = fromFunction(({ url, ca }) => new HastyClient(url, ca), { name: 'hasty' });

describeConformance('ws', { cases: ['freeze/answer-fin'], trials: 4 });
describeConformance(hasty, { cases: ['freeze/answer-fin'], trials: 4 });

test('one case', async () => {
  const kase = await playCase(hasty, 'freeze/answer-fin@tls13', { trials: 4 });
  await expect(kase).not.toConform();
  // @ts-expect-error -- a case has no code
  expect(() => expect(kase).toCloseWith({ code: '1000' })).toBeDefined();
}, 60_000);
