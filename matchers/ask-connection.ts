/** Asks a connection that lives: again after each thing that it reports, until there is an answer or the time is up. */
import * as timers from 'node:timers';
import type { RecordedConnection } from '../kit/core/observation';
import type { MatcherContext } from './matcher-context';
import { noteWaiting } from './pending';
import { unknown, type Answer, type Heard, type Question } from './question';

// Taken when this loads: a test that has its timers faked would otherwise stop these as well.
const { setTimeout, clearTimeout } = timers;

/** What is heard of a recorded connection up to now. */
export function heardOnConnection(connection: RecordedConnection): Heard {
  return { entries: connection.entries, isOver: connection.isSettled, known: [] };
}

/** The answer, at the latest when `withinMs` are over. Leaves neither a listener nor a timer behind. */
export function askConnection(
  context: MatcherContext,
  connection: RecordedConnection,
  question: Question,
  withinMs: number,
): Promise<Answer> {
  const { hold, release } = holder();
  const wait = {
    call: `${context.isNot === true ? 'not.' : ''}${question.name}(${question.args})`,
    test: testOf(context),
    calledAt: new Error(),
    abandon: release,
  };
  return new Promise((resolve, reject) => {
    const attempt = (ask: () => Answer): void => {
      try {
        const answer = ask();
        if (answer.answer === 'wait') return;
        release();
        resolve(answer);
      } catch (error) {
        // A matcher of the user's own threw: that is the user's to see, and not the socket's.
        release();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const start = (ms: number, then: () => Answer): void => {
      const timer = setTimeout(attempt, ms, then);
      hold(() => clearTimeout(timer));
    };
    const look = lookUntilOver(connection, question, start);
    hold(noteWaiting(wait));
    hold(connection.onChange(() => attempt(look)));
    start(withinMs, () => timeIsUp(heardOnConnection(connection), question, withinMs));
    attempt(look);
  });
}

/** What is to be given back when there is an answer. */
function holder(): { readonly hold: (giveBack: () => void) => void; readonly release: () => void } {
  const held: (() => void)[] = [];
  const release = (): void => {
    for (const giveBack of held.splice(0)) giveBack();
  };
  return { hold: (giveBack) => held.push(giveBack), release };
}

/** Asks of what is there; where the question says so, whatever comes behind the end is waited for a little longer. */
function lookUntilOver(
  connection: RecordedConnection,
  question: Question,
  start: (ms: number, then: () => Answer) => void,
): () => Answer {
  const { watchMs = 0 } = question;
  let isWatched = false;
  return () => {
    const heard = heardOnConnection(connection);
    if (!heard.isOver || watchMs === 0) return question.ask(heard);
    if (!isWatched) start(watchMs, () => question.ask(heardOnConnection(connection)));
    isWatched = true;
    return question.ask({ ...heard, isOver: false });
  };
}

function timeIsUp(heard: Heard, question: Question, withinMs: number): Answer {
  if (heard.isOver) return question.ask(heard);
  return (
    question.whenTimeIsUp?.(heard, withinMs) ??
    unknown(
      `the connection was still open after ${withinMs} ms, so this cannot be told: end it in the test, or give ` +
        '`{ withinMs }` more',
    )
  );
}

/** Tests that run at once share one state; the runner tells them apart by another name. */
function testOf(context: MatcherContext): string | undefined {
  return context.currentConcurrentTestName?.() ?? context.currentTestName;
}
