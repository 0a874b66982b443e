import { record } from './jest';
import { frozenLoss, hung } from './testing/faults';
import { observe } from './testing/observe';
import { makeSocket, say } from './testing/socket';
import { timelineSerializer } from './timeline-serializer';

it('a trial prints without its times, each lane by itself', () => {
  expect(observe(frozenLoss)).toMatchInlineSnapshot(`
Timeline
  frozen while the endpoint sent
  endpoint sent:
    response
    A
    B
    FIN
  client sent:
    request
    offer
    FIN
  client reported:
    open
    A
    close 1006 not clean
`);
});

it('a recorded connection prints what it reported, without nonces', () => {
  const socket = makeSocket();
  const connection = record(socket);
  say.open(socket);
  say.message(socket, `n ${'ab'.repeat(16)}`);
  say.message(socket, 'x');
  say.message(socket, 'x');
  say.close(socket, 1000, 'bye');
  expect({ connection }).toMatchInlineSnapshot(`
{
  "connection": Timeline
    client reported:
      open
      "n …"
      "x" × 2
      close 1000 "bye" clean,
}
`);
});

it('is the same however fast the machine was', () => {
  const slow = observe({ log: observe(hung).trial.log.map((entry) => ({ ...entry, atNs: entry.atNs * 7 })) });
  const fast = observe({ log: observe(hung).trial.log });
  expect(timelineSerializer.serialize(slow)).toBe(timelineSerializer.serialize(fast));
});

it('leaves alone what is no timeline', () => {
  expect([null, 1, {}, { kind: 'case' }].map((each) => timelineSerializer.test(each))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
