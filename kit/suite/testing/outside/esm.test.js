import { describeConformance } from 'lastword/jest';
import { playCase } from 'lastword';
import { fromFunction } from 'lastword/targets';
import { WebSocket } from 'ws';
import { HastyClient } from './hasty-client.cjs';

const hasty = fromFunction(({ url, ca }) => new HastyClient(url, ca), { name: 'hasty' });

describeConformance('ws', { cases: ['freeze/answer-fin'], trials: 4 });
describeConformance(hasty, { cases: ['freeze/answer-fin'], trials: 4 });

test('one case, and its trials', async () => {
  const mine = fromFunction(({ url, ca }) => new WebSocket(url, { ca }), { name: 'mine' });
  const kase = await playCase(mine, 'freeze/answer-fin@tls13', { trials: 4 });
  await expect(kase).toConform();
  await expect(kase).toReceiveBeforeClose('A');
}, 60_000);
