/** A page without a browser: what is evaluated in it is answered from a list, and what it tells is up to the test. */
import { EventEmitter } from 'node:events';
import type { DrivenPage } from '../driven-page';

export class FakePage implements DrivenPage {
  readonly orders: string[] = [];
  told = 0;
  id: string | undefined = 'p1';
  /** Called when it has said who it is, before that is heard. */
  onGreeted: () => void = () => undefined;
  /** How often it cannot be listened to. */
  deafFor = 0;
  hello: object = { client: { name: 'fake', version: '1.0.0' } };
  readonly #events = new EventEmitter();
  #heard: (payload: string) => void = () => undefined;

  evaluate(expression: string): Promise<unknown> {
    if (this.id === undefined) return Promise.resolve(undefined);
    if (expression.includes('JSON.stringify')) {
      const { id, hello, told } = this;
      const greeting = JSON.stringify({ id, hello, told, agent: 'fake/1' });
      return Promise.resolve().then(() => {
        this.onGreeted();
        return greeting;
      });
    }
    if (expression.endsWith('?.id')) return Promise.resolve(this.id);
    if (expression.endsWith('.told()')) return Promise.resolve(this.told);
    this.orders.push(expression);
    return Promise.resolve(undefined);
  }

  exposeFunction(_name: string, heard: (payload: string) => void): Promise<void> {
    this.deafFor -= 1;
    if (this.deafFor >= 0) return Promise.reject(new Error('it is on its way'));
    this.#heard = heard;
    return Promise.resolve();
  }

  isClosed(): boolean {
    return false;
  }

  mainFrame(): unknown {
    return this;
  }

  url(): string {
    return 'http://localhost/fake';
  }

  on(event: string, listener: (given: unknown) => void): void {
    this.#events.on(event, listener);
  }

  emit(event: string, given?: unknown): void {
    this.#events.emit(event, given);
  }

  /** Says what it has told, from a number on. */
  tell(first: number, ...reports: readonly object[]): void {
    const texts = reports.map((each) => JSON.stringify(each));
    this.tellRaw(JSON.stringify({ page: this.id, first, texts }));
  }

  tellRaw(payload: unknown): void {
    this.#heard(payload as string);
  }
}
