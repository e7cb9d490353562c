// A builder out of a widget's model: what stays and what stands are its traits, questions go over its comm.

import type { AnyModel } from '@anywidget/types';
import { Questions } from '../asking';
import type { Ask, Now, Reply, Setting } from './messages';

// An alias, since an interface is not taken for a record.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export type Traits = { _setting: Setting; _now: Now };

export interface Source {
  readonly id: string;
  readonly setting: Setting;
  now(): Now;
  /** Whether the kernel has answered, and is not known to be gone; `null` while nobody knows. */
  alive(): boolean | null;
  ask(question: Ask): Promise<Reply>;
  /** Called when what stands, or whether anybody is there, has changed. Returns what ends it. */
  subscribe(listener: () => void): () => void;
  close(): void;
}

/** After so long without an answer, nobody is there: a saved notebook shows what was, and its kernel is gone. */
const ANSWERS_WITHIN_MS = 5000;

export function sourceOf(model: AnyModel<Traits>): Source {
  const setting = model.get('_setting');
  const listeners = new Set<() => void>();
  let alive: boolean | null = null;
  const questions = new Questions<Ask, Reply>((message) => { model.send(message); });

  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const know = (now: boolean): void => {
    if (alive !== now) {
      alive = now;
      tell();
    }
  };
  const take = (reply: Reply): void => {
    clearTimeout(timer);
    know(true);
    questions.answer(reply);
  };
  const lost = (): void => {
    know(false);
    questions.abandon('The kernel has ended.');
  };
  model.on('msg:custom', take);
  model.on('change:_now', tell);
  // ipywidgets' own event, when its manager has lost the kernel.
  model.on('comm_live_update', lost);
  const timer = setTimeout(() => { know(false); }, ANSWERS_WITHIN_MS);
  questions.ask({ kind: 'hello' }).catch(() => undefined);

  return {
    id: setting.id,
    setting,
    now: () => model.get('_now'),
    alive: () => alive,
    ask: (question) => questions.ask(question),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      clearTimeout(timer);
      model.off('msg:custom', take);
      model.off('change:_now', tell);
      model.off('comm_live_update', lost);
      lost();
    },
  };
}
