/** Reports events at once, and ends well. */
import { say } from './base.mjs';

say({ event: 'open', trial: process.env.LASTWORD_TRIAL ?? 'none' });
