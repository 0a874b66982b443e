import { serverCases, serverNames } from '../kit/cases/server';
import { findStack, stacks } from './stacks';

test('there is a case for every server, and a server for every case', () => {
  expect(stacks.map(({ name }) => name)).toEqual([...serverNames]);
  expect(serverCases.map(({ id }) => id)).toEqual(serverNames.map((name) => `server/${name}`));
});

test('a server that does not exist is refused with those that do', () => {
  expect(findStack('nginx')).toMatchObject({ image: 'nginx', hangUp: 'close' });
  expect(() => findStack('apache')).toThrow(/`--server apache`: there are ws, ws-terminate, websockets, gorilla/);
});
