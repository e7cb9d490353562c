// Puts the view into an element and keeps it up to date: at most one drawing for each frame of the screen.

import { render } from 'preact';
import type { Changes, Comparison } from '../messages';
import { App } from './app';
import type { Host } from './host';
import { changed, stateOf, voted, type State } from './state';
import type { Tools } from './tools';
import { followed, START, type Ui } from './ui';

export interface View {
  /**
   * Show a comparison. What the reader has chosen stays as it is when it is the same run's.
   * `seq` is the snapshot's it came with, when it came with one.
   */
  show(comparison: Comparison, seq?: number): void;
  /** Add what is new. `gap`: a message is missing, nothing was changed, ask for a snapshot. */
  apply(message: Changes): 'ok' | 'gap';
  unmount(): void;
}

const MOST_REMEMBERED = 100;
/** What the reader chose, by run: a live output is replaced by a saved one, and the page should not notice. */
const remembered = new Map<string, Ui>();

/** `tools` are what a reader does with answers that stay; without them a view only shows. */
export function mount(element: HTMLElement, host: Host, tools: Tools | null): View {
  let state: State | null = null;
  let ui = START;
  let frame = 0;

  const draw = (): void => {
    frame = 0;
    if (state) render(<App comparison={state.comparison} ui={ui} set={set} host={host} tools={tools} onVoted={onVoted} />, element);
  };
  const soon = (): void => {
    frame ||= requestAnimationFrame(draw);
  };
  const set = (change: Partial<Ui>): void => {
    ui = { ...ui, ...change };
    if (state) remember(state.comparison.run.id, ui);
    soon();
  };
  const take = (next: State): void => {
    state = next;
    const prompt = followed(next.comparison, ui);
    if (prompt !== ui.prompt) ui = { ...ui, prompt };
  };
  const onVoted: Parameters<typeof App>[0]['onVoted'] = (reply) => {
    if (!state) return;
    const comparison = voted(state.comparison, reply);
    take(stateOf(comparison, state.seq));
    host.keep?.(comparison);
    soon();
  };

  return {
    show(comparison, seq) {
      const id = comparison.run.id;
      const first = state?.comparison.run.id !== id;
      if (first) ui = remembered.get(id) ?? START;
      take(stateOf(comparison, seq ?? null));
      if (first) draw();
      else soon();
    },
    apply(message) {
      const next = state && changed(state, message);
      if (!next) return 'gap';
      if (next !== state) {
        take(next);
        soon();
      }
      return 'ok';
    },
    unmount() {
      cancelAnimationFrame(frame);
      state = null;
      render(null, element);
    },
  };
}

function remember(id: string, ui: Ui): void {
  remembered.delete(id);
  remembered.set(id, ui);
  const oldest = remembered.keys().next().value;
  if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
}
