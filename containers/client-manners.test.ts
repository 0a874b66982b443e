import { ClientManners } from './client-manners';

test('a client is listened to once, and may say something later than that', () => {
  const manners = new ClientManners();
  expect(manners.missingMs).toBe(4000);
  expect(manners.mayTalkWithin(10)).toBe(true);
  manners.heardFor(4001);
  expect(manners.missingMs).toBe(0);
  expect(manners.mayTalkWithin(4001)).toBe(false);
  expect(manners.mayTalkWithin(4002)).toBe(true);
});

test('a client that has talked may talk at any time, and need not be listened to any more', () => {
  const manners = new ClientManners();
  manners.heardFor(60_000);
  manners.talk();
  expect(manners.mayTalkWithin(1)).toBe(true);
  expect(manners.missingMs).toBe(0);
});
