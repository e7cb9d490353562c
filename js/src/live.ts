// The page's list of live runs. The widget puts a run in as it begins, and the JupyterLab renderer finds it there.

import type { Ask, Changes, Comparison, Reply, Snapshot } from './messages';
import { registry } from './registry';
import type { View } from './view/mount';

export interface LiveRun {
  readonly id: string;
  /** As it is now, and the `seq` that goes with it. */
  current(): { comparison: Comparison; seq: number };
  /** Called with every message from now on. Returns what ends it. */
  subscribe(listener: (message: Snapshot | Changes) => void): () => void;
  ask(question: Ask): Promise<Reply>;
  /** A vote was stored that was not asked for here: whoever looks later should see it. */
  voted(reply: Voted): void;
}

export type Voted = Extract<Reply, { answer: 'voted' }>;

const runs = registry<LiveRun>('routebook.live');

export const findLive = (id: string): LiveRun | undefined => runs.find(id);

/** Called whenever a run appears or goes. Returns what ends it. */
export const watchLive = (listener: () => void): (() => void) => runs.watch(listener);

/** Returns what takes it out again; that does nothing once another has taken its place. */
export const addLive = (live: LiveRun): (() => void) => runs.add(live);

/** Shows a run in a view as it goes on. Returns what ends that. */
export function follow(live: LiveRun, view: View): () => void {
  const show = (): void => {
    const { comparison, seq } = live.current();
    view.show(comparison, seq);
  };
  show();
  return live.subscribe((message) => {
    if (message.kind === 'snapshot' || view.apply(message) === 'gap') show();
  });
}
