// A builder out of a widget's model: who is there, what is answered, and what happens when nobody is.

import type { AnyModel } from '@anywidget/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sourceOf, type Traits } from '../../src/builder/source';
import type { FromPage, Now, Reply } from '../../src/builder/messages';
import { OPEN } from './support';

type Listener = (message?: unknown) => void;

/** A model without a page: traits, a comm that only remembers, and events. */
class Model {
  readonly sent: FromPage[] = [];
  now: Now = OPEN.now;
  private readonly listeners = new Map<string, Set<Listener>>();

  get = (name: string): unknown => (name === '_now' ? this.now : OPEN.setting);
  send = (message: FromPage): void => { this.sent.push(message); };
  on = (event: string, listener: Listener): void => {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener));
  };
  off = (event: string, listener: Listener): void => { this.listeners.get(event)?.delete(listener); };
  fire(event: string, message?: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) listener(message);
  }
  answer(reply: Partial<Reply> & { id: string }): void {
    this.fire('msg:custom', { kind: 'reply', ok: true, answer: 'heard', ...reply });
  }
  get heard(): number {
    return [...this.listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

let model: Model;
const open = () => sourceOf(model as unknown as AnyModel<Traits>);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  model = new Model();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a builder of a widget', () => {
  it('knows that its kernel is there when that has answered', () => {
    const source = open();
    let told = 0;
    source.subscribe(() => { told += 1; });
    expect([source.alive(), model.sent[0]?.kind]).toEqual([null, 'hello']);
    model.answer({ id: model.sent[0]?.id ?? '' });
    expect([source.alive(), told]).toEqual([true, 1]);
  });

  it('takes nobody to be there when nobody answers, until somebody does', async () => {
    const source = open();
    await vi.advanceTimersByTimeAsync(6000);
    expect(source.alive()).toBe(false);
    model.answer({ id: model.sent[0]?.id ?? '' });
    expect(source.alive()).toBe(true);
  });

  it('gives each question the answer with its id', async () => {
    const source = open();
    const first = source.ask({ kind: 'edit', edit: { verb: 'undo' } });
    const second = source.ask({ kind: 'edit', edit: { verb: 'redo' } });
    const [, one, two] = model.sent;
    model.answer({ id: two?.id ?? '', ok: false, error: 'There is nothing to redo.' });
    model.answer({ id: one?.id ?? '' });
    await expect(first).resolves.toMatchObject({ ok: true });
    await expect(second).resolves.toMatchObject({ ok: false, error: 'There is nothing to redo.' });
  });

  it('leaves no question waiting when the kernel is lost', async () => {
    const source = open();
    const asked = source.ask({ kind: 'save', file: 'routes.yaml', replace: false });
    model.fire('comm_live_update');
    await expect(asked).rejects.toThrow('The kernel has ended.');
    expect(source.alive()).toBe(false);
  });

  it('tells what stands when that changes, and listens to nothing once it is closed', () => {
    const source = open();
    const seen: number[] = [];
    source.subscribe(() => { seen.push(source.now().stop); });
    model.now = { ...OPEN.now, stop: 2 };
    model.fire('change:_now');
    expect(seen).toEqual([2]);
    source.close();
    expect(model.heard).toBe(0);
  });
});
