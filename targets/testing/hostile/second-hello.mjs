/** Introduces itself a second time before anybody has asked for anything. */
import { hello, obey, say } from './base.mjs';

say(hello('somebody else'));
obey((trial) => say({ event: 'unsupported', trial, feature: 'lastword-made-up-feature' }));
